"""The verdicts of several ways to judge the same conversations, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from harness.conversation import Outcome
from harness.core import Json, value_class
from harness.play.result import CheckResult

ABSENT = "-"
"""In place of an outcome: the check was not made."""

Key = tuple[int, str, int]
"""Turn and name of a check, and its number among those of this name in the turn."""


@value_class(frozen=True, slots=True, kw_only=True)
class ComparedCheck:
    """One check, judged in several ways."""

    turn: int
    """0 for the whole conversation."""
    name: str
    file: str = ""
    """Of the expectation; empty for the contract of a definition."""
    line: int = 0
    outcomes: tuple[str, ...]
    """By column; `ABSENT` where the check was not made."""
    messages: tuple[str, ...]
    """By column: what was wrong; empty where nothing was."""
    changed: frozenset[int] = frozenset()
    """The columns that judge the check in another way than the first column."""

    @property
    def flips(self) -> tuple[int, ...]:
        """The columns whose outcome differs from that of the first one."""
        first = self.outcomes[0]
        return tuple(
            column for column, outcome in enumerate(self.outcomes) if is_flip(first, outcome)
        )


@value_class(frozen=True, slots=True, kw_only=True)
class ComparedConversation:
    """One conversation, judged in several ways."""

    id: str
    """As in results, with the take if there are several."""
    outcomes: tuple[str, ...] = ()
    """By column."""
    checks: tuple[ComparedCheck, ...] = ()
    """Those that a column judges in another way, and those whose verdict differs."""

    @property
    def flips(self) -> tuple[int, ...]:
        """The columns in which any verdict differs from that of the first one."""
        return tuple(sorted({column for check in self.checks for column in check.flips}))


@value_class(frozen=True, slots=True, kw_only=True)
class NotJudged:
    """A conversation that could not be judged, and why."""

    id: str
    code: str
    reason: str


@value_class(frozen=True, slots=True)
class Judgement:
    """The verdicts of one column about one conversation."""

    outcome: str
    checks: Mapping[Key, CheckResult]
    changed: frozenset[Key] = frozenset()
    """Those of them that were judged in another way."""


@value_class(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All conversations, judged in several ways."""

    columns: tuple[str, ...]
    """What each way is called; the first is what the others are compared with."""
    conversations: tuple[ComparedConversation, ...] = ()
    """Those with a check that a column judges in another way, or a verdict that differs."""
    judged: int = 0
    """How many conversations were judged."""
    skipped: int = 0
    """How many are skipped by their scenario."""
    not_judged: tuple[NotJudged, ...] = ()
    notes: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    """How many checks each column judges in another way, by the name of the column."""

    @property
    def flips(self) -> int:
        """How many verdicts differ from those of the first column."""
        return sum(len(check.flips) for one in self.conversations for check in one.checks)

    def flips_of(self, column: int) -> Counter[tuple[str, str]]:
        """The verdicts of checks that differ in a column, by both outcomes."""
        return Counter(
            (check.outcomes[0], check.outcomes[column])
            for conversation in self.conversations
            for check in conversation.checks
            if column in check.flips
        )

    def conversations_of(self, column: int) -> Counter[tuple[str, str]]:
        """The outcomes of conversations that differ in a column, by both outcomes."""
        return Counter(
            (one.outcomes[0], one.outcomes[column])
            for one in self.conversations
            if one.outcomes[0] != one.outcomes[column]
        )

    def noting(self, notes: Iterable[str]) -> Comparison:
        """The comparison with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    def as_json(self) -> dict[str, Json]:
        """For programs."""
        return {
            "version": 1,
            "columns": list(self.columns),
            "judged": self.judged,
            "skipped": self.skipped,
            "flips": self.flips,
            "conversations": [_conversation_json(one) for one in self.conversations],
            "not_judged": [
                {"id": one.id, "code": one.code, "reason": one.reason} for one in self.not_judged
            ],
            "notes": list(self.notes),
        }


def is_flip(first: str, outcome: str) -> bool:
    """Whether a verdict differs. One more or one fewer check is a flip only if it is bad."""
    if ABSENT in (first, outcome):
        return any(one in (Outcome.FAILED, Outcome.BROKEN) for one in (first, outcome))
    return first != outcome


def keyed(checks: Iterable[CheckResult]) -> dict[Key, CheckResult]:
    """The checks of a conversation by what tells them apart in another judgement of it."""
    seen = Counter[tuple[int, str]]()
    found = {}
    for check in checks:
        found[check.turn, check.name, seen[check.turn, check.name]] = check
        seen[check.turn, check.name] += 1
    return found


def compared(name: str, judgements: tuple[Judgement, ...]) -> ComparedConversation:
    """The judgements of one conversation, side by side."""
    keys = dict.fromkeys(key for one in judgements for key in one.checks)
    checks = (_check(key, judgements) for key in sorted(keys))
    return ComparedConversation(
        id=name,
        outcomes=tuple(one.outcome for one in judgements),
        checks=tuple(check for check in checks if check.changed or check.flips),
    )


def _check(key: Key, judgements: tuple[Judgement, ...]) -> ComparedCheck:
    turn, name, _ = key
    found = [judgement.checks.get(key) for judgement in judgements]
    place = next((one.place for one in found if one is not None and one.place), None)
    # A contract is in the results only if it is broken.
    otherwise = Outcome.PASSED.value if name == "contract" else ABSENT
    return ComparedCheck(
        turn=turn,
        name=name,
        file="" if place is None else place.source.path,
        line=0 if place is None else place.line,
        outcomes=tuple(one.outcome.value if one else otherwise for one in found),
        messages=tuple(_reason(one) for one in found),
        changed=frozenset(number for number, one in enumerate(judgements) if key in one.changed),
    )


def _reason(check: CheckResult | None) -> str:
    if check is None or check.outcome is Outcome.PASSED:
        return ""
    # The contract's message names the step alone.
    return f"{check.message}: {check.actual}" if check.name == "contract" else check.message


def _conversation_json(conversation: ComparedConversation) -> Json:
    return {
        "id": conversation.id,
        "outcomes": list(conversation.outcomes),
        "checks": [_check_json(check) for check in conversation.checks],
    }


def _check_json(check: ComparedCheck) -> Json:
    place: dict[str, Json] = {"file": check.file, "line": check.line} if check.file else {}
    return {
        "turn": check.turn,
        "name": check.name,
        **place,
        "outcomes": list(check.outcomes),
        "messages": list(check.messages),
        "flips": list(check.flips),
    }
