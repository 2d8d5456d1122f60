from __future__ import annotations

import json
import os
import re
import signal
import time
from dataclasses import dataclass
from random import Random

import pytest

from harness.core.errors import CassetteError
from harness.transport.cassette import Cassette, Interactions, read_cassette
from harness.transport.journal import read_journal
from tests.reliability.size import runs

KILLS = runs(15, 200)
HEARD = ("session-1", "You said: one", "You said: two", "You said: three", "")
"""What stands in the bot's answers, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """What a recording left that was killed."""

    is_old: bool
    """The cassette is byte for byte the one that was there."""
    is_new: bool
    """The cassette is whole, and holds what the bot said in this conversation."""
    finished: int
    """Interactions that were certainly over: the bot got a request after them."""
    journal: int
    """Interactions in the journal that are what the bot said."""
    is_journal_true: bool
    """The journal holds what the bot said, in order, and nothing else."""


def said(interactions: Interactions) -> bool:
    """Whether these are the bot's answers of one conversation, from the first on."""
    bodies = [one.response.body.decode() for one in interactions]
    return all(text in body for text, body in zip(HEARD, bodies, strict=False))


def whole(path) -> Cassette | None:
    try:
        return read_cassette(path)
    except CassetteError:
        return None


def left(path, old: bytes, requests: int) -> Killed:
    """What stands there after the kill."""
    journal = read_journal(path)
    heard = Interactions() if journal is None else journal.interactions
    is_old = path.read_bytes() == old
    cassette = None if is_old else whole(path)
    return Killed(
        is_old=is_old,
        is_new=cassette is not None
        and len(cassette.interactions) == len(HEARD)
        and said(cassette.interactions),
        finished=max(0, requests - 1),
        journal=len(heard),
        is_journal_true=said(heard),
    )


@pytest.fixture
def path(folder):
    """The cassette, with nothing else in its folder."""
    path = folder / "cassettes/echo/three.yaml"
    yield path
    for one in path.parent.iterdir():
        one.unlink()


@pytest.fixture
def killed(recorders, echo, path):
    """Records once, then again and again, and kills each recording at a random moment."""
    for _ in range(2):
        # The first one reads what later ones find in memory.
        began = time.monotonic()
        assert recorders.wait(recorders.start("three")) == 0
        span = time.monotonic() - began
    old = path.read_bytes()
    random = Random()  # noqa: S311  # any moment will do

    def kill() -> Killed:
        for one in path.parent.iterdir():
            one.unlink()
        path.write_bytes(old)
        echo.forget()
        process = recorders.start("three")
        time.sleep(random.uniform(0, 1.2 * span))
        os.kill(process, signal.SIGKILL)
        recorders.wait(process)
        return left(path, old, len(echo.requests))

    return kill


def test_a_recording_that_is_killed_leaves_the_old_cassette_or_the_new_one(killed):
    """After SIGKILL at any moment one of the two is there whole, and every turn that was over."""
    seen = [killed() for _ in range(KILLS)]

    assert [one for one in seen if not (one.is_old or one.is_new)] == []
    assert [one for one in seen if not one.is_journal_true] == []
    assert [one for one in seen if one.is_old and one.journal < one.finished] == []


def test_what_a_killed_recording_left_is_taken_away(killed, recorders, path):
    """The next recording leaves nothing over: no journal, and no half-written cassette."""
    killed()
    (path.parent / ".three.yaml.1-0a0b0c0d.tmp").write_text("half")
    for name in ("three", "prepare"):
        (path.parent / f".{name}.yaml.journal").write_text('{"journal": 1, "process": 1}\n')

    process = recorders.start("three")
    recorders.wait(process)

    names = sorted(one.name for one in path.parent.iterdir())
    assert recorders.outcome(process) == "passed"
    assert names == ["three.yaml"]


@pytest.mark.parametrize("count", range(2, 9))
def test_many_processes_record_one_cassette(recorders, echo, folder, count):
    """One of them records it alone; the others end at once, and name its process."""
    path = folder / "cassettes/echo/waiting.yaml"
    path.unlink(missing_ok=True)
    processes = [recorders.start("waiting") for _ in range(count)]
    losers = recorders.ended(processes, count - 1)
    (winner,) = set(processes) - set(losers)

    echo.released.set()
    statuses = [recorders.wait(process) for process in processes]

    assert statuses == [0] * count
    assert recorders.outcome(winner) == "passed"
    assert [
        text
        for text in losers.values()
        if not re.search(rf"process {winner};.*\[cassette-lock", text)
    ] == []
    interactions = read_cassette(path).interactions
    assert echo.created == ["session-1"]
    assert len(interactions) == len(HEARD)
    assert {one.request.url.split("/sessions")[1].split("/")[1] for one in interactions[1:]} == {
        "session-1"
    }
    assert json.loads(interactions[2].response.body)["reply"]["text"] == "You said: [[wait]] two"
    assert [one.name for one in path.parent.iterdir() if "waiting" in one.name] == ["waiting.yaml"]
