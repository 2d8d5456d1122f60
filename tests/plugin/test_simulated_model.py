"""A user whose messages a model decides where no rule does."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys

import pytest

import harness
from harness.reports.results.results_reader import read_results
from tests.plugin.refund_bot import (
    DEFINITION,
    KEY,
    MODEL_PROJECT,
    MODEL_SCENARIO,
    said,
    serving_person,
    serving_refunds,
)

pytestmark = pytest.mark.once

RECORD, LIVE = "--harness-mode=record", "--harness-mode=live"
RESULTS = "--harness-reports=reports"


@pytest.fixture(scope="module")
def servers():
    with serving_refunds() as bot, serving_person() as model:
        yield bot, model


@pytest.fixture
def model(servers):
    """The model of the user, which answers as a person would."""
    model = servers[1]
    model.says, model.asked, model.status = [], [], 200
    return model


@pytest.fixture
def write(servers, model, pytester, monkeypatch):
    """Writes a scenario of a project that talks to the bot."""
    monkeypatch.setenv("REFUNDS_URL", servers[0])
    monkeypatch.setenv("MODEL_URL", model.url)
    monkeypatch.setenv("MODEL_KEY", KEY)
    for name, text in {
        "harness.yaml": MODEL_PROJECT,
        "definitions/refunds/provider.yaml": DEFINITION,
    }.items():
        file = pytester.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (pytester.path / "scenarios").mkdir()

    def write(text=MODEL_SCENARIO):
        (pytester.path / "scenarios" / "refund.yaml").write_text(text, encoding="utf-8")

    return write


def result(pytester):
    """The result of the last run."""
    [found] = read_results(pytester.path / "reports/results.json")
    return found


def messages(pytester):
    """What the user said in the last run."""
    turns = result(pytester)["transcript"]["turns"]
    return [turn["user"].get("pressed", turn["user"]["text"]) for turn in turns]


def test_the_model_answers_what_no_rule_does(write, run_here, pytester, model):
    """The opening is the scenario's; then the model is asked, and may press a button."""
    write()

    run_here(LIVE, RESULTS).assert_outcomes(passed=1)

    assert messages(pytester) == ["I want my money back", "4711", "Yes, create a request"]
    assert len(model.asked) == 2


def test_the_script_comes_before_the_model(write, run_here, pytester, model):
    """A rule that fits wins; the model is asked about the other replies."""
    rule = "  script: [{when: {contains: order number}, say: 'It is ${order}'}]\n"
    write(MODEL_SCENARIO.replace("  max_turns", f"{rule}  max_turns"))

    run_here(LIVE, RESULTS).assert_outcomes(passed=1)

    assert messages(pytester) == ["I want my money back", "It is 4711", "Yes, create a request"]
    assert len(model.asked) == 1


def test_what_the_model_said_is_replayed(write, run_here, pytester, model, monkeypatch):
    """The exchanges are in the conversation's own cassette; nothing is asked again."""
    write()
    run_here(RECORD, RESULTS).assert_outcomes(passed=1)
    before = messages(pytester)
    for name in ("REFUNDS_URL", "MODEL_URL", "MODEL_KEY"):
        monkeypatch.delenv(name)
    model.asked.clear()

    run_here(RESULTS).assert_outcomes(passed=1)

    assert messages(pytester) == before
    assert model.asked == []
    [cassette] = (pytester.path / "cassettes").rglob("*.yaml")
    text = cassette.read_text(encoding="utf-8")
    assert [text.count(f"step: {step}") for step in ("send.1", "user.send.1")] == [3, 2]
    assert KEY not in text


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("which came broken", "which is late", "goal"),
        ("short of time", "polite", "persona"),
        ("Ada Byron", "Ada King", "knows"),
        ("my money back", "the money back", "opening"),
        ("  max_turns", "  script: [{when: {contains: zebra}, say: Hm}]\n  max_turns", "script"),
    ],
)
def test_a_changed_user_is_told(write, run_here, old, new, part):
    """A recording is not replayed for another user."""
    write()
    run_here(RECORD).assert_outcomes(passed=1)
    write(MODEL_SCENARIO.replace(old, new))

    run_here().stdout.fnmatch_lines(f"*{part} changed*simulation-changed*")


