"""Several checks together, as they stand in a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from harness.checks.check import PASS, BadExpectation, Judge, Kind, Options, Verdict
from harness.checks.subject import Subject
from harness.conversation.outcome import Outcome
from harness.core.errors import did_you_mean
from harness.core.typing import Json, describe
from harness.formats.json_schema.wording import show

IGNORE_CASE: Mapping[str, Json] = {
    "type": "boolean",
    "description": "Upper and lower case are the same for the texts of this block.",
}


class Block:
    """Checks of one mapping, compiled; all must hold."""

    __slots__ = ("_judges",)

    def __init__(self, value: Json, options: Options, kinds: Mapping[str, Kind]) -> None:
        """Raises `BadExpectation`, its path within the mapping; `unknown-check` for a name."""
        self._judges = tuple(_judges(value, options, kinds))

    def verdict(self, subject: Subject) -> Verdict:
        """The first verdict that is a failure, else the first skip, else a pass."""
        found = PASS
        for judge in self._judges:
            verdict = judge(subject)
            if verdict.outcome.is_bad:
                return verdict
            if found is PASS and verdict.outcome is not Outcome.PASSED:
                found = verdict
        return found

    def failure(self, subject: Subject) -> Verdict | None:
        """The first verdict that is a failure; None where there is none."""
        verdict = self.verdict(subject)
        return verdict if verdict.outcome.is_bad else None


def block_schema(properties: Mapping[str, Json], description: str) -> dict[str, Json]:
    """JSON Schema of a mapping of checks, each with the schema of its value."""
    return {
        "type": "object",
        "description": description,
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {**properties, "ignore_case": IGNORE_CASE},
    }


def block_text(value: Json) -> str:
    """The checks of a block in a sentence: `contains 'sorry' and status 200`."""
    if not isinstance(value, Mapping):
        return show(value)
    shown = (f"{name} {show(one)}" for name, one in value.items() if name != "ignore_case")
    return " and ".join(shown)


def _judges(value: Json, options: Options, kinds: Mapping[str, Kind]) -> Iterator[Judge]:
    if not isinstance(value, Mapping):
        message = f"{describe(value)} stands where a mapping of checks is wanted"
        raise BadExpectation("wrong-value", message)
    ignore_case = value.get("ignore_case", options.ignore_case)
    inner = replace(options, ignore_case=bool(ignore_case))
    if not value.keys() - {"ignore_case"}:
        raise BadExpectation("asserts-nothing", "the block holds no check")
    for name, argument in value.items():
        if name == "ignore_case":
            continue
        if name not in kinds:
            hint = did_you_mean(name, kinds)
            raise BadExpectation("unknown-check", f"unknown check '{name}'", hint, (name,))
        try:
            yield kinds[name].compile(argument, inner)
        except BadExpectation as error:
            raise error.below(name) from error
