from __future__ import annotations

import pytest

from harness.formats.template import compile_template
from harness.formats.template.inversion import Binding, invert


def inverted(template, value):
    return invert(compile_template(template, definition=True), value)


def found(template, value):
    result = inverted(template, value)
    return {one.expression: one.value for one in result.bindings}, result.faults


def test_what_a_lone_expression_stood_for_keeps_its_type():
    """A number stays a number, a list a list."""
    template = {"id": "${settings.id}", "tags": "${message.tags}"}

    assert found(template, {"id": 7, "tags": ["a"]}) == (
        {"settings.id": 7, "message.tags": ["a"]},
        0,
    )


def test_expressions_within_a_text():
    """Each is what stands between the literal parts."""
    template = {"Authorization": "Token ${settings.token}", "path": "/${a}/x/${b}"}

    bindings, faults = found(template, {"Authorization": "Token 1a 2b", "path": "/u/x/v/w"})

    assert bindings == {"settings.token": "1a 2b", "a": "u", "b": "v/w"}
    assert faults == 0


def test_a_member_that_was_none_was_left_out():
    """It is no fault; a constant that is missing is one; further keys are none."""
    template = {"kind": "chat", "state": "${state_id}", "text": "${message.text}"}

    assert found(template, {"kind": "chat", "text": "hi", "more": 1}) == ({"message.text": "hi"}, 0)
    assert found(template, {"text": "hi"}) == ({"message.text": "hi"}, 1)


def test_a_list_that_was_built():
    """Each element tells what its own expressions stood for."""
    template = {
        "for_each": "unsent",
        "as": "event",
        "yield": {"role": "${event.role | upper}", "text": "${event.text}"},
    }

    result = inverted(template, [{"role": "USER", "text": "hi"}, {"role": "USER", "text": "there"}])

    assert result.bindings == (
        Binding(
            expression="unsent",
            name="event",
            elements=(
                (
                    Binding(expression="event.role | upper", value="USER"),
                    Binding(expression="event.text", value="hi"),
                ),
                (
                    Binding(expression="event.role | upper", value="USER"),
                    Binding(expression="event.text", value="there"),
                ),
            ),
        ),
    )


def test_the_choice_that_was_made():
    """Of several, the one that fits the value is read."""
    template = {"first_of": ["Basic ${settings.name}", "Bearer ${settings.token}"]}

    assert found(template, "Bearer abc") == ({"settings.token": "abc"}, 0)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        pytest.param("chat", "other", id="a constant"),
        pytest.param(1, True, id="a constant of another kind"),
        pytest.param({"a": "${b}"}, "text", id="no mapping"),
        pytest.param(["${a}", "${b}"], ["one"], id="a list of another length"),
        pytest.param("/x/${a}", "/y/1", id="another text"),
        pytest.param({"first_of": ["a ${b}", "c ${d}"]}, "e", id="no choice"),
    ],
)
def test_what_the_template_would_not_have_made(template, value):
    """It is counted, so that the step that fits best can be told."""
    assert inverted(template, value).faults == 1


LOOPS = {
    "one value each": ({"yield": "${one}"}, ["a", "b"], [("a",), ("b",)]),
    "a list each": ({"yield": ["${one}", "same"]}, ["a", "same", "b", "same"], [("a",), ("b",)]),
    "a literal list each": ({"yield": ["x", "y"]}, ["x", "y", "x", "y"], [(), ()]),
    "nothing": ({"yield": "${one}"}, [], []),
}


@pytest.mark.parametrize("case", LOOPS)
def test_a_loop_in_a_list(case):
    """It stood for all items between those around it."""
    body, items, values = LOOPS[case]
    template = ["first", {"for_each": "all", "as": "one", **body}, "${last}"]

    result = inverted(template, ["first", *items, "end"])

    loop, last = result.bindings
    assert [tuple(one.value for one in element) for element in loop.elements] == values
    assert (loop.expression, last.value, result.faults) == ("all", "end", 0)


def test_a_list_that_is_too_short_for_what_is_around_its_loop():
    """What is missing is a fault, as in a list without a loop."""
    template = ["a", {"for_each": "all", "as": "one", "yield": "${one}"}, "b", "c"]

    assert inverted(template, ["a", "b"]).faults == 1


PARTS_UNDER_CONDITIONS = {
    "there": (["be brief", "q", "a", "now"], [("q",), ("a",)], "be brief"),
    "not there": (["q", "a", "now"], [("q",), ("a",)], None),
}


@pytest.mark.parametrize("case", PARTS_UNDER_CONDITIONS)
def test_parts_under_a_condition(case):
    """Each is read where the value has what it would have made."""
    items, values, system = PARTS_UNDER_CONDITIONS[case]
    template = [
        {"when": "settings.system", "yield": {"role": "system", "text": "${settings.system}"}},
        {
            "for_each": "transcript",
            "as": "said",
            "yield": [
                {
                    "when": "${said.role == 'user'}",
                    "yield": {"role": "user", "text": "${said.text}"},
                },
                {
                    "when": "${said.role != 'user'}",
                    "yield": {"role": "bot", "text": "${said.text}"},
                },
            ],
        },
        {"role": "user", "text": "${message.text}"},
    ]
    roles = ("system", "user", "bot", "user")[-len(items) :]
    value = [{"role": role, "text": text} for role, text in zip(roles, items, strict=True)]

    result = inverted(template, value)

    *before, loop, last = result.bindings
    assert [one.value for one in before] == ([system] if system else [])
    assert [tuple(one.value for one in element) for element in loop.elements] == values
    assert (last.value, result.faults) == ("now", 0)
