"""Branches of one file: their common beginning is asked once, where the provider allows it."""

from __future__ import annotations

from collections import Counter

import pytest
import vcr.serialize
from vcr.serializers import yamlserializer

from harness.conversation import Outcome
from harness.project.plan import Mode
from tests.shared_prefix.dresses import (
    DRESS,
    FOUR,
    HUMAN,
    ONCE,
    PASSED,
    PHOTO,
    PURPLE,
    ROWS,
    SHIPPING,
    TURNS,
    outcomes,
    verdicts,
)


@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.RECORD, Mode.REFRESH, Mode.DRIFT])
def test_the_common_beginning_is_asked_once(mode, concurrency, shop):
    """Four conversations that part at three turns send each message once, in every live mode."""
    shop.write(FOUR)
    if mode is Mode.DRIFT:
        shop.run(Mode.RECORD, shop.plays(*ROWS))
        shop.seen.forget()

    results = shop.run(mode, shop.plays(*ROWS), concurrency=concurrency)

    assert outcomes(results) == PASSED
    assert Counter(shop.seen.said) == Counter(ONCE)
    assert shop.seen.opened == 1


def test_a_refresh_asks_once_more(shop):
    """A second run begins anew: no conversation goes on from one of an earlier run."""
    shop.write(FOUR)
    shop.run(Mode.REFRESH, shop.plays(*ROWS))

    results = shop.run(Mode.REFRESH, shop.plays(*ROWS))

    assert outcomes(results) == PASSED
    assert Counter(shop.seen.said) == Counter([*ONCE, *ONCE])
    assert {turn.drift.kinds for one in results.values() for turn in one.compared} == {()}


def test_whoever_comes_first_is_gone_on_from(shop):
    """The order of the plays does not matter: the file's own conversation goes on from a branch."""
    shop.write(FOUR)

    results = shop.run(Mode.RECORD, shop.plays(*ROWS[::-1]))

    assert outcomes(results) == PASSED
    assert Counter(shop.seen.said) == Counter(ONCE)


def test_verdicts_are_those_without_sharing(shop):
    """Replies, checks and notes are the same as where every conversation says all by itself."""
    shop.write(FOUR)

    shared = shop.run(Mode.RECORD, shop.plays(*ROWS))
    shop.seen.forget()
    alone = shop.run(Mode.RECORD, shop.plays(*ROWS, provider="alone"))

    assert verdicts(shared) == verdicts(alone)
    assert len(shop.seen.said) == sum(TURNS.values())


@pytest.mark.parametrize("row", ROWS)
def test_every_recording_is_whole(row, shop):
    """Each is replayed by itself with the same verdict, with nothing left over."""
    shop.write(FOUR)
    live = shop.run(Mode.RECORD, shop.plays(*ROWS))

    replayed = shop.run(Mode.REPLAY, shop.plays(row))

    assert verdicts(replayed)[row] == verdicts(live)[row]
    assert replayed[row].transcript.is_recorded


def test_times_are_those_of_the_beginning_that_was_held(shop):
    """A replay and the conversation itself tell the latency of a shared turn as it was recorded."""
    shop.write(FOUR)
    live = shop.run(Mode.RECORD, shop.plays(*ROWS))

    replayed = shop.run(Mode.REPLAY, shop.plays(*ROWS))

    first = [live[row].transcript.turns[0].latency for row in ROWS]
    assert first == [live[""].transcript.turns[0].latency] * len(ROWS)
    assert [replayed[row].transcript.turns[0].latency for row in ROWS] == first
    started = [turn.exchanges[0].response.started for turn in live["human"].transcript.turns]
    assert started == sorted(started)


def test_stock_tools_read_every_recording(shop):
    """Vcrpy reads each recording, and finds as many interactions as the conversation has turns."""
    shop.write(FOUR)
    shop.run(Mode.RECORD, shop.plays(*ROWS))

    count = {
        play.row: len(vcr.serialize.deserialize(shop.cassette(play).read_text(), yamlserializer)[0])
        for play in shop.plays(*ROWS)
    }

    assert count == TURNS


