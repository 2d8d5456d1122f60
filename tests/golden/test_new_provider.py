from __future__ import annotations

import json

import pytest
from golden_texts import compare, stale

ANSWER = json.dumps({"id": "r-1", "reply": {"text": "Hello! What can I do?"}})
HEAD = "curl https://api.example.com/v1/chat -H 'X-Api-Key: k-93fe7a01bc5d4e82'"
CURL = f"""{HEAD} --json '{{"user": "u-1", "query": {{"text": "Hi"}}}}'"""
CASES = {
    "written": ("desk", CURL),
    "wrong-message": ("desk", CURL, "--message", "$.query.txt"),
    "message-not-text": ("desk", CURL, "--message", "$.query"),
    "wrong-reply": ("desk", CURL, "--reply", "$.answer.text"),
    "no-path": ("desk", CURL, "--reply", "reply.text"),
    "unknown-flag": ("desk", f"{CURL} --compresed"),
    "several-faults": ("desk", f"{CURL} --digest -P 'two words' more"),
    "existing-name": ("shop", CURL),
    "installed-name": ("connectly", CURL),
    "wrong-name": ("Help Desk", CURL),
    "unknown-secret": ("desk", CURL, "--secret", "X-Apikey=DESK_KEY"),
    "wrong-secret": ("desk", CURL, "--secret", "X-Api-Key"),
    "not-curl": ("desk", "https://api.example.com"),
    "without-source": ("desk", ""),
}
"""The name and the command of each text, with further options."""


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(project, harness, name):
    """What the command writes, and what it says about mistakes, which it makes nothing of."""
    provider, curl, *options = CASES[name]
    project.write("answer.json", ANSWER)
    source = ["--from-curl", curl] if curl else []
    said = harness(
        "providers", "new", provider, *source, "--answer", "answer.json", "--yes", *options
    )

    compare(f"new-provider/{name}", said.text)
    assert said.status == (0 if name == "written" else 2)
    assert (project.path / "definitions").exists() is (name == "written")


def test_no_text_is_stale():
    """Every text of the folder is that of a case."""
    assert stale("new-provider", CASES) == set()
