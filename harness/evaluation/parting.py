"""Where the takes of one scenario part, and which reply goes with the failures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.conversation import Outcome, Turn
from harness.core import Json, counted, on_one_line, shorten
from harness.core.sections import Section
from harness.evaluation.takes import Takes
from harness.play.result import ScenarioResult
from harness.statistics.exact import fisher_p

_LONGEST = 60
"""Characters of a reply that are shown."""
_FIGURES = re.compile(r"[0-9]+")
_SPACES = re.compile(r"\s+")
NOT_PLAYED = "(not played)"
"""In place of the reply to a turn that a take did not reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A reply to one turn, and the takes that received it."""

    turn: int
    text: str
    """That of the first of these takes; figures and spaces may differ in the others."""
    takes: tuple[int, ...]
    """Numbers of takes that were judged."""
    passed: int
    """How many of them passed."""
    others: int
    """Takes that received another reply."""
    others_passed: int

    @property
    def p(self) -> float:
        """How likely so unequal groups are by chance: Fisher's exact p."""
        failed = len(self.takes) - self.passed, self.others - self.others_passed
        return fisher_p((self.passed, self.others_passed), failed)

    @property
    def is_worse(self) -> bool:
        """Whether takes with this reply pass less often than the others."""
        return self.passed * self.others < self.others_passed * len(self.takes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """Where takes received different replies."""

    takes: Takes
    variants: Mapping[int, Sequence[Variant]]
    """The different replies by turn, of the turns that have more than one; the first turn first."""

    @property
    def turn(self) -> int | None:
        """The turn in which takes part first; None if all received the same replies."""
        return next(iter(self.variants), None)

    @property
    def compared(self) -> int:
        """How many replies were compared with the others of their turn."""
        return sum(map(len, self.variants.values()))

    @property
    def suspect(self) -> Variant | None:
        """The reply that goes with failures the most: with the least p, then in the first turn."""
        worse = [one for some in self.variants.values() for one in some if one.is_worse]
        return min(worse, key=lambda variant: (variant.p, variant.turn), default=None)

    def p(self, variant: Variant) -> float:
        """The p value of one of the compared replies.

        It was chosen among several, so its own is multiplied by their number (Bonferroni).
        """
        return min(1.0, variant.p * self.compared)

    def section(self, name: str) -> Section:
        """What a terminal shows."""
        takes = self.takes
        rate = f"{takes.passed} of {counted(takes.judged, 'take')} passed"
        unjudged = f", {len(takes.results) - takes.judged} not judged"
        turn = self.turn
        return Section(
            title=f"{name}: {rate}{unjudged if takes.judged < len(takes.results) else ''}",
            heads=("turn", "reply", "takes", "passed"),
            rows=[
                (
                    f"turn {variant.turn}",
                    _shown(variant.text),
                    _numbers(variant.takes),
                    f"{variant.passed} of {len(variant.takes)}",
                )
                for variant in (self.variants[turn] if turn is not None else ())
            ],
            lines=list(self._lines()),
        )

    def json(self, name: str) -> dict[str, Json]:
        """The result as JSON, without what is not known."""
        stored: dict[str, Json] = {
            "id": name,
            "passed": self.takes.passed,
            "judged": self.takes.judged,
            "takes": len(self.takes.results),
            "variants": [
                _variant_json(variant) for some in self.variants.values() for variant in some
            ],
        }
        if self.turn is not None:
            stored["turn"] = self.turn
        if (suspect := self.suspect) is not None:
            stored["suspect"] = {**_variant_json(suspect), "p": round(self.p(suspect), 6)}
        return stored

    def _lines(self) -> Iterator[str]:
        if self.turn is None:
            yield "all takes received the same replies, but for figures and spaces"
            return
        yield f"takes part in turn {self.turn}"
        suspect = self.suspect
        if suspect is None:
            yield "no reply goes with failures"
            return
        yield (
            f"the reply that fails: turn {suspect.turn}, {_shown(suspect.text)}: "
            f"{suspect.passed} of {counted(len(suspect.takes), 'take')} passed, otherwise "
            f"{suspect.others_passed} of {suspect.others}"
        )
        yield (
            f"Fisher's exact p = {self.p(suspect):.2g}, {self.compared} different replies compared"
        )


def find_parting(takes: Takes) -> Parting:
    """Compare the replies of the takes that were judged, turn by turn."""
    judged = {
        number: result
        for number, result in enumerate(takes.results, 1)
        if result.outcome in (Outcome.PASSED, Outcome.FAILED)
    }
    turns = sorted({turn.number for one in judged.values() for turn in one.transcript.turns})
    found = {turn: list(_variants(turn, judged)) for turn in turns}
    return Parting(
        takes=takes, variants={turn: some for turn, some in found.items() if len(some) > 1}
    )


def _variants(number: int, judged: Mapping[int, ScenarioResult]) -> Iterator[Variant]:
    texts: dict[str, str] = {}
    groups: dict[str, list[int]] = {}
    for take, result in judged.items():
        turns = (turn for turn in result.transcript.turns if turn.number == number)
        text = _said(next(turns, None))
        # Ids, dates and amounts differ in every take.
        key = _SPACES.sub(" ", _FIGURES.sub("0", text)).strip()
        texts.setdefault(key, text)
        groups.setdefault(key, []).append(take)
    passed = {take for take, result in judged.items() if result.outcome is Outcome.PASSED}
    for key, takes in groups.items():
        own = passed.intersection(takes)
        yield Variant(
            turn=number,
            text=texts[key],
            takes=tuple(takes),
            passed=len(own),
            others=len(judged) - len(takes),
            others_passed=len(passed) - len(own),
        )


def _said(turn: Turn | None) -> str:
    """What the bot said in a turn, and the buttons that it offered."""
    if turn is None:
        return NOT_PLAYED
    if turn.reply is None:
        return f"(refused: {turn.refusal.code})" if turn.refusal is not None else "(no reply)"
    buttons = "".join(f" [{label}]" for label in turn.reply.actions)
    return f"{turn.reply.text}{buttons}"


def _shown(text: str) -> str:
    return f"'{shorten(on_one_line(text), _LONGEST)}'"


def _numbers(takes: Sequence[int]) -> str:
    """`1, 2, 5`, without the last ones of many."""
    most = 8
    more = ", …" if len(takes) > most else ""
    return f"{', '.join(map(str, takes[:most]))}{more}"


def _variant_json(variant: Variant) -> dict[str, Json]:
    return {
        "turn": variant.turn,
        "text": variant.text,
        "takes": list(variant.takes),
        "passed": variant.passed,
        "others": variant.others,
        "others_passed": variant.others_passed,
    }
