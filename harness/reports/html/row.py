"""What the page knows of a conversation before it is opened: its row in list and charts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.conversation import Outcome
from harness.conversation.spending import Spent
from harness.conversation.stored import latency_of
from harness.core import Json, shorten
from harness.reports.html.judged_rows import judged_in
from harness.reports.spent_text import short_text

KNOWN = "known"
"""The outcome of a conversation that failed as it was expected to."""
MOST_CHARACTERS = 240

Stored = Mapping[str, Any]

_TAKEN_OVER = ("id", "title", "scenario", "row", "provider", "file", "line", "tags", "codes")


def row_of(conversation: Stored) -> dict[str, Json]:
    """The row of a conversation, without empty values.

    `latencies` are turn, seconds, and the take if there are several; `takes` are how many passed,
    could be judged, and must pass; `judged` are the questions to judges.
    """
    row: dict[str, Json] = {
        name: conversation[name] for name in _TAKEN_OVER if conversation.get(name)
    }
    row["outcome"] = KNOWN if "expected_failure" in conversation else conversation["outcome"]
    row["latencies"] = [list(one) for one in _latencies(conversation)]
    if takes := conversation.get("takes", ()):
        repeat = conversation["repeat"]
        row["takes"] = [repeat["passed"], repeat["told"], repeat["wanted"]]
        row["latencies"] = [[*one, take["take"]] for take in takes for one in _latencies(take)]
    row["drift"] = sorted({one["kind"] for one in conversation.get("drift", ())} - {"same"})
    row["problem"] = _problem(conversation)
    row["judged"] = list(judged_in(conversation))
    row["spent"] = short_text(Spent.of_record(conversation))
    return {name: value for name, value in row.items() if value not in ([], {}, "")}


def _latencies(conversation: Stored) -> Iterator[tuple[int, float]]:
    """Number and seconds of each turn whose times are known."""
    for turn in conversation.get("transcript", {}).get("turns", ()):
        seconds = latency_of(turn)
        if seconds is not None:
            yield turn["number"], round(seconds, 4)


def _problem(conversation: Stored) -> dict[str, Json]:
    """The first thing that is wrong, in short; of a skipped conversation, the reason."""
    outcome = conversation["outcome"]
    if "expected_failure" in conversation:
        outcome = Outcome.FAILED.value
    if outcome == Outcome.SKIPPED:
        reasons = conversation.get("notes", ()) or _skips(conversation)
        return {"message": _short("; ".join(reasons))}
    if outcome == Outcome.PASSED:
        return {}
    for take in conversation.get("takes", ()):
        if take["outcome"] == outcome:
            return {**_problem(take), "take": take["take"]}
    stop = conversation.get("transcript", {}).get("stop")
    if outcome == Outcome.BROKEN and stop is not None:
        return {"name": stop["code"], "turn": stop["turn"], "message": _short(stop["message"])}
    wrong = [check for check in conversation.get("checks", ()) if check["outcome"] == outcome]
    if not wrong:
        return {"message": _short(conversation.get("failure", ""))}
    check, *others = wrong
    texts = {name: check.get(name) for name in ("message", "expected", "actual")}
    return {
        "name": check["name"],
        "turn": check["turn"],
        **{name: _short(text) for name, text in texts.items() if text},
        **({"more": len(others)} if others else {}),
    }


def _skips(conversation: Stored) -> Iterable[str]:
    """Each reason for which a check was skipped, once."""
    takes = conversation.get("takes", (conversation,))
    checks = (check for take in takes for check in take.get("checks", ()))
    return dict.fromkeys(
        f"{check['name']}: {check.get('message', '')}"
        for check in checks
        if check["outcome"] == Outcome.SKIPPED
    )


def _short(text: str) -> str:
    return shorten(text, MOST_CHARACTERS)
