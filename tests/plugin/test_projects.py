"""Rows of A9: harness.yaml is looked for above each scenario file, and what has none is told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest

from harness.reports.results import read_results
from tests.plugin.project import scenario_text

PYPROJECT = """\
[tool.pytest.ini_options]
testpaths = ["tests", "e2e/scenarios"]
filterwarnings = ["error"]
"""
STRAY = "looks like a scenario and was not collected"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What came of a run."""

    status: int
    out: str
    err: str


@pytest.fixture
def repository(recorded, pytester, monkeypatch, project):
    """A repository with unit tests, and a recorded project in `e2e/`."""
    for path in pytester.path.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(recorded, pytester.path / "e2e")
    (pytester.path / "pyproject.toml").write_text(PYPROJECT)
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests/test_unit.py").write_text("def test_sum(): assert 1 + 1 == 2\n")
    return pytester.path


@pytest.fixture
def two(repository, recorded):
    """The same with a second project in `shop/`, of the same scenarios."""
    shutil.copytree(recorded, repository / "shop")
    text = (repository / "pyproject.toml").read_text()
    (repository / "pyproject.toml").write_text(text.replace("]\nfilter", ', "shop"]\nfilter'))
    return repository


@pytest.fixture
def run(repository, run_here):
    """Runs pytest at the root: in this process, with xdist in one of its own."""

    def run(*arguments: str):
        if "-n" in arguments:
            command = [sys.executable, "-m", "pytest", "-p", "no:randomly", *arguments]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            return Ended(status=done.returncode, out=done.stdout, err=done.stderr)
        result = run_here(*arguments)
        return Ended(status=result.ret, out=result.stdout.str(), err=result.stderr.str())

    return run


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ((), 5),
        (("e2e/scenarios/greet.yaml::greet[echo]",), 1),
        (("e2e/scenarios/greet.yaml",), 1),
        (("e2e",), 4),
        ((".",), 5),
        (("-m", "smoke"), 2),
        (("-k", "colours"), 2),
        (("-n", "2"), 5),
    ],
    ids=["testpaths", "node-id", "file", "folder", "root", "tag", "keyword", "xdist"],
)
def test_a9_a_project_in_a_folder_is_found_from_the_root(run, repository, arguments, passed):
    """Its harness.yaml is found above the files, whatever pytest is called with."""
    ended = run(*arguments)

    assert f"{passed} passed" in ended.out, ended.out
    assert "conversations (replay)" in ended.out
    assert ended.status == 0


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a9_several_projects_play_in_one_session(run, two, workers):
    """The same ids may be used in both; ids, results and history carry the project's folder."""
    ended = run(*workers, "--harness-reports=reports", "-q")
    results = read_results(two / "reports/results.json")
    history = subprocess.run(
        [sys.executable, "-c", "from harness.cli import main; main()", "history", "--json"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert "9 passed" in ended.out, ended.out
    assert sorted(one["id"] for one in results) == sorted(
        f"{folder}/scenarios/{name}"
        for folder in ("e2e", "shop")
        for name in (
            "greet.yaml::greet[echo]",
            "shop/colours.yaml::colours[echo-red]",
            "shop/colours.yaml::colours[echo-blue]",
            "shop/only-echo.yaml::only-echo[echo]",
        )
    )
    assert [run["passed"] for run in json.loads(history.stdout)["runs"]] == [8]


def test_a9_findings_name_files_from_the_root(run, two):
    """A check of a fragment, too, is annotated where version control has its file."""
    (two / "e2e/scenarios/fragments").mkdir()
    (two / "e2e/scenarios/fragments/hi.yaml").write_text(
        "turns:\n  - user: Hello there\n    expect: {contains: nothing of the kind}\n"
    )
    (two / "e2e/scenarios/greet.yaml").write_text(
        "scenario: greet\nturns:\n  - include: fragments/hi.yaml\n"
    )

    run("--harness-reports=reports", "-q")
    results = {one["id"]: one for one in read_results(two / "reports/results.json")}
    failed = [
        check
        for check in results["e2e/scenarios/greet.yaml::greet[echo]"]["checks"]
        if check["outcome"] == "failed"
    ]

    assert [check["file"] for check in failed] == ["e2e/scenarios/fragments/hi.yaml"]


def test_a9_allure_tells_two_projects_apart(run, two):
    """The same id in two projects is not one test with two attempts."""
    run("--alluredir=allure", "-q")
    results = [json.loads(file.read_text()) for file in (two / "allure").glob("*-result.json")]
    names = {one["historyId"] for one in results if "unit" not in one["fullName"]}

    assert len(names) == 8


def test_a9_options_hold_for_every_project(run, two, echo):
    """Mode and provider are those of the session."""
    ended = run("--harness-mode=live", "--harness-provider=parrot", "-m", "smoke")

    # greet of each project; only-echo names another provider.
    assert "2 passed" in ended.out, ended.out
    assert len(echo.created) == 2


def test_a9_goldens_of_two_projects_are_apart(run, two):
    """Each project rewrites its own golden, although both are named alike, and both are told."""
    for folder in ("e2e", "shop"):
        file = two / folder / "scenarios/greet.yaml"
        file.write_text(file.read_text().replace("schema: short-answer", "same_as: hi.json"))
    (two / "shop/scenarios/hi.json").write_text("{}")

    ended = run("--harness-update", "-m", "smoke")

    assert "4 passed" in ended.out, ended.out
    assert "created e2e/scenarios/hi.json (" in ended.out
    assert "rewritten shop/scenarios/hi.json (" in ended.out
    assert "You said" in (two / "e2e/scenarios/hi.json").read_text()
    assert "You said" in (two / "shop/scenarios/hi.json").read_text()


def test_a9_new_recordings_of_two_projects_are_held_apart(run, two, echo):
    """Both have a recording of one name, and neither takes the place of the other's."""
    ended = run("--harness-mode=refresh", "--harness-holding=held", "-k", "greet")

    assert "2 passed" in ended.out, ended.out
    held = sorted(one.relative_to(two).as_posix() for one in (two / "held").rglob("*.yaml"))
    assert held == ["held/e2e/echo/greet.yaml", "held/shop/echo/greet.yaml"]


def test_a9_a_provider_of_one_project_chooses_its_scenarios(run, two):
    """A provider that only one project knows is known; scenarios of the other are not chosen."""
    file = two / "shop/harness.yaml"
    file.write_text(file.read_text().replace("parrot", "macaw"))

    ended = run("--harness-provider=macaw", "--collect-only", "-q")
    unknown = run("--harness-provider=makaw")

    assert "shop/scenarios/greet.yaml::greet[macaw]" in ended.out
    assert "e2e/" not in ended.out
    assert unknown.status == pytest.ExitCode.USAGE_ERROR
    assert "unknown provider 'makaw'; did you mean 'macaw'? [unknown-provider]" in unknown.err


def test_a9_a_concurrency_of_the_session_is_shared_by_projects(run, two, echo):
    """With --harness-concurrency=1, never are two conversations open."""
    ended = run("--harness-mode=live", "--harness-concurrency=1")

    assert "9 passed" in ended.out, ended.out
    assert echo.most_open == 1


def test_a9_the_fixture_uses_the_project_above_the_test(run, two):
    """A Python test talks to the providers of its own project."""
    for folder in ("e2e", "shop"):
        (two / folder / f"test_{folder}.py").write_text(
            "def test_talk(conversation):\n"
            "    with_own = conversation('only-here')\n"
            "    assert with_own\n"
        )
    file = two / "shop/harness.yaml"
    file.write_text(file.read_text().replace("parrot", "only-here"))

    ended = run("e2e/test_e2e.py", "shop/test_shop.py", "-q")

    assert "unknown provider 'only-here'" in ended.out
    assert "there is no recording" in ended.out


def test_a9_a_wrong_project_is_told_once(run, two):
    """Found below what pytest is called with, it is a collection error; the other one is whole."""
    file = two / "shop/harness.yaml"
    file.write_text(f"provders: {{}}\n{file.read_text()}")

    ended = run(".")

    assert ended.status == pytest.ExitCode.INTERRUPTED
    assert ended.out.count("shop/harness.yaml:1:1: unknown key 'provders'") == 1
    assert "Traceback" not in ended.out


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a9_a_scenario_without_project_is_noted(run, repository, workers):
    """One line at the end, and no Python warning: `filterwarnings = error` makes those errors."""
    (repository / "e2e/harness.yaml").unlink()

    ended = run(*workers)

    assert ended.status == 0
    assert "1 passed" in ended.out
    assert (
        "note: 3 files look like scenarios and were not collected: there is no harness.yaml above"
        " [no-project]; the first is e2e/scenarios/greet.yaml\n"
    ) in ended.out


def test_a9_a_named_scenario_without_project_is_noted(run, repository):
    """Pytest says that it is not found; the note says why."""
    (repository / "e2e/harness.yaml").unlink()

    ended = run("e2e/scenarios/greet.yaml")

    assert ended.status == pytest.ExitCode.USAGE_ERROR
    assert f"note: e2e/scenarios/greet.yaml {STRAY}: there is no harness.yaml" in ended.out


@pytest.mark.parametrize("place", ["e2e/greet.yaml", "e2e/scenarios/fragments/greet.yaml"])
def test_a9_a_scenario_beside_the_folder_is_noted(run, repository, place):
    """In a project, too, a scenario that lies where none is looked for is told of."""
    (repository / place).parent.mkdir(exist_ok=True)
    (repository / place).write_text(scenario_text("astray"))

    ended = run(".")

    assert (
        f"note: {place} {STRAY}: the scenarios of its project are in e2e/scenarios\n"
    ) in ended.out


def test_a9_other_yaml_files_are_nothing_to_note(run, repository):
    """Cassettes, definitions, fragments and files of others do not look like scenarios."""
    (repository / "tests/openapi.yaml").write_text("openapi: 3.1.0\npaths: {}\n")

    ended = run(".")

    assert STRAY not in ended.out


@pytest.mark.parametrize(
    "option",
    [
        "--harness-mode=live",
        "--harness-provider=bot",
        "--harness-concurrency=2",
        "--harness-update",
        "--harness-reports=reports",
    ],
)
def test_a9_an_option_without_any_project_is_wrong_use(run, repository, option):
    """It can have no effect, so it is no silent success."""
    shutil.rmtree(repository / "e2e")

    ended = run(option)

    assert ended.status == pytest.ExitCode.USAGE_ERROR
    assert f"{option.partition('=')[0]}: there is no harness.yaml above or below" in ended.err


def test_a9_an_option_in_addopts_is_fine_where_the_project_is_elsewhere(run, repository):
    """Unit tests alone run with the settings of the whole repository."""
    text = (repository / "pyproject.toml").read_text()
    (repository / "pyproject.toml").write_text(f'{text}addopts = "--harness-mode=replay"\n')

    ended = run("tests")

    assert ended.status == 0


def test_a9_harness_run_plays_one_project(two):
    """It is that of the paths, or of the current folder; paths of two are wrong use.

    An option of pytest is no path: the folder of scenarios is played, and no test beside it.
    """
    (two / "e2e/test_beside.py").write_text("def test_beside(): pass\n")
    command = [sys.executable, "-c", "from harness.cli import main; main()", "run", "-q"]
    runs = [
        subprocess.run(
            [*command, *paths], cwd=two / folder, check=False, capture_output=True, text=True
        )
        for folder, paths in (
            ("e2e", []),
            (".", ["shop/scenarios"]),
            ("e2e", ["../shop/scenarios/greet.yaml::greet[echo]"]),
            (".", ["shop/scenarios", "e2e/scenarios"]),
        )
    ]

    assert [run.returncode for run in runs] == [0, 0, 0, 2]
    assert [run.stdout.count("4 passed") for run in runs] == [1, 1, 0, 0]
    assert "1 passed" in runs[2].stdout
    assert runs[3].stderr == (
        "`harness run` plays one project, found shop/scenarios of shop, e2e/scenarios of "
        "e2e; run each separately, or all of them with pytest [several-projects]\n"
    )
