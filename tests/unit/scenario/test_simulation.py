"""The format of `simulate:`, and what is refused in it."""

from __future__ import annotations

import pytest

from harness.checks import KINDS
from harness.formats.json_schema import compile_schema
from harness.formats.yaml import read
from harness.project.vocabulary import Vocabulary
from harness.scenario import NO_FILES, Scope, examine_scenario, scenario_schema

SCHEMA = compile_schema(scenario_schema(Vocabulary(KINDS, None).blocks), name="scenario")
WHOLE = """\
scenario: refund
simulate:
  by: referee
  goal: Get the money back for order 4711
  knows: {order: 4711, name: Ada Byron}
  persona: short of time
  opening: I want my money back
  script:
    - {when: {matches: '(?i)order number'}, say: 'It is ${order}'}
    - {when: {actions: 'Yes'}, press: 'Yes'}
  max_turns: 8
  stop_when: {contains_any: [refund is on its way, 'request #']}
  at_end: fail
"""
SCRIPT = """\
scenario: refund
simulate:
  opening: I want my money back
  script: [{when: {contains: number}, say: 4711}]
  stop_when: {contains: on its way}
"""


def examined(text):
    """The scenario, and the code and place of each problem."""
    scenario, problems = examine_scenario(read(text.encode(), "a.yaml"), SCHEMA, NO_FILES)
    return scenario, [f"{one.code} {one.place.line}: {one.message}; {one.hint}" for one in problems]


def test_every_key_is_read():
    """A whole simulation is read, and its turns are planned after those of the file."""
    scenario, problems = examined(WHOLE)

    simulation = scenario.simulation
    assert problems == []
    assert simulation.by == "referee"
    assert {name: fact.render({}) for name, fact in simulation.knows.items()} == {
        "order": "4711",
        "name": "Ada Byron",
    }
    assert [rule.when[0].name for rule in simulation.script] == ["matches", "actions"]
    assert {one.scope for rule in simulation.script for one in rule.when} == {Scope.SIMULATE}
    assert [turn.number for turn in scenario.user_turns] == list(range(1, 9))
    assert all(turn.is_simulated for turn in scenario.user_turns)


def test_the_teardown_is_numbered_after_the_simulated_turns():
    """Turns come first and the teardown last, whatever the simulated user says."""
    scenario, _ = examined(
        f"{SCRIPT}  max_turns: 3\nturns: [{{user: Hello, expect: none}}]\n"
        "teardown: [{user: Bye}]\n"
    )

    assert [(turn.number, turn.is_simulated) for turn in scenario.user_turns] == [
        *((1, False), (2, True), (3, True), (4, True)),
        (5, False),
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "stop_when",
            "stop_wen",
            "unknown-key 5: unknown key 'stop_wen'; did you mean 'stop_when'?",
        ),
        ("script", "scripts", "unknown-key 4: unknown key 'scripts'; did you mean 'script'?"),
        ("{contains: number}", "{contain: number}", "unknown-check 4: unknown check 'contain'"),
        (", say: 4711", "", "missing-key 4"),
        ("say: 4711", "say: 4711, press: Yes", "wrong-value 4"),
        ("  stop", "  max_turns: 0\n  stop", "wrong-value 5"),
        ("  stop", "  max_turns: 101\n  stop", "wrong-value 5"),
        ("  stop", "  at_end: maybe\n  stop", "wrong-value 5"),
        ("  stop", "  goal: Money\n  stop", "no-effect 5: only a model reads 'goal'"),
        ("  stop", "  persona: Brief\n  stop", "no-effect 5: only a model reads 'persona'"),
        ("  stop", "  by: referee\n  stop", "missing-key 5: a model needs to know"),
        ("  stop", "  knows: {order: 1}\n  stop", "no-effect 5: no message uses 'order'"),
        ("  opening: I want my money back\n", "", "missing-key 2: no reply comes before"),
        ("  script: [{when: {contains: number}, say: 4711}]\n", "", "asserts-nothing 2"),
        ("  stop_when: {contains: on its way}\n", "", "always-fails 2"),
        ("stop_when: {contains: on its way}", "at_end: pass", "asserts-nothing 5"),
        ("}]", "}, {say: Hello}, {say: Bye}]", "no-effect 4: rule 2 of the script fits every"),
        ("say: 4711", "say: '${order}'", "undefined-variable 4: there is no variable 'order'"),
        ("back\n", "back for #4711\n", "comment-cuts-text 3"),
        ("  stop", "  turns: []\n  stop", "unknown-key 5"),
        ("contains: on its way", "messages: {count: 2, within: 2s}", "cannot-wait 5"),
    ],
)
def test_what_makes_no_sense_is_refused(old, new, problem):
    """Each mistake is a problem at its line, with a hint."""
    _, problems = examined(SCRIPT.replace(old, new, 1))

    assert any(one.startswith(problem) for one in problems), problems


def test_a_branch_among_the_turns_is_refused():
    """A simulated user ends one conversation, so a file with several has none."""
    _, problems = examined(
        f"{SCRIPT}turns:\n  - {{id: a, user: Hello, expect: none}}\n  - branch: {{from: a}}\n"
        "  - {user: Bye, expect: none}\n"
    )

    assert any(one.startswith("not-checked 8: a scenario with 'simulate'") for one in problems)


def test_a_scenario_needs_turns_or_a_simulation():
    """Without both, the scenario lacks its turns."""
    _, problems = examined("scenario: refund\n")

    assert [one.partition(";")[0] for one in problems] == ["missing-key 1: 'turns' is missing"]
