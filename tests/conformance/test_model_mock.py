"""Definitions of model APIs against a mock that nobody here wrote, with its faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.config import read_config
from harness.conversation import Outcome
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.conformance.model_mock import serving_mock

DEFINITIONS = {
    "anthropic-messages": {"path": "", "model": "claude-haiku-4-5"},
    "openai-chat": {"path": "/v1", "model": "gpt-4.1-mini"},
    "openai-responses": {"path": "/v1", "model": "gpt-4.1-mini"},
}
PLAYED = [(name, streamed) for name in DEFINITIONS for streamed in (False, True)]
SHOWN = [f"{name}{', streamed' if streamed else ''}" for name, streamed in PLAYED]
PLAYS = pytest.mark.parametrize(("definition", "streamed"), PLAYED, ids=SHOWN)
TALK = """
  - user: What is the capital of France?
    expect: {equals: 'The capital of France is Paris, on the Seine.'}
  - user: and how old is it
    expect: {contains: 2000 years}
"""
Played = Callable[..., ScenarioResult]


@pytest.fixture
def played(tmp_path: Path) -> Played:
    """Play turns with a definition against an address, in a mode."""

    def play(
        definition: str,
        url: str,
        turns: str,
        mode: Mode = Mode.LIVE,
        *,
        streamed: bool,
        **entry: object,
    ) -> ScenarioResult:
        known = DEFINITIONS[definition]
        settings = {
            "base_url": "${env.MOCK_URL}",
            "api_key": "${env.MOCK_KEY}",
            "model": known["model"],
            "stream": streamed,
        }
        provider = {"definition": definition, "settings": settings, **entry}
        (tmp_path / "harness.yaml").write_text(json.dumps({"providers": {"mock": provider}}))
        file = tmp_path / "scenarios/case.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"scenario: case\nturns:{turns}")
        live = {"MOCK_URL": url + known["path"], "MOCK_KEY": "key-of-a-test"}
        environment = {} if mode is Mode.REPLAY else live
        project = Project(read_config(tmp_path / "harness.yaml"), environment=environment)
        return Runner(project, mode).run(Play(file=file, scenario="case", provider="mock"))

    return play


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The mock without faults."""
    with serving_mock(tmp_path_factory.mktemp("mock")) as url:
        yield url


@PLAYS
def test_a_conversation_is_played_recorded_and_replayed(
    definition: str, *, streamed: bool, mock: str, played: Played
) -> None:
    """The second answer depends on the first turn, so that the request must contain it."""
    modes = (Mode.LIVE, Mode.RECORD, Mode.REPLAY)
    results = [played(definition, mock, TALK, mode, streamed=streamed) for mode in modes]

    for result in results:
        assert result.outcome is Outcome.PASSED, result.failures or result.error
    texts = [[turn.reply.text for turn in result.transcript.turns] for result in results]
    assert texts[1:] == texts[:1] * 2


@PLAYS
def test_calls_of_tools_are_answered(
    definition: str, *, streamed: bool, mock: str, played: Played
) -> None:
    """A call is read, in one piece or in several, and its result leads to the answer."""
    turns = """
  - user: How is the weather?
    answers: {get_weather: {returns: {temp: 21}}}
    expect:
      equals: It is 21 °C in Paris.
      tools: {exactly: [{name: get_weather, arguments: {city: Paris}}]}
"""
    result = played(definition, mock, turns, streamed=streamed)

    assert result.outcome is Outcome.PASSED, result.failures or result.error


@PLAYS
def test_a_refusal_is_expected(
    definition: str, *, streamed: bool, mock: str, played: Played
) -> None:
    """A turn expects 429, and the conversation goes on."""
    turns = f"\n  - user: too many\n    error: {{status: 429}}{TALK}"

    result = played(definition, mock, turns, streamed=streamed)

    assert result.outcome is Outcome.PASSED, result.failures or result.error


CHAOS = {
    "drop": {"unexpected-status"},
    "ratelimit": {"unexpected-status"},
    "malformed": {"not-json", "wrong-content-type"},
    "disconnect": {"connection-broken"},
}


@pytest.mark.parametrize("fault", CHAOS)
def test_a_fault_of_the_mock_is_broken(fault: str, tmp_path: Path, played: Played) -> None:
    """A server that fails makes the conversation BROKEN, whatever the scenario expects."""
    turns = "\n  - user: What is the capital of France?\n    expect: none\n"
    with serving_mock(tmp_path, **{fault: 1.0}) as url:
        for definition, streamed in PLAYED:
            result = played(definition, url, turns, streamed=streamed, retries=0)

            assert result.outcome is Outcome.BROKEN
            assert result.error is not None
            assert result.error.code in CHAOS[fault], (definition, streamed)
