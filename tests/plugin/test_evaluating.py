"""`harness eval`, `harness flaky` and the comparison of takes, against a bot on loopback."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.core import HarnessError
from tests.plugin.echo_bot import Manner
from tests.plugin.project import scenario_text

WRONG = Manner(says="I do not say")
PAIR = ("--provider", "echo", "--provider", "parrot")
RECORD = ("--mode", "record", "--concurrency", "1")


def harness(*arguments, status=0):
    """What a command printed."""
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def suite(project, echo):
    """Eight scenarios without recordings, in a folder of their own."""
    (project / "scenarios/eval").mkdir()
    for number in range(8):
        name = f"case-{number}"
        (project / f"scenarios/eval/{name}.yaml").write_text(scenario_text(name))
    return project


def test_takes_that_are_not_recorded_are_named(suite, echo):
    """With the command that records them; what that command records is then evaluated."""
    said = harness("eval", "scenarios/greet.yaml", "--takes", "3", "--json")
    shown = harness("eval", "scenarios/greet.yaml", "--takes", "3")
    command = "harness eval scenarios/greet.yaml --takes 3 --mode record"

    assert json.loads(said)["unjudged"] == {"cassette-missing": 2}
    assert "  not recorded: 2 takes, such as greet with echo: take 2, 3\n" in shown
    assert f"    {command}\n" in shown

    harness(*command.split()[1:])
    assert len(echo.created) == 2
    assert "  greet               3/3" in harness("eval", "scenarios/greet.yaml", "--takes", "3")
    assert len(echo.created) == 2


def test_two_providers_are_compared(suite, echo):
    """The second one is wrong in all takes of all scenarios, so it is worse; the first is not."""
    harness("eval", "scenarios/eval", "--provider", "echo", "--takes", "2", *RECORD)
    echo.manner = WRONG
    harness("eval", "scenarios/eval", "--provider", "parrot", "--takes", "2", *RECORD)

    said = harness("eval", "scenarios/eval", *PAIR, "--takes", "2", "--fail-if", "worse", status=6)
    turned = ("--provider", "parrot", "--provider", "echo")
    harness("eval", "scenarios/eval", *turned, "--takes", "2", "--fail-if", "worse")

    assert "  case-3              2/2                  0/2                  -1.00\n" in said
    assert "  parrot - echo: -1.00 (" in said
    assert "p = 0.0078, 8 scenarios: worse\n" in said


def test_all_takes_are_played(suite, echo):
    """Whatever the scenario's own gate would have decided."""
    repeat = {"takes": 5, "pass": 1}
    (suite / "scenarios/eval/case-0.yaml").write_text(scenario_text("case-0", repeat=repeat))

    said = harness("eval", "scenarios/eval/case-0.yaml", "--takes", "4", *RECORD)

    assert "  case-0              4/4" in said


def test_the_page_has_the_table(suite, echo, tmp_path):
    """A file that needs no network and no script."""
    echo.moods = [WRONG]
    file = tmp_path / "out/eval.html"
    options = ("--takes", "2", "--html", str(file))
    harness("eval", "scenarios/eval", "--provider", "echo", *options, *RECORD)

    page = file.read_text()
    assert '<td class="doubtful">1/2</td>' in page
    assert page.count('<td class="good">2/2</td>') == 7
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_reports_are_those_of_a_run(suite, echo):
    """Its results can be compared with others, and say where they are from; no history is kept."""
    options = ("scenarios/eval", "-m", "smoke", "--takes", "2", *RECORD[:1])
    (suite / "scenarios/eval/case-8.yaml").write_text(scenario_text("case-8", tags=["other"]))
    for number in range(8):
        name = f"case-{number}"
        (suite / f"scenarios/eval/{name}.yaml").write_text(scenario_text(name, tags=["smoke"]))
    harness("eval", *options, "record", "--reports", "before")
    echo.manner = WRONG
    harness("eval", *options, "live", "--reports", "after", "--html", "table.html")

    results = json.loads((suite / "after/results.json").read_text())
    said = harness(
        "compare", "before/results.json", "after/results.json", "--fail-if", "worse", status=6
    )

    assert [len(one["takes"]) for one in results["conversations"]] == [2] * 8
    assert results["command"] == "harness eval scenarios/eval --tag smoke --takes 2 --mode live"
    assert (results["mode"], results["classes"]) == ("live", {"failed": 8})
    assert "pass rates over all takes\n  after - before: -1.00 (" in said
    assert (suite / "after/report.html").is_file()
    assert not (suite / "after/history.sqlite").exists()


def test_a_condition_that_cannot_be_decided_is_no_pass(suite, echo):
    """With one scenario nothing can be worse, which ends neither command with 0."""
    one = ("scenarios/eval/case-0.yaml", "--takes", "2")
    for provider in ("echo", "parrot"):
        reports = ("--reports", provider)
        harness("eval", *one, "--provider", provider, *RECORD, *reports)
    files = [f"{provider}/results.json" for provider in ("echo", "parrot")]

    for words in (["eval", *one, *PAIR], ["compare", files[0], files[0]]):
        with pytest.raises(HarnessError, match="fewer than two scenarios have takes"):
            harness(*words, "--fail-if", "worse")


