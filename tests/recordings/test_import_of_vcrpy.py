from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import vcr

from harness.conversation import Origin, Outcome, Request
from harness.emulators import serving
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.session import Session
from harness.scenario import AssistantLine
from harness.transport import Answer, Transport
from harness.transport.transport import Chunk
from tests.recordings.importer import ROOT

CONVERSATIONS = (
    ("connectly", "pink-dress"),
    ("superoffice", "contact-support"),
    ("mister-turing", "it-ticket"),
    ("bighummingbird", "remembered-trip"),
    ("enthusiast", "plan-costs"),
)
Said = tuple[str, str, str]
"""What the user says, what is shown of it, and what the bot answers."""
SECRETS = ("API_KEY", "TOKEN", "PASSWORD", "TICKET")


class PlainWire(Transport):
    """A client that knows nothing of recordings, as other people's code has one."""

    def __init__(self) -> None:
        self._client = httpx.Client(trust_env=False)

    def send(self, request: Request) -> Answer:
        # As the server's own code has it; without the slash it redirects.
        url = f"{request.url}/" if "/task_status/" in request.url else request.url
        answer = self._client.request(
            request.method, url, headers=request.headers, content=request.body
        )
        return Answer(
            status=answer.status_code,
            reason=answer.reason_phrase,
            headers=tuple(answer.headers.multi_items()),
            started=0.0,
            chunks=iter([Chunk(0.0, answer.content)]),
            attempts=(),
            is_timed=False,
        )

    def now(self, _origin: Origin) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> tuple[Path, dict[str, list[Said]], dict[str, str]]:
    """What stock vcrpy recorded of five conversations, what was said, and the environment."""
    folder = tmp_path_factory.mktemp("vcrpy")
    with serving() as running:
        environment = dict(running.environment)
        project = Project.at(ROOT / "harness.yaml")
        project.environment = environment
        told = {}
        for provider, name in CONVERSATIONS:
            with vcr.use_cassette(str(folder / f"{provider}.yaml")):
                told[provider] = list(conversation(project, provider, name))
    return folder, told, environment


def conversation(project: Project, provider: str, name: str) -> Iterator[Said]:
    """Hold one of the example suite's conversations over a plain client."""
    file = ROOT / f"scenarios/{provider}/{name}.yaml"
    scenario = load_scenario(project, file)
    play = Play(file=file, scenario=name, provider=provider)
    recorded = iter(Runner(project, Mode.REPLAY).run(play).transcript.turns)
    wire = PlainWire()
    there = project.provider(provider)
    prepared = Session(there, wire, seed="x").prepare()
    session = Session(
        there, wire, seed="x", told=scenario.session.render({}), prepare=lambda: prepared
    )
    for turn in scenario.turns:
        if isinstance(turn, AssistantLine):
            session.hear("Welcome to my store! How can I help?")
            continue
        user = next(recorded).user
        yield user.text, user.display_text, session.say(user, turn.number).text
    session.close()
    wire.close()


def said(result: ScenarioResult) -> list[Said]:
    return [
        (turn.user.text, turn.user.display_text, turn.reply.text if turn.reply else "")
        for turn in result.transcript.turns
    ]


@pytest.mark.parametrize("provider", [name for name, _ in CONVERSATIONS])
def test_what_vcrpy_recorded_becomes_a_scenario_that_is_green(importer, recorded, provider):
    """Messages, buttons and replies are those of the conversation; nothing is sent for it."""
    folder, told, _ = recorded

    result = importer.call(folder / f"{provider}.yaml", provider, "--scenario", "taken")
    assert result.exit_code == 0, result.exception
    replayed = importer.replay(provider, "taken")

    assert said(replayed) == told[provider]
    assert replayed.outcome is Outcome.PASSED
    assert replayed.notes == ()
    assert {check.turn for check in replayed.checks} == {*range(1, len(said(replayed)) + 1)}


@pytest.mark.parametrize("provider", [name for name, _ in CONVERSATIONS])
def test_no_secret_of_the_recording_is_written(importer, recorded, provider):
    """Neither by value nor by name, though nothing in the environment says what is secret."""
    folder, _, environment = recorded
    prefix = provider.upper().replace("-", "_")
    values = [
        value
        for name, value in environment.items()
        if name.startswith(prefix) and name.endswith(SECRETS) and len(value) > 3
    ]
    importer.call(folder / f"{provider}.yaml", provider, "--scenario", "taken")

    written = "".join((importer.folder / name).read_text() for name in importer.files())

    assert values or provider == "bighummingbird"
    assert [value for value in values if value in written] == []
    assert "uthorization" not in written
