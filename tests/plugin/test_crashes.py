"""Whatever escapes: the conversation stands in every report, and the run goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

import harness.formats.template.trees
import harness.play.conversation
import harness.play.judged_plays
import harness.play.runner
import harness.play.user_messages
import harness.providers.session
import harness.pytest_plugin.allure_seat
import harness.pytest_plugin.reporting
import harness.reports.allure.allure_results
import harness.transport.live.live_transport
import harness.transport.replay
from harness.reports.html import HtmlReport
from harness.reports.results import read_results
from tests.processes import COSTLY, without

WORD = "wombat-in-the-works"
"""What the injected failure says."""
REPORTS = ("--harness-reports=reports", "--junitxml=reports/junit.xml", "--alluredir=allure")


def stumble(*_arguments, **_options):
    raise LookupError(WORD)


def once(function, when=1):
    """The function, which raises the first time or, say, the second."""
    calls = []

    def stumbling(*arguments, **options):
        calls.append(1)
        return stumble() if len(calls) == when else function(*arguments, **options)

    return stumbling


def collected(run) -> set[str]:
    result = run("--collect-only", "-q")
    return {line for line in result.outlines if "::" in line}


def reported(project) -> dict[str, set[str]]:
    """The ids of the conversations that each report holds."""
    results = read_results(project / "reports/results.json")
    junit = ET.parse(project / "reports/junit.xml").getroot()  # noqa: S314  # our own file
    allure = [json.loads(one.read_text()) for one in (project / "allure").glob("*-result.json")]
    return {
        "results": {one["id"] for one in results},
        "junit": {case.get("name", "") for case in junit.iter("testcase")},
        "allure": {one["uuid"] for one in allure},
    }


def assert_all_told(project, run, *, how_many=1, code="internal-error"):
    """Every report holds what was collected, and so many conversations crashed."""
    names = collected(run)
    told = reported(project)
    results = list(read_results(project / "reports/results.json"))
    crashed = [one for one in results if code in one.get("codes", ())]

    assert told["results"] == names
    assert len(told["junit"]) == len(names)
    assert len(told["allure"]) == len(names)
    assert len(crashed) == how_many
    for one in crashed:
        assert one["outcome"] == "broken"
        assert WORD in one["failure"]
        assert "in stumble" in one["failure"]


REPLAY_LAYERS = {
    "template": (harness.play.user_messages, "message_of"),
    "interpreter": (harness.providers.session, "run_steps"),
    "reading": (harness.play.runner, "load_scenario"),
    "recording": (harness.play.runner.ContextFactory, "replay"),
    "replay": (harness.transport.replay.ReplayTransport, "send"),
    "check": (harness.play.judged_plays, "judge"),
    "transcript": (harness.play.conversation.Conversation, "judged_transcript"),
    "closing": (harness.providers.session.Session, "close"),
}


@pytest.mark.parametrize("layer", REPLAY_LAYERS)
def test_a_crash_of_a_layer_is_an_outcome(layer, project, run, monkeypatch):
    """The conversation is BROKEN with its traceback, in every report, and the others are played."""
    owner, name = REPLAY_LAYERS[layer]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, once(getattr(owner, name)))

        result = run(*REPORTS)

    result.stdout.fnmatch_lines([f"*LookupError: {WORD}*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    assert_all_told(project, run)


LIVE_LAYERS = {
    "wire": (harness.transport.live.live_transport.LiveTransport, "send"),
    "player": (harness.play.runner.Runner, "run"),
    "context": (harness.play.runner.ContextFactory, "live"),
}


@pytest.mark.parametrize("layer", LIVE_LAYERS)
def test_a_crash_of_a_live_conversation_is_an_outcome(layer, project, run, echo, monkeypatch):
    """The same where threads hold the conversations; what they opened is closed."""
    owner, name = LIVE_LAYERS[layer]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, once(getattr(owner, name)))

        result = run(*REPORTS, "--harness-mode=live")

    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    assert_all_told(project, run)


def test_a_secret_does_not_stand_in_a_traceback(project, run, echo, monkeypatch):
    """What an exception says is redacted as any other text."""
    secret = os.environ["ECHO_API_KEY"]

    def tell(*_arguments, **_options):
        raise LookupError(f"the key is {secret}")

    with monkeypatch.context() as patch:
        patch.setattr(harness.providers.session, "run_steps", tell)

        result = run(*REPORTS, "--harness-mode=live")

    assert "the key is <redacted:" in result.stdout.str()
    assert secret not in result.stdout.str()
    assert secret not in (project / "reports/results.json").read_text()


@pytest.mark.parametrize("error", ["ValueError('wombat')", "SystemExit('wombat')"])
def test_a_crash_of_an_own_check_is_an_outcome(error, project, run, echo):
    """Even `sys.exit()` in a project's own check ends no run."""
    del echo
    (project / "checks").mkdir()
    (project / "checks/own.py").write_text(
        "from harness import check\n\n\n"
        "@check(schema={'const': True}, name='moody')\n"
        f"def moody(reply, value):\n    raise {error}\n"
    )
    with (project / "harness.yaml").open("a") as config:
        config.write("checks: [checks/own.py]\n")
    greet = project / "scenarios/greet.yaml"
    greet.write_text(greet.read_text().replace("contains: Hello there", "moody: true"))

    result = run(*REPORTS)

    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    names, told = collected(run), reported(project)
    bad = [one for one in read_results(project / "reports/results.json") if one.get("codes")]
    assert told["results"] == names
    assert [one["outcome"] for one in bad] == ["broken"]
    assert "wombat" in bad[0]["failure"]


