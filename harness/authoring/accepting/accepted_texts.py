"""What the checks on a text may say instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from harness.authoring.accepting.seen import (
    CannotAccept,
    Proposal,
    Wanted,
    rendered,
    said,
    with_any_figures,
)
from harness.authoring.passages import FEWEST_LETTERS, common_passages
from harness.checks.diff import nearest
from harness.checks.language import FEWEST_WORDS, language_of
from harness.checks.measures import number_of_characters, words_of
from harness.checks.varying import escaped, nouns_in, pattern_for, varying_in
from harness.core import Json, show
from harness.formats.template import literal

LIKE = 0.4
"""The likeness, from 0 to 1, of a passage that says the same in other words."""
_WORD = re.compile(r"\w")
_ANCHORED = re.compile(r"(?:\(\?[a-z]+\))?\^.*\$", re.DOTALL)
_FLAGS = re.compile(r"(?:\(\?[a-z]+\))?")
# A search for such a pattern may take forever, and `re` has no limit.
_REPEATED = re.compile(r"(?<!\\)[*+?{(|\[]")


def equals(wanted: Wanted) -> Iterator[Proposal]:
    """The whole text; a pattern if something in it varies, common passages if the texts differ."""
    for names in wanted.namings():
        texts = [said(seen.subject.text, seen, names) for seen in wanted.seen]
        if len({text.written for text in texts}) == 1:
            varies = any(is_varying_text(part, wanted.pinned) for part in texts[0].parts[::2])
            if not varies:
                yield Proposal(value=texts[0].written)
            else:
                yield Proposal(
                    name="matches",
                    value=f"^{texts[0].pattern}$",
                    loosened=("what varies in the text is matched by its form",),
                )
        elif len({text.pattern for text in texts}) == 1:
            yield Proposal(
                name="matches",
                value=f"^{texts[0].pattern}$",
                loosened=("what varies in the text is matched by its form",),
            )
    for passages in _common(wanted):
        yield Proposal(
            name="contains",
            value=list(passages)[:3] if len(passages) > 1 else passages[0],
            loosened=("the replies differ, so only what they have in common is expected",),
        )


def is_varying_text(text: str, pinned: Collection[str] = ()) -> bool:
    """Whether a part of a text varies; what has a form of the nouns in `pinned` does not count."""
    return any(noun not in pinned for noun, _ in nouns_in(text))


def contains(wanted: Wanted) -> Iterator[Proposal]:
    """The texts that are still there, and in place of each other one the passage most like it."""
    texts = wanted.written if isinstance(wanted.written, list | tuple) else [wanted.written]
    is_list = isinstance(wanted.written, list | tuple)
    if not is_list and (renewed := _renewed(wanted, str(texts[0]))):
        yield Proposal(value=renewed)
    for passages in _common(wanted):
        kept: list[Json] = []
        for text in texts:
            if wanted.holds_for_all(text, "contains"):
                kept.append(text)
                continue
            if renewed := _renewed(wanted, str(text)):
                kept.append(renewed)
                continue
            known = str(rendered(text, wanted.seen[0]))
            free = [one for one in passages if one not in kept] or passages
            kept.append(_most_like(known, free))
        kept = list(dict.fromkeys(kept))
        yield Proposal(value=kept if is_list else kept[0])
    near = nearest(str(rendered(texts[0], wanted.seen[0])), wanted.texts[0])
    if len(_WORD.findall(near)) >= FEWEST_LETTERS and not is_varying_text(near) and not is_list:
        yield Proposal(value=near.replace("${", "$${"))


def contains_any(wanted: Wanted) -> Iterator[Proposal]:
    """The alternatives that some reply contains, and a passage of the replies with none of them."""
    texts = wanted.written if isinstance(wanted.written, list | tuple) else [wanted.written]
    used = [one for one in texts if any(wanted.holds(s, one, "contains") for s in wanted.seen)]
    left = [s for s in wanted.seen if not any(wanted.holds(s, one, "contains") for one in used)]
    rest = wanted.with_seen(left)
    for passages in _common(rest):
        known = str(rendered(texts[0], left[0]))
        added = _most_like(known, passages)
        loosened = ("one more alternative",) if used else ()
        yield Proposal(value=[*used, added], loosened=loosened)


def matches(wanted: Wanted) -> Iterator[Proposal]:
    """A pattern for the whole text if it was one for the whole, else for a passage."""
    old = str(wanted.written)
    if renewed := _renewed(wanted, old, is_pattern=True):
        yield Proposal(value=renewed)
    flags = _FLAGS.match(old)
    prefix = flags[0] if flags else ""
    is_whole = _ANCHORED.fullmatch(old) is not None
    has_digits = r"\d" in old or "[0-9" in old
    if is_whole:
        for names in wanted.namings():
            patterns = {said(s.subject.text, s, names).pattern for s in wanted.seen}
            if len(patterns) == 1:
                yield Proposal(value=f"{prefix}^{patterns.pop()}$")
    plain = re.sub(r"\\[dwsbDWSB]|[\\^$*+?{}()|\[\]]", " ", old[len(prefix) :])
    by_likeness = partial(sorted, key=lambda one: -_likeness(plain, one))
    for names in wanted.namings():
        texts = [said(s.subject.text, s, names).written for s in wanted.seen]
        common = [one for some in _passages_of(wanted, texts) for one in by_likeness(some)]
        for passage in common:
            found = _pattern_of_written(passage, wanted.pinned)
            yield Proposal(value=f"{prefix}{with_any_figures(found) if has_digits else found}")


def _pattern_of_written(passage: str, pinned: Collection[str]) -> str:
    form = pattern_for if is_varying_text(passage, pinned) else escaped
    parts = re.split(r"(?<!\$)(\$\{[^{}]*\})", passage)
    return "".join(
        part if index % 2 else form(part.replace("$${", "${")) for index, part in enumerate(parts)
    )


def starts_with(wanted: Wanted) -> Iterator[Proposal]:
    """The beginning that all texts have: their first sentence, or the words in common."""
    yield from _edge(wanted, is_end=False)


def ends_with(wanted: Wanted) -> Iterator[Proposal]:
    """The end that all texts have: their last sentence, or the words in common."""
    yield from _edge(wanted, is_end=True)


def _edge(wanted: Wanted, *, is_end: bool) -> Iterator[Proposal]:
    if renewed := _renewed(wanted, str(wanted.written)):
        yield Proposal(value=renewed)
    for names in wanted.namings():
        texts = [said(s.subject.text, s, names).written for s in wanted.seen]
        common = [one for some in _passages_of(wanted, texts) for one in some]
        edge = str.endswith if is_end else str.startswith
        for passage in common:
            if all(edge(text.strip(), passage) for text in texts):
                yield Proposal(value=passage)
        words = _common_words([text.split(" ") for text in texts], is_end=is_end)
        shared = " ".join(words)
        varies = is_varying_text(shared, wanted.pinned)
        if len(_WORD.findall(shared)) >= FEWEST_LETTERS and not varies:
            yield Proposal(value=shared)


def _common_words(texts: Sequence[Sequence[str]], *, is_end: bool) -> list[str]:
    turned = [list(reversed(words)) if is_end else list(words) for words in texts]
    common = []
    for words in zip(*turned, strict=False):
        if len(set(words)) > 1:
            break
        common.append(words[0])
    return list(reversed(common)) if is_end else common


def _common(wanted: Wanted) -> Iterator[Sequence[str]]:
    """The passages that all replies have, as an author writes them."""
    for names in wanted.namings():
        texts = [said(s.subject.text, s, names).written for s in wanted.seen]
        for common in _passages_of(wanted, texts):
            enough = [
                one
                for one in common
                if len(_WORD.findall(one)) >= FEWEST_LETTERS or one == texts[0].strip()
            ]
            if enough:
                yield enough


def _passages_of(wanted: Wanted, texts: Sequence[str]) -> Iterator[list[str]]:
    """The passages in common; first with dates and ids, if the expectation has such ones."""
    if wanted.pinned:
        yield list(common_passages(texts, wanted.pinned))
    yield list(common_passages(texts))


def _renewed(wanted: Wanted, written: str, *, is_pattern: bool = False) -> str:
    """The written text or pattern with the dates and ids that all replies have in it now.

    Empty if it has none, or if they are not the same everywhere.
    """
    spans = list(varying_in(written))
    if not spans or "${" in written:
        return ""
    stable, forms, end = [], [], 0
    for start, stop in spans:
        stable.append(written[end:start])
        forms.append(pattern_for(written[start:stop]))
        end = stop
    stable.append(written[end:])
    if is_pattern and any(map(_REPEATED.search, stable)):
        return ""
    parts = stable if is_pattern else list(map(escaped, stable))
    named = [f"(?P<new{index}>{form})" for index, form in enumerate(forms)]
    pattern = "".join(part for pair in zip(parts, [*named, ""], strict=True) for part in pair)
    found = [set(_groups_in(pattern, len(forms), text)) for text in wanted.texts]
    if len(found[0]) != 1 or any(one != found[0] for one in found):
        return ""
    new = [escaped(one) if is_pattern else str(literal(one)) for one in found[0].pop()]
    return "".join(part for pair in zip(stable, [*new, ""], strict=True) for part in pair)


def _groups_in(pattern: str, number: int, text: str) -> Iterator[tuple[str, ...]]:
    try:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield tuple(match[f"new{index}"] for index in range(number))
    except re.error:
        return


def _most_like(text: str, passages: Sequence[str]) -> str:
    """The passage most like a text; the first if none is like it."""
    nearest_one = max(passages, key=partial(_likeness, text))
    return nearest_one if _likeness(text, nearest_one) > LIKE else passages[0]


def _likeness(text: str, other: str) -> float:
    return difflib.SequenceMatcher(None, text.casefold(), other.casefold(), autojunk=False).ratio()


def _limit(word: str, wanted: Wanted) -> Proposal:
    number_in = number_of_characters if "characters" in wanted.name else _number_of_words
    numbers = [number_in(text) for text in wanted.texts]
    limit = min(numbers) if word == "least" else max(numbers)
    if not limit:
        raise CannotAccept(
            "a reply has no text, and a text of any length would pass", "remove the check by hand"
        )
    change = "lowered" if word == "least" else "raised"
    return Proposal(
        value=limit, loosened=(f"the limit is {change} from {show(wanted.written)} to {limit}",)
    )


def at_most(wanted: Wanted) -> Iterator[Proposal]:
    """The length of the longest text."""
    yield _limit("most", wanted)


def at_least(wanted: Wanted) -> Iterator[Proposal]:
    """The length of the shortest text."""
    yield _limit("least", wanted)


def _number_of_words(text: str) -> int:
    return len(words_of(text))


def language(wanted: Wanted) -> Iterator[Proposal]:
    """The languages of the texts."""
    found = sorted({language_of(t) for t in wanted.texts if len(words_of(t)) >= FEWEST_WORDS})
    if not found:
        raise CannotAccept("no reply has enough words to detect its language", "")
    loosened = (f"{len(found)} languages are allowed",) if len(found) > 1 else ()
    yield Proposal(value=found if len(found) > 1 else found[0], loosened=loosened)
