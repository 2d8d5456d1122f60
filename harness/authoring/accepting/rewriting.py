"""Rewrites the failed expectations of one file, so that they hold in all plays of their lines."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath

from harness.authoring.accepting.accepted_goldens import new_goldens
from harness.authoring.accepting.decisions import (
    DECISIONS,
    JUDGED,
    is_rewritten,
    proposer_of,
)
from harness.authoring.accepting.lines import Key, Line, lines_in, other_failures
from harness.authoring.accepting.rewritten import (
    KnownLine,
    NoExpectation,
    Rewriting,
    RewrittenGolden,
    RewrittenLine,
    UnchangedLine,
)
from harness.authoring.accepting.seen import CannotAccept, Proposal, SeenSubject, Wanted
from harness.authoring.accepting.users import Held, held_again, held_plays, scenarios_with
from harness.checks import BadExpectation
from harness.conversation import Outcome
from harness.core import AuthoringError, counted
from harness.formats.template import TemplateError, compile_template
from harness.formats.yaml import Document, read
from harness.formats.yaml.yaml_editing import (
    CannotEdit,
    last_line,
    shared_lines,
    with_name,
    with_value,
)
from harness.play.judging import verdict_of
from harness.project.loading import load_scenario
from harness.project.project import Project
from harness.scenario import Expectation, Scope
from harness.scenario.expecting import value_as_read

MOST_ATTEMPTS = 3
"""How often one expectation is changed, if more plays reach it after another was changed."""


def rewrite(
    project: Project, file: FilePath, line: int | None = None, chosen: Sequence[str] = ()
) -> Rewriting:
    """Rewrite the failed expectations of a file, or the one on a line, without writing the file.

    Everything is judged in the recordings. Raises `AuthoringError` if a file is wrong, and
    `NoExpectation`.
    """
    return _Rewriter(project, file, chosen).rewritten(line)


class _Rewriter:
    """Judges all plays of a file until no expectation fails that can be accepted."""

    def __init__(self, project: Project, file: FilePath, chosen: Sequence[str]) -> None:
        self._project = project
        self._chosen = chosen
        self._shown = project.config.shown(file)
        self._file = file
        self._content = file.read_bytes()
        self._original = read(self._content, self._shown, expect_mapping=True)
        self._users = scenarios_with(project, file)
        self._edits: dict[Key, Proposal] = {}
        self._refused: dict[Key, UnchangedLine] = {}
        self._goldens: dict[FilePath, bytes] = {}
        self._of_goldens: set[Key] = set()
        self._tried = Counter[Key]()
        self._plays: list[Held] = []
        self._left_out: list[str] = []

    def rewritten(self, line: int | None) -> Rewriting:
        """The file with what was accepted, judged again."""
        first = lines = self._judged(self._original)
        asked = set(first) if line is None else self._asked(first, line)
        others = [
            one for one in other_failures(self._shown, self._plays) if line in (None, one.line)
        ]
        if not asked and not others and line is not None:
            raise NoExpectation(line, list(map(_known, first.values())))
        document = self._original
        while failed := list(self._failed(lines, None if line is None else asked)):
            for key, one in failed:
                self._edits.pop(key, None)
                self._take(key, one)
            document = self._edited()
            lines = self._judged(document)
        accepted = [self._accepted(key, lines[key]) for key in (*self._edits, *self._of_goldens)]
        return Rewriting(
            file=self._file,
            shown=self._shown,
            before=self._content,
            after=self._encoded(document),
            users=tuple(map(self._project.config.shown, self._users)),
            goldens=[self._golden(file) for file in self._goldens],
            accepted=sorted(accepted, key=lambda one: one.line),
            refused=sorted((*self._refused.values(), *others), key=lambda one: one.line),
            passed=[]
            if line is None
            else [_known(first[key]) for key in asked if not first[key].failed],
            left_out=self._left_out,
        )

    def _judged(self, document: Document) -> dict[Key, Line]:
        """All plays with a text of the file: its expectations by their first paths."""
        held = {self._file.resolve(): self._encoded(document)}
        # What an alias repeats may be more than expectations.
        is_shared = any(shared_lines(self._original, key)[1] for key in self._edits)
        with self._project.holding({**held, **self._goldens}):
            if self._plays and not is_shared:
                self._plays = held_again(self._project, self._plays)
            else:
                self._plays, self._left_out = held_plays(self._project, self._users, self._chosen)
            lines = lines_in(self._shown, self._plays, self._project.vocabulary)
        first = {self._now(key): key for key in self._edits}
        return {first.get(key, key): line for key, line in lines.items()}

    def _now(self, key: Key) -> Key:
        """The path of an expectation in the edited text."""
        name = self._edits[key].name
        return (*key[:-1], name) if name else key

    def _encoded(self, document: Document) -> bytes:
        mark = codecs.BOM_UTF8 if self._content.startswith(codecs.BOM_UTF8) else b""
        return mark + document.source.text.encode()

    def _asked(self, lines: Mapping[Key, Line], line: int) -> set[Key]:
        """The expectations whose name or value is on a line; those named there come first."""
        named = {key for key, one in lines.items() if one.place.line == line}
        return named or {
            key
            for key, one in lines.items()
            if one.place.line < line <= last_line(self._original, key)
        }

    def _failed(
        self, lines: Mapping[Key, Line], asked: Collection[Key] | None
    ) -> Iterator[tuple[Key, Line]]:
        """The expectations that are to be rewritten: not yet refused, and failed or not judged."""
        for key, line in lines.items():
            if key in self._refused or (asked is not None and key not in asked):
                continue
            is_lost = key in self._edits and (line.broken or line.unjudged)
            if line.failed or line.crashed or is_lost:
                yield key, line

    def _take(self, key: Key, line: Line) -> None:
        """Propose what an expectation says instead, or note why nothing can be."""
        self._tried[key] += 1
        try:
            if line.broken or self._tried[key] > MOST_ATTEMPTS:
                raise _unsettled(line)
            if key[-1] == "same_as":
                self._goldens |= new_goldens(self._project, line, self._users, self._chosen)
                self._of_goldens.add(key)
            else:
                self._edits[key] = self._proposed(key, line)
        except CannotAccept as error:
            self._refuse(key, error.message, error.hint)

    def _refuse(self, key: Key, message: str, hint: str = "") -> None:
        line = self._original.at(*key).key_place.line
        self._refused[key] = UnchangedLine(line=line, name=str(key[-1]), message=message, hint=hint)

    def _proposed(self, key: Key, line: Line) -> Proposal:
        node, name = self._original.at(*key), str(key[-1])
        expectation = replace(line.expectation, name=name)
        vocabulary = self._project.vocabulary
        kinds = vocabulary.kinds_of(expectation.scope)
        wanted = Wanted(
            name=name,
            written=value_as_read(name, node),
            seen=tuple(SeenSubject(one.subject, one.turn.variables) for _, one, _ in line.judged),
            options=vocabulary.options_of(ignore_case=expectation.ignore_case),
            kinds=kinds,
            proposers=DECISIONS,
        )
        if expectation.scope is Scope.NEVER:
            raise CannotAccept(
                "a reply does what no reply may do", "remove it by hand if the bot may do it"
            )
        if is_rewritten(name) and vocabulary.asks(expectation):
            raise CannotAccept(JUDGED.message, JUDGED.hint)
        siblings = self._original.at(*key[:-1]).value
        for proposal in proposer_of(name)(wanted):
            is_free = not proposal.name or proposal.name not in siblings  # type: ignore[operator]  # a mapping
            if is_free and self._holds(expectation, proposal, line):
                lost = () if proposal.loosened else wanted.no_longer_named(proposal.value)
                why = (f"{', '.join(lost)} is not replaced by a value that holds everywhere",)
                return replace(proposal, loosened=why) if lost else proposal
        plays = counted(line.plays, "play")
        raise CannotAccept(
            f"nothing that '{name}' can say holds in all {plays}"
            if line.plays > 1
            else f"nothing that '{name}' can say passes and could still fail",
            "change it by hand",
        )

    def _holds(self, expectation: Expectation, proposal: Proposal, line: Line) -> bool:
        """Whether a proposal passes everywhere, and could fail."""
        try:
            value = compile_template(proposal.value)
            new = replace(expectation, name=proposal.name or expectation.name, value=value)
            for _, judged, before in line.judged:
                verdict = verdict_of(judged._replace(expectation=new), self._project.vocabulary)
                if verdict.outcome.is_bad or (
                    verdict.outcome is not Outcome.PASSED and before.outcome.is_bad
                ):
                    return False
                rendered = value.render(judged.turn.variables)
                if self._project.vocabulary.doubts_of(new, rendered):
                    return False
        except (TemplateError, BadExpectation):
            return False
        return True

    def _edited(self) -> Document:
        """The original text with all edits; one that cannot be made is refused."""
        document = self._original
        for key in list(self._edits):
            try:
                document = self._with_edit(document, key)
            except CannotEdit as error:
                self._drop(key, str(error), "write the value out in its own place")
            except AuthoringError as error:
                first = error.problems[0]
                self._drop(key, f"then the file would be wrong: {first.message}", first.hint)
        return document

    def _golden(self, file: FilePath) -> RewrittenGolden:
        return RewrittenGolden(
            file=file,
            shown=self._project.goldens.shown(file),
            before=file.read_bytes() if file.is_file() else b"",
            after=self._goldens[file],
        )

    def _drop(self, key: Key, message: str, hint: str) -> None:
        del self._edits[key]
        self._refuse(key, message, hint)

    def _with_edit(self, document: Document, key: Key) -> Document:
        """A document with one edit. Raises `CannotEdit`; `AuthoringError` if it is not valid."""
        proposal = self._edits[key]
        if proposal.name:
            text = with_name(document, key, proposal.name, proposal.value)
        else:
            text = with_value(document, key, proposal.value)
        edited = read(text.encode(), self._shown, expect_mapping=True)
        with self._project.holding({self._file.resolve(): self._encoded(edited)}):
            for user in self._users:
                load_scenario(self._project, user)
        return edited

    def _accepted(self, key: Key, line: Line) -> RewrittenLine:
        proposal = self._edits.get(key) or Proposal(value=None)
        anchor, aliases = shared_lines(self._original, key)
        return RewrittenLine(
            line=self._original.at(*key).key_place.line,
            name=str(key[-1]),
            plays=line.plays,
            renamed=proposal.name,
            loosened=proposal.loosened,
            anchor=anchor,
            aliases=aliases,
        )


def _known(line: Line) -> KnownLine:
    return KnownLine(line=line.place.line, name=line.expectation.name, plays=line.plays)


def _unsettled(line: Line) -> CannotAccept:
    if line.broken:
        held, reason = line.broken[0]
        return CannotAccept(f"it cannot be judged in {held.name}: {reason}")
    if line.unjudged:
        name = line.unjudged[0].name
        return CannotAccept(f"{name} ends before it, where a check fails", "accept that one first")
    return CannotAccept("it fails again after it was changed", "change it by hand")
