from __future__ import annotations

import pytest

from harness.checks import KINDS
from harness.formats.json_schema import compile_schema
from harness.formats.yaml import read
from harness.project.vocabulary import Vocabulary
from harness.scenario import examine_scenario, scenario_schema

FORMAT = compile_schema(scenario_schema(Vocabulary(KINDS, None).blocks), name="scenario")


def examined(expect, top=""):
    text = f"scenario: case\nturns:\n  - user: a\n    expect: {expect}\n{top}"
    return examine_scenario(read(text.encode(), "case.yaml"), FORMAT)


@pytest.mark.parametrize(
    ("expect", "value"),
    [
        ("{contains: 1.50}", "1.50"),
        ("{contains_any: [1.50, 1.50]}", ["1.50", "1.50"]),
        ("{not: {contains: 1.50}}", {"contains": "1.50"}),
        ("{any_of: [{contains: 1.50}, {status: 200}]}", [{"contains": "1.50"}, {"status": 200}]),
        ("{all_of: [{not: {equals: 1e3}}]}", [{"not": {"equals": "1e3"}}]),
        (
            "{messages: {count: 2, any: {contains: 1.50}}}",
            {"count": 2, "any": {"contains": "1.50"}},
        ),
        (
            "{messages: {last: {any_of: [{equals: 1.50}]}}}",
            {"last": {"any_of": [{"equals": "1.50"}]}},
        ),
        ("{replies: [{contains: 1.50, optional: true}]}", [{"contains": "1.50", "optional": True}]),
        ("{replies: {messages: [{equals: null}]}}", {"messages": [{"equals": "null"}]}),
        ("{attachments: {count: 1, any: {equals: 1.50}}}", {"count": 1, "any": {"equals": "1.50"}}),
        ("{actions: [1.50, 2.50]}", ["1.50", "2.50"]),
        ("{actions: {contains: 1.50, count: 2}}", {"contains": "1.50", "count": 2}),
        ("{json: {$.a: 1.50, $.b: {contains: 1.50}}}", {"$.a": 1.5, "$.b": {"contains": 1.5}}),
        ("{history: {not: {contains: 1.50}}}", {"contains": "1.50"}),
    ],
    ids=str,
)
def test_a_text_is_read_as_it_was_written(expect, value):
    """Where a text is wanted a number is one, however deep it stands; elsewhere it is none."""
    scenario, problems = examined(expect)

    assert problems == []
    assert scenario.user_turns[0].expectations[0].value.render({}) == value


def test_texts_over_the_conversation():
    """The same holds below the scenario's own `expect:`."""
    top = "expect: {any_of: [{contains: 1.50}], never: {not: {equals: 2.50}}}\n"

    scenario, problems = examined("none", top)

    assert problems == []
    values = [one.value.render({}) for one in scenario.expectations]
    assert values == [[{"contains": "1.50"}], {"equals": "2.50"}]


@pytest.mark.parametrize(
    ("expect", "code", "at", "hint"),
    [
        ("{not: {containz: x}}", "unknown-check", "containz", "did you mean 'contains'?"),
        ("{any_of: [{status: 200}, {containz: x}]}", "unknown-check", "containz", "'contains'"),
        ("{all_of: [{not: {any_of: [{stat: 2}]}}]}", "unknown-check", "stat", "'status'"),
        ("{messages: {any: {not: {contain: x}}}}", "unknown-check", "contain", "'contains'"),
        ("{replies: [{contains: a}, {optionl: true}]}", "unknown-check", "optionl", "'optional'"),
        ("{history: {any_of: [{status: 200}]}}", "unknown-check", "status", ""),
        ("{not: {latency: {under: 2}}}", "wrong-value", "2", "with its unit"),
        ("{tools: {exactli: [a]}}", "unknown-key", "exactli", "'exactly'"),
        ("{any_of: [{contains: '${price}'}]}", "undefined-variable", "${price}", ""),
        ("{json: {$.id: {not: {same_as_turn: 1}}}}", "no-such-turn", "1", "none"),
    ],
    ids=str,
)
def test_a_fault_inside_has_its_exact_place(expect, code, at, hint):
    """A fault inside a combination is told at its own line and column, with the likely word."""
    _, problems = examined(expect)
    line = f"    expect: {expect}"

    (problem,) = problems
    assert problem.code == code
    assert (problem.place.line, problem.place.column) == (4, line.index(at) + 1)
    assert hint in (problem.hint or "")


@pytest.mark.parametrize(
    ("name", "is_pattern"), [("contains", False), ("matches", True), ("not_matches", True)]
)
def test_a_dollar_in_a_pattern_is_not_a_variable(name, is_pattern):
    """`$` before the name of a variable is the end of a line in a pattern, and a slip in a text."""
    _, problems = examined(f"{{{name}: '$colour'}}", "vars: {colour: pink}\n")

    assert [problem.code for problem in problems] == ([] if is_pattern else ["not-filled-in"])


def test_headers_inside_combinations_are_kept():
    """A recording keeps the headers that a check looks at, wherever it stands."""
    expect = "{not: {headers: {X-One: a}}, any_of: [{all_of: [{headers: {X-Two: b}}]}]}"

    scenario, problems = examined(expect, "expect: {always: {headers: {X-Three: c}}}\n")

    assert problems == []
    assert scenario.header_names == {"x-one", "x-two", "x-three"}
