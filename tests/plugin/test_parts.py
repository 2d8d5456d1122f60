"""A suite in parts: what each plays, and that merged they are the run of the whole."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from harness.cli.app import app, main
from harness.reports.results import read_results
from tests.plugin.project import scenario_text

pytestmark = pytest.mark.once

PARTS = 3
COUNT = 8


@pytest.fixture
def suite(project, run, echo) -> Path:
    """Recorded scenarios: one fails, one is broken, some are repeated, one is skipped."""
    folder = project / "scenarios/many"
    folder.mkdir()
    texts = {f"n{number}": scenario_text(f"n{number}") for number in range(1, COUNT + 1)}
    texts["n2"] = scenario_text("n2", repeat=3)
    texts["n4"] = scenario_text("n4", repeat=4)
    texts["n8"] = scenario_text("n8", repeat=5)
    texts["n6"] = scenario_text("n6", repeat={"takes": 3, "pass": 1})
    texts["n7"] = scenario_text("n7", skip="not today")
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    run("--harness-mode=record", "scenarios/many")
    wrong = texts["n3"].replace("'You said'", "'Good morning'")
    (folder / "n3.yaml").write_text(wrong)
    (project / "cassettes/echo/n5.yaml").unlink()
    # Of the repeated ones, one fails, and of one the second take is broken.
    (folder / "n8.yaml").write_text(texts["n8"].replace("'You said'", "'Good morning'"))
    (project / "cassettes/echo/n4.take-02.yaml").unlink()
    return project


def play(run, part: str, *options: str) -> Any:
    reports = f"parts/{part.partition('/')[0]}"
    return run(
        "scenarios/many",
        f"--harness-part={part}",
        f"--harness-reports={reports}",
        f"--junitxml={reports}/junit.xml",
        *("-o", "junit_family=xunit1"),
        f"--alluredir={reports}/allure",
        *options,
    )


@pytest.fixture
def parts(suite, run) -> Path:
    """The suite, played in parts."""
    for number in range(1, PARTS + 1):
        play(run, f"{number}/{PARTS}")
    return suite


def merge(*numbers: int) -> Any:
    files = [f"parts/{number}/results.json" for number in numbers]
    return CliRunner().invoke(app, ["report", "merge", *files, "-o", "merged/results.json"])


def ids(file: Path) -> list[str]:
    return [record["id"] for record in read_results(file)]


def compared(folder: Path) -> list[dict[str, Any]]:
    """The records of results, without what a run measures."""
    return list(read_results(folder / "results.json"))


def head(folder: Path) -> dict[str, Any]:
    varying = ("run", "started", "ended", "command")
    known = read_results(folder / "results.json").head
    return {name: value for name, value in known.items() if name not in varying}


def takes_in(file: Path) -> list[tuple[str, int]]:
    """Each take that was played, of a scenario without takes the first."""
    return [
        (record["scenario"], take.get("take", 1))
        for record in read_results(file)
        for take in record.get("takes", [record])
    ]


def test_every_take_is_in_one_part(parts):
    """The parts together play each take once, also those of one scenario."""
    played = [takes_in(parts / f"parts/{number}/results.json") for number in range(1, PARTS + 1)]

    every = sorted(one for part in played for one in part)
    once = [(f"n{number}", 1) for number in (1, 3, 5, 6, 7)]
    counts = {"n2": 3, "n4": 4, "n8": 5}
    repeated = [(name, take) for name, count in counts.items() for take in range(1, count + 1)]
    assert every == sorted((*once, *repeated))


def test_takes_that_decide_together_are_in_one_part(suite, run):
    """Those that end when their result is certain, and those of an expected failure."""
    (suite / "scenarios/many/n2.yaml").write_text(scenario_text("n2", repeat=3, xfail="known"))
    (suite / "scenarios/many/n8.yaml").write_text(
        scenario_text("n8", repeat={"takes": 5, "pass": 5})
    )
    for number in range(1, PARTS + 1):
        play(run, f"{number}/{PARTS}")

    played = [
        {name for name, _ in takes_in(suite / f"parts/{number}/results.json")}
        for number in range(1, PARTS + 1)
    ]
    assert [sum(name in part for part in played) for name in ("n2", "n6", "n8")] == [1, 1, 1]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
def test_merged_parts_are_the_run_of_the_whole(parts, run, order):
    """The conversations, their order, counts and exit status, in whatever order parts are given."""
    run("scenarios/many", "--harness-reports=whole")

    result = merge(*order)

    assert result.exit_code == 0, result.output
    assert compared(parts / "merged") == compared(parts / "whole")
    assert head(parts / "merged") == head(parts / "whole")


def test_merged_junit_has_the_test_cases_of_the_whole(parts, run):
    """Each test case once, in the order of one run, with its line, outcome and properties."""
    options = ("--junitxml=whole/junit.xml", "-o", "junit_family=xunit1")
    run("scenarios/many", "--harness-reports=whole", *options)

    result = merge(1, 2, 3)

    assert "merged/junit.xml" in result.output
    assert cases(parts / "merged/junit.xml") == cases(parts / "whole/junit.xml")


def cases(file: Path) -> list[Any]:
    suite = ET.parse(file).getroot().find("testsuite")  # noqa: S314  # our own file
    assert suite is not None
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    return [counts, *(described(case) for case in suite.findall("testcase"))]


def described(case: ET.Element) -> Any:
    attributes = {name: value for name, value in case.attrib.items() if name != "time"}
    inner = [(one.tag, one.attrib, one.text) for one in case.iter() if one is not case]
    return attributes, inner


def test_merged_allure_has_the_results_of_the_whole(parts, run):
    """Each result once, with its attachments, and the categories of all parts."""
    run("scenarios/many", "--alluredir=whole")

    merge(1, 2, 3)

    assert allure(parts / "merged/allure") == allure(parts / "whole")
    categories = [(parts / f / "categories.json").read_text() for f in ("merged/allure", "whole")]
    assert categories[0] == categories[1]


def allure(folder: Path) -> list[Any]:
    found = [json.loads(file.read_text()) for file in folder.glob("*-result.json")]
    for one in found:
        for attachment in attachments_of(one):
            assert (folder / attachment["source"]).is_file()
    return sorted((without_times(one) for one in found), key=lambda one: one["historyId"])


def attachments_of(step: dict[str, Any]) -> list[dict[str, str]]:
    inner = [one for each in step.get("steps", ()) for one in attachments_of(each)]
    return [*step.get("attachments", ()), *inner]


VARYING = ("uuid", "start", "stop", "source", "labels")


def without_times(value: Any) -> Any:
    """A value of JSON without what differs from run to run."""
    if isinstance(value, dict):
        return {k: without_times(one) for k, one in value.items() if k not in VARYING}
    return [without_times(one) for one in value] if isinstance(value, list) else value


def merged_by_main(monkeypatch, capsys, *files: str) -> str:
    """What `harness report merge` says as it ends with 2."""
    monkeypatch.setattr("sys.argv", ["harness", "report", "merge", *files, "-o", "merged.json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert not Path("merged.json").exists()
    return capsys.readouterr().err


def results(*numbers: int) -> list[str]:
    return [f"parts/{number}/results.json" for number in numbers]


def test_a_missing_part_is_named(parts, monkeypatch, capsys):
    """The first and the last as well."""
    said = merged_by_main(monkeypatch, capsys, *results(2))

    assert "part 1 of 3 is missing" in said
    assert "part 3 of 3 is missing" in said
    assert "--part 3/3" in said


def test_a_part_that_is_there_twice_is_named(parts, monkeypatch, capsys):
    """With both files; such as the two attempts of a job."""
    shutil.copytree("parts/2", "parts/again")

    said = merged_by_main(
        monkeypatch, capsys, *results(1, 2, 3), str(Path("parts/again/results.json"))
    )

    assert "part 2 of 3 is there 2 times: parts/2/results.json and parts/again" in said


def test_a_part_whose_run_was_killed_is_named(parts, monkeypatch, capsys):
    """Its file ends in the middle."""
    file = parts / "parts/3/results.json"
    file.write_bytes(file.read_bytes()[:-200])

    said = merged_by_main(monkeypatch, capsys, *results(1, 2, 3))

    assert "parts/3/results.json: part 3 of 3 was cut: its run was killed" in said
    assert "[part-cut]" in said


def test_a_part_that_stopped_early_is_named(suite, run, monkeypatch, capsys):
    """With what it did not play, although its run ended in good order."""
    play(run, "1/1", "-x")

    said = merged_by_main(monkeypatch, capsys, *results(1))

    assert "was cut: it lacks" in said
    assert "scenarios/many/n" in said


def test_a_part_with_a_file_that_cannot_be_read_is_named(suite, run, monkeypatch, capsys):
    """Nothing is played then; the file is named."""
    play(run, "1/2")
    (suite / "scenarios/many/n1.yaml").write_text("scenario: n1\n")
    play(run, "2/2")

    said = merged_by_main(monkeypatch, capsys, *results(1, 2))

    assert "part 2 of 2 was cut" in said
    assert "scenarios/many/n1.yaml cannot be read" in said


def test_a_part_without_one_of_its_takes_is_named(parts, monkeypatch, capsys):
    """The takes of a scenario are judged together only if all of them are there."""
    # Which part has them depends on the recorded times.
    files = {n: parts / f"parts/{n}/results.json" for n in range(1, PARTS + 1)}
    number, file = next((n, f) for n, f in files.items() if '"scenario":"n8"' in f.read_text())
    lines = file.read_text().splitlines(keepends=True)
    for at, line in enumerate(lines):
        if '"scenario":"n8"' in line:
            record = json.loads(line.removeprefix(","))
            record["takes"].pop()
            comma = "," if line.startswith(",") else ""
            lines[at] = f"{comma}{json.dumps(record, separators=(',', ':'))}\n"
    file.write_text("".join(lines))

    said = merged_by_main(monkeypatch, capsys, *results(1, 2, 3))

    what = "it does not have the takes of the plan of scenarios/many/n8"
    assert f"part {number} of 3 was cut: {what}" in said


def test_parts_of_different_numbers_are_refused(parts, run, monkeypatch, capsys):
    """A third and a quarter are of no one plan."""
    play(run, "2/4")

    said = merged_by_main(monkeypatch, capsys, *results(1, 2, 3))

    assert "parts/2/results.json: it is not a part of the plan of parts/1/results.json" in said
    assert "it is one of 4 parts, not of 3" in said


def test_parts_of_different_options_are_refused(parts, run, monkeypatch, capsys):
    """What differs is said."""
    play(run, "2/3", "--harness-repeat=2")

    said = merged_by_main(monkeypatch, capsys, *results(1, 2, 3))

    assert "--repeat differs: 2, and none" in said


def test_parts_of_a_changed_project_are_refused(parts, run, monkeypatch, capsys):
    """What has changed is named."""
    (parts / "scenarios/many/n1.yaml").write_text(scenario_text("n1") + "# changed\n")
    play(run, "2/3")

    said = merged_by_main(monkeypatch, capsys, *results(1, 2, 3))

    assert "scenarios/ differs" in said
    assert "[other-plan]" in said


def test_parts_of_other_recordings_are_refused(parts, run, monkeypatch, capsys):
    """They could be divided differently, so that a scenario is in two parts, or in none."""
    file = parts / "cassettes/echo/n1.yaml"
    file.write_text(re.sub(r"(?m)( at: )0", r"\g<1>7", file.read_text()))
    play(run, "2/3")

    said = merged_by_main(monkeypatch, capsys, *results(1, 2, 3))

    assert "it is divided by other recorded seconds" in said


def test_parts_of_another_selection_are_refused(parts, run, monkeypatch, capsys):
    """Such as one with other tags."""
    play(run, "2/3", "-k", "not n4")

    said = merged_by_main(monkeypatch, capsys, *results(1, 2, 3))

    assert f"other scenarios were chosen: {COUNT - 1} plays, and {COUNT}" in said


def test_results_of_no_part_are_not_merged_with_parts(parts, run, monkeypatch, capsys):
    """They could be of anything."""
    run("scenarios/greet.yaml", "--harness-reports=other")

    said = merged_by_main(monkeypatch, capsys, *results(1, 2, 3), "other/results.json")

    assert "other/results.json: it is of a run without --part" in said


def test_merged_parts_are_merged_with_later_runs(parts, run):
    """The merged file is that of a run: a rerun of what had failed corrects it."""
    merge(1, 2, 3)
    (parts / "scenarios/many/n3.yaml").write_text(scenario_text("n3"))
    run("scenarios/many/n3.yaml", "--harness-reports=again")

    files = ["merged/results.json", "again/results.json"]
    result = CliRunner().invoke(app, ["report", "merge", *files, "-o", "all.json"])

    assert result.exit_code == 0, result.output
    outcomes = {record["scenario"]: record["outcome"] for record in read_results(Path("all.json"))}
    assert outcomes["n3"] == "passed"
    assert len(outcomes) == COUNT


def test_a_part_with_nothing_in_it_passes(suite, run):
    """There may be more parts than takes; all of them are merged."""
    count = 18
    ended = [play(run, f"{number}/{count}") for number in range(1, count + 1)]

    assert ended[-1].ret == 0
    assert ids(suite / f"parts/{count}/results.json") == []
    assert merge(*range(1, count + 1)).exit_code == 0


def test_an_empty_part_replaces_the_results_of_the_run_before(suite, run):
    """Otherwise those of another run would be merged in its place."""
    run("scenarios/many", "--harness-reports=parts/18")

    play(run, "18/18")

    assert ids(suite / "parts/18/results.json") == []


def test_no_part_is_added_to_the_history(parts):
    """The merged results are, when their reports are built."""
    assert not [*parts.glob("parts/*/history.sqlite")]


def test_workers_of_xdist_play_one_part(parts, suite):
    """The part of several processes has the same conversations as that of one."""
    command = (
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "scenarios/many"),
        *("-n2", "--harness-part=1/3", "--harness-reports=parts/1"),
    )
    before = compared(parts / "parts/1")
    subprocess.run(command, cwd=suite, check=False, capture_output=True)

    without = [{**one} for one in compared(parts / "parts/1")]
    for one in without:
        one.pop("index")
    assert without == before
    assert merge(1, 2, 3).exit_code == 0
    assert not any("index" in one for one in compared(parts / "merged"))


def test_python_tests_are_divided_as_well(project, run):
    """Each is in one part, as a play that is not recorded."""
    (project / "test_own.py").write_text(
        "import pytest\n\n\n"
        "@pytest.mark.parametrize('number', range(4))\n"
        "def test_own(number):\n    pass\n"
    )

    ended = [run("test_own.py", "scenarios", f"--harness-part={n}/2") for n in (1, 2)]

    outcomes = [one.parseoutcomes()["passed"] for one in ended]
    whole = run("test_own.py", "scenarios").parseoutcomes()["passed"]
    assert sum(outcomes) == whole
    assert min(outcomes) > 0


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("3", "'3' is not a part; write 3/10 for the third of ten"),
        ("4/3", "there is no part 4 of 3"),
        ("0/3", "'0/3' is not a part"),
        ("1/2000", "'1/2000' has 2000 parts; there can be 1000"),
    ],
)
def test_a_part_that_there_cannot_be_is_refused(run, part, message):
    """Before anything is played."""
    ended = run(f"--harness-part={part}")

    assert ended.ret == 4
    ended.stderr.fnmatch_lines([f"*{message.replace('[', '[[]')}*"])


def test_a_history_for_a_part_has_no_effect(run):
    """That is an error, with what to do."""
    ended = run("--harness-part=1/2", "--harness-reports=r", "--harness-history=h.sqlite")

    assert ended.ret == 4
    ended.stderr.fnmatch_lines(["*a part is not added to a history*no-effect*"])
