from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.checks.same_as import SAME_AS
from harness.conversation import Reply, ReplyMessage, Turn
from harness.core.errors import Refused, TimedOut
from harness.formats.yaml import read
from harness.play.drift.accepted import Accepted
from harness.play.drift.drift import Drift, TurnDrift
from harness.play.drift.turn_comparison import compare, with_drift
from harness.play.judging import judge
from harness.play.result import ScenarioResult
from harness.project.plan import Play
from tests.unit.engine.conversations import VOCABULARY, scenario
from tests.unit.engine.drift.drift_samples import exchange, transcript, turn


class Definition:
    """What a comparison reads of a definition."""

    steps = ()


def drift_of(expect: str, old: Turn, new: Turn, key: str = "expect") -> TurnDrift:
    """The drift of a turn with these expectations."""
    made = scenario(f"  - user: Hi\n    {key}: {expect}\n")
    results = [
        ScenarioResult(scenario=made, transcript=held, checks=tuple(judge(made, held, VOCABULARY)))
        for held in (transcript(old), transcript(new))
    ]
    play = Play(file=Path("case.yaml"), scenario="case", provider="bot")
    [compared] = with_drift(results[1], results[0], Definition, play).compared
    return compared.drift


def said(*texts: str, **more) -> Turn:
    """A turn whose answer has these texts as its messages."""
    payload = {"messages": [{"text": text} for text in texts]}
    messages = tuple(ReplyMessage(text=text, payload={"text": text}) for text in texts)
    reply = Reply(messages=messages, payload=payload, **more)
    return turn(reply=reply, exchanges=[exchange(payload)])


ONE, TWO = said("Hello"), said("Welcome", "Hello")
OPTIONAL = "{replies: [{optional: true, contains: Welcome}, {contains: Hello}]}"


@pytest.mark.parametrize(
    ("expect", "old", "new"),
    [
        (OPTIONAL, TWO, ONE),
        (OPTIONAL, ONE, TWO),
        ("{messages: {count: {at_least: 1}}}", ONE, TWO),
        ("{any_of: [{messages: {count: 1}}, {messages: {count: 2}}]}", ONE, TWO),
        ("{all_of: [{messages: {count: {at_most: 3}}}, {contains: Hello}]}", TWO, ONE),
        ("{not: {messages: {count: 3}}}", TWO, ONE),
        (
            "{replies: {unordered: true, messages: [{contains: Hello}, {contains: Welcome}]}}",
            TWO,
            said("Hello", "Welcome"),
        ),
        (
            "{actions: {count: {between: [1, 2]}}}",
            said("Hello", actions={"Yes": "y"}),
            said("Hello", actions={"Yes": "y", "No": "n"}),
        ),
        (
            "{products: {count: {at_least: 1}}}",
            said("Hello", products=({"id": 1},)),
            said("Hello", products=({"id": 1}, {"id": 2})),
        ),
        (
            "{status: [200, 202]}",
            turn(exchanges=[exchange({}, status=200)]),
            turn(exchanges=[exchange({}, status=202)]),
        ),
    ],
    ids=[
        "optional-message-gone",
        "optional-message-came",
        "at-least",
        "any-of",
        "all-of",
        "not",
        "unordered",
        "buttons",
        "products",
        "status",
    ],
)
def test_a_difference_that_the_expectations_accept_is_not_drift(expect, old, new):
    """An expectation that decides a property and passes on both replies lets it vary."""
    assert drift_of(expect, old, new) == TurnDrift(
        turn=1, recorded=tuple(message.text for message in old.reply.messages)
    )


@pytest.mark.parametrize(
    ("expect", "old", "new", "lines"),
    [
        ("none", TWO, ONE, ("messages: recorded 2, now 1",)),
        ("{contains: Hello}", TWO, ONE, ("messages: recorded 2, now 1",)),
        ("{messages: {last: {contains: Hello}}}", TWO, ONE, ("messages: recorded 2, now 1",)),
        ("{messages: {count: 1}}", TWO, ONE, ("messages: recorded 2, now 1",)),
        ("{messages: {count: 2}}", TWO, ONE, ("messages: recorded 2, now 1",)),
        (
            "{messages: {count: {at_least: 1}}, replies: [{contains: Hello}]}",
            TWO,
            ONE,
            ("messages: recorded 2, now 1",),
        ),
        (
            "{messages: {count: {at_least: 1}}}",
            said("Hello", actions={"Yes": "y"}),
            said("Hello"),
            ("actions: recorded 1, now 0",),
        ),
        (
            "{status: [200, 202]}",
            turn(exchanges=[exchange({}, step="open.1"), exchange({})]),
            turn(exchanges=[exchange({}, step="open.1", status=202), exchange({})]),
            ("open.1: recorded status 200, now status 202",),
        ),
    ],
    ids=[
        "no-expectation",
        "no-word-on-the-number",
        "a-block-without-count",
        "the-recording-fails",
        "the-new-reply-fails",
        "another-check-fails",
        "another-part",
        "another-step",
    ],
)
def test_any_other_difference_is_still_drift(expect, old, new, lines):
    """A check that says nothing about a property, or fails on one side, accepts nothing."""
    found = drift_of(expect, old, new)

    assert found.kind is Drift.STATE
    assert found.lines[: len(lines)] == lines


def test_the_wording_of_the_messages_that_both_have_is_compared():
    """Messages are paired by their texts, so that an optional one does not shift the others."""
    new = said("Hello!", "How are you?")
    expect = "{messages: {count: {at_least: 1}}}"

    assert drift_of(expect, said("Welcome", "Hello", "How are you?"), new).differences[0].lines == (
        "- Hello",
        "+ Hello!",
        "       ^",
    )


