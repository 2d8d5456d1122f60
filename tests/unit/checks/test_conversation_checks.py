"""`repeats`, `questions` and `asks_again`: how a conversation goes, over all of its turns."""

import pytest
from check_samples import written

from harness.checks import CONVERSATION_KINDS, PASS, BadExpectation, Options, conversation_of
from harness.conversation import Outcome, Reply, ReplyMessage, Transcript, Turn, UserMessage
from harness.core.errors import CheckCrashed


def judged(name, value, *pairs, variables=None, **options):
    """The verdict on a conversation of pairs: what the user says, and what the bot answers."""
    turns = tuple(
        Turn(
            number=number,
            user=UserMessage(text=said),
            reply=None if reply is None else Reply(messages=(ReplyMessage(text=reply),)),
            variables=variables or {},
        )
        for number, (said, reply) in enumerate(pairs, 1)
    )
    transcript = Transcript(scenario="refund", provider="shop", turns=turns)
    return CONVERSATION_KINDS[name].compile(value, Options(**options))(conversation_of(transcript))


LOOP = (
    ("I want a refund", "What is your order number?"),
    ("4711", "Thanks! I look at it."),
    ("Well?", "what is your  order number"),
    ("4711!!", "What is your order number?!"),
)


def test_a_bot_that_repeats_itself():
    """Replies with the same words are alike, whatever their case, punctuation and spaces."""
    assert written(judged("repeats", "none", *LOOP)) == (
        "failed: the reply to turn 3 repeats that to turn 1 (and 1 more)\n"
        "  expected: 0 repeats\n"
        "  actual: turn 3, as in turn 1: what is your  order number\n"
        "  actual: turn 4, as in turn 1: What is your order number?!"
    )
    assert judged("repeats", "none", *LOOP[:2]) is PASS


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (2, Outcome.PASSED),
        ({"at_most": 2}, Outcome.PASSED),
        ({"at_most": 1}, Outcome.FAILED),
        ({"at_least": 3}, Outcome.FAILED),
    ],
    ids=str,
)
def test_a_count_of_repeats(value, outcome):
    """Each reply that is like an earlier one counts."""
    assert judged("repeats", value, *LOOP).outcome is outcome


def test_repeats_that_must_be_there():
    """Without any repeat, the count is told."""
    found = judged("repeats", {"at_least": 1}, *LOOP[:2]).finding

    assert found.message == "the conversation has 0 repeats, expected at least 1"


@pytest.mark.parametrize(
    "pairs",
    [(), (("Hi", "Hello"),), (("Hi", "Hello"), ("Hi", None), ("Hi", " "))],
    ids=["no turn", "one reply", "one text"],
)
def test_nothing_to_compare(pairs):
    """With fewer than two texts it is skipped, and does not pass."""
    assert judged("repeats", "none", *pairs).outcome is Outcome.SKIPPED


def test_replies_without_words():
    """They are compared as they are."""
    assert judged("repeats", "none", ("Hi", "🎉"), ("Hi", "👋")) is PASS
    assert judged("repeats", "none", ("Hi", "🎉"), ("Hi", " 🎉")).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Do you like it?", 1),
        ("Really?! In which size? 😊 And colour??", 3),
        ("¿Cuál es su número? Gracias.", 1),
        ("您的订单号是什么？", 1),  # noqa: RUF001  # a Chinese question
        ("**Which one?**", 1),
        ("(Or do you?)", 1),
        ("Click on 'Forgot your password?' there.", 0),
        ("See https://shop.example/?page=2 or ask.", 0),
        ("One?\nTwo?", 2),
        ("No.", 0),
        ("", 0),
    ],
    ids=str,
)
def test_questions_of_a_text(text, count):
    """A question is a sentence that ends with a question mark."""
    assert judged("questions", count, ("Hi", text)) is PASS
    assert judged("questions", count + 1, ("Hi", text)).outcome is Outcome.FAILED


def test_questions_of_a_conversation():
    """Those of all replies are counted, and shown."""
    assert written(judged("questions", {"at_most": 1}, *LOOP)) == (
        "failed: the conversation has 2 questions, expected at most 1\n"
        "  expected: at most 1 question\n"
        "  actual: 2\n"
        "  actual: What is your order number?\n"
        "  actual: What is your order number?!"
    )
    assert judged("questions", 1, ("Hi", "Hello.")).finding.actual == "0\nHello."


