"""Each mutator finds a check that is too weak, and lets one pass that is not."""

from __future__ import annotations

from typing import Any

import pytest

from harness.conversation import Outcome
from harness.evaluation.strength import Aspect, Fate
from tests.accepting.desk import Desk
from tests.strength.measured import NAME, by_id, mutants_in, recorded

REFUND = "You get a refund of 12 EUR. It is on its way. Thank you for waiting so long."
TWO = {"messages": [{"text": "First we look for it."}, {"text": "Then we send it back."}]}
BUTTONS = {"messages": [{"text": "Shall we?"}], "buttons": {"Yes": "yes", "No": "no"}}
ORDER = {"messages": [{"text": "Done."}], "order": {"state": "paid"}}

CASES: list[Any] = [
    pytest.param(REFUND, "{not_contains: sorry}", "{min_words: 3}", "emptied / 1", id="emptied"),
    pytest.param(
        REFUND, "{min_words: 3}", "{contains: refund}", "other reply / 1", id="other-reply"
    ),
    pytest.param(REFUND, "{contains: refund}", "{contains: It is on}", "negated / 1", id="negated"),
    pytest.param(
        REFUND, "{contains: refund of}", "{contains: of 12 EUR}", "number changed / 1", id="number"
    ),
    pytest.param(
        REFUND,
        "{contains: refund}",
        "{contains: Thank you}",
        "last sentence cut / 1",
        id="last-sentence",
    ),
    pytest.param(REFUND, "{contains: refund}", "{ends_with: long.}", "cut in half / 1", id="half"),
    pytest.param(
        TWO,
        "{contains: [look for it, send it]}",
        "{replies: [{contains: First}, {contains: Then}]}",
        "order turned / 1",
        id="order",
    ),
    pytest.param(
        REFUND, "{contains: refund}", "{not_contains: Error}", "error appended / 1", id="error"
    ),
    pytest.param(
        BUTTONS, "{contains: Shall}", "{actions: [Yes, No]}", "part dropped / 1", id="part"
    ),
    pytest.param(
        ORDER,
        "{contains: Done}",
        "{json: {$.order.state: {type: string}}}",
        "field dropped / 3",
        id="dropped",
    ),
    pytest.param(
        ORDER,
        "{json: {$.order.state: {type: string}}}",
        "{json: {$.order.state: paid}}",
        "field changed / 1",
        id="changed",
    ),
]


@pytest.mark.parametrize(("answer", "weak", "strong", "name"), CASES)
def test_a_weak_check_lets_the_mutant_survive(desk: Desk, answer, weak, strong, name) -> None:
    """The weak check does not notice it, and the strong one does."""
    recorded(desk, weak, answer)
    weakly = by_id(desk)[f"turn 1 / {name}"]
    recorded(desk, strong, answer)
    strongly = by_id(desk)[f"turn 1 / {name}"]

    assert weakly.fate is Fate.SURVIVED
    assert strongly.fate is Fate.KILLED
    assert strongly.reason.startswith("scenarios/order.yaml:4 ")


def test_the_mutants_are_always_the_same(desk: Desk) -> None:
    """Two measurements give equal records."""
    recorded(desk, "{contains: refund}", REFUND)

    assert mutants_in(desk) == mutants_in(desk)


def test_no_mutant_says_what_was_recorded(desk: Desk) -> None:
    """Every mutant changes the reply, and no two of a turn are the same change."""
    recorded(desk, "{contains: refund}", REFUND)
    mutants = mutants_in(desk)

    assert all(mutant.before != mutant.after for mutant in mutants)
    assert len({mutant.id for mutant in mutants}) == len(mutants)


def test_what_a_person_gets_is_apart_from_other_fields(desk: Desk) -> None:
    """A button is said; a field that the mapping does not read is only in the payload."""
    recorded(desk, "{contains: Shall}", {**BUTTONS, "trace": 7})
    mutants = by_id(desk)
    of_trace = [one for one in mutants.values() if one.paths == ("$.trace",)]

    assert mutants["turn 1 / part dropped / 1"].aspect is Aspect.SAID
    assert {one.aspect for one in of_trace} == {Aspect.PAYLOAD}


def test_another_reply_is_that_of_the_next_conversation(desk: Desk) -> None:
    """The other text is one that the provider said elsewhere."""
    recorded(desk, "{contains: refund}", REFUND)
    desk.bot.answers["hello"] = "Welcome to the shop."
    desk.write(
        "scenarios/other.yaml",
        "scenario: other\nturns:\n  - user: hello\n    expect: {contains: Welcome}\n",
    )
    desk.record("scenarios/other.yaml")

    mutants = mutants_in(desk, "scenarios/order.yaml", "scenarios/other.yaml")
    others = [one.after for one in mutants if one.change.value == "other reply"]
    assert others == ["Welcome to the shop.", REFUND]


