from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest
from defusedxml import ElementTree

from tests.plugin.echo_bot import API_KEY, Manner
from tests.plugin.project import GREET, scenario_text

DRIFT = "--harness-mode=drift"
REFRESH = "--harness-mode=refresh"
GREETING = "scenarios/greet.yaml"
CASSETTE = "cassettes/echo/greet.yaml"
TURN = "scenarios/greet.yaml:5: greet[[]echo[]] turn 1"
WORDIER = Manner(says="You just said")
RICHER = Manner(adds={"mood": "sunny"})


@pytest.fixture
def tolerant(project):
    """The greeting's project, which takes what the bot says otherwise for right."""
    definition = project / "definitions/echo/provider.yaml"
    text = definition.read_text()
    definition.write_text(text.replace("{schema: answer}", "{schema: answer, status: [200, 203]}"))
    (project / GREETING).write_text(GREET.replace("contains: Hello there", "contains: said"))
    return project


def test_a_bot_that_answers_alike_has_not_drifted(run, echo, project):
    """Drift asks the bot, finds every turn the same, and leaves the cassettes alone."""
    before = (project / CASSETTE).read_bytes()

    result = run(DRIFT)

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["turns against their recordings: 6 same"])
    assert len(echo.created) == 4
    assert (project / CASSETTE).read_bytes() == before


@pytest.mark.parametrize(
    ("manner", "kind", "line"),
    [
        (WORDIER, "wording", "+ You just said: Hello there"),
        (RICHER, "shape", "send.1: $.reply.mood: not recorded, now a text"),
        (Manner(hides="words"), "shape", "send.1: $.reply.words: recorded a number, now missing"),
        (Manner(status=203), "state", "send.1: recorded status 200, now status 203"),
        (Manner(seconds=0.9), "latency", "recorded * ms, now *"),
    ],
    ids=["wording", "key-added", "key-missing", "status", "slower"],
)
def test_every_kind_is_told_and_fails_nothing(run, echo, tolerant, manner, kind, line):
    """A changed answer is listed with its place, its kind, what was recorded and what came."""
    before = (tolerant / CASSETTE).read_bytes()
    echo.manner = manner

    result = run(GREETING, DRIFT)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [f"turns against their recordings: 1 {kind}", f"{TURN}: {kind}", f"  {line}"]
    )
    assert (tolerant / CASSETTE).read_bytes() == before


def test_a_removed_message_is_state(run, echo, project):
    """A reply with fewer messages than recorded is `state`, whatever else differs."""
    definition = project / "definitions/echo/provider.yaml"
    text = definition.read_text().replace("{text: $.reply.text}", "{messages: '$.reply.all[*]'}")
    definition.write_text(text)
    echo.manner = Manner(adds={"all": ["You said Hello there", "Anything else?"]})
    run(GREETING, REFRESH).assert_outcomes(passed=1)
    echo.manner = Manner(adds={"all": ["You said Hello there"]})

    result = run(GREETING, DRIFT)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"{TURN}: state", "  messages: recorded 2, now 1"])


def test_an_optional_message_that_is_gone_fails_no_gate(run, echo, project):
    """What `optional: true` lets vary is not drift, and `--harness-fail-on=state` stays green."""
    definition = project / "definitions/echo/provider.yaml"
    text = definition.read_text().replace("{text: $.reply.text}", "{messages: '$.reply.all[*]'}")
    definition.write_text(text)
    replies = "replies: [{contains: Hello}, {optional: true, contains: else}]"
    (project / GREETING).write_text(GREET.replace("contains: Hello there", replies))
    echo.manner = Manner(adds={"all": ["You said Hello there", "Anything else?"]})
    run(GREETING, REFRESH).assert_outcomes(passed=1)
    echo.manner = Manner(adds={"all": ["You said Hello there"]})

    result = run(GREETING, DRIFT, "--harness-fail-on=state,shape,wording")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["turns against their recordings: 1 same"])


@pytest.mark.parametrize(
    ("kinds", "outcome"),
    [("shape,state", {"passed": 1}), ("shape, wording", {"failed": 1})],
    ids=["not-gated", "gated"],
)
def test_kinds_can_be_made_to_fail(run, echo, tolerant, kinds, outcome):
    """`--harness-fail-on` fails a scenario whose turns drifted in one of its kinds."""
    echo.manner = WORDIER

    result = run(GREETING, DRIFT, f"--harness-fail-on={kinds}")

    result.assert_outcomes(**outcome)


