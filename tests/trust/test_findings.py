"""What `harness trust` finds in a scenario, kind by kind, and what it does not."""

from __future__ import annotations

import pytest

from harness.evaluation.trust import Vacuity
from tests.accepting.desk import Desk
from tests.trust.trusted import measured, named_in

NAME = "scenarios/order.yaml"
REFUND = {
    "messages": [{"text": "You get a refund of 12 EUR. It is on its way."}],
    "items": [],
    "prices": [3],
    "state": "paid",
}


def _recorded(desk: Desk, expect: str, *, more: str = "", user: str = "hi") -> None:
    desk.bot.answers[user] = REFUND
    desk.write(NAME, f"scenario: order\n{more}turns:\n  - user: {user}\n    expect: {expect}\n")
    desk.record(NAME)


@pytest.mark.parametrize(
    ("expect", "kind"),
    [
        ("{any_of: [{contains: EUR}, {not_contains: EUR}]}", Vacuity.CANNOT_FAIL),
        ("{any_of: [{contains: EUR}, {max_words: 5000}]}", Vacuity.CANNOT_FAIL),
        ("{not: {min_words: 9000}}", Vacuity.CANNOT_FAIL),
        ("{max_words: 5000}", Vacuity.CANNOT_FAIL),
        ("{schema: {type: object}}", Vacuity.LOOSE_SCHEMA),
        ("{schema: {type: object, properties: {colour: {type: string}}}}", Vacuity.LOOSE_SCHEMA),
        ("{json: {$.items: {none: {equals: 3}}}}", Vacuity.EMPTY_LIST),
        ("{json: {$.prices: {sorted: true}}}", Vacuity.EMPTY_LIST),
        ("{replies: [{optional: true, contains: refund}]}", Vacuity.OPTIONAL_ONLY),
        (
            "{replies: {messages: [{optional: true, contains: refund}], unordered: true}}",
            Vacuity.OPTIONAL_ONLY,
        ),
    ],
)
def test_a_check_that_proves_nothing_is_named(desk: Desk, expect: str, kind: Vacuity) -> None:
    """Its place is the line of the check."""
    _recorded(desk, expect)

    assert named_in(desk.project()) == [(kind.code, f"{NAME}:4")]


@pytest.mark.parametrize(
    "expect",
    [
        "{contains: refund}",
        "{any_of: [{contains: EUR}, {contains: refund}]}",
        "{not: {contains: hippopotamus}}",
        "{not_contains: hippopotamus}",
        "{not_matches: '[0-9]{16}'}",
        "{not: {matches: '[0-9]{16}'}}",
        "{language: en}",
        "{max_words: 50}",
        "{status: 200}",
        "{latency: {under: 5s}}",
        "{messages: {count: 1}}",
        "{actions: {count: 0}}",
        "{tools: {count: 0}}",
        "{json: {$.state: paid}}",
        "{json: {$.prices: {sorted: true, length: 1}}}",
        "{json: {$.items: {length: 0}}}",
        "{json: {$.error: {exists: false}}}",
        "{any_of: [{contains: refund}, {json: {$.error: {exists: false}}}]}",
        "{schema: {additionalProperties: false, patternProperties: {'^[mips]': {}}}}",
        "{reading: {grade: {at_most: 20}}}",
        "{replies: [{contains: refund}]}",
        "{schema: {type: object, required: [state]}}",
        "{schema: {type: object, properties: {state: {const: paid}}}}",
        "{replies: [{contains: refund}, {optional: true, contains: thanks}]}",
        "{replies: [{optional: true, contains: refund}], min_words: 3}",
    ],
)
def test_a_check_that_can_fail_is_not_named(desk: Desk, expect: str) -> None:
    """Also if it forbids something that hardly any reply has."""
    _recorded(desk, expect)

    assert named_in(desk.project()) == []
    [scenario] = measured(desk.project())
    assert scenario.can_fail == scenario.known == scenario.ran


