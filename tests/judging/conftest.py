from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.core import Json
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.project_file import JudgeMode
from tests.json_server import serving_json
from tests.judging.judging_server import ChatHandler, Judging, Said, verdicts

CONFIG = """\
providers:
  bot: {%s}
  referee:
    definition: openai-chat
    %s
    settings: {base_url: '${env.URL}', api_key: '${env.KEY}', model: '${env.MODEL}'}
judges:
  careful: {provider: referee%s}
"""
BOT = "definition: openai-chat, settings: {base_url: '${env.URL}', model: shop}"


@dataclass
class JudgedProject:
    """A project with one scenario, whose bot and judge are one server."""

    folder: Path
    judging: Judging
    environment: Mapping[str, str]

    def expect(self, checks: str, *, further: str = "") -> None:
        """Write the scenario: one turn with these checks, in YAML's short form."""
        self.scenario(f"turns:\n- user: What does shipping cost?\n  expect: {checks}\n{further}")

    def scenario(self, text: str) -> None:
        """Write the scenario: everything but its id."""
        file = self.folder / "scenarios" / "shipping.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"scenario: shipping\n{text}", encoding="utf-8")

    def configure(self, more: str, *, provider: str = "retries: 0", bot: str = BOT) -> None:
        """Write harness.yaml, with more keys of the judge, those of its provider, and the bot."""
        text = CONFIG % (bot, provider, f", {more}" if more else "")
        (self.folder / "harness.yaml").write_text(text)

    def project(self, **environment: str) -> Project:
        """The project, with these variables alone."""
        base = Project.at(self.folder / "harness.yaml")
        return Project(base.config, environment=environment)

    def run(
        self,
        mode: Mode = Mode.REPLAY,
        judge: JudgeMode | None = None,
        **environment: str,
    ) -> ScenarioResult:
        """Play the scenario; a replay has no variables but those that are given."""
        asks = mode.is_live or (judge is not None and judge.asks)
        known = {**(self.environment if asks else {}), **environment}
        project = self.project(**known)
        play = Play(
            file=self.folder / "scenarios" / "shipping.yaml", scenario="shipping", provider="bot"
        )
        return Runner(project, mode, judging=judge).run(play)

    def record(self) -> ScenarioResult:
        """Record the conversation, and what the judge says of it."""
        return self.run(Mode.RECORD)

    @property
    def sidecar(self) -> Path:
        """The recording of the judge."""
        return self.folder / "cassettes" / "bot" / "judged" / "referee" / "shipping.yaml"


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[JudgedProject]:
    """A project with a judge who says yes to everything."""
    judging = Judging(say=lambda text: Said(verdicts(text)))
    with serving_json(ChatHandler, judging=judging) as url:
        environment = {"URL": url, "KEY": "sk-referee-key-1", "MODEL": "m1"}
        project = JudgedProject(tmp_path, judging, environment)
        project.configure("")
        yield project


@pytest.fixture
def saying(judged: JudgedProject) -> Callable[..., None]:
    """Let the judge answer these texts in turn; the last one from then on."""

    def say(*texts: str | Callable[[str], str]) -> None:
        left = list(texts)

        def answer(question: str) -> Said:
            text = left.pop(0) if len(left) > 1 else left[0]
            return Said(text if isinstance(text, str) else text(question))

        judged.judging.say = answer

    return say


def reasons(result: ScenarioResult) -> list[Json]:
    """What the judge answered to each check."""
    return [[one.answer.text for one in check.opinions] for check in result.checks]
