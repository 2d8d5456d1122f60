"""Conversations that wait for the beginning that another one is holding."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.conversation import Outcome
from harness.core.errors import Interrupted
from harness.play.shared_prefix import MOST_CHECKPOINTS, SharedPrefixes
from harness.project.plan import Mode
from harness.scenario import PrefixEnd
from tests.shared_prefix.dresses import DRESS, FOUR, ONCE, PASSED, ROWS, SHIPPING, outcomes

GENEROUS = 20.0


def test_others_wait_while_the_beginning_is_held(shop):
    """While the first waits for an answer before the branch, nobody asks the same."""
    shop.write(FOUR)
    shop.seen.held = SHIPPING
    runner = shop.runner(Mode.LIVE)

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(runner.run, play) for play in shop.plays(*ROWS)]
        assert shop.seen.holding.wait(GENEROUS)
        said = list(shop.seen.said)
        shop.seen.released.set()
        results = {row: one.result(GENEROUS) for row, one in zip(ROWS, running, strict=True)}

    assert said == [SHIPPING]
    assert outcomes(results) == PASSED
    assert Counter(shop.seen.said) == Counter(ONCE)


def test_a_run_that_is_stopped_wakes_who_waits(shop):
    """Ctrl-C ends those that wait at once, as it does the one that they wait for."""
    shop.write(FOUR)
    shop.seen.held = DRESS
    runner = shop.runner(Mode.RECORD)
    rows = ("", "human")

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(runner.run, play) for play in shop.plays(*rows)]
        assert shop.seen.holding.wait(GENEROUS)
        runner.stop()
        results = [one.result(GENEROUS) for one in running]
        shop.seen.released.set()

    assert [result.error.code for result in results] == ["interrupted", "interrupted"]
    assert Counter(shop.seen.said) == {SHIPPING: 1, DRESS: 1}
    assert not list(shop.folder.glob("cassettes/shop/*.yaml"))


def test_nobody_begins_after_a_run_was_stopped(shop):
    """A play that comes to a runner that was stopped says nothing."""
    shop.write(FOUR)
    runner = shop.runner(Mode.LIVE)
    runner.stop()

    result = runner.run(*shop.plays("human"))

    assert result.outcome is Outcome.BROKEN
    assert result.error.code == "interrupted"
    assert shop.seen.said == []


def end(*said, is_taken=True):
    key = ("file", "shop", 1, "{}", tuple((place, 0) for place in said))
    return PrefixEnd(key=key, length=len(said), is_taken=is_taken)


def test_who_claims_longer_beginnings_waits_for_shorter_ones():
    """Two that want two beginnings each, in any order, never wait for each other."""
    prefixes, both = SharedPrefixes(), (end(0, 1), end(0))
    meeting = threading.Barrier(8)

    def play():
        meeting.wait(GENEROUS)
        with prefixes.shared(both) as prefix:
            return prefix.start is None

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(play) for _ in range(8)]
        ended = [one.result(GENEROUS) for one in running]

    assert ended == [True] * 8


def test_who_waits_is_woken_before_the_other_ended():
    """A run that is stopped does not wait for the conversation that holds the beginning."""
    prefixes, inside = SharedPrefixes(), threading.Event()

    def play():
        inside.set()
        with pytest.raises(Interrupted), prefixes.shared((end(0),)):
            pass

    with ThreadPoolExecutor(1) as pool, prefixes.shared((end(0),)):
        waiting = pool.submit(play)
        assert inside.wait(GENEROUS)
        prefixes.stop()

        assert waiting.result(GENEROUS) is None


class Telling:
    """The end of a prefix that tells when a play found that another one is to come to it."""

    def __init__(self, *said):
        self.key, self.length = end(*said).key, len(said)
        self.came = threading.Semaphore(0)

    @property
    def is_taken(self):
        self.came.release()
        return True


def test_those_who_waited_in_vain_begin_at_once():
    """Where the first breaks off, none of the others claims the beginning again: all go on."""
    prefixes, meeting, telling = SharedPrefixes(), threading.Barrier(2), Telling(0)

    def play():
        with prefixes.shared((telling,)) as prefix:
            meeting.wait(GENEROUS)
            return prefix.start

    with ThreadPoolExecutor(2) as pool:
        with prefixes.shared((end(0),)):
            waiting = [pool.submit(play) for _ in range(2)]
            assert all(telling.came.acquire(timeout=GENEROUS) for _ in waiting)
        starts = [one.result(GENEROUS) for one in waiting]

    assert starts == [None, None]


def test_a_claim_is_given_up_by_its_own_play_alone():
    """Others wait for whoever claimed a prefix again, whatever the first one still comes to."""
    prefixes, telling = SharedPrefixes(), Telling(0)

    def play():
        with prefixes.shared((telling,)) as prefix:
            return prefix.start

    with prefixes.shared((end(0),)) as first:
        prefixes.leave(first, end(0).key, None)
        with ThreadPoolExecutor(1) as pool, prefixes.shared((end(0),)) as second:
            prefixes.leave(first, end(0).key, None)
            third = pool.submit(play)
            assert telling.came.acquire(timeout=GENEROUS)
            prefixes.leave(second, end(0).key, "checkpoint")

            assert third.result(GENEROUS) == "checkpoint"


def test_few_checkpoints_are_kept():
    """The oldest goes where there are too many; who wants it begins by itself."""
    prefixes = SharedPrefixes()
    for place in range(MOST_CHECKPOINTS + 1):
        with prefixes.shared((end(place),)) as prefix:
            prefixes.leave(prefix, end(place).key, f"checkpoint {place}")

    with prefixes.shared((end(0),)) as first, prefixes.shared((end(1),)) as second:
        assert first.start is None
        assert second.start == "checkpoint 1"


def test_who_does_not_take_does_not_wait():
    """A conversation that may not go on from another one begins while that is going on."""
    prefixes = SharedPrefixes()

    with (
        prefixes.shared((end(0),)),
        prefixes.shared((end(0, is_taken=False),)) as second,
    ):
        assert second.start is None


def test_a_prefix_that_came_to_nothing_may_be_claimed_again():
    """Where a play ends without a checkpoint, the next one is the one that others wait for."""
    prefixes = SharedPrefixes()
    with prefixes.shared((end(0),)):
        pass

    with prefixes.shared((end(0),)) as second:
        prefixes.leave(second, end(0).key, "checkpoint")
        with prefixes.shared((end(0),)) as third:
            assert second.start is None
            assert third.start == "checkpoint"


def test_who_claimed_nothing_leaves_a_checkpoint_all_the_same():
    """What a play comes to that claimed nothing is there for later ones."""
    prefixes = SharedPrefixes()

    with prefixes.shared((end(0, is_taken=False),)):
        with prefixes.shared((end(0, is_taken=False),)) as second:
            prefixes.leave(second, end(0).key, "checkpoint")
        with prefixes.shared((end(0),)) as third:
            assert third.start == "checkpoint"


def test_a_checkpoint_stays_if_the_claiming_play_ends_without_one():
    """Another play reached the same end, and later ones continue from there."""
    prefixes = SharedPrefixes()
    with (
        prefixes.shared((end(0),)),
        prefixes.shared((end(0, is_taken=False),)) as second,
    ):
        prefixes.leave(second, end(0).key, "checkpoint")

    with prefixes.shared((end(0),)) as third:
        assert third.start == "checkpoint"


def test_no_checkpoint_is_stored_after_a_run_was_stopped():
    """A play that begins then has no start, and is ended by its transport."""
    prefixes = SharedPrefixes()
    with prefixes.shared((end(0),)) as first:
        prefixes.stop()
        prefixes.leave(first, end(0).key, "checkpoint")

    with prefixes.shared((end(0),)) as second:
        assert second.start is None


def test_a_longer_prefix_is_taken_before_a_shorter_one():
    """A play continues from the longest prefix that another one has left, with its length."""
    prefixes, both = SharedPrefixes(), (end(0, 1), end(0))
    with prefixes.shared(both) as first:
        prefixes.leave(first, end(0).key, "shorter")
        prefixes.leave(first, end(0, 1).key, "longer")

    with prefixes.shared(both) as second:
        assert (second.start, second.length) == ("longer", 2)
    with prefixes.shared((end(0, 2), end(0))) as third:
        assert (third.start, third.length) == ("shorter", 1)
    with prefixes.shared((end(1),)) as fourth:
        assert (fourth.start, fourth.length) == (None, 0)
