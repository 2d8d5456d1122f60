"""How often a scenario is played, and how many of its takes must pass."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.core import Json, Place, counted, did_you_mean, value_class
from harness.formats.yaml import Node
from harness.scenario.compiling import Compiler

if TYPE_CHECKING:
    from harness.statistics.sequential import SequentialGate

MOST_TAKES = 1000
"""Of one scenario."""
DECIDED = "decided"
"""The value of `until`, and of the option `--repeat`."""
_RATES: Mapping[str, float] = {"good": 0.95, "bad": 0.80, "error": 0.05}
_AT_MOST = 100
_NUMBER = re.compile(r"[0-9]*\.?[0-9]+")
_LARGEST_ERROR = 0.4
_COUNT: dict[str, Json] = {"type": "integer", "minimum": 1, "maximum": MOST_TAKES}
_RATE: dict[str, Json] = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}


@value_class(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How often a scenario is played, since a bot is not deterministic."""

    takes: int
    """At most."""
    wanted: int = 0
    """Takes that must pass; 0 if there are takes until they decide."""
    good: float = 0.0
    """Of takes until they decide: the pass rate of a good bot, from 0 to 1."""
    bad: float = 0.0
    error: float = 0.0
    """How likely a good bot may fail, and a bad one may pass."""
    is_whole: bool = False
    """All takes are played, also after the result is certain."""
    place: Place | None = None
    """Of the key `repeat`; None if it is not in a file."""

    @property
    def is_repeated(self) -> bool:
        """Whether there can be several takes."""
        return self.takes > 1

    @property
    def is_divisible(self) -> bool:
        """Whether its takes can be played apart: all are played in any case, and must pass."""
        return self.is_whole and 1 < self.takes == self.wanted

    @property
    def gate(self) -> SequentialGate | None:
        """What decides; None if a fixed number of takes must pass."""
        if self.wanted:
            return None
        # Late: few scenarios need it.
        from harness.statistics.sequential import sequential_gate  # noqa: PLC0415

        return sequential_gate(self.good, self.bad, self.error, self.takes)

    def passes(self, passed: int, failed: int) -> bool | None:
        """Whether these takes pass the scenario; None if they leave that open."""
        if (gate := self.gate) is not None:
            decision = gate.decision(passed, failed)
            return None if decision is None else decision == "good"
        if passed >= self.wanted:
            return True
        return False if self.takes - failed < self.wanted else None

    def needed(self, passed: int, failed: int, unjudged: int = 0) -> int:
        """How many more takes are needed in any case, whatever their outcomes; 0 if none is.

        `unjudged` are takes that were skipped or could not be judged. One of them ends takes
        that go on until they decide: without it, the rest would not be a fair sample.
        """
        left = self.takes - passed - failed - unjudged
        if self.is_whole:
            return left
        if self.passes(passed, failed) is not None:
            return 0
        if not self.wanted:
            return 0 if unjudged else min(left, self._fewest(passed, failed))
        lost = self.takes - self.wanted + 1 - failed
        return min(left, self.wanted - passed, lost)

    def as_json(self) -> list[Json]:
        """The form of a cache, without the place."""
        return [self.takes, self.wanted, self.good, self.bad, self.error, self.is_whole]

    @classmethod
    def from_json(cls, kept: Sequence[float]) -> Repeat:
        """The value from `as_json`."""
        takes, wanted, good, bad, error, is_whole = kept
        return cls(
            takes=int(takes),
            wanted=int(wanted),
            good=good,
            bad=bad,
            error=error,
            is_whole=bool(is_whole),
        )

    def __str__(self) -> str:
        if not self.wanted:
            return (
                f"until it is decided whether {self.good:.0%} or {self.bad:.0%} pass,"
                f" at most {counted(self.takes, 'take')}"
            )
        return f"{self.wanted} of {counted(self.takes, 'take')} must pass"

    def _fewest(self, passed: int, failed: int) -> int:
        """How many more takes decide at the earliest, if all of them pass, or all fail."""
        more = 1
        while (
            self.passes(passed + more, failed) is None
            and self.passes(passed, failed + more) is None
        ):
            more += 1
        return more


def all_of(takes: int) -> Repeat:
    """So many takes, all of which are played and must pass."""
    return Repeat(takes=takes, wanted=takes, is_whole=True)


ONCE = Repeat(takes=1, wanted=1)
"""A scenario that is not repeated."""

REPEAT: Json = {
    "description": (
        "Number of takes to play, all of which must pass. Or takes until it is certain that"
        " 'pass' of them pass, or until they decide whether the bot is good or bad."
    ),
    "oneOf": [
        _COUNT,
        {
            "type": "object",
            "required": ["takes"],
            "additionalProperties": False,
            "properties": {
                "takes": {**_COUNT, "description": "How often it is played, at most."},
                "pass": {**_COUNT, "description": "How many must pass; default: all."},
            },
        },
        {
            "type": "object",
            "required": ["until"],
            "additionalProperties": False,
            "properties": {
                "until": {
                    "const": DECIDED,
                    "description": "Takes are played until they decide.",
                },
                "good": {
                    **_RATE,
                    "description": "The pass rate from which a bot is good; default: 0.95.",
                },
                "bad": {
                    **_RATE,
                    "description": "The pass rate up to which a bot is bad; default: 0.80.",
                },
                "error": {
                    **_RATE,
                    "maximum": _LARGEST_ERROR,
                    "description": "How likely the decision may be wrong; default: 0.05.",
                },
                "at_most": {**_COUNT, "description": "How many takes are played; default: 100."},
            },
        },
    ],
}
"""The format of the key."""


