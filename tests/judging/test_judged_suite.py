"""A judged suite replays without a network, and always says the same."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.core import Json
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.json_server import serving_json
from tests.judging.conftest import BOT, CONFIG
from tests.judging.judging_server import ChatHandler, Judging, Said, verdicts
from tests.reliability.size import runs

CONVERSATIONS = runs(20, 100)
ORDERS = runs(5, 100)
SCENARIO = """\
scenario: talk-{number}
turns:
- user: What does parcel {number} cost?
  expect: {{judge: {{criteria: {{price: It names the price of {number}., kind: It is kind.}}}}}}
- user: And abroad?
  expect:
    any_of: [{{judge: It says no.}}, {{judge: {{criteria: It says yes., sees: conversation}}}}]
expect: {{judge: {{criteria: [polite@1]}}}}
"""


@dataclass
class Suite:
    """The conversations of a project, and what was said of each while they were recorded."""

    folder: Path
    recorded: dict[str, Json] = field(default_factory=dict)

    def play(self, name: str, mode: Mode, **environment: str) -> ScenarioResult:
        """Play one conversation in a runner of its own."""
        base = Project.at(self.folder / "harness.yaml")
        project = Project(base.config, environment=environment)
        file = self.folder / "scenarios" / f"{name}.yaml"
        return Runner(project, mode).run(Play(file=file, scenario=name, provider="bot"))


def _moody(question: str) -> Said:
    """Another answer to each question; the same one is answered in another way each time."""
    mood = hashlib.blake2s(f"{question}{random.random()}".encode()).digest()  # noqa: S311  # a mood
    verdict = ("yes", "no", "unknown")[mood[0] % 3]
    quote = ("", "50 dollars", "60 dollars")[mood[1] % 3]
    return Said(verdicts(question, verdict, reason=f"Because of {mood.hex()}.", quote=quote))


def _told(result: ScenarioResult) -> Json:
    """Outcome and message of each check, and the answers that led to it."""
    return [
        [
            check.outcome,
            check.code,
            check.message,
            *check.difference,
            *([one.question.sample, one.answer.text] for one in check.opinions),
        ]
        for check in result.checks
    ]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """Recorded conversations; their bot and judge are gone."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "scenarios").mkdir()
    more = ", samples: 3"
    (folder / "harness.yaml").write_text(CONFIG % (BOT, "retries: 0", more), encoding="utf-8")
    made = Suite(folder)
    with serving_json(ChatHandler, judging=Judging(say=_moody)) as url:
        for number in range(CONVERSATIONS):
            name = f"talk-{number}"
            file = folder / "scenarios" / f"{name}.yaml"
            file.write_text(SCENARIO.format(number=number), encoding="utf-8")
            result = made.play(name, Mode.RECORD, URL=url, KEY="sk-referee-key-1", MODEL="m1")
            made.recorded[name] = _told(result)
    return made


def test_the_suite_has_all_kinds_of_verdicts(suite):
    """Its judge passes, fails, does not decide, and quotes what nobody said."""
    checks = [check for told in suite.recorded.values() for check in told]

    assert {check[0].value for check in checks} == {"passed", "failed", "broken"}
    assert {check[1] for check in checks} >= {"judge-undecided", "judge-misquoted"}
    assert all(len(check) > 3 for check in checks)


@pytest.mark.parametrize("order", range(ORDERS))
def test_a_replay_says_what_was_recorded(suite, order):
    """Verdicts, reasons, quotes and samples, in any order of the conversations."""
    names = list(suite.recorded)
    random.Random(order).shuffle(names)  # noqa: S311  # an order

    replayed = {name: _told(suite.play(name, Mode.REPLAY)) for name in names}

    assert replayed == suite.recorded
