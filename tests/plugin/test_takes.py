from __future__ import annotations

import json
import re

import pytest
from defusedxml import ElementTree

from harness.evaluation import Takes
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.reports.failure import failure_screen
from tests.golden.golden_texts import compare, without_what_varies
from tests.plugin.echo_bot import API_KEY, Manner
from tests.plugin.project import scenario_text, write_project

RECORD = "--harness-mode=record"
OFTEN = "scenarios/often.yaml"
CASSETTES = "cassettes/echo"
NAMES = ["often.yaml", *(f"often.take-0{take}.yaml" for take in range(2, 6))]
WRONG = Manner(says="I do not say")


def write_often(project, repeat, **more):
    (project / OFTEN).write_text(scenario_text("often", repeat=repeat, **more))


def remove(project, *takes):
    for take in takes:
        (project / CASSETTES / NAMES[take - 1]).unlink()


@pytest.fixture(scope="session")
def mixed_takes(echo_server, tmp_path_factory):
    """Five recorded takes of one scenario, by name; in the second and fourth the bot is wrong."""
    folder = tmp_path_factory.mktemp("takes")
    write_project(folder)
    write_often(folder, {"takes": 5, "pass": 4})
    project = Project.at(folder / "harness.yaml")
    project.environment = {"ECHO_URL": echo_server.url, "ECHO_API_KEY": API_KEY}
    runner = Runner(project, Mode.RECORD)
    for play in played(folder):
        echo_server.manner = WRONG if play.take in (2, 4) else Manner()
        result = runner.run(play)
        assert result.error is None, result.error
    echo_server.forget()
    return {name: (folder / CASSETTES / name).read_bytes() for name in NAMES}


def played(folder, takes=5):
    return Play(file=folder / OFTEN, scenario="often", provider="echo").takes(takes)


@pytest.fixture
def mixed(project, mixed_takes):
    """The project with these takes."""
    write_often(project, {"takes": 5, "pass": 4})
    for name, content in mixed_takes.items():
        (project / CASSETTES / name).write_bytes(content)
    return project


@pytest.mark.parametrize(
    ("wanted", "missing", "outcome"),
    [
        (3, (), {"passed": 1}),
        (4, (), {"failed": 1}),
        (5, (), {"failed": 1}),
        (2, (3,), {"passed": 1}),
        (3, (3,), {"errors": 1}),
        (4, (3,), {"failed": 1}),
        (1, (1, 2, 3, 4, 5), {"errors": 1}),
    ],
    ids=[
        *("enough", "too-few", "all-must", "enough-without-the-broken"),
        *("broken-may-decide", "lost-whatever-the-broken", "all-broken"),
    ],
)
def test_takes_are_one_test(run, mixed, wanted, missing, outcome):
    """Enough takes pass, too many fail, or the broken ones leave it open."""
    write_often(mixed, {"takes": 5, "pass": wanted})
    remove(mixed, *missing)

    run(OFTEN).assert_outcomes(**outcome)


@pytest.mark.parametrize(("repeat", "outcome"), [(2, "failed"), (1, "passed")], ids=str)
def test_a_number_alone_wants_all(run, mixed, repeat, outcome):
    """`repeat: 2` is two takes that must pass; `repeat: 1` is a scenario as any other."""
    write_often(mixed, repeat)

    run(OFTEN).assert_outcomes(**{outcome: 1})


def test_the_screen_of_a_failure(mixed):
    """It says how many passed, what came of each take, and why the first of the wrong ones is."""
    screen = failure_screen(replayed(mixed))

    screen = re.sub(r"/session-\d+/", "/session-N/", without_what_varies(screen))
    compare("takes/failed", f"{screen}\n")


def test_the_screen_of_a_broken_one(mixed):
    """Where it is open, the first take that could not be told is shown."""
    write_often(mixed, {"takes": 5, "pass": 3})
    remove(mixed, 3)

    compare("takes/broken", f"{failure_screen(replayed(mixed))}\n")


def test_the_screen_without_any_take_that_could_be_told(mixed):
    """There is no rate and no interval where nothing could be told."""
    remove(mixed, 1, 2, 3, 4, 5)

    compare("takes/nothing-told", f"{failure_screen(replayed(mixed))}\n")


def test_many_takes_are_counted(mixed):
    """Twenty takes have a line of their own; the others are counted by outcome."""
    [right, wrong, *_] = replayed(mixed).results

    screen = failure_screen(Takes(results=(right,) * 70 + (wrong,) * 30, wanted=80))

    assert "  take 20     passed\n  … 80 more takes: 50 passed, 30 failed\n\ntake 71\n" in screen


def replayed(folder):
    """What came of the takes of the project, from their recordings."""
    runner = Runner(Project.at(folder / "harness.yaml"), Mode.REPLAY)
    return Takes.of(tuple(map(runner.run, played(folder))))


def test_the_run_ends_with_scenarios_and_takes(run, mixed):
    """A repeated scenario is one in the table; its takes are counted below it."""
    result = run()

    lines = result.outlines
    start = next(i for i, line in enumerate(lines) if "conversations (replay)" in line)
    compare("takes/summary", "\n".join([*lines[start + 1 : start + 5], ""]))


