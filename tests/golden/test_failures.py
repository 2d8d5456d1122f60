from __future__ import annotations

import re

import misbehaving
import pytest
from failure_cases import AGENT, ANSWER, BROKEN, CONFIG, FAILED, OWN, RESET_GOLDEN, STREAM, SYSTEMS
from golden_texts import compare, stale, without_what_varies

from harness.config import read_config
from harness.conversation import Outcome
from harness.emulators import serving
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.reports.failure import failure_screen

SCREEN = 40
"""Lines."""


@pytest.fixture(scope="module")
def emulators():
    """The environment of the running emulators, and of a bot that calls tools."""
    with serving(SYSTEMS) as running, misbehaving.serving(streaming) as agent:
        yield {**running.environment, "AGENT_URL": f"http://{agent}"}


def streaming(connection, stopped):
    """Answer with the agent's stream, after a time that can be measured."""
    stopped.wait(0.03)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"
    connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(STREAM) + STREAM)


@pytest.fixture
def screen(project, emulators):
    """Play a scenario against the emulators: its outcome, and the screen that says why."""

    def play(text):
        project.write("harness.yaml", CONFIG)
        project.write("schemas/shop/answer.schema.json", ANSWER)
        project.write("schemas/shop/reset.json", RESET_GOLDEN)
        project.write("definitions/agent/provider.yaml", AGENT)
        project.write("checks/politeness.py", OWN)
        project.write("scenarios/case.yaml", text)
        config = read_config(project.path / "harness.yaml")
        run = Runner(Project(config, environment=emulators), Mode.LIVE).run
        file = project.path / "scenarios/case.yaml"
        provider = load_scenario(Project(config), file).providers[0]
        result = run(Play(file=file, scenario="case", provider=provider))
        return result.outcome, failure_screen(result)

    return play


def shown(text):
    """The screen without ids and times."""
    text = without_what_varies(text)
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "UUID", text)
    text = re.sub(
        r"\b(took |came after |is |turn 1: |p95: |got  +)(\d+ ms|[\d.]+ s)\b", r"\1TIME", text
    )
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", "NOW", text)
    return f"{text}\n"


@pytest.mark.parametrize("case", FAILED)
def test_a_wrong_bot(case, screen, emulators):
    """A failed expectation is told on one screen, in exact words and without a secret."""
    outcome, text = screen(FAILED[case])

    compare(f"failures/failed/{case}", shown(text))
    assert outcome is Outcome.FAILED
    assert len(text.splitlines()) < SCREEN
    assert not secrets_in(text, emulators)


@pytest.mark.parametrize("case", BROKEN)
def test_a_conversation_that_broke(case, screen, emulators):
    """What could not be told is BROKEN, on one screen, in exact words and without a secret."""
    outcome, text = screen(BROKEN[case])

    compare(f"failures/broken/{case}", shown(text))
    assert outcome is Outcome.BROKEN
    assert len(text.splitlines()) < SCREEN
    assert not secrets_in(text, emulators)


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    names = {*(f"failed/{case}" for case in FAILED), *(f"broken/{case}" for case in BROKEN)}

    assert stale("failures", names) == set()


def secrets_in(text, environment):
    names = ("KEY", "TOKEN", "PASSWORD", "TICKET")
    return [name for name, value in environment.items() if name.endswith(names) and value in text]
