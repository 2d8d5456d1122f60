from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.config import read_config
from harness.parallel.thread_workers import ThreadWorkers
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers import builtin
from tests.shared_prefix.watched import Watched, watching

CONFIG = """\
provider: shop
providers:
  shop:
    definition: connectly
    settings: &shop
      base_url: ${env.CONNECTLY_URL}
      api_key: ${env.CONNECTLY_API_KEY}
      business_id: ${env.CONNECTLY_BUSINESS_ID}
      agent_descriptor_id: ${env.CONNECTLY_AGENT_ID}
  alone:
    definition: definitions/alone
    settings: *shop
  desk:
    definition: superoffice
    settings: {base_url: '${env.SUPEROFFICE_URL}', xsrf_path: login}
  library:
    definition: enthusiast
    settings:
      base_url: ${env.ENTHUSIAST_URL}
      token: ${env.ENTHUSIAST_TOKEN}
      data_set_id: ${env.ENTHUSIAST_DATA_SET_ID}
      poll_every: 10ms
"""
GENEROUS = 20.0
"""Seconds; a busy machine may need them."""


@pytest.fixture(scope="session")
def watched() -> Watched:
    """Emulators of one session, which tell what they are asked."""
    with watching("connectly", "superoffice", "enthusiast") as seen:
        yield seen


@dataclass
class Shop:
    """A project, and what its servers are asked."""

    folder: Path
    seen: Watched
    runners: list[Runner] = field(default_factory=list)

    def write(self, text: str, name: str = "dress") -> None:
        """A scenario file."""
        (self.folder / f"scenarios/{name}.yaml").write_text(text)

    def runner(self, mode: Mode) -> Runner:
        """What plays in one run of a mode."""
        config = read_config(self.folder / "harness.yaml")
        environment = self.seen.environment if mode is not Mode.REPLAY else {}
        self.runners.append(Runner(Project(config, environment=environment), mode))
        return self.runners[-1]

    def plays(self, *rows: str, provider: str = "shop", takes: int = 1) -> list[Play]:
        """Plays of the file, by the names of their rows."""
        file = self.folder / "scenarios/dress.yaml"
        plays = [Play(file=file, scenario="dress", provider=provider, row=row) for row in rows]
        return [one for play in plays for one in play.takes(takes)]

    def run(
        self, mode: Mode, plays: list[Play], *, concurrency: int = 1
    ) -> dict[str, ScenarioResult]:
        """Play in threads, in one run; results by row, with the take where it is not the first."""
        players = ThreadWorkers(
            self.runner(mode).run,
            plays,
            concurrency=concurrency,
            limits={"shop": concurrency},
            lanes=lambda play: (play.provider,),
        )
        try:
            return {_named(play): players.result(play) for play in plays}
        finally:
            players.stop(GENEROUS)

    def cassette(self, play: Play) -> Path:
        """Where a play's recording lies."""
        row = f"--{play.row}" if play.row else ""
        return self.folder / f"cassettes/{play.provider}/{play.scenario}{row}.yaml"


def _named(play: Play) -> str:
    return play.row if play.take == 1 else f"{play.row}.{play.take}"


@pytest.fixture
def shop(watched, tmp_path) -> Shop:
    """An empty project; its provider `alone` is the shop's, whose conversations share nothing."""
    watched.forget()
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "harness.yaml").write_text(CONFIG)
    origin = Path(builtin.__path__[0]) / "connectly"
    for file in origin.rglob("*.*"):
        there = tmp_path / "definitions/alone" / file.relative_to(origin)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(file.read_text().replace("forks: true", "forks: false"))
    yield Shop(tmp_path, watched)
    watched.released.set()
