from __future__ import annotations

import json
import re

import pytest
from defusedxml import ElementTree

from harness.evaluation import Takes
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.reports.failure import failure_screen
from harness.scenario import Repeat
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


@pytest.mark.parametrize(
    ("repeat", "missing"), [({"takes": 5, "pass": 2}, (4, 5)), ({"takes": 5, "pass": 5}, (3, 4, 5))]
)
def test_a_replay_needs_only_the_takes_that_decide(run, mixed, repeat, missing):
    """The third passes or the second fails, so nothing asks for the others."""
    write_often(mixed, repeat)
    remove(mixed, *missing)

    result = run(OFTEN)

    assert "cassette-missing" not in str(result.stdout)


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
    right, wrong, *_ = replayed(mixed).results

    repeat = Repeat(takes=100, wanted=80, is_whole=True)
    screen = failure_screen(Takes(results=(right,) * 70 + (wrong,) * 30, repeat=repeat))

    assert "  take 20     passed\n  … 80 more takes: 50 passed, 30 failed\n\ntake 71\n" in screen


def replayed(folder):
    """What came of the takes of the project, from their recordings."""
    project = Project.at(folder / "harness.yaml")
    runner, [first, *_] = Runner(project, Mode.REPLAY), played(folder)
    repeat = load_scenario(project, folder / OFTEN).repeat
    return Takes.played(repeat, lambda number: runner.run_take(first.as_take(number)))


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
    result.stdout.fnmatch_lines(["takes of 1 scenario: 2 passed, 2 failed"])


def test_it_is_chosen_as_any_test(run, mixed):
    """`-k` finds it by name, `-x` stops at it, and `--lf` plays it again, as one test."""
    run("-k", "often", "-x").assert_outcomes(failed=1, deselected=4)
    again = run("--lf")

    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["takes of 1 scenario: 2 passed, 2 failed"])


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
    write_often(mixed, 5)
    remove(mixed, 5)

    run(OFTEN, "--junitxml=junit.xml")

    tree = ElementTree.parse(mixed / "junit.xml")
    told = {one.get("name"): one.get("value") for one in tree.iter("property")}
    counts = ("takes", "takes_passed", "takes_failed", "pass_rate", "turns")
    assert [told[name] for name in counts] == ["5", "2", "2", "0.500", "4"]
    assert told["codes"] == "contains cassette-missing"


def test_allure_has_a_step_for_each_take(run, mixed):
    """One test in Allure: each take is a step with its outcome, and holds its turns."""
    write_often(mixed, 5)
    remove(mixed, 5)

    run(OFTEN, "--alluredir=allure")

    [file] = (mixed / "allure").glob("*-result.json")
    test = json.loads(file.read_text())
    takes = [step for step in test["steps"] if step["name"].startswith("take ")]
    assert [step["status"] for step in takes] == ["passed", "failed", "passed", "failed", "broken"]
    assert [step["name"][:6] for step in takes[1]["steps"]][:1] == ["turn 1"]
    assert test["status"] == "failed"
    assert ": 2 of 4 takes passed and 1 could not be judged, 5 required" in json.dumps(test)


DECIDED = {"until": "decided", "good": 0.95, "bad": 0.5, "at_most": 6}
"""Five takes that pass decide, and two that fail."""
ONE_BY_ONE = ("--harness-mode=record", "--harness-concurrency=1")


@pytest.mark.parametrize(
    "case",
    [
        ({"takes": 5, "pass": 4}, [], {"passed": 1}, 4),
        ({"takes": 5, "pass": 4}, [WRONG, Manner(), WRONG], {"failed": 1}, 3),
        (DECIDED, [], {"passed": 1}, 5),
        (DECIDED, [WRONG, WRONG], {"failed": 1}, 2),
        (DECIDED, [WRONG], {"errors": 1}, 6),
        (5, [WRONG], {"failed": 1}, 5),
    ],
    ids=["enough", "too-few", "good", "bad", "undecided", "a-number"],
)
@pytest.mark.parametrize("concurrency", [1, 4], ids=["one-by-one", "at-once"])
def test_takes_stop_when_the_result_is_certain(run, echo, project, case, concurrency):
    """No take is held that is not needed, and what was recorded replays with the same result."""
    repeat, moods, outcome, asked = case
    write_often(project, repeat)
    echo.moods = list(moods)

    result = run(OFTEN, RECORD, f"--harness-concurrency={concurrency}")

    result.assert_outcomes(**outcome)
    assert len(echo.created) == asked
    run(OFTEN).assert_outcomes(**outcome)


def test_an_undecided_scenario_says_between_what(run, echo, project):
    """Its takes are listed, and the first that failed is shown."""
    write_often(project, DECIDED)
    echo.moods = [WRONG]

    result = run(OFTEN, *ONE_BY_ONE)

    verdict = "*: 5 of 6 takes passed, which does not decide between 50 % and 95 % (95 % interval *"
    result.stdout.fnmatch_lines([verdict, "take 1"])
    result.stdout.fnmatch_lines(["problems: 1 undecided"])


