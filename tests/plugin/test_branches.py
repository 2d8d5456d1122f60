"""Several conversations of one file, which part at `branch:` entries of its turns."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from harness.cli.app import app

RECORD = "--harness-mode=record"
HEAD = "scenario: dress\nvars: {colour: pink}\nturns:\n"
START = (
    "  - assistant: Welcome\n"
    "  - {id: hello, user: Hello, expect: {contains: Hello}}\n"
    "  - id: dress\n    user: A ${colour} dress\n    expect: {contains: nothing of the kind}\n"
    "    capture: {words: $.reply.words}\n"
)
LAST = "  - {id: bye, user: Bye, expect: {contains: Bye}}\n"
TAKEN = (
    "  - branch: {from: dress, name: taken}\n"
    "  - {user: 'It had ${words} words', expect: {contains: '3 words', json: {$.reply.words: 4}}}\n"
)
ASKED = (
    "  - branch: {from: hello}\n"
    "  - {user: Any others?, expect: {contains: others}}\n"
    "  - {user: Red ones?, expect: {contains: Red}}\n"
)
THREE = f"{HEAD}{START.replace('nothing of the kind', 'dress')}{LAST}{TAKEN}{ASKED}"


@pytest.fixture
def write(project, echo):
    """Writes a scenario file; the bot is running."""
    del echo

    def write(text, name="dress.yaml"):
        (project / "scenarios" / name).write_text(text, encoding="utf-8")

    return write


def said(result):
    """The ids of the tests that passed."""
    return {line.split("::")[1].split()[0] for line in result.outlines if "::" in line}


def test_each_branch_is_a_conversation_of_its_own(write, run, project):
    """Each has an id and a recording of its own; that of the first keeps the scenario's name."""
    write(THREE)

    run(RECORD, "scenarios/dress.yaml").assert_outcomes(passed=3)
    replayed = run("-v", "scenarios/dress.yaml")

    replayed.assert_outcomes(passed=3)
    names = {file.name for file in project.glob("cassettes/echo/dress*")}
    assert names == {"dress.yaml", "dress--taken.yaml", "dress--from-hello.yaml"}
    assert said(replayed) == {"dress[echo]", "dress[echo-taken]", "dress[echo-from-hello]"}


def test_a_branch_says_its_own_turns_after_those_before_it(write, run, echo):
    """What other branches say is not said; turns before the branch are said anew."""
    write(THREE)

    run("--harness-mode=live", "scenarios/dress.yaml", "-k", "hello").assert_outcomes(passed=1)

    assert echo.said == ["Hello", "Any others?", "Red ones?"]


def test_what_is_said_anew_is_checked_once(write, run):
    """A wrong turn before a branch fails in the conversation that it stands in, in no other."""
    write(f"{HEAD}{START}{LAST}{TAKEN}")

    result = run(RECORD, "scenarios/dress.yaml")

    result.assert_outcomes(passed=1, failed=1)


def test_a_later_turn_does_not_make_a_recording_old(write, run):
    """A turn that is added to one conversation leaves the recordings of its branches fit."""
    write(THREE)
    run(RECORD, "scenarios/dress.yaml").assert_outcomes(passed=3)
    write(THREE.replace(LAST, f"{LAST}  - {{user: And again, expect: none}}\n"))

    result = run("scenarios/dress.yaml")

    result.assert_outcomes(passed=2, errors=1)


def test_branches_of_a_matrix_and_of_utterances(write, run):
    """Each row is played in each branch; what is said in several ways only where it is new."""
    ways = "{user: {utterances: [Any others?, What else?]}, expect: none}"
    text = THREE.replace("vars:", "matrix: {size: [s, m]}\nvars:")
    write(text.replace("{user: Any others?, expect: {contains: others}}", ways))

    result = run("--collect-only", "-q", "scenarios/dress.yaml")

    assert said(result) == {
        *("dress[echo-s]", "dress[echo-m]", "dress[echo-s-taken]", "dress[echo-m-taken]"),
        *(
            "dress[echo-s-from-hello-Any-others-08f644]",
            "dress[echo-s-from-hello-What-else-ad1e39]",
        ),
        *(
            "dress[echo-m-from-hello-Any-others-08f644]",
            "dress[echo-m-from-hello-What-else-ad1e39]",
        ),
    }


def test_a_branch_of_a_branch(write, run, echo):
    """A branch may go on from a turn of another one, also out of another file."""
    write(
        f"{THREE}  - {{branch: {{from: more}}}}\n  - {{user: End, expect: none}}\n".replace(
            "{user: Any others?", "{id: more, user: Any others?"
        )
    )
    write(
        "scenario: other\nbranch: {file: dress.yaml, from: more}\n"
        "turns: [{user: Over, expect: none}]\n",
        "other.yaml",
    )

    run("--harness-mode=live", "scenarios/dress.yaml", "-k", "more").assert_outcomes(passed=1)
    run("--harness-mode=live", "scenarios/other.yaml").assert_outcomes(passed=1)

    assert echo.said == ["Hello", "Any others?", "End", "Hello", "Any others?", "Over"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("  - branch: {from: helo}\n  - {user: a, expect: none}\n", "did you mean 'hello'?"),
        ("  - branch: {from: hello}\n", "no turn follows this branch"),
        (
            "  - branch: {from: hello}\n    expect: {contains: a}\n  - {user: a, expect: none}\n",
            "'expect' has no meaning next to 'branch'",
        ),
        (
            "  - branch: {from: hello}\n  - {user: '${words}', expect: none}\n",
            "there is no variable 'words'",
        ),
        ("teardown: [{branch: {from: hello}}]\n", "unknown key 'branch'"),
    ],
    ids=["unknown", "empty", "beside", "capture-of-another", "teardown"],
)
def test_what_is_wrong_with_a_branch(write, more, message):
    """Lint tells it: a turn that is not there, nothing that follows, a capture of another one."""
    write(f"{HEAD}{START}{LAST}{more}")

    result = CliRunner().invoke(app, ["lint", "scenarios/dress.yaml"])

    assert message in result.output
    assert result.exit_code == 1