ORDER = {"order": 4711, "name": "Ada Byron", "uuid": print}


def test_a_bot_that_asks_again():
    """A question with the words of a variable, after the turn in which the user said its value."""
    assert written(judged("asks_again", ["order"], *LOOP, variables=ORDER)) == (
        "failed: the conversation asks for 'order' in turn 4, but the user said it in turn 2\n"
        "  expected: no question for 'order' after '4711' in turn 2\n"
        "  actual: turn 4: What is your order number?!"
    )


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("Please tell me your order.", Outcome.FAILED),
        ("Which Order?", Outcome.FAILED),
        ("Is 4711 your order?", Outcome.PASSED),
        ("Your order is on its way.", Outcome.PASSED),
        ("Do you want to reorder?", Outcome.PASSED),
        ("Anything else?", Outcome.PASSED),
    ],
    ids=str,
)
def test_what_asks(reply, outcome):
    """A question or a request; one with the value in it asks whether that is right."""
    found = judged("asks_again", "order", ("It is 4711.", reply), variables=ORDER)

    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("pattern", "options", "outcome"),
    [
        ("order number|which order", {}, Outcome.PASSED),
        ("(?i)order number|which order", {}, Outcome.FAILED),
        ("ORDER number", {"ignore_case": True}, Outcome.FAILED),
    ],
    ids=str,
)
def test_a_pattern_of_what_asks(pattern, options, outcome):
    """It takes the place of the words of the variable."""
    pairs = (("It is 4711", "Anything else about your order?"), ("No", "Order Number?"))

    found = judged("asks_again", {"order": pattern}, *pairs, variables=ORDER, **options)

    assert found.outcome is outcome


@pytest.mark.parametrize("name", ["order_number", "orderNumber", "order-number"])
def test_the_words_of_a_name(name):
    """All of them must be in the sentence."""
    variables = {name: "4711"}

    assert judged("asks_again", name, ("4711", "Your order?"), variables=variables) is PASS
    asked = judged("asks_again", name, ("4711", "Your order's number?"), variables=variables)
    assert asked.outcome is Outcome.FAILED


def test_a_value_that_is_never_said():
    """There is nothing to ask again: it is skipped, or noted next to another variable."""
    pairs = (("I am ada byron.", "Which order?"), ("4711x", "Hm."))

    alone = judged("asks_again", "order", *pairs, variables=ORDER)
    both = judged("asks_again", ["order", "name"], *pairs, variables=ORDER)

    assert (alone.outcome, alone.reason) == (
        Outcome.SKIPPED,
        "the user never says the value of 'order'",
    )
    assert (both.outcome, both.reason) == (
        Outcome.PASSED,
        "the user never says the value of 'order'",
    )


@pytest.mark.parametrize("value", [None, True, ["4711"], {"a": 1}, "", "  "], ids=str)
def test_a_value_that_nobody_can_say(value):
    """Only a text or number can be said."""
    found = judged("asks_again", "x", ("4711 True", "x?"), variables={"x": value})

    assert found.outcome is Outcome.SKIPPED


def test_a_variable_that_does_not_exist():
    """It is BROKEN, with the name that was probably meant."""
    with pytest.raises(CheckCrashed) as caught:
        judged("asks_again", "oder", *LOOP, variables=ORDER)

    assert caught.value.code == "undefined-variable"
    assert "did you mean 'order'?" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("repeats", "never", "wrong-value"),
        ("repeats", {"at_mst": 1}, "unknown-matcher"),
        ("questions", "2", "wrong-value"),
        ("asks_again", [], "wrong-value"),
        ("asks_again", [1], "wrong-value"),
        ("asks_again", {}, "wrong-value"),
        ("asks_again", {"order": 1}, "wrong-value"),
        ("asks_again", {"order": "("}, "invalid-pattern"),
        ("asks_again", {"order": ".*"}, "matches-everything"),
    ],
    ids=str,
)
def test_a_value_that_makes_no_sense(name, value, code):
    """It is refused."""
    with pytest.raises(BadExpectation) as caught:
        CONVERSATION_KINDS[name].compile(value, Options())

    assert caught.value.code == code