def test_messages_in_any_order_are_paired_by_their_texts():
    """With `unordered: true` a message that moved is no difference, one that changed is."""
    expect = "{replies: {unordered: true, messages: [{contains: ell}, {contains: Wel}]}}"

    assert drift_of(expect, TWO, said("Hello", "Welcome!")).lines[:2] == ("- Welcome", "+ Welcome!")
    assert (
        drift_of("{replies: [{min_words: 1}, {min_words: 1}]}", TWO, said("Hello", "Welcome")).kind
        is Drift.WORDING
    )


def with_payloads(*payloads: dict[str, object]) -> Turn:
    """A turn whose messages have these payloads."""
    messages = tuple(ReplyMessage(text=str(one["text"]), payload=one) for one in payloads)
    payload = {"messages": list(payloads)}
    return turn(reply=Reply(messages=messages, payload=payload), exchanges=[exchange(payload)])


def test_the_shape_of_an_optional_message_is_not_compared():
    """A message that may be missing may have keys of its own; one that both have may not."""
    text, picture = {"text": "Hello"}, {"text": "Welcome", "url": "http://a"}

    assert drift_of(OPTIONAL, with_payloads(text), with_payloads(picture, text)).kind is Drift.SAME
    found = drift_of(OPTIONAL, with_payloads(text), with_payloads(picture, {**text, "mood": 1}))
    assert found.lines == ("send.1: $.messages[*].mood: not recorded, now a number",)


def answered(payload: object) -> Turn:
    """A turn whose reply has this payload."""
    reply = Reply(messages=(ReplyMessage(text="Hello"),), payload=payload)
    return turn(reply=reply, exchanges=[exchange(payload)])


@pytest.mark.parametrize(
    ("expect", "kind"),
    [
        ("{like: {items: [{note: <any>}]}}", Drift.SAME),
        ("{like: {items: {<unordered>: [{note: <any>}]}}}", Drift.SAME),
        ("{like: {items: {<every>: {note: <any>}}}}", Drift.SAME),
        ("{like: {items: {<some>: {note: <any>}}}}", Drift.SAME),
        ("{like: {items: <any>}}", Drift.SAME),
        ("{like: {id: <any>}}", Drift.SHAPE),
        ("{like: {items: [{note: <string>}]}}", Drift.SHAPE),
        ("{json: {'$.items[0].note': {exists: true}}}", Drift.SHAPE),
    ],
)
def test_a_value_that_may_be_anything_may_have_another_type(expect, kind):
    """`<any>` accepts a value of another type at its place, and nowhere else."""
    old = answered({"id": 1, "items": [{"note": None}]})
    new = answered({"id": 1, "items": [{"note": "late"}]})

    assert drift_of(expect, old, new).kind is kind


@pytest.mark.parametrize(
    ("ignored", "kind"),
    [
        ("{path: '$.items[0]', ignore: $.note}", Drift.SAME),
        ("{path: '$.items[*]', ignore: ['$[*].note']}", Drift.SAME),
        ("{path: '$.items[*]', ignore: [$..note]}", Drift.SAME),
        ("{path: '$.items[*]', ignore: '$[0].note'}", Drift.SHAPE),
        ("{ignore: ['$.items[*].note']}", Drift.SAME),
        ("{ignore: ['$..note']}", Drift.SAME),
        ("{ignore: [$.id]}", Drift.SHAPE),
        ("{}", Drift.SHAPE),
    ],
)
def test_what_a_golden_ignores_may_have_another_type(ignored, kind):
    """The paths are those below the part that is compared."""
    old = answered({"id": 1, "items": [{"note": None}]})
    new = answered({"id": 1, "items": [{"note": "late"}]})
    accepted = Accepted(parts=frozenset(SAME_AS.decides(read(ignored.encode(), "case.yaml").value)))

    [found] = compare(transcript(old), transcript(new), {}, accepted={1: accepted})

    assert found.kind is kind


def refused(error: Exception, status: int) -> Turn:
    """A turn that the provider refused, or in which the network failed."""
    return replace(turn(exchanges=[exchange({}, status=status)]), reply=None, refusal=error)


def test_a_refusal_may_have_any_status_that_is_expected():
    """Two statuses of one `error:` are as good as each other; another code still differs."""
    old, new = (
        refused(Refused("unexpected-status", "no", status=status), status) for status in (401, 403)
    )
    other = refused(Refused("answer-refused", "no", status=403), 403)

    assert drift_of("{status: [401, 403]}", old, new, "error").kind is Drift.SAME
    assert drift_of("{status: 401}", old, new, "error").kind is Drift.STATE
    assert drift_of("{status: [401, 403]}", old, other, "error").lines == (
        "recorded a refusal (unexpected-status), now a refusal (answer-refused)",
    )


def test_an_expected_network_failure_may_have_any_code_that_is_expected():
    """The codes that `transport:` lists are as good as each other."""
    old, new = (
        replace(turn(), reply=None, refusal=TimedOut(code, "late"))
        for code in ("read-timeout", "total-timeout")
    )

    assert drift_of("{transport: timeout}", old, new, "error").kind is Drift.SAME


def test_calls_of_tools_may_vary_with_their_requests():
    """If `tools: {count: …}` passes on both, the answers to tools may be sent or not."""
    calls = turn(exchanges=[exchange({}), exchange({}, step="tools.1")], tools=())
    quiet = turn(exchanges=[exchange({})], tools=())

    assert drift_of("{tools: {count: {at_most: 1}}}", calls, quiet).kind is Drift.SAME
    assert drift_of("{contains: Hello}", calls, quiet).lines == (
        "tools.1: recorded status 200, now no request",
    )
