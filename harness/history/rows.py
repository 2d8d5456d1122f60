"""What is kept of runs: no text of a user or a bot, only the outcome of each conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness.conversation import Outcome, Phase, phase_of

Stored = Mapping[str, Any]

WHOLE = 0
"""The turn of a check over the whole conversation, and of what happens before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run."""

    run: str
    """Its id, as results.json has it."""
    started: datetime
    ended: datetime | None = None
    """None where it was killed."""
    mode: str = ""
    project: str = ""
    commit: str = ""
    branch: str = ""
    harness: str = ""
    """Version of the harness."""
    passed: int = 0
    failed: int = 0
    broken: int = 0
    skipped: int = 0
    """Those that failed as expected included."""
    exit_status: int | None = None

    @property
    def pass_rate(self) -> float | None:
        """Over what passed or failed; None where nothing did."""
        told = self.passed + self.failed
        return self.passed / told if told else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """A turn of a conversation."""

    turn: int
    """From 1; 0 for the whole conversation."""
    outcome: str
    latency: float | None = None
    """Seconds."""
    codes: str = ""
    """Names of checks that did not hold, and an error's code; between them a blank."""


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
    """Of the scenario and the files that it is made of; empty where it is not known."""
    is_expected: bool = False
    """It failed, as was expected."""
    is_replayed: bool = False
    """Its replies and times are those of a recording."""
    turns: Sequence[TurnRow] = field(default=(), repr=False)

    @property
    def counted(self) -> str:
        """The outcome, with an expected failure among what was skipped."""
        return Outcome.SKIPPED.value if self.is_expected else self.outcome

    @property
    def is_told(self) -> bool:
        """It passed or failed, so that it says something of the bot."""
        return self.outcome in (Outcome.PASSED, Outcome.FAILED)


def run_row(head: Stored, outcomes: Mapping[str, int]) -> RunRow:
    """A run of the head of its results, and how many conversations had which outcome."""
    return RunRow(
        run=_clean(head["run"]),
        started=_time(head["started"]),
        ended=_time(head["ended"]) if "ended" in head else None,
        mode=str(head.get("mode", "")),
        project=_clean(head.get("project", "")),
        commit=_clean(head.get("commit", "")),
        branch=_clean(head.get("branch", "")),
        harness=str(head.get("harness", "")),
        passed=outcomes.get(Outcome.PASSED, 0),
        failed=outcomes.get(Outcome.FAILED, 0),
        broken=outcomes.get(Outcome.BROKEN, 0),
        skipped=outcomes.get(Outcome.SKIPPED, 0),
        exit_status=head.get("exit_status"),
    )


def outcomes_of(conversations: Iterable[ConversationRow]) -> Counter[str]:
    """How many verdicts had which outcome."""
    return Counter(one.counted for one in conversations if not one.take)


def rows_of(record: Stored, number: int = 0) -> Iterator[ConversationRow]:
    """The rows of a conversation as results.json has it: its verdict, then its takes.

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
        turns=tuple(_turns(record)),
    )
    for offset, take in enumerate(takes, 1):
        yield from rows_of(take, number + offset)


def _turns(record: Stored) -> Iterator[TurnRow]:
    """What came of each turn that was played, in order; the whole conversation where it is bad."""
    bad: dict[int, list[tuple[str, str]]] = {}
    for check in record.get("checks", ()):
        if Outcome(check["outcome"]).is_bad:
            code = check.get("code") or check["name"]
            bad.setdefault(check["turn"], []).append((check["outcome"], code))
    transcript = record.get("transcript", {})
    stop = transcript.get("stop")
    if stop is not None:
        bad.setdefault(stop["turn"], []).append((Outcome.BROKEN.value, stop["code"]))
    latencies = {turn["number"]: _latency(turn) for turn in transcript.get("turns", ())}
    for number in sorted({*latencies, *bad}):
        found = bad.get(number, ())
        outcomes = {outcome for outcome, _ in found}
        worst = next((one for one in (Outcome.BROKEN, Outcome.FAILED) if one in outcomes), None)
        yield TurnRow(
            turn=number,
            outcome=(worst or Outcome.PASSED).value,
            latency=latencies.get(number),
            codes=_clean(" ".join(dict.fromkeys(name for _, name in found))),
        )


def _latency(turn: Stored) -> float | None:
    """As `Turn.latency` of the transcript."""
    answers = [
        exchange["response"]
        for exchange in turn.get("exchanges", ())
        if "response" in exchange and phase_of(exchange["step"]) is Phase.SEND
    ]
    if not answers or any("seconds" not in answer for answer in answers):
        return None
    ended: float = answers[-1].get("started", 0.0) + answers[-1]["seconds"]
    return round(ended - float(answers[0].get("started", 0.0)), 6)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _clean(text: str) -> str:
    """The text as every database takes it: PostgreSQL refuses NUL, both refuse lone surrogates."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()