def test_a_turn_without_a_check_is_named(desk: Desk) -> None:
    """Unless a capture or a button must be there, or the conversation has a check."""
    _recorded(desk, "none")
    assert named_in(desk.project()) == [(Vacuity.UNCHECKED_TURN.code, f"{NAME}:3")]

    _recorded(desk, "none", more="expect: {never: {contains: sorry}}\n")
    assert named_in(desk.project()) == []
    _recorded(desk, "none\n    capture: {state: $.state}")
    assert named_in(desk.project()) == []
    desk.bot.answers["ask"] = {**REFUND, "buttons": {"Yes": "hi"}}
    pressed = "  - {user: {press: 'Yes'}, expect: {contains: refund}}\n"
    desk.write(NAME, f"scenario: order\nturns:\n  - {{user: ask, expect: none}}\n{pressed}")
    desk.record(NAME)
    assert named_in(desk.project()) == []


def test_a_capture_of_the_same_reply_is_compared_with_itself(desk: Desk) -> None:
    """A capture of a turn before is not."""
    capture = "\n    capture: {text: '$.messages[0].text'}"
    _recorded(desk, "{contains: '${text}'}" + capture)
    assert named_in(desk.project()) == [(Vacuity.OWN_CAPTURE.code, f"{NAME}:4")]

    _recorded(
        desk,
        "{min_words: 2}" + capture + "\n  - user: again\n    expect: {contains: '${text}'}",
    )
    desk.bot.answers["again"] = REFUND
    desk.record(NAME)
    assert named_in(desk.project()) == []


def test_an_echo_is_named_only_where_other_replies_are_noticed(desk: Desk) -> None:
    """A turn that notices nothing is weak in another way, and a bot that echoes is right."""
    _recorded(desk, "{contains: refund}", user="where is my refund")
    assert named_in(desk.project()) == [(Vacuity.ECHO_PASSES.code, f"{NAME}:3")]

    _recorded(desk, "{not_contains: sorry}", user="where is my refund")
    assert named_in(desk.project()) == []
    desk.write(NAME, "scenario: order\nturns:\n  - {user: say 7, expect: {contains: say 7}}\n")
    desk.record(NAME)
    assert named_in(desk.project()) == []


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ("skip: later\n", Vacuity.ALWAYS_SKIPPED),
        ("skip: {reason: later, when: {provider: one}}\n", Vacuity.ALWAYS_SKIPPED),
        ("skip: {reason: later, when: {mode: replay}}\n", Vacuity.ALWAYS_SKIPPED),
        ("repeat: {takes: 3, pass: 1}\n", Vacuity.GATE),
        ("repeat: {until: decided, good: 0.5, bad: 0.2}\n", Vacuity.GATE),
        ("strength: {ignore: [$]}\n", Vacuity.ALL_IGNORED),
        ("strength: {ignore: [$.messages]}\n", Vacuity.ALL_IGNORED),
    ],
)
def test_a_scenario_that_proves_nothing_is_named(desk: Desk, more: str, kind: Vacuity) -> None:
    """Its place is the line of the key."""
    _recorded(desk, "{contains: refund}", more=more)

    assert named_in(desk.project()) == [(kind.code, f"{NAME}:2")]


@pytest.mark.parametrize(
    "more",
    [
        "skip: {reason: later, when: {mode: live}}\n",
        "skip: {reason: later, when: {env: DESK_URL}}\n",
        "repeat: {takes: 3, pass: 2}\n",
        "repeat: 2\n",
        "repeat: {until: decided, good: 0.9, bad: 0.6, at_most: 40}\n",
        "strength: {ignore: [$.state]}\n",
    ],
)
def test_a_condition_or_a_gate_that_decides_is_not_named(desk: Desk, more: str) -> None:
    """What is skipped elsewhere, and takes of which most must pass, prove something."""
    _recorded(desk, "{contains: refund}", more=more)

    assert named_in(desk.project()) == []


def test_an_expected_failure_needs_an_end(desk: Desk) -> None:
    """`strict` is the end: the scenario fails once the bot is right."""
    _recorded(desk, "{contains: hippopotamus}", more="xfail: known\n")
    assert named_in(desk.project()) == [(Vacuity.XFAIL_WITHOUT_END.code, f"{NAME}:2")]

    _recorded(desk, "{contains: hippopotamus}", more="xfail: {reason: known, strict: true}\n")
    assert named_in(desk.project()) == []
    [scenario] = measured(desk.project())
    assert scenario.figure is None
    _recorded(desk, "{contains: refund}", more="xfail: {reason: known, strict: true}\n")
    assert named_in(desk.project()) == [(Vacuity.XFAIL_PASSES.code, f"{NAME}:2")]