def test_a_gated_drift_is_one_screen(run, echo, tolerant):
    """The failure has the place, the kinds, the difference and a curl line, and a code."""
    echo.manner = Manner(says="You just said", adds={"mood": "sunny"})

    result = run(GREETING, DRIFT, "--harness-fail-on=wording")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "scenarios/greet.yaml:5:*: turn 1: the answer drifted from its recording: shape,*",
            "*[[]drift[]]",
            "  difference  send.1: $.reply.mood: not recorded, now a text",
            "  curl *",
            "problems: 1 drift",
        ]
    )


def test_a_check_that_fails_still_fails(run, echo, project):
    """What the scenario expects is judged on what the bot says now."""
    (project / GREETING).write_text(GREET.replace("contains: Hello there", "contains: You said"))
    echo.manner = WORDIER

    run(GREETING, DRIFT).assert_outcomes(failed=1)


def test_an_unknown_kind_is_wrong_use(run, project):
    """A word that is no kind ends the run with pytest's status for wrong use."""
    result = run(GREETING, DRIFT, "--harness-fail-on=shape,stat")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*'stat' is not a kind of drift; did you mean 'state'?*"])


def test_without_a_recording_nobody_is_asked(run, echo, project):
    """A scenario that was never recorded is BROKEN, and costs no request."""
    (project / "scenarios/new.yaml").write_text(scenario_text("new"))

    result = run("scenarios/new.yaml", DRIFT)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*[[]cassette-missing[]]*"])
    assert echo.requests == []


def test_a_refusal_where_a_reply_was_recorded_is_state(run, echo, tolerant):
    """A bot that answers with an error is BROKEN, and the drift says what it did before."""
    echo.manner = Manner(status=400)

    result = run(GREETING, DRIFT)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [f"{TURN}: state", "  recorded a reply, now no reply (unexpected-status, status 400)"]
    )


def test_the_reports_name_the_turns(run, echo, tolerant):
    """JUnit holds the kind of every turn and the place of those that drifted."""
    echo.manner = RICHER

    run("scenarios/greet.yaml", DRIFT, "--junitxml=junit.xml")

    tree = ElementTree.parse(tolerant / "junit.xml")
    told = {one.get("name"): one.get("value") for one in tree.iter("property")}
    assert told["drift"] == "shape"
    assert told["drifted"] == "scenarios/greet.yaml:5: greet[echo] turn 1: shape"


def test_allure_holds_the_difference(run, echo, tolerant):
    """A turn that drifted has an attachment that says how."""
    echo.manner = RICHER

    run("scenarios/greet.yaml", DRIFT, "--alluredir=allure")

    [file] = (tolerant / "allure").glob("*-result.json")
    [turn] = [one for one in json.loads(file.read_text())["steps"] if one["name"][:4] == "turn"]
    [found] = [one for one in turn["attachments"] if one["name"] == "drift: shape"]
    text = (tolerant / "allure" / found["source"]).read_text()
    assert text == "send.1: $.reply.mood: not recorded, now a text"


def test_drift_is_counted_over_processes(pytester, echo, tolerant):
    """With -n 2, the closing lines count and list the turns of all processes."""
    echo.manner = RICHER

    result = pytester.runpytest_subprocess("-n2", DRIFT)

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["turns against their recordings: 6 shape", f"{TURN}: shape"])


def test_refresh_shows_what_changed(run, echo, tolerant):
    """A new recording is compared with the one that it replaces."""
    echo.manner = WORDIER

    result = run(GREETING, REFRESH)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["turns against their recordings: 1 wording", f"{TURN}: wording", "  + You just said*"]
    )
    assert "You just said" in (tolerant / CASSETTE).read_text()


def test_refresh_of_a_stale_recording_compares_what_it_can(run, echo, project):
    """Where the user says something else now, a note tells why nothing is compared."""
    (project / GREETING).write_text(GREET.replace("Hello there", "Good day"))

    result = run(GREETING, REFRESH)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["note: greet: the old recording does not match*message-changed*"])


def test_refresh_of_what_is_new_compares_nothing(run, echo, project):
    """A first recording is no drift, and no note."""
    (project / "scenarios/new.yaml").write_text(scenario_text("new"))

    result = run("scenarios/new.yaml", REFRESH)

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*against their recordings*")
    result.stdout.no_fnmatch_line("note:*")


