"""What a history stores of a run: the outcome of each conversation, and no text of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from harness.conversation import Outcome
from harness.conversation.spending import NOTHING_SPENT, Spent
from harness.conversation.stored import latency_of
from harness.scenario.check_place import CheckPlace, place_of_check

Stored = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run."""

    run: str
    """Its id in results.json."""
    started: datetime
    ended: datetime | None = None
    """None if it was killed."""
    mode: str = ""
    project: str = ""
    commit: str = ""
    branch: str = ""
    is_changed: bool = False
    """There were changes that are not in the commit."""
    command: str = ""
    """As it was typed, without secrets; empty if unknown."""
    harness: str = ""
    """Version of the harness."""
    passed: int = 0
    failed: int = 0
    broken: int = 0
    skipped: int = 0
    """Including those that failed as expected."""
    exit_status: int | None = None
    checks: int | None = None
    """How many checks are stored with it; None if an earlier version added it, without them."""

    @property
    def pass_rate(self) -> float | None:
        """The share of passed conversations among passed and failed ones; None without any."""
        judged = self.passed + self.failed
        return self.passed / judged if judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """A turn of a conversation."""

    turn: int
    """From 1; 0 for the whole conversation."""
    outcome: str
    latency: float | None = None
    """Seconds."""
    codes: str = ""
    """Names of checks that failed, and the code of an error, separated by blanks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """A conversation, or the verdict over the takes of a repeated scenario."""

    number: int = 0
    """Its place in the run, from 0."""
    id: str
    scenario: str
    provider: str
    row: str = ""
    take: int = 0
    """From 1; 0 for a verdict and for a scenario that is not repeated."""
    outcome: str
    latency: float | None = None
    """Seconds of all replies together."""
    codes: str = ""
    fingerprint: str = ""
    """Of the scenario and the files that it uses; empty if unknown."""
    is_expected: bool = False
    """It failed, as it was expected to."""
    is_replayed: bool = False
    """Its replies and times are those of a recording."""
    spent: str = ""
    """What its replies cost, as JSON without the names of the usage; empty if none is known."""
    turns: Sequence[TurnRow] = field(default=(), repr=False)

    @property
    def costs(self) -> Spent:
        """What its replies cost."""
        return Spent.from_json(json.loads(self.spent)) if self.spent else NOTHING_SPENT

    @property
    def counted(self) -> str:
        """The outcome; an expected failure counts as skipped."""
        return Outcome.SKIPPED.value if self.is_expected else self.outcome

    @property
    def is_judged(self) -> bool:
        """It passed or failed, so it says something about the bot."""
        return self.outcome in (Outcome.PASSED, Outcome.FAILED)


def run_row(head: Stored, outcomes: Mapping[str, int]) -> RunRow:
    """The row of a run, from the head of its results and the number of each outcome."""
    return RunRow(
        run=_clean(head["run"]),
        started=datetime.fromisoformat(head["started"]),
        ended=datetime.fromisoformat(head["ended"]) if "ended" in head else None,
        mode=str(head.get("mode", "")),
        project=_clean(head.get("project", "")),
        commit=_clean(head.get("commit", "")),
        branch=_clean(head.get("branch", "")),
        is_changed=bool(head.get("changed")),
        command=_clean(head.get("command", "")),
        harness=str(head.get("harness", "")),
        passed=outcomes.get(Outcome.PASSED, 0),
        failed=outcomes.get(Outcome.FAILED, 0),
        broken=outcomes.get(Outcome.BROKEN, 0),
        skipped=outcomes.get(Outcome.SKIPPED, 0),
        exit_status=head.get("exit_status"),
    )


def outcomes_of(conversations: Iterable[ConversationRow]) -> Counter[str]:
    """How many conversations have which outcome; takes are not counted."""
    return Counter(one.counted for one in conversations if not one.take)


def rows_of(record: Stored, number: int = 0) -> Iterator[ConversationRow]:
    """The rows of a conversation of results.json: its verdict, then its takes.

    `number` is that of the first; each further row has the next.
    """
    takes = record.get("takes", ())
    transcript = record.get("transcript") or (takes[0].get("transcript", {}) if takes else {})
    yield ConversationRow(
        number=number,
        id=_clean(record["id"]),
        scenario=_clean(record["scenario"]),
        provider=_clean(record["provider"]),
        row=_clean(record.get("row", "")),
        take=record.get("take", 0),
        outcome=Outcome.FAILED.value if "expected_failure" in record else record["outcome"],
        latency=record.get("latency"),
        codes=_clean(" ".join(record.get("codes", ()))),
        fingerprint=record.get("fingerprint", ""),
        is_expected="expected_failure" in record,
        is_replayed=bool(transcript.get("is_recorded")),
        spent=_spent(record),
        turns=tuple(_turns(record)),
    )
    for offset, take in enumerate(takes, 1):
        yield from rows_of(take, number + offset)


def _spent(record: Stored) -> str:
    charges = [replace(charge, usage={}) for charge in Spent.of_record(record).charges]
    return _clean(json.dumps(Spent(charges=tuple(charges)).json())) if charges else ""


CheckOutcomes = Counter[tuple[CheckPlace, Outcome]]
"""How often each check had which outcome in a run."""


def checks_of(record: Stored) -> Iterator[tuple[CheckPlace, Outcome]]:
    """Each check of a conversation of results.json, or of its takes, with its outcome."""
    for take in record.get("takes", (record,)):
        for check in take.get("checks", ()):
            place = check.get("place") or place_of_check((), check["turn"])
            names = (record["scenario"], place, check["name"])
            yield CheckPlace(*map(_clean, names)), Outcome(check["outcome"])


def _turns(record: Stored) -> Iterator[TurnRow]:
    """Each turn that was played, in order, and the whole conversation if that is bad."""
    bad: dict[int, list[tuple[str, str]]] = {}
    for check in record.get("checks", ()):
        if Outcome(check["outcome"]).is_bad:
            code = check.get("code") or check["name"]
            bad.setdefault(check["turn"], []).append((check["outcome"], code))
    transcript = record.get("transcript", {})
    stop = transcript.get("stop")
    if stop is not None:
        bad.setdefault(stop["turn"], []).append((Outcome.BROKEN.value, stop["code"]))
    latencies = {turn["number"]: latency_of(turn) for turn in transcript.get("turns", ())}
    for number in sorted({*latencies, *bad}):
        found = bad.get(number, ())
        outcomes = {outcome for outcome, _ in found}
        worst = next((one for one in (Outcome.BROKEN, Outcome.FAILED) if one in outcomes), None)
        yield TurnRow(
            turn=number,
            outcome=(worst or Outcome.PASSED).value,
            latency=None if (seconds := latencies.get(number)) is None else round(seconds, 6),
            codes=_clean(" ".join(dict.fromkeys(name for _, name in found))),
        )


def _clean(text: str) -> str:
    """A text that every database accepts: PostgreSQL no NUL, none of them a lone surrogate."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()
