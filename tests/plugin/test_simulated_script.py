"""A user whose messages a script decides from each reply."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.plugin.refund_bot import DEFINITION, PROJECT, SCENARIO, serving_refunds

RECORD = "--harness-mode=record"
RESULTS = "--harness-reports=reports"


@pytest.fixture(scope="module")
def refunds():
    with serving_refunds() as url:
        yield url


@pytest.fixture
def write(refunds, pytester, monkeypatch):
    """Writes a scenario of a project that talks to the bot."""
    monkeypatch.setenv("REFUNDS_URL", refunds)
    for name, text in {
        "harness.yaml": PROJECT,
        "definitions/refunds/provider.yaml": DEFINITION,
    }.items():
        file = pytester.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (pytester.path / "scenarios").mkdir()

    def write(text=SCENARIO):
        (pytester.path / "scenarios" / "refund.yaml").write_text(text, encoding="utf-8")

    return write


def said(pytester):
    """The user's messages in the results of the last run."""
    results = json.loads((pytester.path / "reports" / "results.json").read_text(encoding="utf-8"))
    [result] = results["conversations"]
    return [turn["user"]["text"] for turn in result["transcript"]["turns"]]


def test_the_script_answers_until_stop_when(write, run_here, pytester):
    """Each reply decides the next message; the first that passes `stop_when` is the last."""
    write()

    run_here("--harness-mode=live", RESULTS).assert_outcomes(passed=1)

    assert said(pytester) == ["I want my money back", "It is 4711", "Yes, create a request"]


def test_a_recording_replays_without_a_server(write, run_here, pytester, monkeypatch):
    """The same messages are said again from the recording."""
    write()
    run_here(RECORD, RESULTS).assert_outcomes(passed=1)
    before = said(pytester)
    monkeypatch.delenv("REFUNDS_URL")

    run_here(RESULTS).assert_outcomes(passed=1)

    assert said(pytester) == before


def test_turns_come_first_and_the_teardown_last(write, run_here, pytester):
    """The simulated user continues after `turns:`, and the teardown is said in any case."""
    begun = SCENARIO.replace("  opening: I want my money back\n", "")
    write(
        f"{begun}turns:\n  - user: I want my money back\n    expect: {{contains: order}}\n"
        "teardown:\n  - user: Bye\n    expect: {contains: did not understand}\n"
    )

    run_here(RECORD).assert_outcomes(passed=1)
    run_here(RESULTS).assert_outcomes(passed=1)

    assert said(pytester)[0] == "I want my money back"
    assert said(pytester)[-1] == "Bye"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("max_turns: 5", "max_turns: 2", "*no reply passed 'stop_when' after 2 messages*"),
        ("'request #'", "'bill #'", "*1 passed*"),
        ("refund is on its way, ", "", "*1 passed*"),
    ],
    ids=["too few turns", "first text", "second text"],
)
def test_stop_when_decides(write, run_here, old, new, text):
    """A conversation that reaches `max_turns` without `stop_when` FAILED."""
    write(SCENARIO.replace(old, new))

    run_here("--harness-mode=live").stdout.fnmatch_lines(text)


def test_at_end_pass(write, run_here):
    """With `at_end: pass`, reaching `max_turns` passes, with a note."""
    write(SCENARIO.replace("max_turns: 5", "max_turns: 2\n  at_end: pass"))

    result = run_here("--harness-mode=live")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines("*'simulate' no reply passed 'stop_when' after 2 messages*")


def test_a_reply_without_a_rule(write, run_here):
    """A reply that no rule fits is BROKEN: the script has a gap, so the bot is not judged."""
    write(SCENARIO.replace("contains: order number", "contains: postcode"))

    run_here("--harness-mode=live").stdout.fnmatch_lines(
        ["*BROKEN*", "*no rule of the simulated user's script fits the reply*user-no-rule*"]
    )


def test_a_changed_script_is_noticed(write, run_here):
    """A recording is not replayed for another message."""
    write()
    run_here(RECORD).assert_outcomes(passed=1)
    write(SCENARIO.replace("It is ${order}", "Order ${order}"))

    run_here().stdout.fnmatch_lines("*simulation-changed*")


@pytest.mark.parametrize(
    ("checks", "text"),
    [
        ("never: {contains: order}", "*never contains*"),
        ("always: {contains: order}", "*always*contains*"),
        ("questions: {at_most: 1}", "*questions*"),
    ],
    ids=["never", "always", "whole"],
)
def test_checks_of_the_conversation_hold(write, run_here, checks, text):
    """`never`, `always` and the checks of the whole conversation see simulated turns."""
    write(f"{SCENARIO}expect: {{{checks}}}\n")

    result = run_here("--harness-mode=live")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(text)


def test_a_replay_needs_no_http_client(write, run_here, pytester):
    """A replay of a script alone imports neither an HTTP client nor what asks a model."""
    write()
    run_here(RECORD).assert_outcomes(passed=1)
    heavy = ("httpx", "httpcore", "websockets", "harness.transport.live", "harness.play.user_model")
    code = (
        "import sys, harness\n"
        "[result] = harness.run(harness.plan('scenarios'))\n"
        "print(result['outcome'])\n"
        f"print([name for name in {heavy} if name in sys.modules])\n"
    )

    output = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=pytester.path
    ).stdout

    assert output.splitlines() == ["passed", "[]"]
