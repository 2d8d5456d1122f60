from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.plugin.project import GREET, scenario_text

ONE_SCREEN = 40


@pytest.fixture
def red(project):
    """The project with one scenario that fails (greet), one that breaks, and three that pass."""
    _spoil(project)
    return project


def _spoil(folder: Path) -> None:
    wrong = GREET.replace("contains: Hello there", "contains: Good morning")
    (folder / "scenarios/greet.yaml").write_text(wrong)
    (folder / "scenarios/unheard.yaml").write_text(scenario_text("unheard"))


def _pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", *arguments]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True)


def _section(text: str) -> list[str]:
    """The lines between the heading of a failure and what follows it."""
    start = text.index("greet[echo] _") + len("greet[echo] _")
    end = re.search(r"^-{5,} conversations|^={5,}", text[start:], re.MULTILINE)
    assert end is not None
    return text[start : start + end.start()].strip("_\n").splitlines()


def test_broken_is_an_error_and_failed_a_failure(run, red):
    """What could not be told is no failure of the bot, and pytest counts it as an error."""
    result = run()

    result.assert_outcomes(passed=3, failed=1, errors=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_the_closing_table_counts_by_provider_and_says_why(run, red):
    """The summary counts conversations by outcome, and names the codes of what went wrong."""
    result = run()

    result.stdout.fnmatch_lines(
        [
            "*conversations (replay)*",
            "provider * passed * failed * broken * turns * checks",
            "echo * 3 * 1 * 1 * 6 * 7",
            "problems: 1 contains, 1 cassette-missing",
        ]
    )


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="plain"),
        pytest.param(
            ["-vv", "--showlocals", "--tb=long", "--full-trace"], id="all-that-pytest-has"
        ),
        pytest.param(["--tb=short"], id="short"),
    ],
)
def test_a_failure_is_one_screen_without_a_traceback(run, red, arguments):
    """However much of Python is asked for, a failed check shows the conversation alone."""
    result = run("scenarios/greet.yaml", *arguments)

    text = result.stdout.str()
    section = _section(text)
    shown = "\n".join(section)
    assert len(section) < ONE_SCREEN
    assert ".py" not in shown
    assert "self =" not in shown
    assert "ScenarioFailed" not in text


def test_pytest_is_given_no_traceback_to_write(run, red):
    """It would read the source of every function in it; a debugger still reaches the frames."""
    hook = """\
        def pytest_exception_interact(call):
            print(f"entries: {len(call.excinfo.traceback)}, frames: {call.excinfo.tb is not None}")
    """
    (red / "conftest.py").write_text(dedent(hook))

    shown = run("-s").outlines

    assert re.findall("entries: .*", "\n".join(shown)) == ["entries: 0, frames: True"] * 2


def test_a_failure_says_where_what_was_said_and_how_to_ask_again(run, red):
    """The screen holds the place in the YAML, the turn, both sides, the expectation and curl."""
    result = run("scenarios/greet.yaml")

    result.stdout.fnmatch_lines(
        [
            "scenarios/greet.yaml:7:7: turn 1: *",
            "    7 |       contains: Good morning",
            "      |       ^^^^^^^^ [[]contains[]]",
            "  expected    a text with 'Good morning'",
            "  got         You said: Hello there",
            "  user        Hello there",
            "  assistant   You said: Hello there",
            "  curl        curl -X POST http*/messages -H 'X-Api-Key: <redacted:x-api-key>' *",
        ],
        consecutive=True,
    )


def test_a_broken_scenario_says_what_to_do(run, red):
    """A missing recording names the scenario's line, the file, and the command that makes it."""
    result = run("scenarios/unheard.yaml")

    result.stdout.fnmatch_lines(
        [
            "*ERROR at setup of unheard*",
            "scenarios/unheard.yaml:1:11: *cassettes/echo/unheard.yaml: there is no recording; *",
        ]
    )
    result.stdout.fnmatch_lines(["*harness run --mode record scenarios/unheard.yaml [[]*"])
    result.stdout.no_fnmatch_line("*.py:*")


@pytest.fixture
def junit(run, red):
    """The JUnit cases of a run with all outcomes, by name."""
    run("--junitxml=junit.xml")
    tree = ET.parse(red / "junit.xml")  # noqa: S314  # pytest wrote it
    return {case.attrib["name"]: case for case in tree.iter("testcase")}


