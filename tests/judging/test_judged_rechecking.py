"""`harness check` judges stored conversations with stored and recorded answers."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Outcome
from harness.reports.results import record_of
from harness.reports.run_events import Identity
from tests.judging.judging_server import Said, verdicts

QUESTION = "{judge: It says from which amount shipping is free.}"


@pytest.fixture
def check(judged, monkeypatch):
    """Store a result, and judge it again; gives the output and the status."""
    monkeypatch.chdir(judged.folder)

    def run(result, change=lambda _: None, command="check", more=("reports/results.json",)):
        record = json.loads(
            json.dumps(record_of(Identity(id="scenarios/shipping.yaml::shipping[bot]"), result))
        )
        change(record)
        head = {"version": 1, "run": "r", "started": "2026-11-30T22:00:00Z"}
        file = judged.folder / "reports/results.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({**head, "conversations": [record]}))
        done = CliRunner().invoke(app, [command, *more])
        return done.output, done.exit_code

    return run


def without_answers(record):
    """As results were before they had answers."""
    for one in record["checks"]:
        one.pop("judged", None)


@pytest.mark.parametrize("verdict", ["yes", "no"])
def test_stored_answers_judge_without_a_recording(judged, check, verdict):
    """The same verdict, although there is neither a recording nor a judge."""
    judged.configure("samples: 3")
    judged.expect(QUESTION)
    judged.judging.say = lambda text: Said(verdicts(text, verdict))
    result = judged.record()
    judged.sidecar.unlink()
    asked = len(judged.judging.asked)

    output, status = check(result)

    expected = {"yes": ("passed", 0), "no": ("failed", 1)}[verdict]
    assert (output.splitlines()[0].split()[0], status) == expected
    assert len(judged.judging.asked) == asked


def test_recorded_answers_judge_what_is_not_stored(judged, check):
    """Results of an earlier version have no answers."""
    judged.expect(QUESTION)
    result = judged.record()

    output, status = check(result, without_answers)

    assert (output.splitlines()[-1], status) == ("1 passed", 0)


def test_what_has_no_answer_is_broken(judged, check):
    """Neither stored nor recorded: it does not pass, inside of `not` either."""
    judged.expect(QUESTION)
    result = judged.record()
    judged.expect("{not: {judge: It is rude.}}")

    output, status = check(result)

    assert result.outcome is Outcome.PASSED
    assert (output.splitlines()[-1], status) == ("1 broken", 1)
    assert "the question to 'referee' is not recorded" in output
    assert "[not, judge-not-recorded]" in output


def test_an_answer_that_could_not_be_read_stays_so(judged, check):
    """Both answers are found again."""
    judged.expect(QUESTION)
    judged.judging.say = lambda _: Said("I think so.")
    result = judged.record()
    judged.sidecar.unlink()

    output, status = check(result)

    assert (output.splitlines()[-1], status) == ("1 broken", 1)
    assert "two answers of the judge cannot be read" in output


def test_a_conversation_of_another_provider_is_skipped(judged, check):
    """Nothing is known about what a judge said of it."""
    judged.expect(QUESTION)
    result = judged.record()

    def change(record):
        without_answers(record)
        record["transcript"]["provider"] = "another"

    output, status = check(result, change)

    assert (output.splitlines()[-1], status) == ("1 skipped", 0)


@pytest.mark.parametrize("verdict", ["yes", "no"])
def test_a_what_if_judges_with_stored_answers(judged, check, verdict):
    """Nothing flips, although there is neither a recording nor a judge."""
    judged.expect(QUESTION)
    judged.judging.say = lambda text: Said(verdicts(text, verdict))
    result = judged.record()
    judged.sidecar.unlink()

    output, status = check(result, command="whatif", more=("--fail-on-flips",))

    assert "1 conversation judged\n  as written: no verdict changes" in output
    assert status == 0
