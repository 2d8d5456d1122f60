"""What judges cost, and the budget that they share with the conversations of a run."""

from __future__ import annotations

from decimal import Decimal

import pytest

from harness.conversation import Outcome
from harness.conversation.spending import Purpose
from harness.play.budget import Budget
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.reports.results import record_of
from harness.reports.run_events import Identity

QUESTION = "{judge: It says from which amount shipping is free.}"
PRICES = "    prices: {prompt_tokens: 2, completion_tokens: 10}\njudges:"
"""Of the provider of the judge. An answer of the server has 5 and 6 tokens: 70 millionths."""


@pytest.fixture
def priced(judged):
    """The project, whose judge is asked three times, and has prices."""
    judged.configure("samples: 3, agree: 3")
    file = judged.folder / "harness.yaml"
    file.write_text(file.read_text().replace("judges:", PRICES))
    judged.expect(QUESTION)
    return judged


def charges(result):
    return [
        (one.purpose, one.name, one.provider, one.replies, one.tokens, one.cost, one.is_recorded)
        for one in result.spent.charges
    ]


def test_what_a_judge_cost_is_counted_apart(priced):
    """By its name, at the prices of its provider; a replay has the same, as recorded."""
    recorded, replayed = priced.record(), priced.run()

    judge = (Purpose.JUDGE, "careful", "referee", 3, 33, Decimal("0.000210"))
    bot = (Purpose.BOT, "", "bot", 1, 11, None)
    assert charges(recorded) == [(*bot, False), (*judge, False)]
    assert charges(replayed) == [(*bot, True), (*judge, True)]
    record = record_of(Identity(id="scenarios/shipping.yaml::shipping[bot]"), recorded)
    assert [one["purpose"] for one in record["spent"]] == ["bot", "judge"]


def test_only_what_is_asked_again_is_paid_again(priced):
    """A further sample costs as much as one answer; the others are from the recording."""
    priced.record()
    file = priced.folder / "harness.yaml"
    file.write_text(file.read_text().replace("samples: 3", "samples: 4"))

    result = priced.record()

    assert result.spent.paid.tokens == 11
    assert result.spent.recorded.tokens == 44


@pytest.mark.parametrize(("limit", "asked"), [("11tokens", 0), ("30tokens", 2), ("0.0001USD", 2)])
def test_a_judge_asks_nothing_beyond_the_budget(priced, limit, asked):
    """The conversation is recorded and BROKEN, not judged; a further run asks what is missing."""
    project = Project(
        Project.at(priced.folder / "harness.yaml").config, environment=priced.environment
    )
    play = Play(file=priced.folder / "scenarios/shipping.yaml", scenario="shipping", provider="bot")

    result = Runner(project, Mode.RECORD, budget=Budget.parse(limit)).run(play)
    before = len(priced.judging.asked)
    again = priced.record()

    assert (result.outcome, result.codes) == (Outcome.BROKEN, ("judge-over-budget",))
    assert before == asked
    assert again.outcome is Outcome.PASSED
    assert (priced.judging.talked, len(priced.judging.asked)) == (1, 3)
