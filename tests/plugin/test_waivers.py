from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from harness.cassettes.inventory import take_inventory
from harness.project.project import Project
from tests.plugin.project import GREET, scenario_text

WRONG = GREET.replace("contains: Hello there", "contains: Good morning")


@pytest.mark.parametrize("written", ["the shop moves", {"reason": "the shop moves"}], ids=str)
def test_a_skipped_scenario_is_not_played(run, project, echo, written):
    """`skip:` sends nothing, and the reason stands in pytest's own list."""
    text = scenario_text("moving", skip=written)
    (project / "scenarios/moving.yaml").write_text(text)

    result = run("scenarios/moving.yaml", "--harness-mode=live", "-rs")

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * the shop moves"])
    assert echo.requests == []


@pytest.mark.parametrize(
    ("when", "is_skipped"),
    [
        pytest.param({"provider": "echo"}, True, id="provider"),
        pytest.param({"mode": ["live", "replay"]}, True, id="mode"),
        pytest.param({"mode": "live"}, False, id="another-mode"),
        pytest.param({"env": ["NOT_SET", "ON_CI"]}, True, id="one-of-two-variables"),
        pytest.param({"env": "EMPTY"}, False, id="an-empty-variable"),
        pytest.param({"env": "ON_CI", "mode": "live"}, False, id="one-of-two-conditions"),
    ],
)
def test_conditions_of_a_skip(run, project, monkeypatch, when, is_skipped):
    """All conditions must hold; of several values of one, any."""
    monkeypatch.setenv("ON_CI", "1")
    monkeypatch.setenv("EMPTY", "")
    text = GREET + f"skip: {{reason: later, when: {when}}}\n"
    (project / "scenarios/greet.yaml").write_text(text)

    result = run("scenarios/greet.yaml")

    result.assert_outcomes(skipped=int(is_skipped), passed=int(not is_skipped))


def test_a_skip_for_one_provider_leaves_the_other(run, project):
    """The condition is about one of the plays."""
    text = f"{GREET}provider: [echo, parrot]\nskip: {{reason: later, when: {{provider: parrot}}}}\n"
    (project / "scenarios/greet.yaml").write_text(text)

    result = run("scenarios/greet.yaml")

    result.assert_outcomes(skipped=1, passed=1)


def test_a_row_can_be_skipped(run, project):
    """`when: {row: …}` is about one row of the matrix."""
    file = project / "scenarios/shop/colours.yaml"
    file.write_text(f"{file.read_text()}skip: {{reason: sold out, when: {{row: red}}}}\n")

    result = run("scenarios/shop/colours.yaml")

    result.assert_outcomes(skipped=1, passed=1)


def test_an_expected_failure(run, project):
    """A scenario that fails as expected is XFAIL, and the run is green."""
    (project / "scenarios/greet.yaml").write_text(f"{WRONG}xfail: politeness comes later\n")

    result = run("scenarios/greet.yaml", "-rx")

    result.assert_outcomes(xfailed=1)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["XFAIL * politeness comes later"])


@pytest.mark.parametrize("is_strict", [False, True], ids=["as-it-is", "strict"])
def test_an_expected_failure_that_passes(run, project, is_strict):
    """It is XPASS, which a strict one turns into a failure."""
    xfail = f"xfail: {{reason: soon, strict: {str(is_strict).lower()}}}\n"
    (project / "scenarios/greet.yaml").write_text(GREET + xfail)

    result = run("scenarios/greet.yaml")

    result.assert_outcomes(xpassed=int(not is_strict), failed=int(is_strict))


def test_what_cannot_be_told_is_no_expected_failure(run, project):
    """A missing recording stays an error, because it tells nothing about the bot."""
    text = scenario_text("unheard", xfail="known to be wrong")
    (project / "scenarios/unheard.yaml").write_text(text)

    result = run("scenarios/unheard.yaml")

    result.assert_outcomes(errors=1)


@pytest.mark.parametrize("arguments", [[], ["-n2"]], ids=["one-process", "workers"])
def test_an_unexpected_pass_is_red_everywhere(run, project, arguments):
    """A strict one counts as failed in the closing table and in the results, as in pytest."""
    text = f"{GREET}xfail: {{reason: soon, strict: true}}\n"
    (project / "scenarios/greet.yaml").write_text(text)

    result = run("scenarios/greet.yaml", "--harness-reports=reports", *arguments)

    result.stdout.fnmatch_lines(["echo * 0 * 1 * 0 * 1 * 2", "problems: 1 unexpected-pass"])
    record = json.loads((project / "reports/results.json").read_text())["conversations"][0]
    assert (record["outcome"], record["codes"]) == ("failed", ["unexpected-pass"])
    assert record["failure"].endswith("but passed: soon [unexpected-pass]")


@pytest.mark.parametrize("arguments", [[], ["-n2"]], ids=["one-process", "workers"])
def test_the_summary_counts_what_was_waived(run, project, arguments):
    """Skipped and XFAIL stand in a column of their own, and are no reason why."""
    (project / "scenarios/greet.yaml").write_text(f"{WRONG}xfail: later\n")
    (project / "scenarios/a.yaml").write_text(scenario_text("a", skip="later"))

    result = run(*arguments)

    result.stdout.fnmatch_lines(
        ["provider * passed * failed * broken * skipped *", "echo * 3 * 0 * 0 * 2 *"]
    )
    result.stdout.no_fnmatch_line("problems:*")


def test_junit_says_why_it_was_skipped(run, project):
    """The properties of a skipped scenario hold provider, outcome and reason."""
    (project / "scenarios/a.yaml").write_text(scenario_text("a", skip="later"))

    run("scenarios/a.yaml", "--junitxml=junit.xml")

    tree = ET.parse(project / "junit.xml")  # noqa: S314  # pytest wrote it
    properties = {one.attrib["name"]: one.attrib["value"] for one in tree.iter("property")}
    expected = {"scenario": "a", "provider": "echo", "outcome": "skipped", "reason": "later"}
    assert properties.items() >= expected.items()


def test_a_skipped_scenario_needs_no_recording(project):
    """What a replay skips is not missing among the recordings."""
    (project / "scenarios/a.yaml").write_text(scenario_text("a", skip="later"))
    (project / "scenarios/b.yaml").write_text(scenario_text("b"))

    inventory = take_inventory(Project.at(project / "harness.yaml"))

    wanted = {slot.play.scenario for slot in inventory.slots.values() if slot.is_wanted}
    assert "b" in wanted
    assert "a" not in wanted
