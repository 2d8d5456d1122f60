"""`replies`, `tools`, `usage` and the times: what passes, fails, is skipped and broken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from check_samples import REPLY, exchange, judge, turn, turn_bringing

from harness.checks import CONVERSATION_KINDS, BadExpectation, Options, conversation_of
from harness.conversation import Outcome, ToolCall, Transcript

PASSED, FAILED, SKIPPED, BROKEN = (
    Outcome.PASSED,
    Outcome.FAILED,
    Outcome.SKIPPED,
    Outcome.BROKEN,
)
CALLS = (
    ToolCall(name="search", arguments={"query": "pink dress", "limit": 3}),
    ToolCall(name="check_stock", arguments={"id": "p-1"}),
    ToolCall(name="search", arguments="{broken"),
)
CALLING = turn(reply=replace(REPLY, tools=CALLS, usage={"total_tokens": 450, "cost": 0.02}))
SILENT = turn(reply=replace(REPLY, tools=(), usage={}))
SHIPPING, QUESTION = {"contains": "free shipping"}, {"ends_with": "?"}


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ([SHIPPING, QUESTION], PASSED),
        ([QUESTION, SHIPPING], FAILED),
        ({"unordered": True, "messages": [QUESTION, SHIPPING]}, PASSED),
        ([SHIPPING], FAILED),
        ([SHIPPING, QUESTION, SHIPPING], FAILED),
        ([{"optional": True, "contains": "Welcome"}, SHIPPING, QUESTION], PASSED),
        ([SHIPPING, {"optional": True, **QUESTION}], PASSED),
        ([{"optional": True, "matches": "e"}, SHIPPING, QUESTION], PASSED),
        ([{"any_of": [SHIPPING, QUESTION]}, {"not": SHIPPING}], PASSED),
        ([{"contains": "FREE", "ignore_case": True}, QUESTION], PASSED),
    ],
    ids=str,
)
def test_replies(value, outcome):
    """Every message meets one expectation, in order where nothing else is said."""
    assert judge("replies", value).outcome is outcome


def test_many_messages_that_are_not_expected():
    """The first five are named, and the others counted."""
    of = turn(reply=replace(REPLY, messages=REPLY.messages * 5))

    message = judge("replies", [SHIPPING, QUESTION], of=of).finding.message

    assert message == "messages 3, 4, 5, 6, 7 and 3 more of the reply are not expected"


def test_optional_replies_may_all_be_missing():
    """A reply without a message fulfils what is optional, and nothing else."""
    nothing = turn_bringing({})

    assert judge("replies", [{"optional": True, **SHIPPING}], of=nothing).outcome is PASSED
    assert judge("replies", [SHIPPING], of=nothing).outcome is FAILED


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ("search", PASSED),
        (["search", "check_stock"], PASSED),
        (["check_stock", "search"], PASSED),
        (["search", "search", "check_stock"], FAILED),
        ({"contains": ["search", "search", "check_stock"], "any_order": True}, PASSED),
        ({"contains": ["search", "search", "search"], "any_order": True}, FAILED),
        ({"exactly": ["search", "check_stock"]}, FAILED),
        ({"exactly": ["search", "check_stock", "search"]}, PASSED),
        ({"contains": {"name": "search", "arguments": {"query": {"contains": "pink"}}}}, PASSED),
        ({"contains": {"name": "search", "arguments": {"$.limit": {"at_most": 2}}}}, FAILED),
        ({"contains": {"name": "check_stock", "exact_arguments": {"id": "p-1"}}}, PASSED),
        ({"contains": {"name": "search", "schema": {"required": ["limit"]}}}, PASSED),
        ({"contains": {"name": "search", "schema": {"required": ["page"]}}}, FAILED),
        (
            {
                "contains": {
                    "name": "check_stock",
                    "arguments": {"id": "p-1"},
                    "schema": {"properties": {"id": {"type": "integer"}}, "required": ["id"]},
                }
            },
            FAILED,
        ),
        ({"contains": {"name": "search", "exact_arguments": {"query": "pink dress"}}}, FAILED),
        ({"not_contains": "place_order"}, PASSED),
        ({"not_contains": {"name": "check_stock", "arguments": {"id": "p-2"}}}, PASSED),
        ({"not_contains": "search"}, FAILED),
        ({"count": 3}, PASSED),
        ({"count": {"at_most": 2}}, FAILED),
        ("none", FAILED),
    ],
    ids=str,
)
def test_tools(value, outcome):
    """Calls are told by name and arguments, in order where nothing else is said."""
    assert judge("tools", value, of=CALLING).outcome is outcome


def test_no_tool_calls():
    """`none` wants no call; where calls are not read, nothing can be told."""
    assert judge("tools", "none", of=SILENT).outcome is PASSED
    assert judge("tools", "search", of=SILENT).outcome is FAILED
    assert judge("tools", "none").code == "not-told"
    assert judge("tools", ["search"]).outcome is SKIPPED


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ({"total_tokens": {"at_most": 500}}, PASSED),
        ({"total_tokens": 450, "cost": {"less_than": 0.1}}, PASSED),
        ({"cost": {"less_than": 0.01}}, FAILED),
        ({"total_token": 450}, FAILED),
    ],
    ids=str,
)
def test_usage(value, outcome):
    """What was counted is compared by its name; a name that is not there is no pass."""
    assert judge("usage", value, of=CALLING).outcome is outcome


def test_no_usage():
    """Where nothing was told or read, usage cannot be measured."""
    wanted = {"total_tokens": {"at_most": 500}}

    assert "reported no usage" in judge("usage", wanted, of=SILENT).reason
    assert "does not say" in judge("usage", wanted).reason


def streamed(first_byte, *, seconds=1.5, started=0.0):
    """A turn whose answer came in two chunks."""
    made = exchange(seconds=seconds)
    times = {"first_byte": first_byte, "chunks": ((0.5, 1), (1.5, 1)), "started": started}
    return turn(exchanges=(replace(made, response=replace(made.response, **times)),))


@pytest.mark.parametrize(
    ("of", "outcome"),
    [
        (streamed(0.5), PASSED),
        (streamed(1.0), FAILED),
        (streamed(None), BROKEN),
        (turn(), BROKEN),
        (turn(exchanges=()), BROKEN),
    ],
    ids=["in time", "too late", "no time", "no stream", "no answer"],
)
def test_first_token(of, outcome):
    """The first byte of a stream is timed; what was not recorded is BROKEN with its reason."""
    verdict = judge("first_token", {"under": "1s"}, of=of)

    assert verdict.outcome is outcome
    assert bool(verdict.reason) is (outcome is BROKEN)


def test_the_first_token_is_counted_from_the_message():
    """What was asked before the stream counts too."""
    asked = exchange(seconds=2.0)
    later = streamed(0.5, started=2.0).exchanges[0]

    assert turn(exchanges=(asked, later)).first_token == 2.5


def over(name, value, *turns):
    """The verdict of a check on a whole conversation."""
    held = Transcript(scenario="case", provider="bot", turns=turns)
    return CONVERSATION_KINDS[name].compile(value, Options())(conversation_of(held))


def turns_of(*seconds):
    """A turn for each number of seconds."""
    made = [turn(exchanges=(exchange(seconds=one),)) for one in seconds]
    return [replace(one, number=number) for number, one in enumerate(made, 1)]


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ({"median": {"under": "3s"}}, PASSED),
        ({"median": {"under": "2s"}}, FAILED),
        ({"p95": {"under": "9s"}}, PASSED),
        ({"p95": {"under": "8s"}}, FAILED),
        ({"total": {"under": "17s"}}, PASSED),
        ({"total": {"under": "16s"}, "median": {"under": "1m"}}, FAILED),
    ],
    ids=str,
)
def test_latency_over_the_conversation(value, outcome):
    """Median, 95th percentile and total of 1, 1, 2, 2 and 10 seconds are 2, 8.4 and 16."""
    assert over("latency", value, *turns_of(1, 1, 2, 2, 10)).outcome is outcome


def test_the_first_figure_that_is_too_high_is_in_the_sentence():
    """Of several figures that are too high, the sentence has the first; the texts have all."""
    value = {"total": {"under": "16s"}, "median": {"under": "2s"}, "p95": {"under": "1m"}}

    finding = over("latency", value, *turns_of(1, 1, 2, 2, 10)).finding

    assert finding.message == "the median of the latencies is 2 s, expected under 2 s"
    assert finding.actual == "median: 2 s\ntotal: 16 s"


def test_the_95th_percentile_of_one_turn():
    """One time is its own percentile."""
    assert over("latency", {"p95": {"under": "2s"}}, *turns_of(1)).outcome is PASSED
    assert over("latency", {"p95": {"under": "1s"}}, *turns_of(1)).outcome is FAILED


def test_a_turn_without_a_time_makes_no_statistic():
    """Times of some turns are not given out for those of all."""
    verdict = over(
        "latency", {"total": {"under": "1m"}}, *turns_of(1), turn(number=2, exchanges=())
    )

    assert verdict.code == "not-told"
    assert verdict.reason == (
        "turn 2: the check could not be made: no time was recorded for this turn"
    )


def test_first_tokens_over_the_conversation():
    """Times to the first byte are summed up in the same way."""
    held = (streamed(0.2), streamed(0.8))

    assert over("first_token", {"median": {"under": "600ms"}}, *held).outcome is PASSED
    assert over("first_token", {"median": {"under": "500ms"}}, *held).outcome is FAILED


def test_all_replies_together():
    """Texts, parts and usage of all replies are judged as one."""
    held = (turn(), CALLING)

    assert over("messages", {"count": 4}, *held).outcome is PASSED
    assert over("contains", "Anything else?\nYes", *held).outcome is PASSED
    assert over("json", {"$[1].response.id": 7}, *held).outcome is PASSED
    assert over("tools", {"count": 3}, *held).outcome is PASSED
    assert over("usage", {"total_tokens": 900}, CALLING, CALLING).outcome is PASSED
    assert over("turns", {"at_most": 2}, *held).outcome is PASSED
    assert over("turns", 1, *held).outcome is FAILED


@pytest.mark.parametrize(
    ("name", "value", "code", "path"),
    [
        ("replies", [], "wrong-value", ()),
        ("replies", ["hello"], "wrong-value", (0,)),
        ("replies", [{"optional": True}], "asserts-nothing", (0,)),
        ("replies", {"unordered": True}, "wrong-value", ()),
        (
            "replies",
            [{"contains": "a"}, {"containz": "a"}],
            "unknown-check",
            (1, "containz"),
        ),
        (
            "replies",
            {"messages": [{"matches": "("}]},
            "invalid-pattern",
            ("messages", 0, "matches"),
        ),
        ("tools", [{"arguments": {}}], "wrong-value", (0,)),
        ("tools", {"any_order": True}, "asserts-nothing", ()),
        ("tools", {"exactly": []}, "wrong-value", ("exactly",)),
        ("tools", {"exactly": [{"arguments": {}}]}, "wrong-value", ("exactly", 0)),
        (
            "tools",
            {"exactly": [{"name": "a", "arguments": {"query": {"contain": 1}}}]},
            "unknown-matcher",
            ("exactly", 0, "arguments", "query", "contain"),
        ),
        ("usage", {}, "wrong-value", ()),
        ("usage", {"total": {"contains": 1}}, "unknown-matcher", ("total", "contains")),
        ("first_token", {"under": "fast"}, "wrong-value", ("under",)),
    ],
    ids=str,
)
def test_what_makes_no_sense_has_its_place(name, value, code, path):
    """A wrong value is named with its path."""
    with pytest.raises(BadExpectation) as caught:
        judge(name, value)

    assert (caught.value.code, caught.value.path) == (code, path)
