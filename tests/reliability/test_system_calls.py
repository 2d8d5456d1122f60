from __future__ import annotations

from dataclasses import dataclass

import pytest

from harness.conversation import Origin, Request, Response
from harness.core.errors import CassetteError
from harness.secrets.redaction import Redactor
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    read_cassette,
    write_cassette,
)
from harness.transport.journal import read_journal
from harness.transport.recording import RecordingTransport
from harness.transport.replay import ReplayTransport
from tests.reliability.system_calls import FAULTS, Fault, SystemCalls

HEAD = CassetteHead(scenario="x", recorded_at="2026-01-02T03:04:05+00:00", version="0.1.0")
CLEAR = {"cassette-target", "cassette-not-written"}
"""Codes that say what is wrong with the place."""
NEW = Interactions.of(
    Interaction(
        request=Request(
            method="POST", url="http://x/", origin=Origin(turn=turn, step="send.1", message="m")
        ),
        response=Response(status=200, body=b"hello " * 4000),
    )
    for turn in (1, 2)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What came of a save whose n-th system call failed."""

    number: int
    error: str
    """Empty where there was none."""
    code: str
    is_old: bool
    is_new: bool
    journal: int
    """Interactions that the journal still holds."""
    others: tuple[str, ...]
    """Other files than cassette, journal and lock."""
    has_failed: bool
    """There were so many calls."""

    @property
    def is_good(self) -> bool:
        """The old one with a clear error and what was heard, or the new one."""
        is_clear = self.code in CLEAR and "x.yaml" in self.error
        if self.is_old:
            return is_clear and self.journal == len(NEW)
        return self.is_new and (is_clear or not self.error) and "untouched" not in self.error


@pytest.fixture
def save(tmp_path, monkeypatch):
    """Records over an old cassette, and lets a system call of the save fail."""

    def saved(fault: Fault, number: int) -> Saved:
        folder = tmp_path / str(number)
        path = folder / "x.yaml"
        write_cassette(path, Cassette(head=HEAD))
        old = path.read_bytes()
        wire = RecordingTransport(
            ReplayTransport(Cassette(interactions=NEW)), path, Redactor(), display="x.yaml"
        )
        for one in NEW:
            list(wire.send(one.request).chunks)
        calls, error, code = SystemCalls(fault, number), "", ""
        with monkeypatch.context() as patch:
            calls.take_over(patch)
            try:
                wire.finish(HEAD)
            except CassetteError as raised:
                error, code = str(raised), raised.code
        wire.close()
        journal = read_journal(path)
        is_old = path.read_bytes() == old
        known = ("x.yaml", ".x.yaml.journal", ".x.yaml.lock")
        return Saved(
            number=number,
            error=error,
            code=code,
            is_old=is_old,
            is_new=not is_old and len(read_cassette(path).interactions) == len(NEW),
            journal=0 if journal is None else len(journal.interactions),
            others=tuple(one.name for one in folder.iterdir() if one.name not in known),
            has_failed=calls.has_failed,
        )

    return saved


@pytest.fixture
def every(save):
    """The save with its first call failing, its second, and so on to its last."""

    def saves(fault: Fault) -> list[Saved]:
        seen: list[Saved] = []
        while not seen or seen[-1].has_failed:
            seen.append(save(fault, len(seen) + 1))
        return seen

    return saves


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_whichever_call_fails_the_cassette_is_whole(every, fault):
    """The old cassette or the new one is there, with a clear error, and no file beside it."""
    seen = every(fault)

    assert len(seen) > (1 if fault.is_short else 10)
    assert [one for one in seen if not one.is_good] == []
    assert [one.others for one in seen if one.others] == []
    assert not seen[-1].error