def test_a_changed_variable_of_the_goal_is_told(write, run_here):
    """What the model would be asked is compared with the recorded question."""
    text = MODEL_SCENARIO.replace("order 4711", "order ${number}")
    write(f"{text}vars: {{number: 4711}}\n")
    run_here(RECORD).assert_outcomes(passed=1)
    write(f"{text}vars: {{number: 4712}}\n")

    run_here().stdout.fnmatch_lines("*its model is asked changed*simulation-changed*")


def test_a_changed_prompt_is_told(write, run_here, monkeypatch):
    """The version and the text of the prompt are in the recording."""
    write()
    run_here(RECORD).assert_outcomes(passed=1)
    monkeypatch.setattr("harness.play.recorded_simulation.prompt_text", lambda: "another text")

    run_here().stdout.fnmatch_lines("*prompt changed*simulation-changed*")


def test_a_second_try_is_recorded(write, run_here, pytester, model):
    """A refused answer is asked again once, with the reason; a replay repeats both."""
    write()
    model.says = [said("It is 9999"), said("It is 4711")]
    run_here(RECORD).assert_outcomes(passed=1)
    asked = len(model.asked)

    run_here(RESULTS).assert_outcomes(passed=1)

    assert messages(pytester)[1] == "It is 4711"
    assert asked == 3
    assert "'9999' is neither in 'goal' and 'knows' nor in the conversation" in model.asked[1]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (said(""), "user-empty"),
        (said("It is 9999"), "user-invented"),
        (said("I want my money back"), "user-repeats"),
        (said("How can I help you?"), "user-turned-round"),
        (said("x" * 501), "user-too-long"),
        ("It is 4711", "user-unreadable"),
        ('```json\n{"say": "4711"}\n```', "user-unreadable"),
        ('{"say": "4711", "state": "going_on"}', "user-unreadable"),
        ('{"say": "4711", "state": "maybe", "reason": "x"}', "user-unreadable"),
    ],
)
def test_an_unusable_user_is_broken(write, run_here, pytester, model, answer, code):
    """After two refused answers nothing is sent, and the bot is not judged."""
    write()
    model.says = [answer, answer]

    run_here(RECORD, RESULTS).assert_outcomes(errors=1)

    assert result(pytester)["transcript"]["stop"]["code"] == code
    assert messages(pytester) == ["I want my money back"]
    assert not list((pytester.path / "cassettes").rglob("*.yaml"))


def test_a_model_that_fails_is_broken(write, run_here, pytester, model):
    """An outage of the model says nothing about the bot."""
    write()
    model.status = 400

    run_here(LIVE, RESULTS).assert_outcomes(errors=1)

    assert result(pytester)["transcript"]["stop"]["code"] == "user-failed"


@pytest.mark.parametrize(
    ("state", "more", "outcome", "text"),
    [
        ("gave_up", "", {"failed": 1}, "*the user gave up after 1 message: because*"),
        ("done", "", {"failed": 1}, "*the user was done before a reply passed*because*"),
        ("gave_up", "  at_end: pass\n", {"passed": 1}, "*the user gave up*"),
    ],
)
def test_the_model_ends_the_conversation(write, run_here, model, state, more, outcome, text):
    """A user who is done or gives up says nothing more; `stop_when` and `at_end` decide."""
    write(MODEL_SCENARIO + more)
    model.says = [said("", state)]

    found = run_here(LIVE)

    found.assert_outcomes(**outcome)
    found.stdout.fnmatch_lines(text)


def test_done_is_a_good_end_without_stop_when(write, run_here, model):
    """If the scenario names no last reply, the user decides."""
    write(MODEL_SCENARIO.replace("  stop_when: {contains: refund is on its way}\n", ""))
    model.says = [said("It is 4711"), said("", "done")]

    run_here(RECORD).assert_outcomes(passed=1)
    run_here().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("by: referee", "by: refere", "*unknown provider 'refere'*"),
        ("by: referee", "by: chat", "*'chat' uses a WebSocket*"),
        ("{contains: refund is on its way}", "{judge: It pays}", "*'judge' asks a model*"),
        ("{contains: refund", "{not: {judge: It pays}, contains: refund", "*'not' asks a model*"),
        ("{contains: refund", "{not: {contains: '${order}'}, contains: refund", "*1 passed*"),
    ],
)
def test_what_the_project_cannot_do_is_refused(write, run_here, pytester, old, new, text):
    """A provider that cannot be asked, and checks that ask a model, are found before the run."""
    more = """\
  chat: {definition: websocket-json, settings: {base_url: 'ws://127.0.0.1:1', api_key: '${env.K}'}}
judges: {careful: {provider: referee}}
"""
    write(MODEL_SCENARIO.replace(old, new))
    (pytester.path / "harness.yaml").write_text(f"{MODEL_PROJECT}{more}", encoding="utf-8")

    run_here(LIVE).stdout.fnmatch_lines(text)


