"""Several checks together: a block of them, and `not`, `any_of` and `all_of` around blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from harness.checks.arguments import below, each, keys_schema, list_of, unlike
from harness.checks.check import BadExpectation, Content, Judge, Kind, Options, Subject
from harness.checks.text_forms import text_shown
from harness.checks.verdict import PASS, Finding, Verdict, failed, turned_round
from harness.conversation import Outcome
from harness.core import Json, did_you_mean, show

IGNORE_CASE: Mapping[str, Json] = {
    "type": "boolean",
    "description": "Texts in this block are compared without regard to case.",
}
TEXT_BLOCK: Mapping[str, Json] = {"$ref": "#/$defs/text_checks"}
"""JSON Schema of a mapping of checks on a text."""


class Block:
    """The checks of one mapping, compiled; all must pass."""

    __slots__ = ("_judges", "_value")

    def __init__(self, value: Json, options: Options, kinds: Mapping[str, Kind]) -> None:
        """Raises `BadExpectation`, its path within the mapping; `unknown-check` for a name."""
        if not isinstance(value, Mapping):
            raise unlike(value, "a mapping of checks")
        self._judges = tuple(_judges(value, options, kinds))
        self._value = value

    @property
    def text(self) -> str:
        """The checks in a sentence: `contains 'sorry' and status 200`."""
        checks = ((name, one) for name, one in self._value.items() if name != "ignore_case")
        return " and ".join(f"{name} {show(one)}" for name, one in checks)

    def verdict(self, subject: Subject) -> Verdict:
        """The verdict of all checks together; see `all_hold`."""
        return all_hold(judge(subject) for judge in self._judges)


def all_hold(verdicts: Iterable[Verdict]) -> Verdict:
    """The first verdict that failed, wherever it is, else the least certain one, else a pass.

    One failure decides, whatever could not be judged beside it.
    """
    unclear = None
    for verdict in verdicts:
        if verdict.outcome is Outcome.FAILED:
            return verdict
        unclear = _less_certain(unclear, verdict)
    return unclear or PASS


def one_of(
    verdicts: Iterable[Verdict], none_holds: Callable[[Sequence[Finding]], Verdict]
) -> Verdict:
    """The first verdict that passed, wherever it is, else the least certain one.

    If all failed, the verdict that `none_holds` makes of their findings.
    """
    unclear, findings = None, []
    for verdict in verdicts:
        if verdict.outcome is Outcome.PASSED:
            return verdict
        if verdict.outcome is Outcome.FAILED and verdict.finding is not None:
            findings.append(verdict.finding)
        else:
            unclear = _less_certain(unclear, verdict)
    return unclear or none_holds(findings)


def _less_certain(unclear: Verdict | None, verdict: Verdict) -> Verdict | None:
    """The first that is BROKEN, else the first that was skipped; None if neither is."""
    if verdict.outcome is Outcome.BROKEN:
        return unclear if unclear and unclear.outcome is Outcome.BROKEN else verdict
    return unclear or (verdict if verdict.outcome is Outcome.SKIPPED else None)


def block_schema(properties: Mapping[str, Json], description: str) -> dict[str, Json]:
    """JSON Schema of a mapping of checks, each with the schema of its value."""
    return {"description": description, **keys_schema({**properties, "ignore_case": IGNORE_CASE})}


def _judges(
    value: Mapping[str, Json], options: Options, kinds: Mapping[str, Kind]
) -> Iterator[Judge]:
    ignore_case = value.get("ignore_case", options.ignore_case)
    inner = replace(options, ignore_case=bool(ignore_case))
    if not value.keys() - {"ignore_case"}:
        raise BadExpectation("asserts-nothing", "the block contains no check")
    for name, argument in value.items():
        if name == "ignore_case":
            continue
        if name not in kinds:
            hint = did_you_mean(name, kinds)
            raise BadExpectation("unknown-check", f"unknown check '{name}'", hint, (name,))
        with below(name):
            judge = kinds[name].compile(argument, inner)
        yield judge


def with_combinations(kinds: Mapping[str, Kind], block: str) -> Mapping[str, Kind]:
    """The checks, with `not`, `any_of` and `all_of` of any of them, nested ones too.

    `block` is the name of their format, below `$defs`.
    """
    inside: Mapping[str, Json] = {"$ref": f"#/$defs/{block}"}
    several: Mapping[str, Json] = {"type": "array", "minItems": 1, "items": inside}
    known = dict(kinds)
    combinations = (
        Kind(
            name="not",
            schema={**_DESCRIBED["not"], **inside},
            compile=partial(_not, known),
            content=Content.CHECKS,
            is_free_of_variables=True,
            instead=_check_instead,
        ),
        Kind(
            name="any_of",
            schema={**_DESCRIBED["any_of"], **several},
            compile=partial(_any_of, known),
            content=Content.CHECKS,
            other_words="or one_of",
        ),
        Kind(
            name="all_of",
            schema={**_DESCRIBED["all_of"], **several},
            compile=partial(_all_of, known),
            content=Content.CHECKS,
            other_words="and",
        ),
    )
    known.update({kind.name: kind for kind in combinations})
    return known


_DESCRIBED: Mapping[str, Mapping[str, Json]] = {
    "not": {
        "description": "The checks inside do not all pass.",
        "examples": [{"contains": "sorry"}],
    },
    "any_of": {
        "description": "At least one of these blocks of checks passes.",
        "examples": [[{"contains": "yes"}, {"matches": "^ok"}]],
    },
    "all_of": {
        "description": "All of these blocks of checks pass.",
        "examples": [[{"matches": "free"}, {"matches": "shipping"}]],
    },
}


def _check_instead(value: Json, text: str) -> str:
    return f"write {{contains: {text}}}" if isinstance(value, str) else "write a check, {…}"


def _not(kinds: Mapping[str, Kind], value: Json, options: Options) -> Judge:
    # A check that cannot fail makes its `not` always fail, so it needs no warning.
    block = Block(value, replace(options, doubts=None), kinds)

    def judge(subject: Subject) -> Verdict:
        verdict = block.verdict(subject)
        if verdict.outcome is Outcome.FAILED:
            return PASS
        if verdict.outcome is not Outcome.PASSED:
            return turned_round(verdict)
        return failed(
            f"{subject.name} passes {block.text}, which it must not",
            expected=f"not {block.text}",
            actual=text_shown(subject),
        )

    return judge


def _any_of(kinds: Mapping[str, Kind], value: Json, options: Options) -> Judge:
    blocks = _blocks(value, options, kinds)

    def judge(subject: Subject) -> Verdict:
        return one_of(
            (block.verdict(subject) for block in blocks),
            lambda findings: failed(
                f"{subject.name} passes none of the {len(blocks)} alternatives",
                expected="\nor ".join(block.text for block in blocks),
                actual=text_shown(subject),
                difference=_numbered(enumerate(findings, 1)),
            ),
        )

    return judge


def _all_of(kinds: Mapping[str, Kind], value: Json, options: Options) -> Judge:
    blocks = _blocks(value, options, kinds)

    def judge(subject: Subject) -> Verdict:
        verdicts = [block.verdict(subject) for block in blocks]
        wrong = [
            number for number, verdict in enumerate(verdicts) if verdict.outcome is Outcome.FAILED
        ]
        if not wrong:
            return all_hold(verdicts)
        if len(wrong) == 1:
            return verdicts[wrong[0]]
        findings = ((number, verdict.finding) for number, verdict in enumerate(verdicts, 1))
        return failed(
            f"{subject.name} does not pass {len(wrong)} of {len(blocks)} blocks",
            expected="\nand ".join(blocks[number].text for number in wrong),
            actual=text_shown(subject),
            difference=_numbered(
                (number, finding) for number, finding in findings if finding is not None
            ),
        )

    return judge


def _numbered(findings: Iterable[tuple[int, Finding]]) -> tuple[str, ...]:
    return tuple(f"{number}. {finding.message}" for number, finding in findings)


def _blocks(value: Json, options: Options, kinds: Mapping[str, Kind]) -> list[Block]:
    blocks = list_of(value, "a list of blocks of checks")
    return each(blocks, lambda one: Block(one, options, kinds))