def test_recording_adds_takes_to_an_undecided_scenario(run, echo, project):
    """With more takes allowed, the recorded ones remain, and the bot is asked for the others."""
    write_often(project, {**DECIDED, "at_most": 6})
    echo.moods = [WRONG]
    run(OFTEN, *ONE_BY_ONE).assert_outcomes(errors=1)
    before = {name: (project / CASSETTES / name).read_bytes() for name in NAMES}
    write_often(project, {**DECIDED, "at_most": 20})

    replayed = run(OFTEN)
    echo.created.clear()
    result = run(OFTEN, *ONE_BY_ONE)

    replayed.assert_outcomes(errors=1)
    replayed.stdout.fnmatch_lines([f"*harness run --mode record {OFTEN}*"])
    result.assert_outcomes(passed=1)
    assert len(echo.created) == 4
    assert {name: (project / CASSETTES / name).read_bytes() for name in NAMES} == before


def test_a_broken_take_is_played_again_under_its_number(run, echo, project):
    """A take that is BROKEN twice and then passes counts once; the reasons are kept."""
    write_often(project, {"takes": 3, "pass": 2})
    echo.moods = [Manner(), Manner(status=500), Manner(status=500)]

    result = run(OFTEN, *ONE_BY_ONE, "--harness-reports=reports")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["note: often take 2: it was played again under the same number*"])
    [stored] = json.loads((project / "reports/results.json").read_text())["conversations"]
    assert [take["take"] for take in stored["takes"]] == [1, 2]
    assert [one["outcome"] for one in stored["takes"][1]["attempts"]] == ["broken"] * 2
    assert len(echo.created) == 4


def test_a_take_is_played_three_times_at_most(run, echo, project):
    """Then it is BROKEN, and the next one is played."""
    write_often(project, {"takes": 2, "pass": 1})
    echo.manner = Manner(status=500)

    run(OFTEN, *ONE_BY_ONE).assert_outcomes(errors=1)

    assert len(echo.created) == 6


def test_a_broken_take_ends_takes_that_go_on_until_they_decide(run, echo, project):
    """Without it, the others would not be a fair sample."""
    write_often(project, DECIDED)
    echo.manner = Manner(status=500)

    result = run(OFTEN, *ONE_BY_ONE)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*its take could not be judged*"])
    # The second take is needed in any case, so it has begun; the run ends with the first one.
    assert 3 <= len(echo.created) <= 6


def test_a_recorded_failure_is_not_played_again(run, echo, mixed):
    """A replay that breaks would break again, and is no new sample."""
    write_often(mixed, {"takes": 5, "pass": 3}, says="Something else")

    result = run(OFTEN)

    result.assert_outcomes(errors=1)
    assert "played again" not in str(result.stdout)


@pytest.mark.parametrize(
    ("given", "outcome"), [("5", {"failed": 1}), ("3/5", {"passed": 1}), ("1", {"passed": 1})]
)
def test_the_command_line_says_how_often(run, mixed, given, outcome):
    """`--harness-repeat` takes the place of the scenario's own `repeat`."""
    write_often(mixed, {"takes": 5, "pass": 4})

    run(OFTEN, f"--harness-repeat={given}").assert_outcomes(**outcome)


def test_what_is_missing_is_recorded_with_the_same_option(run, project):
    """The hint repeats it, or else the takes would still be missing."""
    result = run("scenarios/greet.yaml", "--harness-repeat=3")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*harness run --repeat 3 --mode record scenarios/greet.yaml*"])


def test_a_wrong_number_of_takes_is_wrong_usage(run, mixed):
    """With what it could be."""
    result = run(OFTEN, "--harness-repeat=many")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*'many' is not a number of takes up to 1000; write 5, 4/5*"])


def test_a_folder_says_how_often(run, mixed):
    """`repeat` of `defaults.yaml` applies to scenarios that do not have their own."""
    (mixed / "scenarios/defaults.yaml").write_text("repeat: {takes: 5, pass: 3}\n")
    write_often(mixed, {"takes": 5, "pass": 4})

    run(OFTEN).assert_outcomes(failed=1)
    (mixed / OFTEN).write_text(scenario_text("often"))
    run(OFTEN).assert_outcomes(passed=1)


def test_refreshing_removes_takes_that_are_not_needed_any_more(run, echo, mixed):
    """A later record would count them with takes of the bot of today."""
    write_often(mixed, {**DECIDED, "good": 0.99, "bad": 0.2})

    result = run(OFTEN, "--harness-mode=refresh")

    result.assert_outcomes(passed=1)
    left = sorted(file.name for file in (mixed / CASSETTES).glob("often*"))
    assert left == ["often.take-02.yaml", "often.yaml"]


def test_results_say_that_takes_were_stopped(run, mixed):
    """Without an interval and a rate, which would be biased."""
    run(OFTEN, "--harness-reports=reports", "--junitxml=junit.xml")

    [stored] = json.loads((mixed / "reports/results.json").read_text())["conversations"]
    assert stored["repeat"] == {"passed": 2, "told": 4, "wanted": 4, "stopped": 5}
    told = {
        one.get("name"): one.get("value")
        for one in ElementTree.parse(mixed / "junit.xml").iter("property")
    }
    assert told["takes_stopped"] == "true"
    assert "pass_rate" not in told