def test_every_report_counts_the_user_apart(write, run_here, pytester, model):
    """A conversation that broke because of its user is not counted as a fault of the bot."""
    write()
    model.says = [said("It is 9999")] * 2

    output = run_here(LIVE, RESULTS, "--junitxml=reports/junit.xml").stdout.str()

    sentence = "1 conversation broke because of the user, not because of the bot (1 user-invented)"
    assert f"simulated users: {sentence}" in output
    reports = pytester.path / "reports"
    assert f"Simulated users: {sentence}" in (reports / "summary.md").read_text(encoding="utf-8")
    assert 'name="user_faults" value="user-invented"' in (reports / "junit.xml").read_text()
    assert result(pytester)["user_faults"] == ["user-invented"]


def test_what_the_model_costs_is_counted(write, run_here, pytester):
    """The tokens of the user's model are counted apart from those of the bot."""
    write()

    run_here(LIVE, RESULTS).assert_outcomes(passed=1)

    assert [(one["purpose"], one["tokens"]) for one in result(pytester)["spent"]] == [("user", 50)]


def spoken(results):
    """What was said in each take: by the user, and by the bot."""
    return [
        [
            (turn["user"]["text"], [one["text"] for one in turn["reply"]["messages"]])
            for turn in take["transcript"]["turns"]
        ]
        for result in results
        for take in result["takes"]
    ]


def test_a_hundred_recordings_replay_with_equal_transcripts(write, pytester, model):
    """Each take has its own conversation, which its recording repeats exactly."""
    write(f"{MODEL_SCENARIO}repeat: 100\n")
    ways = itertools.cycle(["4711", "It is 4711", "order 4711 please", "The number is 4711."])

    def vary(text):
        model.asked.append(text)
        is_offered = '"buttons"' in text.partition("\nDATA-")[2]
        return said("Yes, create a request" if is_offered else next(ways))

    model.answer = vary
    plan = harness.plan(pytester.path / "scenarios")
    recorded = spoken(harness.run(plan, mode="record"))
    del model.answer
    model.asked.clear()

    replayed = spoken(harness.run(plan))

    assert len(recorded) == 100
    assert len({str(take) for take in recorded}) == 4
    assert replayed == recorded
    assert model.asked == []


KILLED = """
import os, signal, harness
from harness.transport.recording import RecordingTransport

def killed(*_arguments, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

ended = RecordingTransport.end_turn

def end_turn(self, number):
    ended(self, number)
    if number == {turn}:
        killed()

RecordingTransport.end_turn = end_turn
RecordingTransport.finish = killed
list(harness.run(harness.plan("scenarios"), mode="record"))
"""


def kill_a_recording(folder, turn):
    """Record in a process that is killed after a turn; after 9, before the cassette is written."""
    code = KILLED.format(turn=turn)
    process = subprocess.run([sys.executable, "-c", code], check=False, cwd=folder)
    assert process.returncode == -signal.SIGKILL
    return subprocess.run(
        [sys.executable, "-m", "harness", "cassettes", "recover"],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_simulation_is_recovered(write, run_here, pytester, model):
    """The journal of a killed run becomes the cassette, with what the model said."""
    write()

    recovered = kill_a_recording(pytester.path, 9)
    model.asked.clear()

    assert recovered.returncode == 0, recovered.stderr
    run_here().assert_outcomes(passed=1)
    assert model.asked == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_simulation_that_was_killed_in_between_is_not_whole(write, pytester):
    """The first turn that is missing is named."""
    write()

    recovered = kill_a_recording(pytester.path, 2)

    assert recovered.returncode == 1
    assert "turn 3 is missing" in recovered.stdout + recovered.stderr