def read_repeat(node: Node | None, compiler: Compiler) -> Repeat | None:
    """The value of the key `repeat`; None if there is none."""
    if node is None:
        return None
    if node.has("until"):
        return _until_decided(node, compiler)
    # JSON Schema takes 5.0 for a whole number, too.
    count = int(node.value_of("takes", node.value))
    least = int(node.value_of("pass", count))
    if least > count:
        compiler.note(
            "wrong-value",
            f"{least} passing takes cannot be required of {counted(count, 'take')}",
            node.at("pass"),
            f"at most {count}, or increase 'takes'",
        )
    is_whole = not node.has("takes")
    return Repeat(takes=count, wanted=least, is_whole=is_whole, place=node.key_place)


def _until_decided(node: Node, compiler: Compiler) -> Repeat:
    repeat = until_decided({name: node.value_of(name) for name in ("at_most", *_RATES)})
    repeat = replace(repeat, place=node.key_place)
    message, hint = problem_of(repeat)
    if message:
        names = ("bad", "good", "at_most", "until")
        at = next(name for name in names if node.has(name))
        compiler.note("wrong-value", message, node.at(at), hint)
        return replace(until_decided({}), place=node.key_place)
    return repeat


def until_decided(given: Mapping[str, Any]) -> Repeat:
    """Takes until they decide, with the defaults of figures that are not given, or None."""
    rates = {
        name: rate if given.get(name) is None else float(given[name])
        for name, rate in _RATES.items()
    }
    return Repeat(
        takes=int(given.get("at_most") or _AT_MOST),
        good=rates["good"],
        bad=rates["bad"],
        error=rates["error"],
    )


def repeat_from(text: str) -> Repeat:
    """The value of the option `--repeat`: `5`, `4/5` or `decided`, perhaps with figures.

    Raises `ValueError` with what is wrong.
    """
    word, *pairs = text.split(",")
    if word == DECIDED:
        figures = dict(pair.partition("=")[::2] for pair in pairs)
        repeat = _of_figures(figures)
        message, hint = problem_of(repeat)
        if message:
            raise ValueError(f"{message}; {hint}")
        return repeat
    wanted, slash, takes = word.partition("/")
    counts = [wanted, takes if slash else wanted]
    if pairs or not all(one.isdecimal() and 1 <= int(one) <= MOST_TAKES for one in counts):
        message = f"'{text}' is not a number of takes up to {MOST_TAKES}"
        raise ValueError(f"{message}; write 5, 4/5 for 4 of 5, or {DECIDED}")
    least, count = map(int, counts)
    if least > count:
        raise ValueError(f"{least} passing takes cannot be required of {counted(count, 'take')}")
    return Repeat(takes=count, wanted=least, is_whole=not slash)


def _of_figures(figures: Mapping[str, str]) -> Repeat:
    """Raises `ValueError`."""
    for name, value in figures.items():
        if name not in (*_RATES, "at_most"):
            raise ValueError(f"unknown figure '{name}'; {did_you_mean(name, (*_RATES, 'at_most'))}")
        largest = _LARGEST_ERROR if name == "error" else 1
        is_count = name == "at_most" and value.isdecimal() and 1 <= int(value) <= MOST_TAKES
        is_rate = (
            name != "at_most" and bool(_NUMBER.fullmatch(value)) and 0 < float(value) < largest
        )
        if not is_count and not is_rate:
            wanted = (
                f"a whole number up to {MOST_TAKES}"
                if name == "at_most"
                else f"between 0 and {largest:g}"
            )
            raise ValueError(f"{name} is '{value}', expected {wanted}")
    return until_decided(figures)


def problem_of(repeat: Repeat) -> tuple[str, str]:
    """Why takes until they decide never can, and what to do; empty if they can."""
    gate = repeat.gate
    if gate is None:
        return "", ""
    if repeat.bad >= repeat.good:
        message = (
            f"'bad' is {repeat.bad:g} and 'good' is {repeat.good:g}, so nothing can be decided"
        )
        return message, "write a rate for 'bad' that is below that of 'good'"
    fewest = max(gate.fewest_to_pass, gate.fewest_to_fail)
    if fewest > repeat.takes:
        word = "good" if gate.fewest_to_pass > repeat.takes else "bad"
        message = (
            f"{counted(repeat.takes, 'take')} cannot decide that a bot is {word}: even if all of"
            f" them {'pass' if word == 'good' else 'fail'}, {fewest} are needed"
        )
        return message, f"write 'at_most: {fewest}' or more, or a larger 'error'"
    return "", ""