def test_the_same_reply_and_more_is_no_other_one(desk: Desk) -> None:
    """A check of what the reply says could not tell them apart."""
    recorded(desk, "{contains: refund}", REFUND)
    desk.bot.answers["hello"] = f"{REFUND} Good bye."
    desk.write(
        "scenarios/other.yaml",
        "scenario: other\nturns:\n  - user: hello\n    expect: {contains: refund}\n",
    )
    desk.record("scenarios/other.yaml")

    mutants = mutants_in(desk, "scenarios/order.yaml", "scenarios/other.yaml")
    others = [one.after for one in mutants if one.change.value == "other reply"]
    assert others == ["Sorry, I did not understand that.", REFUND]


def test_a_button_that_is_pressed_later_is_noticed(desk: Desk) -> None:
    """A dropped button kills the conversation whose next message presses it."""
    desk.bot.answers |= {"hi": BUTTONS, "yes": "Fine."}
    desk.write(
        "scenarios/order.yaml",
        "scenario: order\nturns:\n  - user: hi\n    expect: {contains: Shall}\n"
        "  - user: {press: 'Yes'}\n    expect: {contains: Fine}\n",
    )
    desk.record("scenarios/order.yaml")
    mutants = by_id(desk)

    assert mutants["turn 1 / part dropped / 1"].reason == "scenarios/order.yaml:5 press 'Yes'"
    assert mutants["turn 1 / part dropped / 2"].fate is Fate.SURVIVED


def test_the_common_part_of_a_branch_is_changed_once(desk: Desk) -> None:
    """In the conversation that it is written in; the other one repeats it without its checks."""
    desk.bot.answers |= {"hi": REFUND, "yes": "Fine.", "no": "Then not."}
    desk.write(
        "scenarios/order.yaml",
        "scenario: order\nturns:\n  - id: start\n    user: hi\n    expect: {contains: refund}\n"
        "  - user: 'yes'\n    expect: {contains: Fine}\n",
    )
    desk.write(
        "scenarios/other.yaml",
        "scenario: other\nbranch: {file: order.yaml, from: start}\n"
        "turns:\n  - user: 'no'\n    expect: {contains: Then}\n",
    )
    assert desk.record("scenarios/order.yaml", "scenarios/other.yaml") == [Outcome.PASSED] * 2

    mutants = mutants_in(desk, "scenarios/order.yaml", "scenarios/other.yaml")
    changed = dict.fromkeys((one.play.scenario, one.turn) for one in mutants)
    assert [*changed] == [("order", 1), ("order", 2), ("other", 2)]


def test_a_missing_capture_is_noticed(desk: Desk) -> None:
    """A field that is captured cannot be dropped without being noticed."""
    desk.bot.answers["hi"] = {**ORDER, "id": "a7"}
    desk.write(
        "scenarios/order.yaml",
        "scenario: order\nturns:\n  - user: hi\n    capture: {number: $.id}\n"
        "    expect: {contains: Done}\n  - user: hi\n    expect: {json: {$.id: '${number}'}}\n",
    )
    desk.record("scenarios/order.yaml")
    of_id = [one for one in mutants_in(desk) if one.paths == ("$.id",) and one.turn == 1]

    assert [one.reason for one in of_id] == [
        "scenarios/order.yaml:4 capture number",
        "scenarios/order.yaml:7 json",
    ]


def test_an_expectation_of_the_whole_notices(desk: Desk) -> None:
    """`never` of the conversation sees a changed turn."""
    recorded(desk, "{contains: refund}", REFUND, more="expect: {never: {contains: went wrong}}\n")

    killed = by_id(desk)["turn 1 / error appended / 1"]
    assert killed.reason == "scenarios/order.yaml:2 contains"


def test_a_red_conversation_is_not_measured(desk: Desk) -> None:
    """Without a green replay, nothing could be said of its checks."""
    recorded(desk, "{contains: refund}", REFUND)
    text = desk.text("scenarios/order.yaml")
    desk.write("scenarios/order.yaml", text.replace("contains: refund", "contains: money"))

    assert mutants_in(desk) == []


def test_a_field_that_takes_disagree_on_is_left_out(desk: Desk) -> None:
    """A field that differs between takes cannot be expected."""
    answers = [{**ORDER, "trace": 3}, {**ORDER, "trace": 9}]
    desk.bot.answers["hi"] = answers
    desk.write(
        "scenarios/order.yaml",
        "scenario: order\nrepeat: 2\nturns:\n  - user: hi\n    expect: {contains: Done}\n",
    )
    desk.record("scenarios/order.yaml")
    fates = {one.paths: one.fate for one in mutants_in(desk)}

    assert fates["$.trace",] is Fate.LEFT_OUT
    assert fates["$.order.state",] is Fate.SURVIVED


