from __future__ import annotations

import pytest

from harness.checks import KINDS
from harness.formats.json_schema import compile_schema
from harness.formats.yaml import read
from harness.project.plan import MOST_CONVERSATIONS, amount_problem
from harness.project.vocabulary import Vocabulary
from harness.scenario import examine_scenario, scenario_schema
from harness.scenario.names import MOST_ROWS
from harness.scenario.turns import MOST_TURNS

FORMAT = compile_schema(scenario_schema(Vocabulary(KINDS, None).blocks), name="scenario")
TURN = "  - {user: hello, expect: none}\n"


def examined(top="", turns=TURN):
    """A scenario, and the codes of what is wrong with it."""
    text = f"scenario: case\n{top}\nturns:\n{turns}"
    scenario, problems = examine_scenario(read(text.encode(), "case.yaml"), FORMAT)
    return scenario, [problem.code for problem in problems]


def utterances(count):
    return f"  - {{user: {{utterances: {[f'say {n}' for n in range(count)]}}}, expect: none}}\n"


def test_b6_a_matrix_at_its_limit_is_taken():
    """A matrix may have 10,000 rows."""
    scenario, codes = examined(f"matrix: {{a: {list(range(MOST_ROWS // 4))}, b: [1, 2, 3, 4]}}")

    assert (len(scenario.rows), codes) == (MOST_ROWS, [])


def test_b6_utterances_at_their_limit_are_taken():
    """Rows with every utterance count as rows."""
    scenario, codes = examined(f"matrix: {{a: {list(range(MOST_ROWS // 4))}}}", utterances(4))

    assert (len(scenario.rows), codes) == (MOST_ROWS, [])


def test_b6_utterances_beyond_the_limit_are_refused():
    """The rows are counted before one of them is made."""
    _, codes = examined(f"matrix: {{a: {list(range(MOST_ROWS // 4))}}}", utterances(5))

    assert codes == ["too-many-rows"]


def test_b6_branches_count_too():
    """Each branch has every row again."""
    branch = "  - branch: {from: start}\n  - {user: bye, expect: none}\n"
    turns = f"  - {{id: start, user: hello, expect: none}}\n{TURN}{branch}"

    at_the_limit, none = examined(f"matrix: {{a: {list(range(MOST_ROWS // 2))}}}", turns)
    _, codes = examined(f"matrix: {{a: {list(range(MOST_ROWS // 2 + 1))}}}", turns)

    assert (len(at_the_limit.rows), none) == (MOST_ROWS, [])
    assert codes == ["too-many-rows"]


def test_turns_at_their_limit_and_beyond():
    """A scenario may have 2,000 turns."""
    scenario, none = examined(turns=TURN * MOST_TURNS)
    _, codes = examined(turns=TURN * (MOST_TURNS + 1))

    assert (len(scenario.turns), none) == (MOST_TURNS, [])
    assert codes == ["too-many-turns"]


def test_b6_conversations_at_their_limit_and_beyond():
    """Rows, takes and providers are multiplied, and each is named where they are too many."""
    assert amount_problem(MOST_ROWS, 10, MOST_CONVERSATIONS // MOST_ROWS // 10) == ""
    assert amount_problem(MOST_ROWS, 11, 1) == (
        "the scenario makes 110,000 conversations, the limit is 100,000:"
        " 10000 rows, 11 takes, 1 provider"
    )


@pytest.mark.parametrize(
    "line", ["wait: {}", "answers: {{look_up: {{returns: 1, delay: {}}}}}"], ids=["wait", "delay"]
)
def test_a_pause_at_its_limit_and_beyond(line):
    """One hour: a live run with a typing error such as 20h would seem to hang."""
    said = "  - user: hello\n    expect: none\n    " + line
    _, none = examined(turns=said.format("60m") + "\n")
    _, codes = examined(turns=said.format("3601s") + "\n")

    assert (none, codes) == ([], ["wrong-value"])
