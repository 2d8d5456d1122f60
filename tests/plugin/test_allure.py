from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.plugin.echo_bot import API_KEY
from tests.plugin.project import GREET, scenario_text
from tests.processes import PYTEST

BOTH = ("--harness-provider=echo", "--harness-provider=parrot")
HOSTILE = "<script>alert(1)</script> [contains]"
FILES = {
    "scenarios/greet.yaml": GREET.replace("contains: Hello", "contains: Good").replace(
        "[smoke]",
        "[smoke, minor, critical]\n"
        "description: The first thing.\n"
        "links: ['http://example.com/a', {url: 'https://example.com/12', name: SHOP-12}]",
    ),
    "scenarios/unheard.yaml": scenario_text("unheard"),
    "scenarios/later.yaml": scenario_text("later", title="Not yet", skip="not ready"),
    "scenarios/known.yaml": scenario_text("known", xfail="known since May").replace(
        "'You said'", "Never"
    ),
    "scenarios/better.yaml": scenario_text("better", xfail={"reason": "old", "strict": True}),
    "scenarios/often.yaml": scenario_text("often", repeat=2),
    "scenarios/hostile.yaml": scenario_text("hostile", says=HOSTILE, title="<script>"),
    "scenarios/shop/far/off/deep.yaml": scenario_text("deep"),
    "scenarios/bad.yaml": "scenario: bad\nturns: 3\n",
}