def test_results_that_were_cut_are_compared_with_a_note(suite, echo):
    """A killed run leaves such a file, which lacks conversations."""
    harness("eval", "scenarios/eval", "--takes", "2", *RECORD, "--reports", "whole")
    whole = (suite / "whole/results.json").read_text().splitlines(keepends=True)
    (suite / "cut.json").write_text("".join(whole[:3]))

    said = harness("compare", "cut.json", "whole/results.json")

    assert "note: cut.json ends before the end of its run, so only 2 conversations of it" in said


def test_results_of_the_run_before_are_kept(suite, echo):
    """As `harness run` keeps them, so that summary.md says what changed."""
    for mode in ("record", "replay"):
        arguments = ("--takes", "2", "--mode", mode, "--reports", "reports")
        harness("eval", "scenarios/eval/case-0.yaml", *arguments)

    previous = json.loads((suite / "reports/results.previous.json").read_text())

    assert previous["mode"] == "record"


def test_a_folder_that_cannot_be_written_is_told(suite, echo):
    """Before anything is asked."""
    (suite / "taken").write_text("")

    with pytest.raises(Exception, match=r"taken/reports: .*\[not-written\]"):
        harness("eval", "scenarios/eval", "--mode", "live", "--reports", "taken/reports")

    assert echo.created == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--mode", "alive"), "--mode takes replay, record, refresh, live, drift, not 'alive'"),
        (("--concurrency", "2"), "--concurrency has no effect in mode 'replay'"),
        (("--mode", "live", "--processes", "2"), "--processes has no effect in mode 'live'"),
        (("--fail-if", "wose"), "--fail-if takes 'worse', not 'wose'"),
        (("--fail-if", "worse"), "it compares two providers, found 1"),
        (("--provider", "ehco"), "did you mean 'echo'?"),
        (("--tag", "never-used"), "unknown-tag"),
    ],
)
def test_wrong_usage_is_told(suite, arguments, message):
    """An option that would have no effect is refused."""
    try:
        said = harness("eval", "scenarios/greet.yaml", *arguments, status=2)
    except Exception as error:  # noqa: BLE001  # `main` prints it
        said = str(error)

    assert message in said


def test_nothing_judged_is_not_a_success(suite):
    """An evaluation of nothing proves nothing."""
    with pytest.raises(Exception, match="no take was judged"):
        harness("eval", "scenarios/eval", "--takes", "2")


def test_compare_looks_at_all_takes(suite, echo, run):
    """Both runs have all takes of eight scenarios; the bot got worse."""
    options = ("scenarios/eval", "--harness-repeat=2", "--harness-concurrency=1")
    run(*options, "--harness-mode=record", "--harness-reports=before")
    echo.manner = WRONG
    run(*options, "--harness-mode=refresh", "--harness-reports=after")
    files = ("before/results.json", "after/results.json")

    said = harness("compare", *files, "--fail-if", "worse", status=6)
    harness("compare", *reversed(files), "--fail-if", "worse")
    found = json.loads(harness("compare", *files, "--json", status=6))

    assert "pass rates over all takes\n  after - before: -1.00 (" in said
    assert found["takes"]["verdict"] == "worse"


def test_compare_needs_results_files_for_takes(suite, echo, run):
    """A history does not say which takes were stopped."""
    for _ in range(2):
        run("scenarios/greet.yaml", "--harness-reports=reports")

    with pytest.raises(Exception, match="name the results files of both runs"):
        harness("compare", "--fail-if", "worse")


def test_flaky_names_the_turn_and_the_reply(suite, echo):
    """Of ten recorded takes, four received the reply that fails."""
    echo.moods = [WRONG if number in (2, 3, 7, 8) else Manner() for number in range(10)]
    harness("eval", "scenarios/eval/case-0.yaml", "--takes", "10", *RECORD)

    said = harness("flaky", "case-0")
    found = json.loads(harness("flaky", "scenarios/eval/case-0.yaml", "--json"))

    assert said.startswith("case-0[echo]: 6 of 10 takes passed\n")
    assert "takes part in turn 1\n" in said
    assert "0 of 4 takes passed, otherwise 6 of 6\n" in said
    assert found[0]["suspect"]["takes"] == [3, 4, 8, 9]


@pytest.mark.parametrize(
    ("name", "message"),
    [("greet", "fewer than two takes are recorded"), ("gret", "did you mean 'greet'?")],
)
def test_flaky_needs_takes(suite, name, message):
    """It says how to record them, or what may be meant."""
    with pytest.raises(Exception, match=message.replace("?", r"\?")):
        harness("flaky", name)


def test_lint_says_what_a_gate_lets_through(suite):
    """Once for all scenarios with the same gate."""
    for number in range(3):
        name = f"case-{number}"
        text = scenario_text(name, repeat={"takes": 5, "pass": 4})
        (suite / f"scenarios/eval/{name}.yaml").write_text(text)

    said = harness("lint", "scenarios/eval")

    assert (
        "note: 3 scenarios with takes: 5, pass: 4: a bot with a pass rate of 70 % passes in 53 %,"
        " of 80 % in 74 %, of 90 % in 92 % of runs\n"
    ) in said
