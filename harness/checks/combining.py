"""`not`, `any_of` and `all_of`: checks around other checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from harness.checks.block import Block, block_text
from harness.checks.check import (
    PASS,
    BadExpectation,
    Content,
    Judge,
    Kind,
    Options,
    Verdict,
    failed,
    turned_round,
)
from harness.checks.subject import Subject
from harness.checks.words import said
from harness.conversation.outcome import Outcome
from harness.core.typing import Json, describe


def with_combinations(kinds: Mapping[str, Kind], block: str) -> Mapping[str, Kind]:
    """The checks, and those that take any of them, themselves included.

    `block` names the definition of the format, below `$defs`, that says what may stand inside.
    """
    known = dict(kinds)
    inside: Mapping[str, Json] = {"$ref": f"#/$defs/{block}"}
    several: Mapping[str, Json] = {"type": "array", "minItems": 1, "items": inside}
    known["not"] = Kind(
        name="not",
        schema={**_NOT, **inside},
        compile=partial(_not, known),
        content=Content.CHECKS,
        is_free_of_variables=True,
        instead=_check_instead,
    )
    known["any_of"] = Kind(
        name="any_of",
        schema={**_ANY_OF, **several},
        compile=partial(_any_of, known),
        content=Content.CHECKS,
        other_words="or one_of",
    )
    known["all_of"] = Kind(
        name="all_of",
        schema={**_ALL_OF, **several},
        compile=partial(_all_of, known),
        content=Content.CHECKS,
        other_words="and",
    )
    return known


_NOT: Mapping[str, Json] = {
    "description": "The checks inside do not all hold.",
    "examples": [{"contains": "sorry"}],
}
_ANY_OF: Mapping[str, Json] = {
    "description": "At least one of these blocks of checks holds.",
    "examples": [[{"contains": "yes"}, {"matches": "^ok"}]],
}
_ALL_OF: Mapping[str, Json] = {
    "description": "All of these blocks of checks hold.",
    "examples": [[{"matches": "free"}, {"matches": "shipping"}]],
}


def _check_instead(value: Json, text: str) -> str:
    return f"write {{contains: {text}}}" if isinstance(value, str) else "write a check, {…}"


def _not(kinds: Mapping[str, Kind], value: Json, options: Options) -> Judge:
    # What cannot fail inside always fails here, which nobody overlooks.
    block = Block(value, replace(options, doubts=None), kinds)
    shown = block_text(value)

    def judge(subject: Subject) -> Verdict:
        verdict = block.verdict(subject)
        if verdict.outcome is Outcome.FAILED:
            return PASS
        if verdict.outcome is not Outcome.PASSED:
            return turned_round(verdict)
        return failed(
            f"{subject.name} fulfils {shown}, which it must not",
            expected=f"not {shown}",
            actual=said(subject.text),
        )

    return judge


def _any_of(kinds: Mapping[str, Kind], value: Json, options: Options) -> Judge:
    blocks = list(_blocks(value, options, kinds))
    shown = [block_text(one) for one in _items(value)]

    def judge(subject: Subject) -> Verdict:
        verdicts = []
        for block in blocks:
            verdict = block.verdict(subject)
            if verdict.outcome is Outcome.PASSED:
                return PASS
            verdicts.append(verdict)
        unclear = next((one for one in verdicts if one.outcome is not Outcome.FAILED), None)
        if unclear is not None:
            return unclear
        return failed(
            f"{subject.name} fulfils none of the {len(blocks)} alternatives",
            expected="\nor ".join(shown),
            actual=said(subject.text),
            difference=_numbered(verdicts),
        )

    return judge


def _all_of(kinds: Mapping[str, Kind], value: Json, options: Options) -> Judge:
    blocks = list(_blocks(value, options, kinds))
    shown = [block_text(one) for one in _items(value)]

    def judge(subject: Subject) -> Verdict:
        verdicts = [block.verdict(subject) for block in blocks]
        wrong = [number for number, one in enumerate(verdicts) if one.outcome is Outcome.FAILED]
        if not wrong:
            return next((one for one in verdicts if one.outcome is not Outcome.PASSED), PASS)
        if len(wrong) == 1:
            return verdicts[wrong[0]]
        return failed(
            f"{subject.name} does not fulfil {len(wrong)} of {len(blocks)} blocks",
            expected="\nand ".join(shown[number] for number in wrong),
            actual=said(subject.text),
            difference=_numbered(verdicts),
        )

    return judge


def _numbered(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    findings = [(number, one.finding) for number, one in enumerate(verdicts, 1)]
    return tuple(f"{number}. {found.message}" for number, found in findings if found is not None)


def _blocks(value: Json, options: Options, kinds: Mapping[str, Kind]) -> Iterator[Block]:
    for index, one in enumerate(_items(value)):
        try:
            yield Block(one, options, kinds)
        except BadExpectation as error:
            raise error.below(index) from error


def _items(value: Json) -> Sequence[Json]:
    if isinstance(value, list | tuple) and value:
        return value
    message = f"{describe(value)} stands where a list of blocks of checks is wanted"
    raise BadExpectation("wrong-value", message)
