from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime

import pytest

import harness.play.context_factory
from harness.transport.cassette.cassette_reading import parse_cassette

CLOCKED = """\
scenario: clocked
turns:
  - user: It is ${now()}
    expect: {contains: 'It is ${now()}', latency: {under: 20s}}
  - user: Still ${now()}, ticket ${uuid()}
    expect: {contains: '+00:00'}
"""
FILE = "scenarios/clocked.yaml"
RECORD = "--harness-mode=record"


@pytest.fixture
def zone(monkeypatch):
    """Moves this process to another time zone."""

    def move(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def clocked(project):
    """A scenario that says what time it is; gives where its recording lies."""
    (project / FILE).write_text(CLOCKED)
    return project / "cassettes/echo/clocked.yaml"


@pytest.mark.parametrize("replayed_in", ["UTC", "Pacific/Kiritimati", "America/St_Johns"])
def test_a_recording_is_of_no_time_zone(run, echo, clocked, zone, replayed_in):
    """What is recorded in one zone is replayed in any other, word by word."""
    zone("America/New_York")
    run(FILE, RECORD).assert_outcomes(passed=1)
    before = clocked.read_bytes()
    zone(replayed_in)

    run(FILE).assert_outcomes(passed=1)
    run(FILE, RECORD).assert_outcomes(passed=1)

    assert clocked.read_bytes() == before
    assert parse_cassette(before).head.recorded_at.endswith("+00:00")


MOMENTS = {
    "before-the-clock-goes-forward": datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    "in-the-hour-that-comes-twice": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    "at-a-leap-day": datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    "in-the-far-future": datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC),
    "at-the-epoch": datetime(1970, 1, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_whenever_it_was_recorded(run, echo, clocked, zone, monkeypatch, moment):
    """Daylight saving, or a clock that was wrong by years, changes nothing in a replay."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    zone("Europe/Oslo")
    with monkeypatch.context() as patch:
        patch.setattr(harness.play.context_factory, "datetime", Clock)
        run(FILE, RECORD).assert_outcomes(passed=1)

    run(FILE).assert_outcomes(passed=1)

    head = parse_cassette(clocked.read_bytes()).head
    assert datetime.fromisoformat(head.recorded_at) == moment


@pytest.mark.parametrize("step", [-3600.0, 86_400.0], ids=["backwards", "forwards"])
def test_a_clock_that_jumps_changes_no_measured_time(run, echo, clocked, monkeypatch, step):
    """Times are measured on a clock that nobody sets: a jump at every look is not seen in them."""
    jumping = itertools.count(time.time(), step)
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: next(jumping))
        run(FILE, RECORD).assert_outcomes(passed=1)

    heard = parse_cassette(clocked.read_bytes()).interactions

    assert all(0 <= one.response.seconds < 20 for one in heard)
    assert all(0 <= one.response.started < 20 for one in heard)
    run(FILE).assert_outcomes(passed=1)
