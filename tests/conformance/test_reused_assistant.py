"""Mister Turing: an assistant that is given is reused, one that is not is created for the run."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from harness.config import read_config
from harness.emulators import serving
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project

CONFIG = """\
providers:
  bot:
    definition: mister-turing
    settings:
      base_url: ${env.MISTER_TURING_URL}
      token: ${env.MISTER_TURING_TOKEN}
      assistant_id: ${env.ASSISTANT_ID}
"""

SCENARIO = """\
scenario: hello
turns:
  - user: Hello
    expect: {contains: How can I help you?}
"""


@pytest.fixture
def played(tmp_path):
    """Plays the scenario in a mode, with what is set in the environment beside the emulator's."""
    (tmp_path / "harness.yaml").write_text(CONFIG)
    file = tmp_path / "scenarios" / "hello.yaml"
    file.parent.mkdir()
    file.write_text(SCENARIO)

    def play(mode: Mode, environment: dict[str, str]):
        config = read_config(Path(tmp_path / "harness.yaml"))
        runner = Runner(Project(config, environment=environment), mode)
        return runner.run(Play(file=file, scenario="hello", provider="bot"))

    return play


def _deployed(environment: dict[str, str]) -> str:
    headers = {"authorization": f"Bearer {environment['MISTER_TURING_TOKEN']}"}
    url = environment["MISTER_TURING_URL"]
    with httpx.Client(headers=headers, trust_env=False) as client:
        made = client.post(f"{url}/assistant/", json={"name": "Kept"}).json()["external_id"]
        client.post(f"{url}/assistant/deploy/", json={"assistant_id": made}).raise_for_status()
    return str(made)


def test_a_given_assistant_is_reused(played, tmp_path):
    """With an `assistant_id` nothing is created or deployed, live and in the replay."""
    with serving(["mister-turing"]) as running:
        environment = {**running.environment, "ASSISTANT_ID": _deployed(running.environment)}
        live = played(Mode.REFRESH, environment)
    replayed = played(Mode.REPLAY, {})

    steps = [e.request.origin.step for turn in live.transcript.turns for e in turn.exchanges]
    opening = live.transcript.turns[0].exchanges[0].request.body.decode()
    assert (live.error, live.failures) == (None, ())
    assert steps == ["open.1", "send.1"]
    assert environment["ASSISTANT_ID"] in opening
    assert (replayed.error, replayed.failures) == (None, ())
    assert not (tmp_path / "cassettes" / "bot" / "prepare.yaml").exists()