class Folder:
    """What Allure's folder holds after a run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results = [json.loads(file.read_text()) for file in path.glob("*-result.json")]

    def one(self, full_name: str, provider: str = "echo", row: str = "") -> dict[str, Any]:
        """The only result of a scenario."""
        wanted = {"provider": provider} | ({"row": row} if row else {})
        [found] = [
            one
            for one in self.results
            if one["fullName"] == full_name and parameters(one).items() >= wanted.items()
        ]
        return found

    def text(self, attachment: dict[str, str]) -> str:
        """What an attachment holds."""
        return (self.path / attachment["source"]).read_text(encoding="utf-8")


def parameters(result: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in result.get("parameters", ())}


def labels(result: dict[str, Any], name: str) -> list[str]:
    return [one["value"] for one in result["labels"] if one["name"] == name]


def play(folder: Path, url: str, *arguments: str) -> Folder:
    """Run pytest in a process of its own: Allure keeps its listeners for the whole process."""
    command = [*PYTEST, "-q", *BOTH]
    command += ["--continue-on-collection-errors", "--alluredir=allure", *arguments]
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")
    }
    subprocess.run(
        command,
        cwd=folder,
        env={**kept, "ECHO_URL": url, "ECHO_API_KEY": API_KEY},
        check=False,
        capture_output=True,
    )
    return Folder(folder / "allure")


@pytest.fixture(scope="module")
def prepared(recorded, echo_server, tmp_path_factory):
    """A recorded project with every outcome, and a file that cannot be read."""
    folder = tmp_path_factory.mktemp("allure") / "project"
    shutil.copytree(recorded, folder)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    names = [f"scenarios/{name}.yaml" for name in ("known", "better", "often", "hostile")]
    play(
        folder, echo_server.url, "--harness-mode=record", *names, "scenarios/shop/far/off/deep.yaml"
    )
    shutil.rmtree(folder / "allure")
    return folder


@pytest.fixture(scope="module")
def replayed(prepared, echo_server):
    return play(prepared, echo_server.url)


def test_every_play_is_a_test_of_its_own(replayed):
    """Providers and rows of one scenario have histories of their own, and takes are one test."""
    names = [one["fullName"] for one in replayed.results]
    histories = [one["historyId"] for one in replayed.results]

    assert sorted(names) == sorted(
        ["scenarios/bad.yaml", *["colours"] * 4, "only-echo"]
        + [Path(name).stem for name in FILES if "bad" not in name] * 2
    )
    assert len(set(histories)) == len(histories)


def test_a_history_goes_on_elsewhere(prepared, replayed, echo_server, tmp_path):
    """Another folder, a moved file and another number of takes: it is the same test."""
    folder = tmp_path / "elsewhere"
    shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns("allure"))
    (folder / "scenarios/moved").mkdir()
    (folder / "scenarios/greet.yaml").rename(folder / "scenarios/moved/hello.yaml")
    (folder / "scenarios/often.yaml").write_text(scenario_text("often", repeat=3))

    again = play(folder, echo_server.url)

    for name in ("greet", "often"):
        assert again.one(name)["historyId"] == replayed.one(name)["historyId"]
        assert again.one(name)["testCaseId"] == replayed.one(name)["testCaseId"]


def test_a_scenario_says_what_it_is_about(replayed):
    """Description with its place, links, severity, tags and behaviours come of its keys."""
    greet = replayed.one("greet", "parrot")

    assert greet["description"] == "The first thing.\n\n`scenarios/greet.yaml:1`"
    assert [(one["url"], one["name"]) for one in greet["links"]] == [
        ("http://example.com/a", "http://example.com/a"),
        ("https://example.com/12", "SHOP-12"),
    ]
    assert labels(greet, "severity") == ["critical"]
    assert labels(greet, "tag") == ["smoke", "minor", "critical"]
    assert [labels(greet, name) for name in ("epic", "feature", "story")] == [
        ["parrot"],
        ["scenarios"],
        ["The bot repeats a greeting"],
    ]


@pytest.mark.parametrize(
    ("name", "suites"),
    [
        ("greet", [["scenarios"], [], []]),
        ("colours", [["shop"], [], []]),
        ("deep", [["shop"], ["far"], ["off"]]),
    ],
)
def test_folders_are_suites(replayed, name, suites):
    """Suites are the folders below that of the scenarios."""
    row = "red" if name == "colours" else ""
    result = replayed.one(name, row=row)

    assert [labels(result, kind) for kind in ("parentSuite", "suite", "subSuite")] == suites


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("later", "skipped", "not ready"),
        ("known", "skipped", "expected to fail: known since May\nscenarios/known.yaml:5:"),
        ("better", "failed", "expected to fail, and passed: old"),
        ("unheard", "broken", "scenarios/unheard.yaml:1:11: "),
    ],
)
def test_what_is_not_green_says_why(replayed, name, status, message):
    """The reason of a skip and of an expected failure, and of what broke, are the message."""
    result = replayed.one(name)

    assert result["status"] == status
    assert result["statusDetails"]["message"].startswith(message)


def test_what_was_skipped_has_its_title(replayed):
    """It is found under the name that it has when it is played."""
    assert replayed.one("later")["name"] == "Not yet"


def test_a_file_that_cannot_be_read_is_a_broken_test(replayed):
    """Where and why stand in its message."""
    [bad] = [one for one in replayed.results if one["fullName"] == "scenarios/bad.yaml"]

    assert bad["status"] == "broken"
    assert bad["statusDetails"]["message"] == (
        "scenarios/bad.yaml:2:8: 'turns' is a whole number, expected a list [wrong-value]"
    )


def test_each_take_is_a_step_with_its_number(replayed):
    """The takes hold their turns, and their count is no part of the history."""
    often = replayed.one("often")

    assert [parameters(step) for step in often["steps"]] == [{"take": "1"}, {"take": "2"}]
    assert parameters(often) == {"provider": "echo", "takes": "2"}
    assert [one["name"] for one in often["parameters"] if one.get("excluded")] == ["takes"]


def test_a_green_replay_has_one_file_that_its_turns_share(replayed):
    """It holds every turn; files are most of what Allure costs."""
    steps = replayed.one("colours", row="red")["steps"]
    attached = [one for step in steps for one in step["attachments"]]

    text = replayed.text(attached[0])
    assert len(attached) == 3
    assert len({one["source"] for one in attached}) == 1
    assert "##### turn 2\nuser: That was 3 words" in text


def category_of(folder: Folder, result: dict[str, Any]) -> str:
    """As Allure finds it: the first whose status and message fit."""
    return next(
        one["name"]
        for one in json.loads((folder.path / "categories.json").read_text())
        if result["status"] in one["matchedStatuses"]
        and re.fullmatch(one["messageRegex"], result["statusDetails"]["message"])
    )


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("greet", "The bot was wrong: contains"),
        ("unheard", "It could not be judged: cassette-missing"),
        ("known", "Expected to fail"),
        ("better", "Passed although expected to fail"),
        ("later", "Not played"),
    ],
)
def test_categories_tell_outcomes_and_codes(replayed, name, category):
    """A category for each code that was met; Allure 3 finds the same in its configuration."""
    listed = json.loads((replayed.path / "categories.json").read_text())
    configured = json.loads((replayed.path / "allurerc.json").read_text())

    assert category_of(replayed, replayed.one(name)) == category
    assert configured == {"categories": listed}


def test_hostile_text_is_written_as_it_is(replayed):
    """Markup is left for Allure to escape."""
    hostile = replayed.one("hostile")
    [shared, *_] = hostile["steps"][0]["attachments"]

    assert hostile["name"] == "<script>"
    assert hostile["steps"][0]["name"] == f"turn 1: {HOSTILE}"
    assert f"assistant: You said: {HOSTILE}" in replayed.text(shared)


def test_the_environment_names_no_secret_and_no_folder(prepared, replayed):
    """It says how the run was held; nothing in the folder knows the key or where the run was."""
    environment = (replayed.path / "environment.properties").read_text()
    whole = "".join(file.read_text(encoding="utf-8") for file in replayed.path.iterdir())

    assert "mode = replay\n" in environment
    assert "command = pytest " in environment
    assert "providers = echo, parrot\n" in environment
    assert API_KEY not in whole
    assert str(prepared) not in whole


def test_two_processes_write_the_same_folder(prepared, replayed, echo_server, tmp_path):
    """Under xdist nothing is missing, doubled or left over from the run before."""
    folder = tmp_path / "project"
    shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns("allure"))

    together = play(folder, echo_server.url, "-n", "2", "--clean-alluredir")

    def told(folder: Folder) -> list[tuple[str, str]]:
        return sorted((one["historyId"], one["status"]) for one in folder.results)

    assert told(together) == told(replayed)
    assert (together.path / "categories.json").read_text() == (
        replayed.path / "categories.json"
    ).read_text()
