"""Runs that are made up: conversations as results.json has them, and histories of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harness.history.address import Address, address_of
from harness.history.history_rows import (
    CheckOutcomes,
    checks_of,
    outcomes_of,
    rows_of,
    run_row,
)
from harness.history.store import History
from harness.history.trends import Series, read_series

FIRST = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def told(
    name: str = "greet",
    outcome: str = "passed",
    *,
    turns: tuple[float, ...] = (0.5, 1.0),
    bad: int = 2,
    replies: tuple[str, ...] = (),
    **more: object,
) -> dict:
    """A conversation as results.json has it; where it failed, `bad` is the turn that did."""
    record = {
        "id": f"scenarios/{name}.yaml::{name}[shop]",
        "scenario": name,
        "provider": "shop",
        "file": f"scenarios/{name}.yaml",
        "outcome": outcome,
        "fingerprint": "f1",
        "latency": round(sum(turns), 6),
        "checks": [],
        "transcript": {"turns": [_turn(*one, replies) for one in enumerate(turns, 1)]},
    }
    if outcome == "failed":
        record["codes"] = ["contains"]
        record["checks"] = [{"name": "contains", "outcome": "failed", "turn": bad}]
    if outcome == "broken":
        record["codes"] = ["timed-out"]
        record["transcript"]["stop"] = {"turn": bad, "code": "timed-out", "message": "too late"}
    return record | more


def _turn(number: int, seconds: float, replies: tuple[str, ...]) -> dict:
    text = replies[number - 1] if replies else f"reply {number}"
    return {
        "number": number,
        "user": {"text": "hello"},
        "reply": {"messages": [{"text": text}]},
        "exchanges": [
            {
                "step": "send.1",
                "turn": number,
                "method": "POST",
                "url": "http://127.0.0.1/say",
                "response": {"status": 200, "started": 10.0 * number, "seconds": seconds},
            }
        ],
    }


def head(number: int, **more: object) -> dict:
    """The head of the results of a run, a day after the one before."""
    started = FIRST + timedelta(days=number)
    return {
        "version": 1,
        "harness": "0.1.0",
        "run": f"run{number:05}",
        "started": started.isoformat(timespec="milliseconds"),
        "ended": (started + timedelta(seconds=9)).isoformat(timespec="milliseconds"),
        "mode": "live",
        "project": "shop",
        "commit": f"c{number:07}abc",
        "branch": "main",
        "exit_status": 0,
        **more,
    }


def adding_to(address: Address) -> Callable[..., None]:
    """What adds a run: its number from 0, its conversations, and what differs in its head."""

    def add(number: int, *records: dict, **more: object) -> None:
        rows, checks = [], CheckOutcomes()
        for record in records:
            rows += rows_of(record, len(rows))
            checks.update(checks_of(record))
        with History(address, writes=True) as history:
            history.add(run_row(head(number, **more), outcomes_of(rows)), rows, checks)

    return add


def finding(folder: Path, find: Callable[[Series, History], list]) -> Callable[..., list]:
    """What adds a run for each conversation, and gives what is found over all of them."""
    address = address_of("history.sqlite", below=folder)
    add = adding_to(address)

    def find_in(*conversations: dict) -> list:
        for number, conversation in enumerate(conversations):
            add(number, conversation)
        with History(address) as history:
            return find(read_series(history, history.runs()), history)

    return find_in


def add_some(address: Address, first: int) -> None:
    """Adds two runs; the second twice."""
    add = adding_to(address)
    conversations = [told(f"scenario-{number}") for number in range(30)]
    for number in (first, first + 1, first + 1):
        add(number, *conversations)
