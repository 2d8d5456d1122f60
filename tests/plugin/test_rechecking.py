from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.reports.results import read_results
from tests.plugin.project import GREET

TWO_TURNS = """\
scenario: two
turns:
  - user: Hello
    expect: {contains: hello, ignore_case: true, schema: short-answer}
  - user: And ${thing}
    expect: {contains: '${thing}'}
vars: {thing: tea}
"""


@pytest.fixture
def check(project):
    """Calls `harness check` in the project."""
    del project
    return lambda *arguments: CliRunner().invoke(app, ["check", *arguments])


@pytest.fixture
def two(project):
    """A scenario of two turns, and a way to write down a conversation for it."""
    (project / "scenarios/two.yaml").write_text(TWO_TURNS)

    def write(*messages: tuple[str, str]) -> str:
        lines = [json.dumps({"role": role, "text": text}) for role, text in messages]
        (project / "said.jsonl").write_text("\n".join(lines))
        return "said.jsonl"

    return write


def test_results_are_judged_again_with_the_same_verdicts(run, check, project):
    """Nothing is played: the stored conversations give what they gave when they were held."""
    run("--harness-reports=reports")
    for cassette in (project / "cassettes").rglob("*.yaml"):
        cassette.unlink()

    ended = check("reports/results.json")

    assert ended.exit_code == 0, ended.stdout
    assert ended.stdout.endswith("4 passed\n")


def test_a_changed_expectation_is_judged_against_what_was_said(run, check, project):
    """Only the scenario changed: the failure is the screen that a run shows."""
    run("--harness-reports=reports")
    changed = GREET.replace("contains: Hello there", "contains: Good morning")
    (project / "scenarios/greet.yaml").write_text(changed)

    ended = check("reports/results.json", "--scenario", "scenarios/greet.yaml")

    assert ended.exit_code == 1
    assert "failed  scenarios/greet.yaml::greet[echo]: " in ended.stdout
    assert "scenarios/greet.yaml:7:7: turn 1: " in ended.stdout
    assert ended.stdout.endswith("1 failed\n")


def test_a_stored_transcript_alone_is_judged(run, check, project):
    """One conversation of the results, kept as a file of its own."""
    run("--harness-reports=reports", "scenarios/greet.yaml")
    [record] = read_results(project / "reports/results.json")
    (project / "kept.json").write_text(json.dumps(record["transcript"]))

    ended = check("kept.json", "--scenario", "scenarios/greet.yaml")

    assert ended.stdout == "passed  kept.json: 2 checks\n1 passed\n"


def test_messages_from_elsewhere_are_judged_by_what_was_said(check, two):
    """Roles and texts suffice for the checks on texts; the others are skipped, not passed."""
    said = two(
        ("assistant", "Welcome"),
        ("user", "Hello"),
        ("assistant", "Hello you"),
        ("user", "And tea"),
        ("assistant", "Here is"),
        ("assistant", "your tea"),
    )

    ended = check(said, "--scenario", "scenarios/two.yaml")

    assert ended.stdout == "passed  said.jsonl: 2 checks, 1 skipped\n1 passed\n"


def test_a_conversation_that_is_too_short_cannot_be_told(check, two):
    """What was not said is not taken for right."""
    said = two(("user", "Hello"), ("assistant", "Hello you"))

    ended = check(said, "--scenario", "scenarios/two.yaml")

    assert ended.exit_code == 1
    assert "the transcript ends after turn 1, but the scenario has 2" in ended.stdout
    assert "[transcript-short]" in ended.stdout


def test_other_words_of_the_user_are_noted(check, two):
    """A reply may fit all the same, but whoever reads the verdict should know."""
    said = two(("user", "Hi"), ("bot", "hello"), ("user", "And tea"), ("bot", "tea"))

    ended = check(said, "--scenario", "scenarios/two.yaml")

    assert ended.exit_code == 0
    assert "note: turn 1: the user's message differs from the scenario" in ended.stdout


def test_a_providers_own_record_is_judged(check, two, project):
    """A JSONPath leads to the messages of a history that an API gave."""
    messages = [
        {"role": "human", "content": [{"type": "text", "text": "Hello"}]},
        {"role": "ai", "content": "Hello!"},
        {"role": "tool", "content": "looked up"},
        {"role": "human", "content": "And tea"},
        {"role": "ai", "content": "tea"},
    ]
    (project / "record.json").write_text(json.dumps({"thread": {"history": messages}}))

    ended = check(
        "record.json", "--scenario", "scenarios/two.yaml", "--messages", "$.thread.history"
    )

    assert ended.stdout == "passed  record.json: 2 checks, 1 skipped\n1 passed\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"role": "user"', "line 1 is not JSON"),
        ('{"role": "king", "text": "hi"}', "message 1 has the role 'king'; known roles: user, "),
        ('{"text": "hi"}', "message 1 has no role; known roles: user, "),
        ('{"role": "user"}', "message 1 has no text under text, content, "),
        ('{"role": "bot", "text": "hi"}', "there is no message of the user"),
        ("[]", "message 1 is not a mapping with a role and a text"),
    ],
)
def test_what_cannot_be_read_as_messages_is_named(check, two, project, content, reason):
    """The message or line, and what is missing."""
    two()
    (project / "said.jsonl").write_text(content)

    ended = check("said.jsonl", "--scenario", "scenarios/two.yaml")

    assert ended.exit_code == 2
    assert reason in ended.output
    assert "[no-transcript]" in ended.output


def test_messages_alone_need_a_scenario(check, two):
    """Which scenario they are of is not guessed."""
    ended = check(two(("user", "Hello"), ("bot", "hello")))

    assert ended.exit_code == 2
    assert "the scenario is unknown; name it with --scenario" in ended.output


def test_a_path_that_leads_nowhere_is_named(check, two, project):
    """A misspelt --messages is told from an empty record."""
    two()
    (project / "record.json").write_text('{"history": []}')

    ended = check("record.json", "--scenario", "scenarios/two.yaml", "--messages", "$.thread")

    assert ended.exit_code == 2
    assert "the path $.thread matches nothing" in ended.output


STOPPING = """\
scenario: stopping
turns:
  - user: Hello
    expect: {contains: good}
    on_fail: stop
  - user: And tea
    expect: {contains: tea}
"""


@pytest.mark.parametrize(("said", "is_short"), [("good day", True), ("bad day", False)])
def test_a_conversation_may_end_where_a_failed_check_stops_it(said, is_short, check, two, project):
    """Only a check that failed in the last turn explains that the rest was not said."""
    (project / "scenarios/stopping.yaml").write_text(STOPPING)
    file = two(("user", "Hello"), ("assistant", said))

    ended = check(file, "--scenario", "scenarios/stopping.yaml")

    assert ended.exit_code == 1
    assert ("[transcript-short]" in ended.stdout) is is_short