@pytest.mark.parametrize(
    ("name", "element"),
    [("greet[echo]", "failure"), ("unheard[echo]", "error")],
    ids=["failed", "broken"],
)
def test_junit_tells_failed_from_broken(junit, name, element):
    """FAILED is a <failure> and BROKEN an <error>, and each holds nothing else."""
    case = junit[name]

    assert [child.tag for child in case if child.tag != "properties"] == [element]


def test_junit_marks_nothing_in_what_passed(junit):
    """A scenario that passed has properties only."""
    assert [child.tag for child in junit["only-echo[echo]"]] == ["properties"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "colours[echo-red]",
            {"provider": "echo", "outcome": "passed", "turns": "2"},
            id="passed",
        ),
        pytest.param(
            "greet[echo]",
            {"provider": "echo", "outcome": "failed", "turns": "1", "codes": "contains"},
            id="failed",
        ),
        pytest.param(
            "unheard[echo]",
            {"provider": "echo", "outcome": "broken", "turns": "0", "codes": "cassette-missing"},
            id="broken",
        ),
    ],
)
def test_junit_carries_what_came_of_each(junit, name, expected):
    """Provider, outcome, turns, and codes of what went wrong stand in the properties."""
    properties = {one.attrib["name"]: one.attrib["value"] for one in junit[name].iter("property")}

    assert properties.items() >= expected.items()
    assert ("codes" in properties) == ("codes" in expected)


@pytest.fixture(scope="module")
def allure(recorded, tmp_path_factory):
    """The folder of Allure's results of a run with all outcomes, and the results by name."""
    folder = tmp_path_factory.mktemp("allure") / "project"
    shutil.copytree(recorded, folder)
    _spoil(folder)
    # Allure keeps its listeners for the whole process, so this one stays free of them.
    _pytest_in(folder, "--alluredir=allure")
    results: dict[str, list[dict[str, Any]]] = {}
    for file in (folder / "allure").glob("*-result.json"):
        result = json.loads(file.read_text())
        results.setdefault(result["name"], []).append(result)
    return folder / "allure", results


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("only-echo", "passed"),
        ("The bot repeats a greeting", "failed"),
        ("unheard", "broken"),
    ],
)
def test_allure_tells_outcomes_under_the_scenarios_title(allure, name, status):
    """A test in Allure has the title, or the id where there is none, and one of our outcomes."""
    _, results = allure

    assert [result["status"] for result in results[name]] == [status]


def test_allure_shows_every_turn_with_its_payloads(allure):
    """A turn is a step: what was answered, each check, and every request with curl and bodies."""
    folder, results = allure
    (result,) = results["The bot repeats a greeting"]
    turn, closing = result["steps"]
    [attached] = turn["attachments"]
    text = (folder / attached["source"]).read_text()
    inner = [
        (one["name"], [each["name"] for each in one.get("attachments", [])])
        for one in turn["steps"]
    ]

    assert (turn["name"], turn["status"]) == ("turn 1: Hello there", "failed")
    assert text.startswith("user: Hello there\nassistant: You said: Hello there\n")
    assert [word for word in ("=== open.1", "=== send.1", "--- curl") if word not in text] == []
    assert '"text": "Hello there"' in text
    assert inner == [
        ("assistant: You said: Hello there", []),
        ("contains: failed", ["difference"]),
        ("schema: passed", []),
    ]
    assert closing["name"] == "around the turns: close.1"


def test_allure_tells_the_rows_of_a_matrix_apart(allure):
    """Rows have a history of their own; else Allure would show one as a retry of the other."""
    _, results = allure
    rows = results["colours"]

    assert len(rows) == len({row["historyId"] for row in rows}) == 2


def test_allures_message_is_the_first_line_of_the_screen(allure):
    """Allure lists a failure by where it is, what is wrong and its code, not by an exception."""
    _, results = allure
    (result,) = results["The bot repeats a greeting"]

    assert result["statusDetails"]["message"] == (
        "scenarios/greet.yaml:7:7: turn 1: the reply does not contain 'Good morning' [contains]"
    )


def test_a_process_ends_with_pytests_own_status(red):
    """A red run ends with status 1, as any red pytest run does."""
    ended = _pytest_in(red, "scenarios/greet.yaml")

    assert ended.returncode == pytest.ExitCode.TESTS_FAILED