def test_a_branch_that_runs_alone_says_its_beginning(shop):
    """Each branch can be chosen by itself, as `-k` and `--lf` do."""
    shop.write(FOUR)

    results = shop.run(Mode.LIVE, shop.plays("photo"))

    assert outcomes(results) == {"photo": Outcome.PASSED}
    assert shop.seen.said == [SHIPPING, PURPLE, PHOTO]


def test_record_holds_only_what_is_missing(shop):
    """A conversation that is replayed is none to go on from: the first that is live says it."""
    shop.write(FOUR)
    shop.run(Mode.RECORD, shop.plays(*ROWS))
    for play in shop.plays("human", "purple"):
        shop.cassette(play).unlink()
    shop.seen.forget()

    results = shop.run(Mode.RECORD, shop.plays(*ROWS))

    assert outcomes(results) == PASSED
    assert shop.seen.said == [SHIPPING, DRESS, HUMAN, PURPLE]


def test_each_row_and_take_has_a_beginning_of_its_own(shop):
    """Rows of a matrix say something else, and takes are held to see whether the bot differs."""
    shop.write(FOUR.replace("vars: {colour: pink}", "matrix: {colour: [pink, blue]}"))

    results = shop.run(Mode.RECORD, shop.plays("pink", "pink-human", "blue", "blue-human", takes=2))

    assert {one.outcome for one in results.values()} == {Outcome.PASSED}
    said = Counter(shop.seen.said)
    assert said[SHIPPING] == 4
    assert said[DRESS] == said["I want a blue dress"] == 2


def test_utterances_before_a_branch(shop):
    """A branch goes on from the conversation that said the first utterance, as it would itself."""
    ways = f"{{utterances: [{SHIPPING}, {PURPLE}]}}"
    shop.write(
        f"scenario: dress\nturns:\n  - {{id: shipping, user: {ways}, expect: none}}\n"
        f"  - branch: {{from: shipping, name: human}}\n  - {{user: {HUMAN}, expect: none}}\n"
    )
    rows = ("Do-you-like-purple-87d24b", "Do-you-offer-free-shipping-cb31f6", "human")

    results = shop.run(Mode.RECORD, shop.plays(*rows))

    assert {one.outcome for one in results.values()} == {Outcome.PASSED}
    assert shop.seen.said == [PURPLE, SHIPPING, HUMAN]


def test_what_is_drawn_is_drawn_again_in_a_replay(shop):
    """`uuid()` goes on after the beginning that was shared, and a replay draws the same."""
    text = FOUR.replace("{colour: pink}", "{colour: pink, first: '${uuid()}'}")
    text = text.replace(f"user: {HUMAN}", f"user: '{HUMAN} ${{uuid()}} ${{first}} ${{random()}}'")
    shop.write(text.replace(f"user: {SHIPPING}", f"user: '{SHIPPING} ${{uuid()}}'"))
    shop.run(Mode.RECORD, shop.plays(*ROWS))

    replayed = shop.run(Mode.REPLAY, shop.plays(*ROWS))

    assert outcomes(replayed) == PASSED
    assert shop.seen.said.count(SHIPPING) == 1


def test_a_check_that_draws_before_the_branch(shop):
    """Where judging a turn draws a value, nobody goes on from there: a replay draws otherwise."""
    text = FOUR.replace(f"user: {HUMAN}", f"user: '{HUMAN} ${{uuid()}}'")
    drawn = "{not_contains: '${uuid()}'}\n    on_fail: stop"
    shop.write(text.replace("{products: {count: 2}}", drawn))
    shop.run(Mode.RECORD, shop.plays("", "human"))

    replayed = shop.run(Mode.REPLAY, shop.plays("", "human"))

    assert set(outcomes(replayed).values()) == {Outcome.PASSED}
    assert shop.seen.said.count(DRESS) == 2
