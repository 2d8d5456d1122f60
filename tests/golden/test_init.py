from __future__ import annotations

import pytest
from golden_texts import SECRET, compare, stale

CURL = 'curl https://api.example.com/v1/chat --json \'{"text": "Hi"}\''
CASES = {
    "written": ("--api", "openai-chat", "--set", "model=gpt-4.1-mini"),
    "unknown-api": ("--api", "openai-caht"),
    "unknown-ci": ("--api", "openai-chat", "--ci", "gihub"),
    "without-api": (),
    "two-apis": ("--api", "openai-chat", "--from-curl", CURL),
    "not-curl": ("--from-curl", "wget https://api.example.com"),
    "open-quote": ("--from-curl", "curl 'https://api.example.com"),
    "no-answer": ("--from-curl", CURL),
    "wrong-name": ("--api", "openai-chat", "--name", "our bot"),
    "unknown-setting": ("--api", "openai-chat", "--variable", "api_kye=KEY"),
    "setting-twice": ("--api", "openai-chat", "--variable", "model=M", "--set", "model=gpt"),
    "not-a-setting": ("--api", "openai-chat", "--set", "model"),
    "secret-value": ("--api", "openai-chat", "--set", f"api_key={SECRET}"),
    "secret-for-a-variable": ("--api", "openai-chat", "--variable", f"api_key={SECRET}"),
    "without-effect": ("--api", "openai-chat", "--live"),
    "setting-of-a-request": ("--from-curl", CURL, "--set", "model=gpt"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_init_says(name, project, harness):
    """What the command writes, and what it says about wrong uses, which write nothing."""
    said = harness("init", "new", "--yes", *CASES[name])

    compare(f"init/{name}", said.text)
    assert said.status == (0 if name == "written" else 2)
    assert (project.path / "new").exists() is (name == "written")


def test_a_project_is_not_started_twice(project, harness):
    """A folder with a harness.yaml is left as it is."""
    before = sorted(project.path.rglob("*"))
    said = harness("init", "--yes", "--api", "openai-chat")

    compare("init/project-exists", said.text)
    assert said.status == 2
    assert sorted(project.path.rglob("*")) == before


def test_a_folder_below_a_file(project, harness):
    """A folder that cannot be made is an error."""
    said = harness("init", "harness.yaml/new", "--yes", "--api", "openai-chat")

    compare("init/below-a-file", said.text)
    assert said.status == 2


def test_no_text_is_stale():
    """Every text of the folder is that of a case."""
    assert stale("init", {*CASES, "project-exists", "below-a-file"}) == set()
