from __future__ import annotations

import pytest
from conversations import VOCABULARY, exchange, reply, scenario, transcript, turn

from harness.checks import Kind
from harness.conversation import Outcome, Stop
from harness.core.errors import PlayError, Refused
from harness.play.judging import judge, judge_turn
from harness.project.vocabulary import Vocabulary

GREET = "  - user: Hi\n    expect: {contains: hello}\n"


def outcomes(results):
    return [(result.turn, result.name, result.outcome.value) for result in results]


def test_checks_are_judged_in_order():
    """Results come by turn and, within one, in the order of the file."""
    made = scenario(
        "  - user: a\n    expect: {status: 200, contains: x}\n"
        "  - user: b\n    expect: {equals: y}\n"
    )
    held = transcript(turn(reply("x")), turn(reply("z"), number=2))

    assert outcomes(judge(made, held, VOCABULARY)) == [
        (1, "status", "passed"),
        (1, "contains", "passed"),
        (2, "equals", "failed"),
    ]


def test_a_failure_has_its_place_and_what_was_expected():
    """A failed check knows the line of the scenario, and both sides."""
    (result,) = judge(scenario(GREET), transcript(turn(reply("bye"))), VOCABULARY)

    assert str(result.place) == "case.yaml:4:14"
    assert (result.expected, result.actual) == ("a text with 'hello'", "bye")


def test_turns_that_were_not_played_are_not_judged():
    """A conversation that ended early has results for its first turns only."""
    made = scenario(GREET + GREET)

    assert len(judge(made, transcript(turn(reply("hello"))), VOCABULARY)) == 1


OVER_ALL = {
    "never holds": ("never", "sorry", ("fine", "good"), ["passed", "passed"]),
    "never is broken": ("never", "sorry", ("fine", "so sorry"), ["passed", "failed"]),
    "always holds": ("always", "fine", ("fine", "fine"), ["passed", "passed"]),
    "always is broken": ("always", "fine", ("fine", "bad"), ["passed", "failed"]),
}


@pytest.mark.parametrize("case", OVER_ALL)
def test_expectations_over_the_whole_conversation(case):
    """`never` and `always` are judged for every reply."""
    scope, word, texts, wanted = OVER_ALL[case]
    made = scenario(
        "  - user: a\n    expect: none\n  - user: b\n    expect: none\n",
        f"expect: {{{scope}: {{contains: {word}}}}}\n",
    )
    held = transcript(*(turn(reply(text), number=n) for n, text in enumerate(texts, 1)))

    results = judge(made, held, VOCABULARY)

    assert [result.outcome.value for result in results] == wanted
    assert {result.name for result in results if result.outcome is Outcome.FAILED} <= {
        "never contains",
        "contains",
    }


def test_never_says_what_may_never_be():
    """The failure of `never` names the check and its value."""
    made = scenario("  - user: a\n    expect: none\n", "expect: {never: {contains: sorry}}\n")

    (result,) = judge(made, transcript(turn(reply("so sorry"))), VOCABULARY)

    assert result.message == "no reply may pass contains 'sorry'"
    assert result.actual == "so sorry"


def test_a_refusal_is_not_a_reply_that_never_may_be():
    """Where the provider refused as expected, there is no reply to hold against `never`."""
    made = scenario(
        "  - user: a\n    error: {status: 403}\n", "expect: {never: {contains: denied}}\n"
    )
    refusal = Refused("unexpected-status", "denied", status=403)
    held = transcript(turn(None, refusal=refusal, exchanges=(exchange(status=403),)))

    assert outcomes(judge(made, held, VOCABULARY)) == [(1, "status", "passed")]


def test_history_is_judged_apart_from_the_reply():
    """`history` checks judge the provider's own record."""
    made = scenario(
        "  - user: a\n    expect: {contains: hello, history: {json: {'$[0].text': bye}}}\n"
    )
    held = transcript(turn(reply("hello"), history=[{"text": "bye"}], looked_up=(exchange(),)))

    assert outcomes(judge(made, held, VOCABULARY)) == [
        (1, "contains", "passed"),
        (1, "history json", "passed"),
    ]


def test_a_history_that_could_not_be_fetched_is_not_judged():
    """Where looking it up broke, that is the error, and no check of the history fails."""
    made = scenario(
        "  - user: a\n    expect: {contains: hello, history: {json: {'$[0].text': bye}}}\n"
    )
    stop = Stop(turn=1, error=PlayError("no-history", "there is none"))

    results = judge(made, transcript(turn(reply("hello")), stop=stop), VOCABULARY)

    assert outcomes(results) == [(1, "contains", "passed")]


def test_a_broken_contract_fails_without_being_asked_for():
    """A payload that breaks its schema fails the turn, although every check holds."""
    held = transcript(turn(reply("hello"), exchanges=(exchange(contract=("/id: wrong",)),)))

    results = judge(scenario(GREET), held, VOCABULARY)

    assert outcomes(results) == [(1, "contract", "failed"), (1, "contains", "passed")]
    assert "step send.1" in results[0].message


@pytest.mark.parametrize("where", ["around", "looked_up"])
def test_a_broken_contract_outside_of_sending(where):
    """Opening, closing and looking up are held to their contracts as well."""
    broken = (exchange("open.1", contract=("/id: wrong",)),)
    around = broken if where == "around" else ()
    looked_up = broken if where == "looked_up" else ()

    held = transcript(turn(reply("hello"), looked_up=looked_up), around=around)

    assert "contract" in {result.name for result in judge(scenario(GREET), held, VOCABULARY)}


