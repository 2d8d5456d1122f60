"""Every built-in definition against its emulator, over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from harness.config import read_config
from harness.conversation import Outcome, Phase, Transcript, UserMessage
from harness.emulators import EMULATORS, Sample, serving
from harness.play.context_factory import ContextFactory
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.builtin import FOLDERS
from harness.providers.catalogue import definition_of
from harness.providers.session import Session
from tests.emulated import providers_yaml

SYSTEMS = {name: emulator.sample for name, emulator in EMULATORS.items()}
"""Two messages of a conversation with each, and what its vendor's page says of the answers."""

ASKED = (Phase.PREPARE, Phase.OPEN, Phase.SEND, Phase.HISTORY, Phase.CLOSE)
"""In the order of a conversation of one turn."""

Run = Callable[..., ScenarioResult]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The variables of the running emulators."""
    with serving() as running:
        yield running.environment


@pytest.fixture
def project(tmp_path: Path, environment: dict[str, str]) -> Project:
    """A project with every system."""
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


def whole_turns(sample: Sample, *, has_history: bool) -> str:
    """Two turns that check the text, capture the payload, and look at the history."""
    first, second = sample.say
    history = "history: {json: {$: {type: [object, array]}}}, " if has_history else ""
    return asking(
        first,
        f"expect: {{contains: '{sample.contains[0]}'}}",
        "capture: {found: $}",
    ) + asking(second, f"expect: {{{history}contains: '{sample.contains[1]}'}}")


def test_every_definition_is_here() -> None:
    """Every definition that is built in has an emulator, and is tested here."""
    assert set(EMULATORS) == set(FOLDERS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_step_keeps_to_its_contract(system: str, project: Project) -> None:
    """Open, say, history and close: every request goes out, every answer fits its schema."""
    context = ContextFactory(project).live_check(system)
    definition = context.provider.definition
    try:
        prepared = Session(context.provider, context.transport, seed=context.seed).prepare()
        session = Session(
            context.provider,
            context.transport,
            seed=context.seed,
            told=SYSTEMS[system].session,
            prepare=lambda: prepared,
        )
        reply = session.say(UserMessage(text=SYSTEMS[system].say[0]), 1)
        if definition.phases[Phase.HISTORY]:
            session.history()
        session.close()
        exchanges = (*prepared.exchanges, *session.take_exchanges())
    finally:
        context.transport.close()
    asked = [one.request.origin.step for one in exchanges]
    steps = [step for phase in ASKED for step in definition.phases[phase]]

    assert SYSTEMS[system].contains[0] in reply.text
    assert [exchange.contract for exchange in exchanges if exchange.contract] == []
    assert {step.name for step in steps if step.when is None} <= set(asked)
    assert list(dict.fromkeys(asked)) == [step.name for step in steps if step.name in asked]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_recording_replays_to_an_equal_transcript(
    system: str, run: Run, project: Project
) -> None:
    """Texts, payloads, statuses and captures of a replay are those of the recording."""
    definition = definition_of(project.config, project.config.providers[system])
    has_history = bool(definition.phases[Phase.HISTORY])
    turns = whole_turns(SYSTEMS[system], has_history=has_history)

    recorded = run(system, turns, Mode.RECORD)
    replayed = run(system, turns, Mode.REPLAY)

    assert recorded.outcome is Outcome.PASSED, recorded.failures or recorded.error
    assert replayed.outcome is Outcome.PASSED, replayed.failures or replayed.error
    assert replayed.notes == ()
    assert told(replayed.transcript) == told(recorded.transcript)
    assert [check.name for check in replayed.checks] == [check.name for check in recorded.checks]


def told(transcript: Transcript) -> list[dict[str, Any]]:
    """What a transcript says, without times, headers that are not kept, and secrets of a query."""
    return [
        {
            "user": turn.user,
            "texts": [message.text for message in turn.reply.messages] if turn.reply else None,
            "payload": turn.reply.payload if turn.reply else None,
            "history": turn.history,
            "statuses": [one.response.status for one in turn.exchanges if one.response],
            "urls": [one.request.url.partition("?")[0] for one in turn.exchanges],
            "bodies": [one.request.body for one in turn.exchanges],
            "captured": turn.variables.get("found"),
        }
        for turn in transcript.turns
    ]


@pytest.mark.parametrize("credentials", ["none", "wrong"])
@pytest.mark.parametrize("system", [name for name, one in SYSTEMS.items() if one.refusal])
def test_without_the_right_key_it_refuses(system: str, credentials: str, run: Run) -> None:
    """Without a key and with a wrong one, the documented status comes, live and replayed."""
    sample = SYSTEMS[system]
    of_wrong = sample.refusal_of_wrong or sample.refusal
    status = of_wrong if credentials == "wrong" else sample.refusal
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
    "html": {"html-page", "not-json"},
    "empty": {"empty-body", "empty-stream", "not-json"},
    "error 200": {
        *("no-text", "no-reply", "capture-missing", "wrong-content-type", "answer-refused"),
    },
    # On a WebSocket, each of these is a message, or a close.
    "status 503": {"unexpected-status", "answer-refused"},
    "close": {"connection-broken", "socket-closed"},
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
