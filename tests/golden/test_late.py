from __future__ import annotations

import re

import pytest
from golden_texts import compare, stale, without_what_varies
from late_cases import BROKEN, DEFINITIONS, FAILED, MISPLACED

from harness.config import read_config
from harness.conversation import Outcome
from harness.core.errors import DefinitionError
from harness.emulators import serving
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.definition_reader import read_definition
from harness.reports.failure import failure_screen
from tests.emulated import providers_yaml

SYSTEMS = ("bighummingbird", "connectly", "enthusiast")
GONE = """\
definition: gone
settings:
  base_url: {type: string, required: true}
  token: {type: string, secret: true}
headers: {Authorization: 'Token ${settings.token}'}
send:
  - request: {get: '/api/task_status/1/'}
    reply: {text: $.state}
late:
  - request: {get: '/api/conversations/999999'}
    reply: {text: $.text}
"""
CONFIG = f"""\
{providers_yaml(*SYSTEMS)}\
  gone:
    definition: definitions/gone
    settings: {{base_url: '${{env.ENTHUSIAST_URL}}', token: '${{env.ENTHUSIAST_TOKEN}}'}}
"""


@pytest.fixture(scope="module")
def emulators():
    """The environment of the running emulators."""
    with serving(SYSTEMS) as running:
        yield running.environment


@pytest.fixture
def screen(project, emulators):
    """Play a scenario against the emulators: its outcome, and the screen that says why."""
    project.write("harness.yaml", CONFIG)
    project.write("definitions/gone/provider.yaml", GONE)

    def play(text):
        project.write("scenarios/case.yaml", text)
        at = Project(read_config(project.path / "harness.yaml"), environment=emulators)
        file = project.path / "scenarios/case.yaml"
        provider = load_scenario(at, file).providers[0]
        result = Runner(at, Mode.LIVE).run(Play(file=file, scenario="case", provider=provider))
        text = without_what_varies(failure_screen(result))
        uuid = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
        text = re.sub(uuid, "UUID", text)
        return result.outcome, re.sub(r"/api/conversations/\d\b", "/api/conversations/N", text)

    return play


@pytest.mark.parametrize("case", FAILED)
def test_the_time_is_over(case, screen):
    """The screen says how long was waited, how often was looked, and what came."""
    outcome, text = screen(FAILED[case])

    compare(f"late/{case}", f"{text}\n")
    assert outcome is Outcome.FAILED


@pytest.mark.parametrize("case", BROKEN)
def test_it_cannot_be_waited(case, screen):
    """Where nothing can be looked for the scenario is BROKEN, and no check is told as failed."""
    outcome, text = screen(BROKEN[case])

    compare(f"late/{case}", f"{text}\n")
    assert outcome is Outcome.BROKEN


@pytest.mark.parametrize("case", MISPLACED)
def test_a_within_that_makes_no_sense(case, project, harness):
    """`harness lint` names a `within` that is wrong or where nothing is waited for."""
    project.write("scenarios/dress.yaml", MISPLACED[case])

    said = harness("lint")

    compare(f"late/{case}", said.text)
    assert said.status == 1


@pytest.mark.parametrize("case", DEFINITIONS)
def test_late_steps_that_look_for_nothing(case, tmp_path):
    """A definition's `late` reads messages, and nothing else."""
    (tmp_path / "provider.yaml").write_text(DEFINITIONS[case])

    with pytest.raises(DefinitionError) as wrong:
        read_definition(tmp_path, "ours")

    compare(f"late/{case}", f"{wrong.value}\n")


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    assert stale("late", {*FAILED, *BROKEN, *MISPLACED, *DEFINITIONS}) == set()
