from __future__ import annotations

import threading
from pathlib import Path

import pytest
from conversations import scenario, transcript

from harness.core.errors import Interrupted
from harness.parallel.thread_workers import ThreadWorkers
from harness.play.result import ScenarioResult
from harness.project.plan import Play

WHOLE = ScenarioResult(
    scenario=scenario("  - user: a\n    expect: none\n"), transcript=transcript()
)


def plays(count, provider="bot"):
    return [
        Play(file=Path("case.yaml"), scenario=f"case-{number}", provider=provider)
        for number in range(count)
    ]


@pytest.fixture
def start():
    """Start threads, and stop them at the end."""
    started = []

    def begin(run, wanted, concurrency=4, limits=None):
        players = ThreadWorkers(
            run,
            wanted,
            concurrency=concurrency,
            limits=limits or {"bot": 99},
            lanes=lambda play: (play.provider,),
        )
        started.append(players)
        return players

    yield begin
    for players in started:
        players.stop(5)


def test_every_play_is_played_once(start):
    """Each play has its own result, in whatever order they are asked for."""
    wanted = plays(20)
    played = []

    def run(play):
        played.append(play)
        return WHOLE

    players = start(run, wanted)
    results = [players.result(play) for play in reversed(wanted)]

    assert sorted(played, key=lambda play: play.scenario) == sorted(
        wanted, key=lambda play: play.scenario
    )
    assert results == [WHOLE] * 20


def test_plays_begin_in_the_order_given(start):
    """With one player, conversations are held one after another in pytest's order."""
    wanted = plays(10)
    begun = []

    def run(play):
        begun.append(play)
        return WHOLE

    players = start(run, wanted, concurrency=1)
    players.result(wanted[-1])

    assert begun == wanted


def test_a_provider_is_not_asked_by_more_than_its_limit(start):
    """At no time do more conversations go on with a provider than it takes."""
    lock = threading.Lock()
    going = {"slow": 0, "fast": 0}
    most = {"slow": 0, "fast": 0}
    both = threading.Barrier(3)

    def run(play):
        with lock:
            going[play.provider] += 1
            most[play.provider] = max(most[play.provider], going[play.provider])
        if play.scenario == "case-0":
            both.wait(10)
        with lock:
            going[play.provider] -= 1
        return WHOLE

    slow, fast = plays(6, "slow"), plays(6, "fast")
    players = start(run, [*slow, *fast], concurrency=8, limits={"slow": 1, "fast": 3})
    # The first of both providers go on at once, although slow ones stand in front.
    both.wait(10)
    for play in (*slow, *fast):
        players.result(play)

    assert most["slow"] == 1
    assert most["fast"] <= 3


def test_what_a_play_raises_goes_to_who_asks(start):
    """An error of one play is raised where its result is asked for; others go on."""
    wanted = plays(3)

    def run(play):
        if play.scenario == "case-1":
            raise ValueError(play.scenario)
        return WHOLE

    players = start(run, wanted)

    assert players.result(wanted[0]) is WHOLE
    with pytest.raises(ValueError, match="case-1"):
        players.result(wanted[1])
    assert players.result(wanted[2]) is WHOLE


def test_stopping_begins_no_further_play(start):
    """After stop, what did not begin is interrupted, and what goes on ends."""
    begun, go_on = threading.Event(), threading.Event()
    played = []

    def run(play):
        played.append(play)
        begun.set()
        go_on.wait(10)
        return WHOLE

    wanted = plays(5)
    players = start(run, wanted, concurrency=1)
    begun.wait(10)
    players.stop(0)
    go_on.set()

    assert players.result(wanted[0]) is WHOLE
    for play in wanted[1:]:
        with pytest.raises(Interrupted, match="before this conversation began"):
            players.result(play)
    assert played == wanted[:1]


def test_stopping_waits_for_what_goes_on(start):
    """Stop gives running conversations the time to close what they opened."""
    begun, closed = threading.Event(), threading.Event()

    def run(_play):
        begun.set()
        closed.wait(0.05)
        closed.set()
        return WHOLE

    players = start(run, plays(1), concurrency=1)
    begun.wait(10)
    players.stop(10)

    assert closed.is_set()


def test_only_given_plays_are_known(start):
    """A play that was not given, or whose result was given, is played by whoever asks."""
    wanted, other = plays(1), plays(1, "other")[0]
    players = start(lambda _play: WHOLE, wanted)

    assert players.result(other) is None
    assert players.result(wanted[0]) is WHOLE
    assert players.result(wanted[0]) is None


def test_nothing_to_play(start):
    """No plays need no players."""
    players = start(lambda _play: WHOLE, [])

    assert players.result(plays(1)[0]) is None
