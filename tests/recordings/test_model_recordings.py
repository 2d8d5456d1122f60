"""Recordings of Anthropic's Messages API and OpenAI's Responses API, as stock vcrpy has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.conversation import Outcome
from harness.core import CassetteError
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.recordings.importer import ROOT, Importer, empty_project

UNTOLD = {
    "picture": "is of the type",
    "rate-limit": "only one conversation can be imported at a time",
    "error-in-stream": "only one conversation can be imported at a time",
    "failed-response": "only one conversation can be imported at a time",
}
"""What a scenario cannot tell of a foreign recording: pictures, and a chat after a failed turn."""
CASES = sorted(
    f"{provider}/{file.stem}"
    for provider in (
        *("anthropic-messages", "anthropic-messages-streamed"),
        *("openai-responses", "openai-responses-streamed", "openai-chat", "openai-chat-streamed"),
    )
    for file in (ROOT / f"cassettes/{provider}").glob("*.yaml")
    # Of a matrix, one scenario has several recordings.
    if "--" not in file.stem
)


@pytest.fixture
def importer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Importer:
    """A project with the providers of the example suite."""
    monkeypatch.chdir(tmp_path)
    return empty_project(tmp_path)


def replayed(case: str) -> list[str]:
    """What the bot says in the example suite."""
    provider, name = case.split("/")
    project = Project.at(ROOT / "harness.yaml")
    project.environment = {}
    files = (ROOT / "scenarios").rglob("*.yaml")
    found = next(one for one in files if f"scenario: {name}\n" in one.read_text())
    play = Play(file=found, scenario=name, provider=provider)
    result = Runner(project, Mode.REPLAY).run(play)
    return [turn.reply.text for turn in result.transcript.turns if turn.reply is not None]


@pytest.mark.parametrize("case", [one for one in CASES if not one.endswith(tuple(UNTOLD))])
def test_a_recording_of_a_model_is_imported(case: str, importer: Importer) -> None:
    """The new scenario replays green, and the bot says in it what it said in the recording."""
    provider = case.partition("/")[0]

    imported = importer.call(importer.foreign(case), provider)

    assert imported.exit_code == 0, imported.output
    result = importer.replay(provider, "foreign")
    assert (result.error, result.outcome) == (None, Outcome.PASSED)
    said = [turn.reply.text for turn in result.transcript.turns if turn.reply is not None]
    assert said == replayed(case)


@pytest.mark.parametrize("case", [one for one in CASES if one.endswith(tuple(UNTOLD))])
def test_a_recording_that_a_scenario_cannot_tell(case: str, importer: Importer) -> None:
    """The reason is named, and nothing is written."""
    reason = next(text for end, text in UNTOLD.items() if case.endswith(end))

    imported = importer.call(importer.foreign(case), case.partition("/")[0])

    assert isinstance(imported.exception, CassetteError)
    assert reason in f"{imported.exception} {imported.exception.details}"
    assert importer.files() == []
