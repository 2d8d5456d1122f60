from __future__ import annotations

from dataclasses import replace

import pytest

from harness.config import Slower
from harness.conversation import Stop, Turn
from harness.core.errors import CassetteError, ProtocolError, Refused, TransportError
from harness.play.drift.drift import Difference, Drift, TurnDrift, kinds_named
from harness.play.drift.turn_comparison import compare
from harness.providers.session import CLOSING
from tests.unit.engine.drift.drift_samples import exchange, transcript, turn


def drift_of(old: Turn, new: Turn, **more) -> TurnDrift:
    [found] = compare(transcript(old), transcript(new), {}, **more)
    return found


def test_equal_turns_are_the_same():
    """Nothing differs: one turn, of no difference."""
    found = compare(transcript(turn(1), turn(2)), transcript(turn(1), turn(2)), {})

    assert [(one.turn, one.kind, one.lines) for one in found] == [
        (1, Drift.SAME, ()),
        (2, Drift.SAME, ()),
    ]


@pytest.mark.parametrize(
    ("old", "new", "kind", "lines"),
    [
        (turn(1, "Hello"), turn(1, "Hi"), Drift.WORDING, ("- Hello", "+ Hi", "   ^")),
        (
            turn(actions={"Yes": "y"}),
            turn(actions={"Sure": "y"}),
            Drift.WORDING,
            ("buttons: recorded 'Yes', now 'Sure'",),
        ),
        (
            turn(1, "a", "b"),
            turn(1, "a"),
            Drift.STATE,
            ("messages: recorded 2, now 1",),
        ),
        (
            turn(products=({"id": 1},)),
            turn(products=()),
            Drift.STATE,
            ("products: recorded 1, now 0",),
        ),
        (
            turn(actions={"Yes": "y"}),
            turn(),
            Drift.STATE,
            ("actions: recorded 1, now 0",),
        ),
        (
            turn(exchanges=[exchange({}, status=200)]),
            turn(exchanges=[exchange({}, status=201)]),
            Drift.STATE,
            ("send.1: recorded status 200, now status 201",),
        ),
        (
            turn(exchanges=[exchange({})]),
            turn(exchanges=[exchange({}), exchange({}, step="send.2")]),
            Drift.STATE,
            ("send.2: recorded no request, now status 200",),
        ),
        (
            turn(exchanges=[exchange({"a": 1})]),
            turn(exchanges=[exchange({"a": "1"})]),
            Drift.SHAPE,
            ("send.1: $.a: recorded a number, now a text",),
        ),
        (
            turn(exchanges=[exchange({"a": 1})]),
            turn(exchanges=[exchange(b"a = 1")]),
            Drift.SHAPE,
            ("send.1: now an answer that cannot be read",),
        ),
        (
            turn(exchanges=[exchange({}, seconds=0.2)]),
            turn(exchanges=[exchange({}, seconds=1.0)]),
            Drift.LATENCY,
            ("recorded 200 ms, now 1 s",),
        ),
    ],
    ids=[
        "text",
        "button-label",
        "messages",
        "products",
        "buttons",
        "status",
        "request-more",
        "shape",
        "unreadable",
        "slower",
    ],
)
def test_each_kind(old, new, kind, lines):
    """Every change has one kind, and lines that say what was recorded and what came."""
    found = drift_of(old, new)

    assert found.kind is kind
    assert found.lines[: len(lines)] == lines


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (turn(1, "caf\u00e9"), turn(1, "cafe\u0301")),
        (
            turn(exchanges=[exchange({"state": "waiting", "at": 1}), exchange({"state": "done"})]),
            turn(exchanges=[exchange({"state": "done"})]),
        ),
        (
            turn(exchanges=[exchange({}, seconds=0.01)]),
            turn(exchanges=[exchange({}, seconds=0.4)]),
        ),
        (turn(exchanges=[exchange({}, seconds=5)]), turn(exchanges=[exchange({}, seconds=8)])),
        (turn(exchanges=[exchange({}, seconds=None)]), turn(exchanges=[exchange({}, seconds=9)])),
        (turn(exchanges=[exchange({}, seconds=5)]), turn(exchanges=[exchange({}, seconds=0.1)])),
        (turn(1, *["a"] * 300), turn(1, *["a"] * 300)),
    ],
    ids=["composed", "polls", "little-slower", "not-twice", "no-time-recorded", "faster", "many"],
)
def test_what_is_no_drift(old, new):
    """Spelling of a letter, the number of polls and small differences in time do not matter."""
    assert drift_of(old, new).kind is Drift.SAME


def test_when_a_turn_is_slower_can_be_said():
    """Factor and floor are given by the caller; both must hold."""
    old = turn(exchanges=[exchange({}, seconds=1)])
    new = turn(exchanges=[exchange({}, seconds=1.5)])

    assert drift_of(old, new, slower=Slower(factor=1.5, at_least=0.5)).kind is Drift.LATENCY
    assert drift_of(old, new, slower=Slower(factor=1.6, at_least=0.5)).kind is Drift.SAME
    assert drift_of(old, new, slower=Slower(factor=1.5, at_least=0.6)).kind is Drift.SAME


def test_a_turn_has_its_gravest_kind_and_keeps_the_others():
    """All differences are told, the gravest first, and the kind is the first of them."""
    old = turn(1, "Hello", exchanges=[exchange({"a": 1}, seconds=0.1)])
    new = turn(1, "Hi", exchanges=[exchange({"b": 1}, status=201, seconds=2)])

    found = drift_of(old, new)

    assert found.kind is Drift.STATE
    assert found.kinds == (Drift.STATE, Drift.SHAPE, Drift.LATENCY, Drift.WORDING)
    assert found.lines[0] == "send.1: recorded status 200, now status 201"


