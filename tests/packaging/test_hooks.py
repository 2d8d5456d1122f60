"""The hooks of pre-commit."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOOKS = {
    hook["id"]: hook
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
SECRET = "ghp_" + "a8Kd0Zq3Lm5Np7Rt9Vx1Bc2Df4Gh6Jk8Mn0P"


def hook(name, folder, *files):
    """Run a hook as pre-commit does."""
    command = Path(sys.executable).parent / shlex.split(HOOKS[name]["entry"])[0]
    words = [str(command), *shlex.split(HOOKS[name]["entry"])[1:], *files]
    return subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True)


def test_both_are_there():
    """These names are used in the configuration of others."""
    assert set(HOOKS) == {"harness-lint", "harness-cassettes-scan"}


@pytest.mark.parametrize(("key", "status"), [("contains", 0), ("containz", 1)])
def test_a_scenario_is_checked(tmp_path, key, status):
    """A misspelt check refuses the commit."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "harness.yaml").write_text(
        "providers:\n  bot: {definition: rasa-rest, settings: {base_url: 'http://127.0.0.1:9'}}\n"
    )
    (tmp_path / "scenarios" / "hello.yaml").write_text(
        f"scenario: hello\nturns:\n  - user: Hello\n    expect: {{{key}: Hi}}\n"
    )

    assert hook("harness-lint", tmp_path).returncode == status


@pytest.mark.parametrize(("text", "status"), [("hello", 0), (SECRET, 1)])
def test_a_secret_is_found(tmp_path, text, status):
    """A recording with a credential refuses the commit."""
    (tmp_path / "harness.yaml").write_text(
        "providers:\n  bot: {definition: rasa-rest, settings: {base_url: 'http://127.0.0.1:9'}}\n"
    )
    (tmp_path / "cassettes").mkdir()
    recording = tmp_path / "cassettes" / "a.yaml"
    recording.write_text(f"interactions: []\nversion: 1\nnote: {text}\n")

    assert hook("harness-cassettes-scan", tmp_path, str(recording)).returncode == status
