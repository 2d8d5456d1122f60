"""Late messages, waited for over real sockets and in the recording of that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.config import read_config
from harness.conversation import Outcome
from harness.core.errors import CassetteError, ScenarioError
from harness.emulators import serving
from harness.play.drift.drift import Drift
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.testing.opening import PythonTest, open_chat
from tests.emulated import providers_yaml

CONFIG = f"""\
provider: enthusiast
{providers_yaml("enthusiast", "bighummingbird", "connectly", "websocket-json")}\
  shop:
    definition: bots/shop.py
    settings: {{base_url: '${{env.BIGHUMMINGBIRD_URL}}'}}
"""
SHOP = """\
class Shop:
    '''BigHummingbird by way of a class.'''

    settings = {"base_url": {"type": "string", "required": True}}

    def __init__(self, connection):
        self.connection = connection

    def open(self):
        opened = self.connection.request("POST", "/create-chat-session", json=[])
        self.id = opened["chat_session_id"]

    def say(self, message):
        said = {"user_message": message.text, "chat_session_id": self.id}
        return self.connection.request("POST", "/invoke", json=said)["message"]

    def late(self):
        read = self.connection.request("GET", f"/chat-session/{self.id}")
        return [one["content"] for one in read["data"]["messages"] if one["role"] == "assistant"]
"""
TRIP = {
    "enthusiast": "Is there an SLA? [[late 50ms]]",
    "bighummingbird": "Help me plan a trip to Italy. [[late 50ms]]",
    "shop": "Help me plan a trip to Italy. [[late 50ms]]",
    "websocket-json": "Hello [[late 50ms]]",
}
SAID = "One more thing: our phone line is open until six."

Run = Callable[..., ScenarioResult]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The variables of the running emulators."""
    with serving() as running:
        yield running.environment


@pytest.fixture
def project(environment: dict[str, str], tmp_path: Path) -> Project:
    """A project with every provider that can be waited for, and one that cannot."""
    (tmp_path / "harness.yaml").write_text(CONFIG)
    for folder in ("bots", "scenarios"):
        (tmp_path / folder).mkdir()
    (tmp_path / "bots/shop.py").write_text(SHOP)
    return Project(read_config(tmp_path / "harness.yaml"), environment=environment)


@pytest.fixture
def run(project: Project) -> Run:
    """Play turns (YAML text) with a provider, in a mode."""

    def play(provider: str, turns: str, mode: Mode, top: str = "") -> ScenarioResult:
        file = project.config.root / "scenarios/case.yaml"
        file.write_text(f"scenario: case\n{top}turns:\n{turns}")
        plan = Play(file=file, scenario="case", provider=provider)
        return Runner(project, mode).run(plan)

    return play


def waiting(said: str, within: str, count: str = "2") -> str:
    """A turn that waits for a second message."""
    return f"  - user: {said}\n    expect:\n      messages: {{count: {count}, within: {within}}}\n"


def texts(result: ScenarioResult, turn: int = 1) -> list[str]:
    reply = result.transcript.turns[turn - 1].reply
    return [message.text for message in reply.messages] if reply else []


def looks(result: ScenarioResult) -> int:
    return sum(len(turn.looks) for turn in result.transcript.turns)


@pytest.mark.parametrize("provider", TRIP)
def test_a_late_message_is_waited_for(provider: str, run: Run) -> None:
    """It stands behind the reply, marked late, live and in the replay of that, in no more time."""
    turns = waiting(TRIP[provider], "10s")

    recorded = run(provider, turns, Mode.RECORD)
    replayed = run(provider, turns, Mode.REPLAY)

    for result in (recorded, replayed):
        assert result.outcome is Outcome.PASSED, result.failures or result.error
        assert texts(result)[1:] == [SAID]
        assert [one.is_late for one in result.transcript.turns[0].reply.messages] == [False, True]
        assert looks(result) == 1
        assert result.notes == ()
        assert result.transcript.turns[0].latency < 0.5


def test_the_time_is_over_live_and_in_the_replay(run: Run) -> None:
    """Where nothing comes, live and replay look as often, and fail with the same sentence."""
    turns = waiting("Is there an SLA?", "100ms")

    recorded = run("enthusiast", turns, Mode.RECORD)
    replayed = run("enthusiast", turns, Mode.REPLAY)

    sentence = "the reply has 1 message, expected 2; no further message arrived within 100 ms"
    assert [one.message for one in recorded.failures] == [sentence]
    assert [one.message for one in replayed.failures] == [sentence]
    assert looks(recorded) == looks(replayed) == 1
    assert replayed.notes == ()


def test_a_reply_that_will_do_is_not_waited_for(run: Run) -> None:
    """Where the check holds at once nothing is looked for, also where nothing says how."""
    turns = waiting("Do you offer free shipping?", "10s", count="{at_least: 1}")

    result = run("connectly", turns, Mode.LIVE)

    assert result.outcome is Outcome.PASSED
    assert looks(result) == 0


