"""Checks that no reply can fulfil."""

from __future__ import annotations

import pytest

from harness.core.errors import ScenarioError
from harness.project.fitting_providers import blind_checks
from harness.project.impossible import impossible_checks
from harness.project.loading import load_scenario
from harness.project.project import Project

DESK = """\
definition: desk
settings: {base_url: {type: string}}
send:
  - request: {post: /say, json: {text: '${message.text}'}}
    reply: {messages: '$[*]', text: $.text%s}
"""


@pytest.fixture
def problems(tmp_path):
    """What is wrong with a turn that expects this of a desk that also reads `more`."""

    def of(expect, more=""):
        for name, text in {
            "harness.yaml": "providers: {desk: {definition: desk/}}\n",
            "desk/provider.yaml": DESK % more,
            "scenarios/a.yaml": f"scenario: a\nturns:\n  - user: Hi\n    expect: {expect}\n",
        }.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        project = Project.at(tmp_path / "harness.yaml")
        try:
            scenario = load_scenario(project, tmp_path / "scenarios/a.yaml")
        except ScenarioError as error:
            return list(error.problems)
        return list(impossible_checks(project, scenario))

    return of


@pytest.mark.parametrize("count", ["0", "{at_most: 0}", "{less_than: 1}", "{between: [0, 0.5]}"])
def test_d11_no_message_where_nothing_else_is_read(problems, count):
    """A reply without a message is BROKEN there, so the count never holds."""
    (problem,) = problems(f"{{messages: {{count: {count}}}}}")

    assert problem.code == "matches-nothing"
    assert problem.message.startswith("a reply of 'desk' always has a message")
    assert problem.hint.startswith("add 'messages_optional: true' to the 'reply:'")
    assert (problem.place.line, problem.place.column) == (4, 14)


@pytest.mark.parametrize(
    ("count", "more"),
    [
        ("0", ", actions: $.buttons"),
        ("0", ", tools: {path: '$.calls[*]'}"),
        ("0", ", messages_optional: true"),
        ("1", ""),
        ("{at_most: 1}", ""),
        ("{between: [0, 2]}", ""),
    ],
)
def test_d11_a_count_that_may_hold(problems, count, more):
    """Where something else is read, a reply may have no message."""
    assert problems(f"{{messages: {{count: {count}}}}}", more) == []


@pytest.mark.parametrize(("how", "found"), [("all_of", 1), ("any_of", 0)])
def test_d11_no_message_within_other_checks(problems, how, found):
    """It is found where the check must pass, and not where another one may pass instead."""
    checks = f"{{{how}: [{{messages: {{count: 0}}}}, {{max_words: 3}}]}}"

    assert len(problems(checks)) == found


IMPOSSIBLE = {
    "less-than-nothing": "{messages: {count: {less_than: 0}}}",
    "below-nothing": "{messages: {count: {at_most: -1}}}",
    "crossed": "{messages: {count: {at_least: 3, at_most: 1}}}",
    "no-whole-number": "{messages: {count: {greater_than: 1, less_than: 2}}}",
    "half": "{messages: {count: {between: [1.2, 1.8]}}}",
    "choice-out-of-range": "{messages: {count: {one_of: [1, 2], at_least: 3}}}",
    "number": "{json: {$.price: {at_least: 5, at_most: 3}}}",
    "number-between": "{json: {$.price: {greater_than: 5, less_than: 5}}}",
    "number-and-text": "{json: {$.price: {equals: cheap, at_least: 3}}}",
    "length": "{json: {$.list: {length: -1}}}",
    "length-of-a-half": "{json: {$.list: {length: 1.5}}}",
    "length-crossed": "{json: {$.list: {length: {at_least: 3, at_most: 2}}}}",
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_d11_numbers_that_no_value_has(problems, case):
    """Comparisons that exclude each other are an error where they stand."""
    (problem,) = problems(IMPOSSIBLE[case])

    assert problem.code == "matches-nothing"
    assert problem.message.startswith("no ")


POSSIBLE = [
    "{messages: {count: {at_least: 1, at_most: 1}}}",
    "{messages: {count: {greater_than: 1, less_than: 3}}}",
    "{json: {$.price: {greater_than: 5, less_than: 6}}}",
    "{json: {$.price: {at_least: 5, at_most: 5}}}",
    "{json: {$.price: {one_of: [1, 9], greater_than: 1}}}",
    "{json: {$.list: {length: 0}}}",
    "{json: {$.list: {length: {between: [0, 2]}}}}",
    "{json: {$.name: {not: Ann, contains: a}}}",
]


@pytest.mark.parametrize("expect", POSSIBLE)
def test_d11_numbers_that_some_value_has(problems, expect):
    """Comparisons of which one value holds are right."""
    assert problems(expect) == []


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{equals: Yes, contains: no}", "'contains' cannot pass together with 'equals'"),
        ("{equals: Yes, max_characters: 2}", "'max_characters' cannot pass together with 'equals'"),
        ("{equals: Yes, not_matches: es$}", "'not_matches' cannot pass together with 'equals'"),
        ("{contains: [Yes, we do], not_contains: we}", "'not_contains' cannot pass together with"),
        ("{starts_with: Yes we do, max_words: 2}", "'max_words' cannot pass together with"),
    ],
)
def test_d11_texts_that_exclude_each_other(problems, expect, told):
    """What one check wants, another one forbids."""
    (problem,) = problems(expect)

    assert problem.code == "matches-nothing"
    assert problem.message.startswith(told)


@pytest.mark.parametrize(
    "expect",
    [
        "{equals: 'Yes, we do', contains: we, max_words: 3}",
        "{contains: Yes, not_contains: Yes but}",
        "{contains_any: [a, b], not_contains: a}",
        "{contains: Yes, matches: ^No}",
    ],
)
def test_d11_texts_that_go_together(problems, expect):
    """Nothing is told where some reply fulfils all checks."""
    assert problems(expect) == []


@pytest.mark.parametrize("part", ["actions: {count: 0}", "products: {count: {at_least: 1}}"])
def test_d11_parts_that_are_never_read(problems, part, tmp_path):
    """A definition that does not say where they stand has none of them, whatever the bot shows."""
    assert problems(f"{{contains: Hi, {part}}}") == []
    project = Project.at(tmp_path / "harness.yaml")
    (blind,) = blind_checks(project, load_scenario(project, tmp_path / "scenarios/a.yaml"))

    assert (blind.code, blind.message.partition(":")[0].split()[1:]) == (
        "not-told",
        ["cannot", "be", "checked"],
    )