REFUSED = Refused("unexpected-status", "no", status=403)


def refused(error: Refused = REFUSED) -> Turn:
    """A turn that the provider refused, as its scenario expects."""
    return replace(turn(), reply=None, refusal=error)


def test_a_refusal_for_a_reply_is_state():
    """Whoever answered and now refuses, or the other way round, has changed state."""
    assert drift_of(turn(), refused()).lines == (
        "recorded a reply, now a refusal (unexpected-status, status 403)",
    )
    assert drift_of(refused(), turn()).kind is Drift.STATE
    assert drift_of(refused(), refused()).kind is Drift.SAME


def test_another_refusal_is_state():
    """A refusal with another status, or another final state of a task, is another state."""
    failed = [Refused("task-failed", "no", state=f"$.state = {state}") for state in "AB"]
    other = refused(Refused("unexpected-status", "no", status=401))

    assert drift_of(refused(), other).kind is Drift.STATE
    assert drift_of(refused(failed[0]), refused(failed[1])).lines == (
        "recorded a refusal (task-failed, $.state = A), now a refusal (task-failed, $.state = B)",
    )


def test_an_answer_that_broke_the_conversation_is_state():
    """Where the provider's answer ended the live conversation, that turn is the last one."""
    broken = replace(turn(2), reply=None)
    stop = Stop(turn=2, error=ProtocolError("no-reply", "nothing"))

    found = compare(transcript(turn(1), turn(2)), transcript(turn(1), broken, stop=stop), {})

    assert [one.kind for one in found] == [Drift.SAME, Drift.STATE]
    assert found[1].lines == ("recorded a reply, now no reply (no-reply)",)


@pytest.mark.parametrize(
    "error",
    [TransportError("read-timeout", "slow"), CassetteError("message-changed", "other")],
    ids=["network", "recording"],
)
def test_what_says_nothing_about_the_provider_is_left_out(error):
    """A turn that the network or the recording broke is not compared, nor what follows."""
    whole = transcript(turn(1), turn(2), turn(3))
    cut = transcript(turn(1), replace(turn(2), reply=None), stop=Stop(turn=2, error=error))

    assert [one.turn for one in compare(whole, cut, {})] == [1]
    assert [one.turn for one in compare(cut, whole, {})] == [1]


def test_the_first_missing_turn_is_state():
    """A conversation that ended earlier (`on_fail: stop`) drifted in the turn that it lacks."""
    found = compare(transcript(turn(1), turn(2), turn(3)), transcript(turn(1)), {})

    assert [(one.turn, one.kind) for one in found] == [(1, Drift.SAME), (2, Drift.STATE)]


@pytest.mark.parametrize(
    ("words", "kinds"),
    [("shape", {Drift.SHAPE}), ("state, wording", {Drift.STATE, Drift.WORDING})],
)
def test_kinds_are_named(words, kinds):
    """A list of kinds is written with commas."""
    assert kinds_named(words) == kinds


@pytest.mark.parametrize("words", ["", "same", "shape,", "Shape"])
def test_other_words_are_no_kinds(words):
    """`same` is no drift, and nothing else is guessed."""
    with pytest.raises(ValueError, match="is not a kind of drift"):
        kinds_named(words)


def test_kinds_are_ordered_by_gravity():
    """State is graver than shape, shape than latency, latency than wording."""
    kinds = (Drift.WORDING, Drift.STATE, Drift.SHAPE, Drift.LATENCY)
    found = TurnDrift(turn=1, differences=tuple(Difference(kind=kind, lines=()) for kind in kinds))

    assert found.kinds == (Drift.STATE, Drift.SHAPE, Drift.LATENCY, Drift.WORDING)


def closed(*texts: object, status: int = 204, stop: Stop | None = None):
    """A conversation of one turn whose closing step was answered so."""
    around = tuple(exchange(text, step="close.1", status=status) for text in texts)
    return replace(transcript(turn(1), stop=stop), around=around)


@pytest.mark.parametrize(
    ("now", "kind", "line"),
    [
        (closed({"ended": True}, status=404), Drift.STATE, "recorded status 204, now status 404"),
        (closed(), Drift.STATE, "recorded status 204, now no request"),
        (closed({"ended": 1}), Drift.SHAPE, "$.ended: recorded true or false, now a number"),
        (
            closed(stop=Stop(turn=CLOSING, error=Refused("unexpected-status", "no", status=500))),
            Drift.STATE,
            "recorded an end, now none (unexpected-status, status 500)",
        ),
    ],
    ids=["status", "no-request", "shape", "refused"],
)
def test_closing_steps_are_compared(now, kind, line):
    """What the closing steps answer otherwise than recorded is told after the last turn."""
    found = compare(closed({"ended": True}), now, {})

    assert [(one.name, one.kind) for one in found] == [("turn 1", Drift.SAME), ("closing", kind)]
    assert found[-1].lines[0].removeprefix("close.1: ") == line


def test_a_closing_that_is_the_same_is_no_turn():
    """Where nothing differs, and where the network broke the closing, only turns are told."""
    broken = closed(stop=Stop(turn=CLOSING, error=TransportError("read-timeout", "late")))

    for now in (closed({"ended": False}), broken):
        found = compare(closed({"ended": True}), now, {})
        assert [one.name for one in found] == ["turn 1"]