def test_later_turns_do_not_hear_it_again(run: Run) -> None:
    """What came late is no message of the next reply, and is not late a second time."""
    turns = waiting(TRIP["bighummingbird"], "10s") + waiting("Where am I going?", "100ms")

    result = run("bighummingbird", turns, Mode.LIVE)

    assert texts(result, 1)[1:] == [SAID]
    assert texts(result, 2) == ["You are going to Rome."]


def test_a_capture_may_be_of_what_came_late(run: Run) -> None:
    """What a turn captures is looked for in the late messages as well, and a check may use it."""
    turns = (
        f"  - user: {TRIP['enthusiast']}\n    expect:\n"
        "      messages: {last: {contains: 'until ${hour}'}, within: 10s}\n"
        "    capture: {hour: {matches: 'until (\\w+)'}}\n"
    )

    recorded = run("enthusiast", turns, Mode.RECORD)
    replayed = run("enthusiast", turns, Mode.REPLAY)

    assert recorded.outcome is Outcome.PASSED, recorded.failures or recorded.error
    assert replayed.outcome is Outcome.PASSED, replayed.failures or replayed.error


def test_longer_than_the_recording_was_waited(run: Run) -> None:
    """A replay waits no longer than its recording, judges what came, and says so."""
    run("enthusiast", waiting("Is there an SLA?", "100ms"), Mode.RECORD)

    result = run("enthusiast", waiting("Is there an SLA?", "30s"), Mode.REPLAY)

    assert result.error is None
    assert result.outcome is Outcome.FAILED
    (failed,) = result.failures
    assert failed.difference[-1].startswith("the recording ends ")


def test_waiting_that_was_not_recorded(run: Run) -> None:
    """A recording without a look is a miss, which `record` mends."""
    said = TRIP["enthusiast"]
    run("enthusiast", f"  - user: {said}\n    expect: none\n", Mode.RECORD)

    missed = run("enthusiast", waiting(said, "10s"), Mode.REPLAY)
    mended = run("enthusiast", waiting(said, "10s"), Mode.RECORD)

    assert isinstance(missed.error, CassetteError)
    assert missed.error.code == "not-recorded"
    assert mended.outcome is Outcome.PASSED


def test_the_same_wait_is_no_drift(run: Run) -> None:
    """A conversation that waits is compared with its recording, and is the same."""
    turns = waiting(TRIP["enthusiast"], "10s")
    run("enthusiast", turns, Mode.RECORD)

    result = run("enthusiast", turns, Mode.DRIFT)

    assert result.outcome is Outcome.PASSED
    assert [one.drift.kind for one in result.compared] == [Drift.SAME]


def test_the_limit_of_the_scenario_holds_while_it_waits(run: Run) -> None:
    """`timeout` ends a conversation that waits for a late message."""
    result = run("enthusiast", waiting("Is there an SLA?", "30s"), Mode.LIVE, "timeout: 1s\n")

    assert result.error is not None
    assert result.error.code == "scenario-timeout"
    assert result.failures == ()


def test_a_run_that_is_stopped_waits_no_longer(project: Project) -> None:
    """A conversation that waits for a late message is broken off with the others."""
    file = project.config.root / "scenarios/case.yaml"
    file.write_text(f"scenario: case\nturns:\n{waiting('Is there an SLA?', '60s')}")
    runner = Runner(project, Mode.LIVE)
    stopping = threading.Timer(0.5, runner.stop)
    stopping.start()

    result = runner.run(Play(file=file, scenario="case", provider="enthusiast"))

    stopping.join()
    assert result.error is not None
    assert result.error.code == "interrupted"


def test_a_python_test_waits_as_well(project: Project) -> None:
    """`expect` waits behind the last reply and gives it with what came, recorded and replayed."""
    for mode in (Mode.RECORD, Mode.REPLAY):
        runner = Runner(project, mode)
        test = PythonTest(file=project.config.root / "test_late.py", name="late")
        chat = open_chat(project, runner, mode, test)
        try:
            reply = chat.say(TRIP["enthusiast"])
            found = reply.expect(messages={"count": 2, "within": "10s"})
            with pytest.raises(
                AssertionError, match=("message 2 arrived late, and no other within 2")
            ):
                found.expect(messages={"count": 3, "within": "200ms"})
            chat.say("What does it cost?")
            with pytest.raises(ScenarioError, match="another message was sent"):
                reply.expect(messages={"count": 3, "within": "10s"})
            with pytest.raises(ScenarioError, match="cannot wait here"):
                chat.expect(messages={"count": 9, "within": "10s"})
        finally:
            chat.close()

        assert [one.text for one in found.messages][1:] == [SAID]
        assert chat.result().notes == ()
