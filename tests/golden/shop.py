"""A shop whose chat API is one request: the project that talks to it, and a play in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.config import read_config
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project

NOWHERE = "http://127.0.0.1:9"
"""Where no server is; a replay asks none."""
CASSETTE = "cassettes/shop/dress.yaml"
JOURNAL = "cassettes/shop/.dress.yaml.journal"
CHAT = """\
send:
  - request: {post: /chat, json: {text: '${message.text}'}}
    reply: {text: $.text}
"""
_CONFIG = """\
providers:
  shop:
    definition: definitions/ours
    timeout: %s
    settings: {base_url: '${env.SHOP_URL}', token: '${env.SHOP_KEY}'}
"""
_DEFINITION = """\
definition: ours
settings:
  base_url: {type: string, required: true}
  token: {type: string, secret: true}
headers: {Authorization: 'Bearer ${settings.token}'}
"""


def write_shop(folder: Path, scenario: str, *, steps: str = CHAT, timeout: str = "20s") -> None:
    """Write harness.yaml, the definition with these steps, and the scenario `dress`."""
    for name, text in {
        "harness.yaml": _CONFIG % timeout,
        "definitions/ours/provider.yaml": _DEFINITION + steps,
        "scenarios/dress.yaml": scenario,
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def shop_runner(folder: Path, mode: Mode, environment: Mapping[str, str] | None = None) -> Runner:
    """A runner over what the folder holds; the environment is the process's where left out."""
    return Runner(Project(read_config(folder / "harness.yaml"), environment=environment), mode)


def play_dress(folder: Path, runner: Runner) -> ScenarioResult:
    """Play the scenario."""
    file = folder / "scenarios/dress.yaml"
    return runner.run(Play(file=file, scenario="dress", provider="shop"))
