"""A part of an `expect:` block, judged against a reply that stands in the document."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from harness.conversation import Request, Transcript, Turn, UserMessage
from harness.play.judging import judge_turn
from harness.play.result import ScenarioResult
from harness.project.loading import load_scenario
from harness.project.project import Project
from harness.providers.session import Session
from harness.reports.failure import failure_screen
from harness.transport import Answer, Chunk

SECONDS = 1.24
"""What every reply took."""
SAID = "Hello"
_SAID_BY_USER = "  user "


class _Answering:
    """A wire whose every answer has the same body."""

    def __init__(self, body: str) -> None:
        self._body = body.encode()

    def send(self, _request: Request) -> Answer:
        return Answer(
            status=200,
            reason="OK",
            headers=(("content-type", "application/json"),),
            started=0.0,
            chunks=self._chunks(),
        )

    def _chunks(self) -> Iterator[Chunk]:
        yield Chunk(SECONDS, self._body)

    def sleep(self, seconds: float) -> None:
        """No time passes."""

    def close(self) -> None:
        """Nothing is held."""


def judged(folder: Path, expectations: str, provider: str, payload: str) -> str:
    """What the harness says of a provider's reply; empty where all checks hold.

    The text is that of a failure, up to where it shows what was said. Raises `HarnessError`
    where the expectations or the reply make no sense.
    """
    project = Project.at(folder / "harness.yaml")
    file = folder / "scenarios" / "example.yaml"
    head = f"scenario: example\nprovider: {provider}\nturns:\n  - user: {SAID}\n    expect:\n"
    file.parent.mkdir(exist_ok=True)
    file.write_text(head + textwrap.indent(expectations, " " * 6), encoding="utf-8")
    try:
        scenario = load_scenario(project, file)
    finally:
        file.unlink()
    session = Session(project.provider(provider), _Answering(payload), seed="docs")
    message = UserMessage(text=SAID)
    reply = session.say(message, 1)
    turn = Turn(number=1, user=message, reply=reply, exchanges=session.take_exchanges())
    transcript = Transcript(scenario=scenario.id, provider=provider, turns=(turn,))
    checks = judge_turn(scenario.user_turns[0], turn, transcript, project.vocabulary)
    result = ScenarioResult(scenario=scenario, transcript=transcript, checks=tuple(checks))
    lines = failure_screen(result).splitlines()
    cut = next((n for n, line in enumerate(lines) if line.startswith(_SAID_BY_USER)), len(lines))
    return "\n".join(lines[:cut])
