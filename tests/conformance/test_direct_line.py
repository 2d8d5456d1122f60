"""Direct Line with a token of one conversation instead of the bot's secret."""

from __future__ import annotations

from pathlib import Path

import httpx

from harness.config import read_config
from harness.conversation import Outcome
from harness.emulators import EMULATORS, serving
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project

CONFIG = """\
providers:
  direct-line:
    definition: direct-line
    settings: {base_url: '${env.URL}', token: '${env.TOKEN}', poll_every: 10ms, quiet: 20ms}
"""
SCENARIO = """\
scenario: case
turns:
  - user: Hello
    expect: {equals: 'You said: Hello'}
"""
GENERATE = "/v3/directline/tokens/generate"
SECRET = EMULATORS["direct-line"].environment["DIRECT_LINE_SECRET"]


def test_a_token_is_refreshed_and_never_stored(tmp_path: Path) -> None:
    """The conversation of the token is used, with a new token that no recording contains."""
    (tmp_path / "harness.yaml").write_text(CONFIG)
    (tmp_path / "scenarios").mkdir()
    file = tmp_path / "scenarios/case.yaml"
    file.write_text(SCENARIO)
    config = read_config(tmp_path / "harness.yaml")
    play = Play(file=file, scenario="case", provider="direct-line")
    with serving(["direct-line"]) as running:
        url = running.urls["direct-line"]
        headers = {"Authorization": f"Bearer {SECRET}"}
        given = httpx.post(url + GENERATE, headers=headers, trust_env=False).json()
        environment = {"URL": url, "TOKEN": given["token"]}
        recorded = Runner(Project(config, environment=environment), Mode.RECORD).run(play)
    replayed = Runner(Project(config, environment={}), Mode.REPLAY).run(play)

    assert recorded.outcome is Outcome.PASSED, recorded.failures or recorded.error
    assert replayed.outcome is Outcome.PASSED, replayed.failures or replayed.error
    first, second, *_ = recorded.transcript.turns[0].exchanges
    assert first.request.url.endswith("/tokens/refresh")
    assert given["conversationId"] in str(second.response and second.response.body)
    cassette = (tmp_path / "cassettes/direct-line/case.yaml").read_text()
    assert given["token"] not in cassette
    assert "emulated." not in cassette
