"""`same_as`: the golden file is rewritten, if it is right in all plays."""

from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from tests.accepting.desk import Desk

NAME = "scenarios/hello.yaml"
TURNS = "turns:\n  - user: %s\n    expect:\n      same_as: {file: answer.json, path: $.state}\n"


def _reply(state: str) -> dict[str, object]:
    return {"messages": [{"text": "Hi"}], "state": {"is": state}}


def test_a_golden_file(desk: Desk) -> None:
    """The golden file says what the reply says, and the scenario stays as it is."""
    desk.bot.answers = {"Hi": _reply("new")}
    scenario = desk.write(NAME, f"scenario: hello\n{TURNS % 'Hi'}").read_text()
    golden = desk.write("scenarios/answer.json", '{"is": "old"}')
    assert desk.record(NAME) == [Outcome.FAILED]

    result = desk.accept(f"{NAME}:5")

    assert json.loads(golden.read_text()) == {"is": "new"}
    assert desk.text(NAME) == scenario
    assert '+  "is": "new"' in result.output
    assert "scenarios/answer.json is written." in result.output
    assert desk.replay(NAME) == [Outcome.PASSED]


def test_a_golden_file_that_is_missing(desk: Desk) -> None:
    """Without an answer from the user, no golden file is created; a missing one is BROKEN."""
    desk.bot.answers = {"Hi": _reply("new")}
    desk.write(NAME, f"scenario: hello\n{TURNS % 'Hi'}")
    assert desk.record(NAME) == [Outcome.BROKEN]

    result = desk.accept(NAME)

    assert "there is no golden file" in result.output
    assert "harness run --update" in result.output
    assert not (desk.folder / "scenarios/answer.json").exists()


def test_rows_that_differ(desk: Desk) -> None:
    """Two different replies cannot have one golden file."""
    desk.bot.answers = {"I am Anna": _reply("one"), "I am Ben": _reply("two")}
    desk.write(NAME, f"scenario: hello\nmatrix: {{who: [Anna, Ben]}}\n{TURNS % 'I am ${who}'}")
    golden = desk.write("scenarios/answer.json", '{"is": "old"}')
    desk.record(NAME)

    result = desk.accept(NAME)

    assert "two different answers are compared with the golden file" in result.output
    assert result.exit_code == 1
    assert golden.read_text() == '{"is": "old"}'


@pytest.mark.parametrize("is_included", [False, True], ids=["itself", "in a fragment"])
def test_a_golden_file_of_another_scenario(desk: Desk, *, is_included: bool) -> None:
    """A golden file is not rewritten if another scenario would then fail."""
    desk.bot.answers = {"Hi": _reply("new"), "Ho": _reply("old")}
    desk.write(NAME, f"scenario: hello\n{TURNS % 'Hi'}")
    turns = TURNS % "Ho"
    if is_included:
        turns = turns.replace("answer.json", "../answer.json")
        desk.write("scenarios/fragments/other.yaml", turns)
        turns = "turns:\n  - include: fragments/other.yaml\n"
    desk.write("scenarios/other.yaml", f"scenario: other\n{turns}")
    golden = desk.write("scenarios/answer.json", '{"is": "old"}')
    assert desk.record(NAME, "scenarios/other.yaml") == [Outcome.FAILED, Outcome.PASSED]

    result = desk.accept(NAME, typed="n\n")

    assert "the golden file is also that of other[one], which would fail" in result.output
    assert golden.read_text() == '{"is": "old"}'


def test_a_question_about_a_golden_file(desk: Desk) -> None:
    """Nothing is written before the user agrees."""
    desk.bot.answers = {"Hi": _reply("new")}
    desk.write(NAME, f"scenario: hello\n{TURNS % 'Hi'}")
    golden = desk.write("scenarios/answer.json", '{"is": "old"}')
    desk.record(NAME)

    result = desk.accept(NAME, typed="n\n")

    assert "Write scenarios/answer.json?" in result.output
    assert golden.read_text() == '{"is": "old"}'