def test_a_scenario_that_is_wrong_only_when_it_is_played_stands_in_every_report(
    project, run, monkeypatch
):
    """What a file lacks is told in pytest's words, and the conversation is BROKEN everywhere."""
    monkeypatch.delenv("ECHO_URL", raising=False)

    result = run(*REPORTS, "--harness-mode=live")

    result.stdout.fnmatch_lines(["*ECHO_URL*"])
    names, told = collected(run), reported(project)
    results = list(read_results(project / "reports/results.json"))
    assert told["results"] == names
    assert {one["outcome"] for one in results} == {"broken"}
    assert {tuple(one["codes"]) for one in results} == {("missing-variable",)}


def test_a_crash_of_the_writer_of_results(project, run, monkeypatch):
    """A conversation that cannot be written down as it was is written down as BROKEN."""
    module = harness.pytest_plugin.reporting
    monkeypatch.setattr(module, "record_of", once(module.record_of))

    result = run(*REPORTS, "--harness-processes=1")

    result.assert_outcomes(passed=len(collected(run)), errors=1)
    assert_all_told(project, run)


@pytest.mark.parametrize("method", ["add", "finish"])
def test_a_crash_of_one_report(method, project, run, monkeypatch):
    """The other reports are made, and the closing lines say what is lacking, and why."""
    monkeypatch.setattr(HtmlReport, method, stumble)

    result = run(*REPORTS)

    result.stdout.fnmatch_lines(
        ["*HtmlReport could not be made [[]internal-error[]]*", f"*{WORD}*"]
    )
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    assert (project / "reports/summary.md").exists()
    assert not (project / "reports/report.html").exists()
    assert_all_told(project, run, how_many=0)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (harness.pytest_plugin.allure_seat.AllureSeat, "_case"),
        (harness.reports.allure.allure_results, "complete"),
    ],
    ids=["seat", "steps"],
)
def test_a_crash_of_the_allure_report(owner, name, project, run, monkeypatch):
    """Allure then has the test without its turns, a note says so, and the run goes on."""
    monkeypatch.setattr(owner, name, once(getattr(owner, name), when=2))

    result = run(*REPORTS)

    result.stdout.fnmatch_lines(
        ["note: Allure's result of * has no turns [[]internal-error[]]", f"*{WORD}*"]
    )
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    assert_all_told(project, run, how_many=0)


SHARED = """
import os
from pathlib import Path

import harness.play.judged_plays as plays

kept, main = plays.judge, os.getpid()


def judge(scenario, *rest):
    if os.getpid() != main:
        Path("crashed").touch()
        {act}
    return kept(scenario, *rest)


plays.judge = judge
"""


@pytest.mark.parametrize("act", ["raise LookupError('gone')", "os._exit(3)"])
def test_a_crash_of_a_process_that_shares_a_replay(act, project, run):
    """What another process cannot tell is played again in pytest's own, and nothing is lacking."""
    (project / "conftest.py").write_text(SHARED.format(act=act))
    command = (
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly"),
        *("--harness-processes=3", "--harness-reports=reports"),
    )

    done = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout
    assert (project / "crashed").exists()
    (project / "conftest.py").unlink()
    results = list(read_results(project / "reports/results.json"))
    assert {one["id"] for one in results} == collected(run)
    assert {one["outcome"] for one in results} == {"passed"}