def test_only_missing_takes_are_recorded(run, echo, mixed):
    """Recording asks the bot for the takes that are not there, and leaves the others."""
    remove(mixed, 2, 5)
    kept = {name: (mixed / CASSETTES / name).read_bytes() for name in ("often.yaml", NAMES[3])}

    result = run(OFTEN, RECORD)

    result.assert_outcomes(passed=1)
    assert len(echo.created) == 2
    assert {name: (mixed / CASSETTES / name).read_bytes() for name in kept} == kept


def test_each_take_has_a_seed_of_its_own(run, echo, project):
    """The cassettes tell their takes, and `uuid()` says something else in each; so it replays."""
    write_often(project, 3, says="My number is ${uuid()}")
    run(OFTEN, RECORD).assert_outcomes(passed=1)

    run(OFTEN).assert_outcomes(passed=1)
    texts = [(project / CASSETTES / name).read_text() for name in NAMES[:3]]
    numbers = {number for text in texts for number in re.findall(r"My number is ([\w-]+)", text)}
    assert [f"\n  take: {take}\n" in text for take, text in enumerate(texts, 1)] == [True] * 3
    assert len(numbers) == 3


def test_takes_are_held_at_once(run, echo, project):
    """In live modes all takes are played ahead: here none is answered before all are asked."""
    write_often(project, 4)
    echo.meeting = 4

    result = run(OFTEN, "--harness-mode=live")

    result.assert_outcomes(passed=1)
    assert len(echo.created) == 4


def test_processes_count_takes(pytester, mixed):
    """With -n 2 the closing lines count the takes of all processes."""
    result = pytester.runpytest_subprocess("-n2")

    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["takes of 1 scenario: 3 passed, 2 failed"])


def test_it_is_chosen_as_any_test(run, mixed):
    """`-k` finds it by name, `-x` stops at it, and `--lf` plays it again, as one test."""
    run("-k", "often", "-x").assert_outcomes(failed=1, deselected=4)
    again = run("--lf")

    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["takes of 1 scenario: 3 passed, 2 failed"])


@pytest.mark.parametrize(
    ("key", "outcome"), [("xfail", {"xfailed": 1}), ("skip", {"skipped": 1})], ids=str
)
def test_it_is_waived_as_a_whole(run, mixed, key, outcome):
    """`xfail:` expects too few takes to pass, and `skip:` plays none."""
    write_often(mixed, {"takes": 5, "pass": 4}, **{key: "the bot is known to be wrong"})

    run(OFTEN).assert_outcomes(**outcome)


def test_drift_names_the_take(run, echo, mixed):
    """A turn that drifted is told with its take; the takes are judged on what came live."""
    result = run(OFTEN, "--harness-mode=drift")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["turns against their recordings: 2 wording, 3 same"])
    result.stdout.fnmatch_lines([f"{OFTEN}:4: often[[]echo[]] take 2 turn 1: wording"])
    result.stdout.fnmatch_lines([f"{OFTEN}:4: often[[]echo[]] take 4 turn 1: wording"])


def test_a_gated_drift_fails_takes(run, echo, mixed):
    """A take that drifted in a kind that fails is a failed take."""
    result = run(OFTEN, "--harness-mode=drift", "--harness-fail-on=wording")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*: 3 of 5 takes passed, 4 required (95 % interval 0.23 to 0.88)"])
    result.stdout.fnmatch_lines(["  take 2      failed      drift"])


def test_refresh_records_every_take(run, echo, mixed, mixed_takes):
    """A refresh replaces all cassettes, and shows what changed in which take."""
    result = run(OFTEN, "--harness-mode=refresh")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*often[[]echo[]] take 4 turn 1: wording"])
    now = {name: (mixed / CASSETTES / name).read_bytes() for name in NAMES}
    assert [name for name in NAMES if now[name] == mixed_takes[name]] == []


def test_junit_holds_the_counts(run, mixed):
    """JUnit has the takes, those that passed and failed, and the rate of those told."""
    remove(mixed, 5)

    run(OFTEN, "--junitxml=junit.xml")

    tree = ElementTree.parse(mixed / "junit.xml")
    told = {one.get("name"): one.get("value") for one in tree.iter("property")}
    counts = ("takes", "takes_passed", "takes_failed", "pass_rate", "turns")
    assert [told[name] for name in counts] == ["5", "2", "2", "0.500", "4"]
    assert told["codes"] == "contains cassette-missing"


def test_allure_has_a_step_for_each_take(run, mixed):
    """One test in Allure: each take is a step with its outcome, and holds its turns."""
    remove(mixed, 5)

    run(OFTEN, "--alluredir=allure")

    [file] = (mixed / "allure").glob("*-result.json")
    test = json.loads(file.read_text())
    takes = [step for step in test["steps"] if step["name"].startswith("take ")]
    assert [step["status"] for step in takes] == ["passed", "failed", "passed", "failed", "broken"]
    assert [step["name"][:6] for step in takes[1]["steps"]][:1] == ["turn 1"]
    assert test["status"] == "failed"
    assert ": 2 of 4 takes passed and 1 could not be judged, 4 required" in json.dumps(test)
