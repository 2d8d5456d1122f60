"""Scenarios of which nothing could be measured."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

REASON = "tools: the provider's definition does not say where tool calls are"


@pytest.fixture
def unmeasured(project, run):
    """A recorded scenario whose every check is skipped."""
    text = (project / "scenarios/greet.yaml").read_text()
    checks = "expect: {tools: search, usage: {total: {at_least: 9}}}\n"
    head = text.partition("    expect:")[0]
    (project / "scenarios/greet.yaml").write_text(f"{head}    {checks}")
    return project


@pytest.mark.parametrize("arguments", [[], ["-n2"]], ids=["one-process", "workers"])
def test_a_scenario_of_skipped_checks_is_skipped(run, unmeasured, arguments):
    """It proves nothing, so pytest counts it as skipped, and the summary says why."""
    result = run("scenarios/greet.yaml", "-rs", "--junitxml=junit.xml", *arguments)

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        [
            "echo * 0 * 0 * 0 * 1 * 1 * 2",
            "2 checks were skipped",
            f"  1 {REASON}",
            f"SKIPPED * scenarios/greet.yaml:1: nothing was measured: {REASON}; usage: *",
        ]
    )
    tree = ET.parse(unmeasured / "junit.xml")  # noqa: S314  # pytest wrote it
    properties = {one.attrib["name"]: one.attrib["value"] for one in tree.iter("property")}
    assert properties["outcome"] == "skipped"
    assert json.loads(properties["skipped_checks"])[REASON] == 1


def test_results_say_skipped(run, unmeasured):
    """The outcome of the conversation is `skipped`, and its checks hold the reasons."""
    run("scenarios/greet.yaml", "--harness-reports=reports")

    record = json.loads((unmeasured / "reports/results.json").read_text())["conversations"][0]
    assert record["outcome"] == "skipped"
    assert [one["outcome"] for one in record["checks"]] == ["skipped", "skipped"]
    assert "codes" not in record


def test_one_measured_check_suffices(run, unmeasured):
    """Where another check passes, so does the scenario; what was skipped is counted."""
    file = unmeasured / "scenarios/greet.yaml"
    file.write_text(file.read_text().replace("{tools", "{contains: Hello, tools"))

    result = run("scenarios/greet.yaml")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["2 checks were skipped"])


def test_takes_of_which_nothing_is_measured(run, unmeasured, echo):
    """A repeated scenario is skipped where that alone keeps it from passing."""
    file = unmeasured / "scenarios/greet.yaml"
    file.write_text(f"{file.read_text()}repeat: 2\n")

    result = run("scenarios/greet.yaml", "--harness-mode=live", "-rs")

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["takes of 1 scenario: 2 skipped", "SKIPPED * measured: tools:*"])


@pytest.mark.parametrize(
    "check", ["tools: none", "not: {tools: refund}"], ids=["A14-none", "A14-not"]
)
def test_a_check_that_forbids_and_could_not_look_is_broken(run, unmeasured, check):
    """Where the definition does not say where tool calls are, none is no pass."""
    file = unmeasured / "scenarios/greet.yaml"
    file.write_text(file.read_text().replace("{tools: search", f"{{contains: Hello, {check}"))

    result = run("scenarios/greet.yaml")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [f"*the check could not be made: {REASON.partition(': ')[2]}*", "problems: 1 not-told"]
    )
