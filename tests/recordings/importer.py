"""A project that recordings are imported into."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from harness.cli.app import app
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.transport.cassette import Cassette, Interactions, dump_cassette, read_cassette

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Importer:
    """An empty project with the example suite's providers, which is the current folder."""

    folder: Path

    def call(self, file: Path, provider: str, *options: str) -> Result:
        """`harness import cassette FILE --provider NAME …`, inside this process."""
        arguments = ["import", "cassette", str(file), "--provider", provider, *options]
        return CliRunner().invoke(app, arguments)

    def replay(self, provider: str, scenario: str) -> ScenarioResult:
        """Hold a scenario from its recording, with nothing in the environment."""
        project = Project.at(self.folder / "harness.yaml")
        project.environment = {}
        file = self.folder / f"scenarios/{provider}/{scenario}.yaml"
        play = Play(file=file, scenario=scenario, provider=provider)
        return Runner(project, Mode.REPLAY).run(play)

    def foreign(self, name: str, keep=lambda rows: rows) -> Path:
        """One of the example suite's recordings as stock vcrpy would have written it."""
        rows = read_cassette(ROOT / f"cassettes/{name}.yaml").interactions.plain
        nothing = {"is_ours": False, "first_byte": None, "seconds": None, "chunks": []}
        path = self.folder / "foreign.yaml"
        stripped = Interactions(keep([{**row, **nothing} for row in rows]))
        path.write_text(dump_cassette(Cassette(interactions=stripped)))
        return path

    def files(self) -> list[str]:
        """What was written."""
        found = [*self.folder.rglob("scenarios/**/*.yaml"), *self.folder.rglob("cassettes/**/*")]
        return sorted(str(one.relative_to(self.folder)) for one in found if one.is_file())


def empty_project(folder: Path) -> Importer:
    """One without scenarios and recordings."""
    shutil.copy(ROOT / "harness.yaml", folder)
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    (folder / "scenarios").mkdir()
    return Importer(folder)
