"""What an expectation has judged in all plays, and what it may say instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from harness.checks import BadExpectation, Kind, Options, Subject
from harness.checks.varying import nouns_in, pattern_for
from harness.conversation import Outcome
from harness.core import Json, PlayError, value_class
from harness.formats.template import TemplateError, compile_template, literal

SHORTEST_VALUE = 2
"""Characters: the value of a variable that is shorter is not looked for in a reply."""


@value_class(frozen=True, slots=True)
class SeenSubject:
    """One subject that an expectation has judged, and the variables that it was filled in with."""

    subject: Subject
    variables: Mapping[str, object]


class CannotAccept(Exception):
    """No expectation of this kind can be proposed."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Two sentences without a full stop: why not, and what to do."""
        super().__init__(message)
        self.message = message
        self.hint = hint


@value_class(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an expectation may say instead; it still has to be judged."""

    value: Json
    """As an author writes it, variables as `${name}`."""
    name: str = ""
    """Another check in its place; empty for the same."""
    loosened: tuple[str, ...] = ()
    """How it says less than before, in parts of a sentence."""


@value_class(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An expectation that failed, with everything that it has judged."""

    name: str
    written: Json
    """Its value as the author wrote it."""
    seen: tuple[SeenSubject, ...]
    options: Options
    kinds: Mapping[str, Kind]
    """All checks that are allowed in its place."""
    proposers: Mapping[str, Proposer] = field(default_factory=dict)
    """How the checks inside it are rewritten, by their names."""

    def holds(self, seen: SeenSubject, written: Json, name: str = "") -> bool:
        """Whether a value passes for one subject."""
        try:
            value = rendered(written, seen)
            kind = self.kinds[name or self.name]
            verdict = kind.compile(value, self.options)(seen.subject)
        except (BadExpectation, PlayError, TemplateError, KeyError):
            return False
        return verdict.outcome is Outcome.PASSED

    def holds_for_all(self, written: Json, name: str = "") -> bool:
        """Whether a value passes for every subject."""
        return all(self.holds(seen, written, name) for seen in self.seen)

    def of(
        self, written: Json, subjects: Sequence[Subject], name: str = "", kinds: str = ""
    ) -> Wanted:
        """The same for a part of each subject, such as one message, and a check on it."""
        seen = tuple(
            replace(one, subject=subject) for one, subject in zip(self.seen, subjects, strict=True)
        )
        known = self.options.texts if kinds == "texts" else self.kinds
        return replace(self, name=name or self.name, written=written, seen=seen, kinds=known)

    def with_seen(self, seen: Sequence[SeenSubject]) -> Wanted:
        """The same for some of the subjects."""
        return replace(self, seen=tuple(seen))

    @property
    def texts(self) -> list[str]:
        """The texts of all subjects."""
        return [seen.subject.text for seen in self.seen]

    def namings(self) -> Iterator[tuple[str, ...]]:
        """Names of variables to look for in replies: the used ones, then others that differ."""
        try:
            used = tuple(sorted(compile_template(self.written).names))
        except TemplateError:
            used = ()
        yield used
        first = self.seen[0].variables
        differing = (
            name
            for name, value in first.items()
            if isinstance(value, str | int)
            and any(seen.variables.get(name) != value for seen in self.seen[1:])
        )
        if others := tuple(name for name in differing if name not in used):
            yield (*used, *others)

    @property
    def pinned(self) -> frozenset[str]:
        """The nouns of what varies and is written out in the expectation, such as "a date"."""
        return frozenset(noun for noun, _ in _varying_of(self.written, self.seen[0]))

    def no_longer_named(self, written: Json) -> tuple[str, ...]:
        """What varies, is written out in the expectation and has no counterpart in a new one."""
        left = Counter(noun for noun, _ in _varying_of(written, self.seen[0]))
        lost = []
        for noun, text in _varying_of(self.written, self.seen[0]):
            if not left[noun]:
                lost.append(text)
            left[noun] -= 1
        return tuple(dict.fromkeys(lost))


Proposer = Callable[[Wanted], Iterator[Proposal]]
"""Gives proposals, the best first. Raises `CannotAccept`."""


def rendered(written: Json, seen: SeenSubject) -> Json:
    """A value with its variables filled in. Raises `TemplateError`."""
    return compile_template(written).render(seen.variables)


def _varying_of(written: Json, seen: SeenSubject) -> list[tuple[str, str]]:
    """What varies in the texts of a value, with the nouns of its forms."""
    try:
        value = rendered(written, seen)
    except (PlayError, TemplateError):
        return []
    # In a pattern, `15\.01\.2027` is a date too.
    return [pair for text in _texts_in(value) for pair in nouns_in(text.replace("\\.", "."))]


def _texts_in(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts_in(inner)


@value_class(frozen=True, slots=True)
class SaidText:
    """A text of a reply, in parts; every second one, from the second, is the name of a variable."""

    parts: tuple[str, ...]

    @property
    def written(self) -> str:
        """As an author writes it."""
        return "".join(
            f"${{{part}}}" if index % 2 else str(literal(part))
            for index, part in enumerate(self.parts)
        )

    @property
    def pattern(self) -> str:
        """A regular expression for it, in which what varies is matched by its form."""
        return "".join(
            f"${{{part}}}" if index % 2 else pattern_for(part)
            for index, part in enumerate(self.parts)
        )


def said(text: str, seen: SeenSubject, names: Sequence[str]) -> SaidText:
    """A text with the values of variables found in it."""
    values = {
        name: str(seen.variables[name])
        for name in names
        if isinstance(seen.variables.get(name), str | int | float)
    }
    parts = [text]
    for name, value in sorted(values.items(), key=lambda pair: -len(pair[1])):
        if len(value) >= SHORTEST_VALUE:
            parts = list(_split(parts, name, value))
    return SaidText(tuple(parts))


def _split(parts: Sequence[str], name: str, value: str) -> Iterator[str]:
    for index, part in enumerate(parts):
        if index % 2:
            yield part
            continue
        first, *others = part.split(value)
        yield first
        for other in others:
            yield name
            yield other


def with_any_figures(pattern: str) -> str:
    """A pattern that matches any figures in place of its own."""
    return re.sub(r"(?<![\\{\d])\d+(?![\d}])", r"\\d+", pattern)
