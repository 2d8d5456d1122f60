"""Every built-in definition against its emulator, over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from harness.config import read_config
from harness.conversation import Outcome, Transcript, UserMessage
from harness.emulators import NAMES, serving
from harness.play.context_factory import ContextFactory
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.session import Session
from tests.emulated import providers_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What is said to a system, and what its vendor's page says of its answers."""

    say: tuple[str, str]
    """Two messages of one conversation."""
    contains: tuple[str, str]
    """What stands in the replies."""
    steps: tuple[str, ...]
    """Every step of one turn's conversation, in the order of their first request."""
    session: Mapping[str, str] = field(default_factory=dict)
    refused: int = 0
    """Status without a key and with a wrong one; 0 where the system has none."""
    has_history: bool = True
    capture: str = ""
    """A path into the reply's payload that leads to something."""


SYSTEMS = {
    "mister-turing": System(
        say=("Hello", "I have forgotten my password"),
        contains=("How can I help you?", "self-service portal"),
        steps=("prepare.1", "prepare.2", "open.1", "send.1", "history.1"),
        refused=403,
        capture="$.text",
    ),
    "connectly": System(
        say=("Do you offer free shipping?", "Yes I want a pink dress"),
        contains=("free shipping", "dress"),
        steps=("send.1",),
        refused=401,
        has_history=False,
        capture="$.response.stateId",
    ),
    "enthusiast": System(
        say=("Is there an SLA?", "Is there an SLA?"),
        contains=("priority support", "priority support"),
        steps=("open.1", "send.1", "send.2", "send.3", "history.1"),
        refused=401,
        capture="$.history[0].text",
    ),
    "superoffice": System(
        say=("How do I reset my password?", "How do I reset my password?"),
        contains=("Forgot Password", "password"),
        steps=("send.1", "history.1"),
        refused=401,
        capture="$.BotResponse",
    ),
    "bighummingbird": System(
        say=("Help me plan a trip.", "In June, for a week."),
        contains=("Paris", ""),
        steps=("open.1", "send.1", "history.1", "close.1"),
        session={"country": "France"},
        capture="$.message",
    ),
}

