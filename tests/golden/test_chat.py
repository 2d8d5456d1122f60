from __future__ import annotations

import io
import re
import sys

import pytest
from chat_cases import CASES, FILES
from golden_texts import compare, stale, without_what_varies

from harness.emulators import serving

CONFIG = """\
providers:
  moods:
    definition: rasa-rest
    settings: {base_url: '${env.RASA_URL}', token: '${env.RASA_TOKEN}'}
  one: &shop
    definition: connectly
    settings:
      base_url: ${env.SHOP_URL}
      business_id: b
      agent_descriptor_id: a
      api_key: ${env.SHOP_KEY}
  two: *shop
"""


@pytest.fixture(scope="module")
def bot():
    """The variables of a mood bot that answers."""
    with serving(["rasa-rest"]) as running:
        yield running.environment


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(project, harness, monkeypatch, bot, name):
    """What a chat says about mistakes and failures, and its exit status."""
    case = CASES[name]
    for path, content in {**FILES, "harness.yaml": CONFIG}.items():
        project.write(path, content)
    monkeypatch.setenv("RASA_URL", "http://127.0.0.1:9" if case.is_down else bot["RASA_URL"])
    monkeypatch.setenv("RASA_TOKEN", bot["RASA_TOKEN"])
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in case.lines)))
    files = {file for file in project.path.rglob("*") if file.is_file()}

    said = harness("chat", *case.options)

    text = re.sub(r'"sender":"[0-9a-f-]+"', '"sender":"ID"', without_what_varies(said.text))
    compare(f"chat/{name}", text)
    assert bot["RASA_TOKEN"] not in said.text
    assert said.status == case.status
    assert {file for file in project.path.rglob("*") if file.is_file()} == files


def test_no_text_is_stale():
    """Every text of the folder is that of a case."""
    assert stale("chat", CASES) == set()
