"""`harness probe` against the emulators: one that keeps conversations apart, one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.emulators import NAMES, serving

ROOT = Path(__file__).parents[2]
LEAKING = ("Hello, this is {marker}", "And this is {marker} [[leak]]")


@pytest.fixture(scope="module")
def environment():
    with serving() as running:
        yield running.environment


@pytest.fixture
def probed(environment, monkeypatch):
    """Runs the command in the example project, beside the emulators."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)
    return lambda *options: CliRunner().invoke(app, ["probe", *options])


@pytest.mark.parametrize("name", NAMES)
def test_conversations_that_are_apart_pass(probed, name):
    """Where no conversation knows of the other, the probe ends with 0 and says so."""
    came = probed(name)

    assert came.exit_code == 0, came.output
    assert f"{name}: the conversations are isolated (3 turns each" in came.output


@pytest.mark.parametrize("name", NAMES)
def test_a_leak_is_told_with_turn_and_word(probed, name):
    """A word of the other conversation fails the probe, which names where it was said and found."""
    came = probed(name, *(part for text in LEAKING for part in ("--say", text)))

    first, around, *_ = came.output.splitlines()
    assert came.exit_code == 1
    assert first.startswith("turn 2, the reply of the first conversation: 'zq")
    assert first.endswith("was said in turn 1 of the second [not-isolated]")
    assert "Hello, this is zq" in around


def test_scenarios_say_what_is_said(probed):
    """The turns of two scenarios are said with a word each, captures and buttons included."""
    files = [ROOT / "scenarios/superoffice/contact-support.yaml"]

    came = probed(
        "superoffice", *(part for file in files * 2 for part in ("--scenario", str(file)))
    )

    assert came.exit_code == 0, came.output
    assert "the conversations are isolated" in came.output


def test_texts_and_scenarios_are_not_mixed(probed):
    """A wrong use of the options is told in one sentence."""
    came = probed("connectly", "--say", "Hello", "--scenario", "scenarios/x.yaml")

    assert "one or two --scenario files [wrong-option]" in str(came.exception)


def test_a_conversation_that_breaks_is_not_called_isolated(probed, monkeypatch):
    """Where a conversation cannot be held, the turn is named, and nothing is said of isolation."""
    monkeypatch.setenv("CONNECTLY_URL", "http://127.0.0.1:9")

    came = probed("connectly")

    assert "turn 1 of the first conversation: " in str(came.exception)
    assert "apart" not in came.output
