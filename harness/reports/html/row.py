"""What the page knows of a conversation before it is opened: its row in list and charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.conversation import Outcome, Phase, phase_of
from harness.core import Json, shorten

KNOWN = "known"
"""The outcome of what failed as it was expected to."""
MOST_CHARACTERS = 240

Stored = Mapping[str, Any]

_TAKEN_OVER = ("id", "title", "scenario", "row", "provider", "file", "line", "tags", "codes")


def row_of(conversation: Stored) -> dict[str, Json]:
    """The row, without what is empty.

    `latencies` are turn, seconds, and the take where there are several; `takes` how many passed,
    could be told, and must pass.
    """
    row: dict[str, Json] = {
        name: conversation[name] for name in _TAKEN_OVER if conversation.get(name)
    }
    is_known = "expected_failure" in conversation
    row["outcome"] = KNOWN if is_known else conversation["outcome"]
    takes = conversation.get("takes", ())
    if takes:
        repeat = conversation["repeat"]
        row["takes"] = [repeat["passed"], repeat["told"], repeat["wanted"]]
        row["latencies"] = [[*one, take["take"]] for take in takes for one in _latencies(take)]
    else:
        row["latencies"] = [list(one) for one in _latencies(conversation)]
    drift = {one["kind"] for one in conversation.get("drift", ())} - {"same"}
    if drift:
        row["drift"] = sorted(drift)
    problem = _problem(conversation)
    if problem:
        row["problem"] = problem
    return {name: value for name, value in row.items() if value != []}


def _latencies(conversation: Stored) -> Iterator[tuple[int, float]]:
    """Number and seconds of each turn whose times are known."""
    for turn in conversation.get("transcript", {}).get("turns", ()):
        sent = [
            exchange["response"]
            for exchange in turn.get("exchanges", ())
            if "response" in exchange and phase_of(exchange["step"]) is Phase.SEND
        ]
        if sent and all("seconds" in response for response in sent):
            end = sent[-1].get("started", 0.0) + sent[-1]["seconds"]
            yield turn["number"], round(end - sent[0].get("started", 0.0), 4)


def _problem(conversation: Stored) -> dict[str, Json]:
    """The first thing that was wrong, in short; of a skipped conversation, the reason."""
    outcome = _judged(conversation)
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
        named = {"name": stop["code"], "turn": stop["turn"]}
        return {**named, "message": _short(stop["message"])}
    wrong = [one for one in conversation.get("checks", ()) if one["outcome"] == outcome]
    if not wrong:
        return {"message": _short(conversation.get("failure", ""))}
    check = wrong[0]
    problem: dict[str, Json] = {"name": check["name"], "turn": check["turn"]}
    for name in ("message", "expected", "actual"):
        if check.get(name):
            problem[name] = _short(check[name])
    if len(wrong) > 1:
        problem["more"] = len(wrong) - 1
    return problem


def _judged(conversation: Stored) -> str:
    """The outcome, and of one that was expected to fail what came of judging it."""
    is_known = "expected_failure" in conversation
    return Outcome.FAILED.value if is_known else str(conversation["outcome"])


def _skips(conversation: Stored) -> Sequence[str]:
    """Each reason for which a check was skipped, once."""
    takes = conversation.get("takes", (conversation,))
    checks = [check for take in takes for check in take.get("checks", ())]
    skipped = (check for check in checks if check["outcome"] == Outcome.SKIPPED)
    return tuple(dict.fromkeys(f"{one['name']}: {one.get('message', '')}" for one in skipped))


def _short(text: str) -> str:
    return shorten(text, MOST_CHARACTERS)