DYING = """
import os
import signal

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_{phase}(item):
    if "red" in item.nodeid:
        {act}
"""
KILLED = "os.kill(os.getpid(), signal.SIGKILL)"


@pytest.fixture
def dying(project, monkeypatch):
    """Runs pytest with two workers of xdist, one of which dies; gives its status and output."""
    monkeypatch.setenv("PYTEST_ADDOPTS", without("flaky", *COSTLY))

    def run(act, *arguments, phase="call"):
        (project / "conftest.py").write_text(DYING.format(act=act, phase=phase))
        command = (
            *(sys.executable, "-m", "pytest", "-p", "no:randomly", "-n", "2"),
            *REPORTS,
            *arguments,
        )
        return subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)

    return run


def red_of(project):
    """The records of what did not pass, by id."""
    results = read_results(project / "reports/results.json")
    return {one["id"]: one for one in results if one["outcome"] != "passed"}


RED = "scenarios/shop/colours.yaml::colours[echo-red]"


@pytest.mark.parametrize(
    ("act", "phase"),
    [("os._exit(3)", "setup"), (KILLED, "call"), (KILLED, "teardown")],
    ids=["exit-setup", "kill-call", "kill-teardown"],
)
def test_a_conversation_whose_worker_died_stands_in_every_report(act, phase, project, run, dying):
    """It is BROKEN, in its place, with what there is to know of it; nothing else is lacking."""
    ended = dying(act, phase=phase)
    (project / "conftest.py").unlink()
    names, told = collected(run), reported(project)
    order = [one["id"] for one in read_results(project / "reports/results.json")]
    red = red_of(project)

    assert ended.returncode == 1
    assert "passed, 1 error in" in ended.stdout, ended.stdout
    assert "problems: 1 worker-crashed\n" in ended.stdout
    assert "red tests: 1 BROKEN\n" in ended.stdout
    assert told["results"] == names
    assert order.index(RED) == 1
    assert len(told["junit"]) == len(told["allure"]) == len(names)
    assert [*red] == [RED]
    assert (red[RED]["outcome"], red[RED]["codes"]) == ("broken", ["worker-crashed"])
    assert (red[RED]["scenario"], red[RED]["provider"], red[RED]["row"]) == (
        *("colours", "echo"),
        "red",
    )
    assert "gw" in red[RED]["failure"]
    for name in ("summary.md", "results.sarif", "code-quality.json"):
        assert "worker-crashed" in (project / "reports" / name).read_text(), name


def test_a_worker_that_died_in_junit_and_allure(project, dying):
    """JUnit's case has the properties of any scenario, Allure's result its place and its code."""
    dying(KILLED)
    junit = ET.parse(project / "reports/junit.xml").getroot()  # noqa: S314  # our own file
    (case,) = [one for one in junit.iter("testcase") if one.find("error") is not None]
    properties = {one.get("name"): one.get("value") for one in case.iter("property")}
    allure = [json.loads(one.read_text()) for one in (project / "allure").glob("*-result.json")]
    (broken,) = [one for one in allure if one["status"] == "broken"]
    (green,) = [one for one in allure if one["fullName"] == "colours" and one is not broken]
    labels = {one["name"]: one["value"] for one in broken["labels"]}

    assert case.get("name") == "colours[echo-red]"
    assert (properties["outcome"], properties["codes"]) == ("broken", "worker-crashed")
    assert broken["fullName"] == "colours"
    assert broken["testCaseId"] == green["testCaseId"]
    assert labels["parentSuite"] == "shop"
    assert "[worker-crashed]" in broken["statusDetails"]["message"]
    assert "worker-crashed" in (project / "allure/categories.json").read_text()


def test_a_worker_that_died_is_an_attempt_where_its_scenario_is_run_again(project, run, dying):
    """pytest-rerunfailures gives it to another worker, and what comes of that counts."""
    once_only = f'os.path.exists("died") or (open("died", "w").close(), {KILLED})'
    ended = dying(once_only, "--reruns=2")
    (project / "conftest.py").unlink()
    results = {one["id"]: one for one in read_results(project / "reports/results.json")}

    assert "1 rerun" in ended.stdout, ended.stdout
    assert ended.returncode == 0, ended.stdout
    assert "1 earlier attempt not counted" in ended.stdout
    assert {*results} == collected(run)
    assert results[RED]["outcome"] == "passed"
    assert [one["codes"] for one in results[RED]["attempts"]] == [["worker-crashed"]]
    assert reported(project)["junit"] >= {"colours[echo-red]"}