Run = Callable[..., ScenarioResult]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The variables of the running emulators."""
    with serving() as running:
        yield running.environment


@pytest.fixture
def project(tmp_path: Path, environment: dict[str, str]) -> Project:
    """A project with all five systems."""
    (tmp_path / "harness.yaml").write_text(providers_yaml())
    (tmp_path / "scenarios").mkdir()
    return Project(read_config(tmp_path / "harness.yaml"), environment=environment)


@pytest.fixture
def run(project: Project) -> Run:
    """Play the turns of one scenario in a mode."""

    def play(system: str, turns: str, mode: Mode = Mode.LIVE, top: str = "") -> ScenarioResult:
        file = project.config.root / "scenarios/case.yaml"
        session = dict(SYSTEMS[system].session)
        file.write_text(
            f"scenario: case\nprovider: {system}\nsession: {session}\n{top}turns:\n{turns}"
        )
        offline = Project(project.config, environment={})
        runner = Runner(offline if mode is Mode.REPLAY else project, mode)
        return runner.run(Play(file=file, scenario="case", provider=system))

    return play


def asking(text: str, *lines: str) -> str:
    """A turn with the given lines below it."""
    return "".join([f"  - user: '{text}'\n", *(f"    {line}\n" for line in lines)])


def whole_turns(system: System) -> str:
    """Two turns that check the text, capture something, and look at the history."""
    first, second = system.say
    history = "history: {json: {$: {type: [object, array]}}}, " if system.has_history else ""
    found = f"contains: '{system.contains[1]}'" if system.contains[1] else "status: 200"
    return asking(
        first,
        f"expect: {{contains: '{system.contains[0]}'}}",
        f"capture: {{found: '{system.capture}'}}",
    ) + asking(second, f"expect: {{{history}{found}}}")


def test_every_definition_is_here() -> None:
    """A definition that is built in is tested here."""
    builtin = Path(__file__).parents[2] / "harness/providers/builtin"

    assert {folder.name for folder in builtin.iterdir() if folder.is_dir()} - {
        "__pycache__"
    } == set(SYSTEMS)
    assert set(NAMES) == set(SYSTEMS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_step_keeps_to_its_contract(system: str, project: Project) -> None:
    """Open, say, history and close: every request goes out, every answer fits its schema."""
    context = ContextFactory(project).live_check(system)
    told = SYSTEMS[system].session
    try:
        prepared = Session(context.provider, context.transport, seed=context.seed).prepare()
        session = Session(
            context.provider,
            context.transport,
            seed=context.seed,
            told=told,
            prepare=lambda: prepared,
        )
        reply = session.say(UserMessage(text=SYSTEMS[system].say[0]), 1)
        if SYSTEMS[system].has_history:
            session.history()
        session.close()
        exchanges = (*prepared.exchanges, *session.take_exchanges())
    finally:
        context.transport.close()

    assert SYSTEMS[system].contains[0] in reply.text
    assert [exchange.contract for exchange in exchanges if exchange.contract] == []
    assert tuple(dict.fromkeys(one.request.origin.step for one in exchanges)) == (
        SYSTEMS[system].steps
    )


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_recording_replays_to_an_equal_transcript(system: str, run: Run) -> None:
    """Texts, payloads, statuses and captures of a replay are those of the recording."""
    turns = whole_turns(SYSTEMS[system])

    recorded = run(system, turns, Mode.RECORD)
    replayed = run(system, turns, Mode.REPLAY)

    assert recorded.outcome is Outcome.PASSED, recorded.failures or recorded.error
    assert replayed.outcome is Outcome.PASSED, replayed.failures or replayed.error
    assert replayed.notes == ()
    assert told(replayed.transcript) == told(recorded.transcript)
    assert [check.name for check in replayed.checks] == [check.name for check in recorded.checks]


def told(transcript: Transcript) -> list[dict[str, Any]]:
    """What a transcript says, without times and headers that are not kept."""
    return [
        {
            "user": turn.user,
            "texts": [message.text for message in turn.reply.messages] if turn.reply else None,
            "payload": turn.reply.payload if turn.reply else None,
            "history": turn.history,
            "statuses": [one.response.status for one in turn.exchanges if one.response],
            "urls": [one.request.url for one in turn.exchanges],
            "bodies": [one.request.body for one in turn.exchanges],
            "captured": turn.variables.get("found"),
        }
        for turn in transcript.turns
    ]


@pytest.mark.parametrize("credentials", ["none", "wrong"])
@pytest.mark.parametrize("system", [name for name, one in SYSTEMS.items() if one.refused])
def test_without_the_right_key_it_refuses(system: str, credentials: str, run: Run) -> None:
    """Without a key and with a wrong one, the documented status comes, live and replayed."""
    status = SYSTEMS[system].refused
    turns = asking(SYSTEMS[system].say[0], f"error: {{status: {status}}}")
    top = f"credentials: {credentials}\n"

    recorded = run(system, turns, Mode.RECORD, top)
    replayed = run(system, turns, Mode.REPLAY, top)

    assert recorded.outcome is Outcome.PASSED, recorded.failures or recorded.error
    assert replayed.outcome is Outcome.PASSED, replayed.failures or replayed.error


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_broken_contract_is_reported(system: str, run: Run) -> None:
    """An answer of another shape breaks the contract, whatever the scenario expects."""
    result = run(system, asking(f"{SYSTEMS[system].say[0]} [[shape]]", "expect: none"))

    assert "contract" in result.codes
    assert result.outcome is not Outcome.PASSED


def test_a_broken_contract_fails_although_the_text_is_right(run: Run) -> None:
    """Where the reply can be read, the scenario is FAILED by its contract alone."""
    turns = asking("Do you offer free shipping? [[shape]]", "expect: {contains: free shipping}")

    result = run("connectly", turns)

    assert result.outcome is Outcome.FAILED
    assert [check.name for check in result.failures] == ["contract"]
    assert [check.outcome for check in result.checks if check.name == "contains"] == [
        Outcome.PASSED
    ]


NO_REPLIES = {
    "html": {"html-page"},
    "empty": {"empty-body", "empty-stream"},
    "error 200": {"no-text", "no-reply", "capture-missing", "wrong-content-type"},
    "status 503": {"unexpected-status"},
    "close": {"connection-broken"},
}


@pytest.mark.parametrize("fault", NO_REPLIES)
@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_no_reply_is_told_apart(system: str, fault: str, run: Run) -> None:
    """A page, an empty body, an error under status 200, a refusal and a break are no replies."""
    result = run(system, asking(f"{SYSTEMS[system].say[0]} [[{fault}]]", "expect: none"))

    assert result.outcome is Outcome.BROKEN
    assert result.error is not None
    assert result.error.code in NO_REPLIES[fault]


def test_what_was_opened_is_closed_after_a_break(run: Run, environment: dict[str, str]) -> None:
    """A session is deleted also where the conversation broke."""
    origin = environment["BIGHUMMINGBIRD_URL"].removesuffix("/deployments/travel")
    run("bighummingbird", asking("Hello [[html]]", "expect: none"))
    run("bighummingbird", asking("Hello", "expect: {contains: nothing like it}"))

    assert httpx.get(f"{origin}/__emulator__/sessions").json() == {"open": []}
