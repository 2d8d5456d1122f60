"""`harness accept` and `harness trust` with checks that ask a judge."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Outcome
from tests.judging.judging_server import Said, verdicts
from tests.trust.trusted import measured


@pytest.fixture
def call(judged, monkeypatch):
    """`harness …` in the project, without its variables."""
    monkeypatch.chdir(judged.folder)
    return lambda *arguments: CliRunner().invoke(app, arguments)


@pytest.mark.parametrize(
    ("checks", "name"),
    [
        ("{judge: It is kind.}", "judge"),
        ("{any_of: [{contains: nothing}, {judge: It is kind.}]}", "any_of"),
        ("{all_of: [{contains: nothing}, {judge: It is kind.}]}", "all_of"),
    ],
)
def test_what_a_judge_refuses_is_not_accepted(judged, call, checks, name):
    """The expectation stays as it is, alone or in another check, and the output says why."""
    judged.expect(checks)
    judged.judging.say = lambda text: Said(verdicts(text, "no"))
    assert judged.record().outcome is Outcome.FAILED
    file = judged.folder / "scenarios/shipping.yaml"
    before = file.read_text()

    result = call("accept", "scenarios/shipping.yaml", "--yes")

    assert result.exit_code == 1
    assert f"{name} is not accepted: a judge decides about the reply" in result.output
    assert file.read_text() == before


@pytest.mark.parametrize(
    "checks",
    [
        "{judge: It is kind.}",
        "{any_of: [{judge: It is kind.}, {judge: It is short.}]}",
        "{contains: ship, judge: It is kind.}",
        "{not: {judge: It is rude.}}",
    ],
)
def test_a_check_that_asks_a_judge_is_not_called_vacuous(judged, checks):
    """No judge is asked about other replies, so it is not known what it would say."""
    judged.judging.bot = "What does shipping cost? We ship from 50 dollars."
    judged.expect(checks)
    judged.judging.say = lambda text: Said(verdicts(text, "no" if "rude" in text else "yes"))
    assert judged.record().outcome is Outcome.PASSED

    [trust] = measured(judged.project())

    assert [one.code for one in trust.findings] == []
    assert trust.can_fail == trust.ran == trust.known
