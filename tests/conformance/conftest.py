"""Projects that talk to one strict server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.config import read_config
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.conformance.strict_systems import SETTINGS

Played = Callable[..., ScenarioResult]
Defined = Callable[..., str]


@pytest.fixture
def played(tmp_path: Path) -> Played:
    """Play turns in a mode against the server of a system, or a definition of the project's own."""

    def play(
        system: str, url: str, turns: str, mode: Mode = Mode.LIVE, top: str = "", **settings: object
    ) -> ScenarioResult:
        given = {**SETTINGS.get(system, {}), **settings}
        given = {name: value for name, value in given.items() if value is not None}
        secrets = {name: value for name, value in given.items() if name in ("token", "api_key")}
        named = {name: f"${{env.{name}}}" for name in secrets}
        written = json.dumps({"base_url": url, **given, **named})
        definition = f"definitions/{system}" if (tmp_path / "definitions").is_dir() else system
        (tmp_path / "harness.yaml").write_text(
            f"providers:\n  {system}: {{definition: {definition}, settings: {written}}}\n"
        )
        file = tmp_path / "scenarios/case.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"scenario: case\nprovider: {system}\n{top}turns:\n{turns}")
        project = Project(read_config(tmp_path / "harness.yaml"), environment=secrets)
        return Runner(project, mode).run(Play(file=file, scenario="case", provider=system))

    return play


@pytest.fixture
def defined(tmp_path: Path) -> Defined:
    """Write a definition of the project's own, of these steps and schemas, and give its name."""

    def define(steps: str, **schemas: object) -> str:
        folder = tmp_path / "definitions/ours"
        (folder / "schemas").mkdir(parents=True)
        for name, schema in schemas.items():
            (folder / f"schemas/{name}.schema.json").write_text(json.dumps(schema))
        (folder / "provider.yaml").write_text(
            f"definition: ours\nsettings:\n  base_url: {{type: string}}\n{steps}"
        )
        return "ours"

    return define
