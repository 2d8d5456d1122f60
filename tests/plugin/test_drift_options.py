from __future__ import annotations

import subprocess
import sys

import pytest

from tests.plugin.echo_bot import Manner
from tests.plugin.project import DEFINITION

DRIFT = "--harness-mode=drift"
GREETING = "scenarios/greet.yaml"


def configured(project, text: str) -> None:
    file = project / "harness.yaml"
    file.write_text(f"{text}\n{file.read_text()}")


@pytest.mark.parametrize(
    ("text", "seconds", "kind"),
    [
        ("", 0.15, "same"),
        ("drift: {latency: {at_least: 100ms}}", 0.15, "latency"),
        ("drift: {latency: {at_least: 100ms, factor: 10000}}", 0.15, "same"),
        ("drift: {latency: {factor: 1.5}}", 0.15, "same"),
    ],
    ids=["by-default", "at-least", "factor", "half-a-second-all-the-same"],
)
def test_the_project_says_what_is_slower(run, echo, project, text, seconds, kind):
    """`drift: {latency:}` moves both limits, each of which must be reached."""
    configured(project, text)
    echo.manner = Manner(seconds=seconds)

    result = run(GREETING, DRIFT)

    result.stdout.fnmatch_lines([f"turns against their recordings: 1 {kind}"])


def test_closing_steps_that_answer_otherwise_are_told(run, echo, project):
    """Another status of a closing step is `state`, and can be made to fail the scenario."""
    definition = project / "definitions/echo/provider.yaml"
    definition.write_text(DEFINITION.replace("status: [204, 404]", "status: [200, 204]"))
    echo.ends_with = 200

    result = run(GREETING, DRIFT, "--harness-fail-on=state")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "scenarios/greet.yaml:*: closing the conversation: the answer drifted from its*",
            "  difference  close.1: recorded status 204, now status 200",
            "scenarios/greet.yaml:*: greet[[]echo[]] closing: state",
        ]
    )


@pytest.mark.parametrize(
    ("kinds", "status"), [("shape,state", 8), ("state", 0)], ids=["gated", "not-gated"]
)
def test_harness_run_passes_the_gate_on(echo, project, kinds, status):
    """`harness run --mode drift --fail-on KINDS` ends with 8 where a turn drifted so."""
    echo.manner = Manner(adds={"mood": "sunny"})
    command = [sys.executable, "-c", "from harness.cli import main; main()", "run", GREETING]

    result = subprocess.run(
        [*command, "--mode", "drift", "--fail-on", kinds],
        cwd=project,
        check=False,
        capture_output=True,
        text=True,
    )

    assert result.returncode == status, result.stdout
    assert "greet[echo] turn 1: shape" in result.stdout
