from __future__ import annotations

from harness.conversation import Outcome, Reply, ReplyMessage, Transcript, Turn, UserMessage
from harness.core.sections import plain
from harness.core.source import Source
from harness.evaluation.parting import find_parting
from harness.evaluation.takes import Takes
from harness.formats.template import compile_template
from harness.play.result import CheckResult, ScenarioResult
from harness.scenario import Scenario
from harness.scenario.repeats import all_of

SCENARIO = Scenario(
    id="refund",
    session=compile_template({}),
    turns=(),
    place=Source(path="refund.yaml", text="scenario: refund").place(),
)
RIGHT = "The refund of 12 EUR is on its way."
OTHER = "I have refunded 12 EUR."
WRONG = "Please contact our support team."


def take(*texts, fails=False, buttons=()):
    """A take whose turns had these replies."""
    turns = tuple(
        Turn(
            number=number,
            user=UserMessage(text="Hello"),
            reply=Reply(
                messages=(ReplyMessage(text=text),), actions=dict.fromkeys(buttons, "prompt")
            ),
        )
        for number, text in enumerate(texts, 1)
    )
    check = CheckResult(name="contains", outcome=Outcome.FAILED, turn=2)
    return ScenarioResult(
        scenario=SCENARIO,
        transcript=Transcript(scenario="refund", provider="shop", turns=turns),
        checks=(check,) if fails else (),
    )


def parting(*takes):
    return find_parting(Takes.of(takes, all_of(len(takes))))


def test_the_reply_that_fails_is_named():
    """The first turn that parts, its replies with their takes, and the one that fails."""
    good, bad = take("Hi", RIGHT), take("Hi", WRONG, fails=True)
    found = parting(good, good, bad, good, good, bad, good, bad, bad, take("Hi", OTHER))

    assert plain([found.section("refund[shop]")]).splitlines() == [
        "refund[shop]: 6 of 10 takes passed",
        "  turn    reply                                  takes          passed",
        f"  turn 2  '{RIGHT}'  1, 2, 4, 5, 7  5 of 5",
        f"  turn 2  '{WRONG}'     3, 6, 8, 9     0 of 4",
        f"  turn 2  '{OTHER}'              10             1 of 1",
        "  takes part in turn 2",
        f"  the reply that fails: turn 2, '{WRONG}': 0 of 4 takes passed, otherwise 6 of 6",
        "  Fisher's exact p = 0.014, 3 different replies compared",
    ]


def test_figures_do_not_make_another_reply():
    """Ids, dates and amounts differ in every take."""
    found = parting(take("Order 4711  is sent"), take("Order 4712 is sent", fails=True))

    assert found.turn is None
    assert found.section("x").lines == [
        "all takes received the same replies, but for figures and spaces"
    ]


def test_buttons_make_another_reply():
    """The user sees them."""
    found = parting(take("Hi", buttons=["Yes"]), take("Hi"))

    assert found.turn == 1


def test_a_turn_that_was_not_reached_is_another_reply():
    """The conversation ended before."""
    found = parting(take("Hi", RIGHT), take("Hi", fails=True))

    assert found.turn == 2
    assert found.suspect.text == "(not played)"


def test_takes_that_part_and_all_pass_have_no_suspect():
    """Different words are not a fault."""
    found = parting(take("Hi"), take("Hello"))

    assert found.suspect is None
    assert "no reply goes with failures" in found.section("x").lines


def test_a_p_value_is_corrected_for_the_number_of_replies():
    """Among many replies, one goes with failures by chance."""
    found = parting(take("a"), take("b", fails=True), take("c"), take("d"))

    assert found.suspect.p < 1
    assert found.p(found.suspect) == 1.0
    assert found.json("x")["suspect"]["p"] == 1.0