def in_a_terminal(folder, answer: str, *arguments: str) -> str:
    """What `harness run` shows somebody at a terminal, who answers its question."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from harness.cli import main; main()", "run", GREETING]
    plain = ["-p", "no:randomly", "-p", "no:cacheprovider", "--color=no"]
    os.write(ours, answer.encode())
    with subprocess.Popen(
        [*command, *plain, *arguments], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        process.wait()
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        # Linux says so where nobody holds the other end.
        return b""


@pytest.mark.parametrize("answer", ["n\n", "y\n", "\n"], ids=["no", "yes", "nothing"])
def test_refresh_asks_at_a_terminal(echo, tolerant, answer):
    """`harness run --mode refresh` shows what changed, and replaces only with consent."""
    before = (tolerant / CASSETTE).read_bytes()
    echo.manner = WORDIER

    shown = in_a_terminal(tolerant, answer, "--mode=refresh")

    after = (tolerant / CASSETTE).read_bytes()
    assert shown.index("turn 1: wording") < shown.index("Write 1 new recording? [y/N]")
    assert ("1 recording written." in shown) is (answer == "y\n")
    assert "\nrecordings: " not in shown
    assert (after != before) is (answer == "y\n")
    assert ("You just said" in after.decode()) is (answer == "y\n")
    assert [one.name for one in (tolerant / "cassettes").iterdir()] != []
    assert not list((tolerant / "cassettes").glob(".refreshed-*"))


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["--harness-mode=refresh"], {}),
        (["--harness-mode", "refresh"], {}),
        ([], {"HARNESS_MODE": "refresh"}),
        ([], {"PYTEST_ADDOPTS": "--harness-mode=refresh"}),
    ],
    ids=["option of pytest", "two words", "variable", "variable of pytest"],
)
def test_refresh_asks_wherever_the_mode_is_said(echo, tolerant, monkeypatch, words, environment):
    """Nothing is replaced without consent, however `harness run` learns that it is a refresh."""
    before = (tolerant / CASSETTE).read_bytes()
    echo.manner = WORDIER
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    shown = in_a_terminal(tolerant, "n\n", *words)

    assert "Write 1 new recording? [y/N]" in shown
    assert (tolerant / CASSETTE).read_bytes() == before


def test_a_folder_of_the_users_own_holds_new_recordings(echo, tolerant):
    """Where the old recordings stay in any case, there is nothing to ask."""
    before = (tolerant / CASSETTE).read_bytes()
    echo.manner = WORDIER

    shown = in_a_terminal(tolerant, "n\n", "--mode=refresh", "--harness-holding=held")

    assert "[y/N]" not in shown
    assert "You just said" in (tolerant / "held/echo/greet.yaml").read_text()
    assert (tolerant / CASSETTE).read_bytes() == before


def test_yes_is_not_asked(echo, tolerant):
    """`--yes` replaces at once, also at a terminal."""
    echo.manner = WORDIER

    shown = in_a_terminal(tolerant, "", "--mode=refresh", "--yes")

    assert "[y/N]" not in shown
    assert "You just said" in (tolerant / CASSETTE).read_text()


def test_a_difference_holds_no_secret(run, echo, tolerant):
    """A bot that repeats its key brings it into no line of the run, and into no report."""
    echo.manner = Manner(says=f"Your key is {API_KEY}, you said", adds={API_KEY: 1})

    result = run(GREETING, DRIFT, "--harness-fail-on=wording", "--junitxml=junit.xml")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"{TURN}: shape"])
    assert API_KEY not in result.stdout.str()
    assert API_KEY not in (tolerant / "junit.xml").read_text()


def test_a_python_test_is_held_live(run, echo, project, pytester):
    """In drift, the conversation fixture asks the bot and writes no recording."""
    pytester.makepyfile(
        test_shop="def test_it(conversation): conversation('echo').say('Hi').expect(contains='Hi')"
    )

    run("test_shop.py", DRIFT).assert_outcomes(passed=1)

    assert len(echo.created) == 1
    assert not (project / "cassettes/echo/test_shop-test_it.yaml").exists()


def test_new_recordings_can_be_held_apart(run, echo, project):
    """With `--harness-holding`, they are written into a folder, and the old ones stay."""
    before = (project / CASSETTE).read_bytes()

    run(GREETING, REFRESH, "--harness-holding=new").assert_outcomes(passed=1)

    assert (project / CASSETTE).read_bytes() == before
    assert "Hello there" in (project / "new/echo/greet.yaml").read_text()
    assert [one.name for one in (project / "cassettes/echo").glob(".*")] == []