def test_a_broken_contract_of_a_turn_without_a_reply():
    """Also where no reply could be read, it is told that the answer broke its contract."""
    held = transcript(turn(None, exchanges=(exchange(contract=("/text: missing",)),)))

    assert outcomes(judge(scenario(GREET), held, VOCABULARY)) == [(1, "contract", "failed")]


def test_an_expected_refusal_that_did_not_come():
    """An answer where a refusal is expected fails, and nothing else is judged."""
    made = scenario("  - user: a\n    error: {status: 403, contains: no}\n")

    (result,) = judge(made, transcript(turn(reply("of course"))), VOCABULARY)

    assert (result.name, result.outcome) == ("error", Outcome.FAILED)
    assert result.message == "the provider was expected to refuse, but it answered"


def test_a_missing_capture_fails():
    """A capture that was not there fails the turn, at its place."""
    made = scenario("  - user: a\n    expect: none\n    capture: {id: $.id}\n")
    held = transcript(turn(reply("hi"), missing=(("id", "nothing in the payload at $.id"),)))

    (result,) = judge(made, held, VOCABULARY)

    assert (result.name, str(result.place)) == ("capture", "case.yaml:5:19")


def test_variables_stand_in_expectations():
    """An expectation may use what was captured in its own turn."""
    made = scenario(
        "  - user: a\n    expect: {contains: 'ticket ${id}'}\n    capture: {id: $.id}\n"
    )

    (result,) = judge(made, transcript(turn(reply("ticket 7"), variables={"id": 7})), VOCABULARY)

    assert result.outcome is Outcome.PASSED


def test_an_expectation_that_cannot_be_filled_in_is_broken():
    """Where a captured value makes no sense in a check, it could not be told."""
    made = scenario("  - user: a\n    expect: {matches: '${p}'}\n    capture: {p: $.p}\n")

    (result,) = judge(made, transcript(turn(reply("a"), variables={"p": "("})), VOCABULARY)

    assert result.outcome is Outcome.BROKEN
    assert "[invalid-pattern]" in result.message


def test_a_check_that_crashes_is_broken():
    """A check of somebody else that raises is BROKEN, never a pass."""

    def compile_(_value, _options):
        def crash(_subject):
            raise ZeroDivisionError("by zero")

        return crash

    kind = Kind(name="contains", schema={}, compile=compile_)
    vocabulary = Vocabulary({"contains": kind}, None)

    (result,) = judge(scenario(GREET), transcript(turn(reply("hello"))), vocabulary)

    assert result.outcome is Outcome.BROKEN
    assert "[check-crashed]" in result.message
    assert "ZeroDivisionError" in result.message


WHOLE = "expect: {contains: [hello, bye], turns: 2}\n"
TWO = "  - user: a\n    expect: none\n  - user: b\n    expect: none\n"


def test_the_whole_conversation_is_judged_once():
    """Checks beside `turns:` judge all replies together, after the last turn."""
    held = transcript(turn(reply("hello")), turn(reply("bye"), number=2))

    results = judge(scenario(TWO, WHOLE), held, VOCABULARY)

    assert [(one.name, one.turn, one.outcome) for one in results] == [
        ("contains", 0, Outcome.PASSED),
        ("turns", 0, Outcome.PASSED),
    ]


def test_a_conversation_that_ended_early_is_not_judged_as_a_whole():
    """What was not said is not missing where the conversation ended before its last turn."""
    results = judge(scenario(TWO, WHOLE), transcript(turn(reply("hello"))), VOCABULARY)

    assert {(one.outcome, one.message) for one in results} == {
        (Outcome.SKIPPED, "the conversation ended early")
    }


def test_what_every_reply_must_be_is_judged_up_to_the_early_end():
    """`never` and `always` hold for the replies that came; only checks on all of them are left."""
    made = scenario(
        TWO, "expect: {never: {contains: sorry}, always: {contains: hello}, turns: 2}\n"
    )

    results = judge(made, transcript(turn(reply("hello"))), VOCABULARY)

    assert outcomes(results) == [
        (1, "never contains", "passed"),
        (1, "contains", "passed"),
        (0, "turns", "skipped"),
    ]


def test_captures_may_be_used_over_the_conversation():
    """Checks beside `turns:` know what the last turn knew."""
    made = scenario(TWO, "vars: {word: bye}\nexpect: {contains: '${word}'}\n")
    held = transcript(turn(reply("hello")), turn(reply("bye"), number=2, variables={"word": "bye"}))

    (result,) = judge(made, held, VOCABULARY)

    assert result.outcome is Outcome.PASSED


def test_a14_no_recorded_time_is_broken():
    """A latency without a recorded time is BROKEN with its reason."""
    made = scenario("  - user: a\n    expect: {latency: {under: 1s}}\n")

    (result,) = judge(made, transcript(turn(reply("a"), exchanges=())), VOCABULARY)

    assert (result.outcome, result.message) == (
        Outcome.BROKEN,
        "the check could not be made: no time was recorded for this turn",
    )


def test_judging_again_gives_the_same():
    """Judging is a pure function of scenario and transcript."""
    made, held = scenario(GREET), transcript(turn(reply("bye")))

    assert judge(made, held, VOCABULARY) == judge(made, held, VOCABULARY)
    assert judge_turn(made.user_turns[0], held.turns[0], held, VOCABULARY) == judge(
        made, held, VOCABULARY
    )
