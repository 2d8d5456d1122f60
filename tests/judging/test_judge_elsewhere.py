"""The check `judge` in Python tests, in a chat by hand, and in `harness.run`."""

from __future__ import annotations

import pytest

import harness
from harness.core import CheckCrashed
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.project.project import Project
from harness.testing.opening import PythonTest, open_chat
from tests.judging.judging_server import Said, verdicts


def talk(judged, mode, **checks):
    """One conversation of a Python test, which expects these checks of its reply."""
    config = Project.at(judged.folder / "harness.yaml").config
    environment = judged.environment if mode is not Mode.REPLAY else {}
    project = Project(config, environment=environment)
    test = PythonTest(file=judged.folder / "test_it.py", name="test_it")
    chat = open_chat(project, Runner(project, mode), mode, test)
    raised = None
    try:
        chat.say("What does shipping cost?").expect(**checks)
    except BaseException as error:
        raised = error
        raise
    finally:
        chat.close()
        chat.result(raised)


def test_a_python_test_asks_a_judge_and_replays_it(judged):
    """Recorded with the test's conversation; a replay asks nothing."""
    talk(judged, Mode.RECORD, judge="It names an amount.")
    asked = len(judged.judging.asked)

    talk(judged, Mode.REPLAY, judge="It names an amount.")

    assert (asked, len(judged.judging.asked)) == (1, 1)
    judged.judging.say = lambda text: Said(verdicts(text, "no"))
    with pytest.raises(CheckCrashed, match="is not recorded"):
        talk(judged, Mode.REPLAY, judge="It names a price.")
    with pytest.raises(AssertionError, match="is not true of the reply"):
        talk(judged, Mode.LIVE, judge="It names a price.")


def test_a_run_without_pytest_judges(judged, monkeypatch):
    """`judge` of `harness.run` is where answers come from."""
    for name, value in judged.environment.items():
        monkeypatch.setenv(name, value)
    judged.expect("{judge: It names an amount.}")
    plan = harness.plan(config=judged.folder / "harness.yaml")

    outcomes = [
        record["outcome"]
        for mode, judge in (("record", "off"), ("replay", None), ("replay", "record"))
        for record in harness.run(plan, mode=mode, judge=judge)
    ]

    assert outcomes == ["skipped", "broken", "passed"]
    assert judged.judging.talked == 1
    with pytest.raises(ValueError, match="unknown mode of judges 'of'; did you mean 'off'"):
        harness.run(plan, judge="of")