@pytest.mark.parametrize("where", ["scenario", "harness.yaml", "defaults.yaml"])
def test_an_ignored_field_is_left_out(desk: Desk, where: str) -> None:
    """`strength: {ignore: …}` works in a scenario, in harness.yaml and in defaults."""
    ignore = "strength: {ignore: [$.trace]}\n"
    if where == "harness.yaml":
        desk.write("harness.yaml", desk.text("harness.yaml") + ignore)
    if where == "defaults.yaml":
        desk.write("scenarios/defaults.yaml", ignore)
    recorded(
        desk,
        "{contains: Done}",
        {**ORDER, "trace": {"step": "a b"}},
        more=ignore if where == "scenario" else "",
    )
    fates = {one.paths: one.fate for one in mutants_in(desk)}

    assert fates["$.trace",] is Fate.LEFT_OUT
    assert fates["$.trace.step",] is Fate.LEFT_OUT
    assert fates["$.order.state",] is Fate.SURVIVED


def test_what_the_contract_alone_notices_is_apart(desk: Desk) -> None:
    """A mutant that breaks the definition's schema says nothing of the scenario's checks."""
    desk.write(
        "definitions/desk/schemas/answer.schema.json",
        '{"type": "object", "required": ["messages", "order"],'
        ' "properties": {"order": {"required": ["state"]}}}',
    )
    definition = desk.text("definitions/desk/provider.yaml")
    desk.write(
        "definitions/desk/provider.yaml",
        definition.replace("    reply:\n", "    answer: {schema: answer}\n    reply:\n", 1),
    )
    recorded(desk, "{contains: Done}", ORDER)
    mutants = by_id(desk)

    assert mutants["turn 1 / field dropped / 3"].fate is Fate.CONTRACT
    assert "state" in mutants["turn 1 / field dropped / 3"].reason
    assert mutants["turn 1 / field changed / 1"].fate is Fate.SURVIVED


def test_harmless_changes_are_noticed_by_a_brittle_check_alone(desk: Desk) -> None:
    """A whole text notices a courtesy, a part of it does not."""
    recorded(desk, f"{{equals: '{REFUND}'}}", REFUND)
    brittle = by_id(desk)["turn 1 / courtesy added / 1"]
    recorded(desk, "{contains: refund}", REFUND)
    robust = by_id(desk)["turn 1 / courtesy added / 1"]

    assert (brittle.fate, robust.fate) == (Fate.KILLED, Fate.SURVIVED)
    assert brittle.is_harmless


def test_an_id_that_replies_share_may_be_another_one_in_both(desk: Desk) -> None:
    """A check that compares it with a capture is not brittle; one that knows it by heart is."""
    order = {"text": "Fine.", "order": "0197f4c0-1b2c-7d3e-8f40-5a6b7c8d9e0f"}
    desk.bot.answers |= {"hi": order, "yes": order}
    start = (
        "scenario: order\nturns:\n  - user: hi\n    expect: none\n    capture: {order: $.order}\n"
    )
    fates = []
    for known in ("${order}", order["order"]):
        desk.write(NAME, f"{start}  - user: 'yes'\n    expect: {{json: {{$.order: '{known}'}}}}\n")
        desk.record(NAME)
        ids = [one for name, one in by_id(desk).items() if "other ids" in name]
        assert len(ids) == 2
        fates.append([one.fate for one in ids])

    assert fates == [[Fate.SURVIVED, Fate.SURVIVED], [Fate.SURVIVED, Fate.KILLED]]


def test_replies_of_a_class_in_python_are_changed(desk: Desk) -> None:
    """Texts and buttons, though no definition says where they are in a payload."""
    desk.write(
        "bots/shop.py",
        "from harness import Connection, Reply, ReplyMessage, UserMessage\n\n\n"
        "class Shop:\n"
        "    settings = {'base_url': {'type': 'string', 'required': True}}\n\n"
        "    def __init__(self, connection: Connection):\n"
        "        self.connection = connection\n\n"
        "    def say(self, message: UserMessage) -> Reply:\n"
        "        answer = self.connection.request('POST', '/one', json={'text': message.text})\n"
        "        messages = tuple(ReplyMessage(text=m['text']) for m in answer['messages'])\n"
        "        return Reply(messages=messages, actions=answer['buttons'], payload=answer)\n",
    )
    desk.write(
        "harness.yaml",
        "provider: one\nproviders:\n"
        "  one: {definition: bots/shop.py, settings: {base_url: '${env.DESK_URL}'}}\n",
    )
    recorded(desk, "{contains: Shall}", BUTTONS)
    mutants = by_id(desk)

    assert mutants["turn 1 / emptied / 1"].fate is Fate.KILLED
    assert mutants["turn 1 / part dropped / 1"].fate is Fate.SURVIVED
    assert mutants["turn 1 / part dropped / 1"].before == "yes"
