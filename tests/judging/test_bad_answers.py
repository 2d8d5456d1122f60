"""Answers of a judge that are no verdict: BROKEN with their code, live, recorded and replayed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from harness.conversation import Outcome
from harness.project.plan import Mode
from harness.project_file import JudgeMode
from tests.judging.conftest import JudgedProject, reasons
from tests.judging.judging_server import Said, criteria_in, verdicts

QUESTION = "{judge: It says from which amount shipping is free.}"


@dataclass
class Bad:
    """A kind of answer that does not count."""

    answer: Callable[[str], Said]
    """To the text of a question."""
    code: str
    reason: str
    """A part of the message."""


def _said(text: str) -> Callable[[str], Said]:
    return lambda _question: Said(text)


def _changed(change: Callable[[str], str]) -> Callable[[str], Said]:
    """A right answer that was changed."""
    return lambda question: Said(change(verdicts(question)))


def _extra(text: str) -> str:
    criteria = json.loads(text)["criteria"]
    return json.dumps({"criteria": {**criteria, "kindness": criteria["criterion"]}})


BAD = {
    "prose": Bad(
        _said("Yes, it says so."), "judge-unreadable", "does not begin with '{' but with 'Yes, it"
    ),
    "code fence": Bad(
        _changed(lambda text: f"```json\n{text}\n```"), "judge-unreadable", "it is in a code fence"
    ),
    "cut off": Bad(
        _changed(lambda text: text[: text.index("yes.") + 2]), "judge-unreadable", "it is cut off"
    ),
    "missing id": Bad(_said('{"criteria": {}}'), "judge-unreadable", "criterion"),
    "extra id": Bad(_changed(_extra), "judge-unreadable", "kindness"),
    "yes and no": Bad(
        _changed(lambda text: text.replace('"verdict"', '"verdict": "no", "verdict"')),
        "judge-unreadable",
        "verdict",
    ),
    "NaN": Bad(_changed(lambda text: text.replace('"yes"', "NaN")), "judge-unreadable", "NaN"),
    "empty": Bad(_said(""), "judge-unreadable", "it is empty"),
    "429": Bad(lambda _: Said("Slow down.", status=429), "judge-failed", "429"),
    "500": Bad(lambda _: Said("Out of order.", status=500), "judge-failed", "500"),
    "time-out": Bad(lambda _: Said(hangs=True), "judge-failed", "referee: "),
    "refusal": Bad(
        lambda _: Said(refusal="I cannot help with that."), "judge-unreadable", "I cannot help"
    ),
}


@pytest.fixture
def bad(judged: JudgedProject, request: pytest.FixtureRequest) -> Iterator[Bad]:
    """A project whose judge answers everything in one bad way."""
    found = BAD[request.param]
    judged.expect(QUESTION)
    judged.judging.say = found.answer
    judged.judging.released = threading.Event()
    if request.param == "time-out":
        judged.configure("", provider="timeout: 500ms")
    yield found
    judged.judging.released.set()


every_kind = pytest.mark.parametrize("bad", BAD, indirect=True)


@every_kind
@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.RECORD, Mode.REPLAY], ids=str)
def test_a_bad_answer_is_no_verdict(judged, bad, mode):
    """It is BROKEN with its code, and says what is wrong with it."""
    result = judged.run(Mode.LIVE if mode is Mode.LIVE else Mode.RECORD)
    if mode is Mode.REPLAY:
        recorded, result = result, judged.run()
        assert reasons(result) == reasons(recorded)
        assert all(one.answer.is_recorded for one in result.checks[0].opinions)

    (check,) = result.checks
    assert (result.outcome, check.code) == (Outcome.BROKEN, bad.code)
    assert bad.reason in check.message


@every_kind
def test_an_answer_that_cannot_be_read_is_asked_for_once_more(judged, bad):
    """A failure to ask is not repaired by another question."""
    judged.run(Mode.LIVE)

    assert len(judged.judging.asked) == (2 if bad.code == "judge-unreadable" else 1)


@every_kind
def test_recording_asks_failures_again(judged, bad):
    """`--judge record` keeps what was answered, even unreadable answers, and asks failures."""
    judged.record()
    judged.judging.released.set()
    judged.judging.say = lambda text: Said(verdicts(text))

    result = judged.run(Mode.REPLAY, JudgeMode.RECORD)

    assert result.checks[0].code == ("" if bad.code == "judge-failed" else bad.code)
    assert judged.run().checks[0].code == result.checks[0].code


def test_a_repaired_answer_counts(judged, saying):
    """The second question shows the answer as JSON, and says what is wrong with it."""
    judged.expect(QUESTION)
    saying("Yes.", verdicts)

    result = judged.record()

    assert result.outcome is Outcome.PASSED
    first, second = (body["messages"][-1]["content"] for body in judged.judging.asked)
    assert second.startswith(first)
    assert criteria_in(second) == criteria_in(first)
    assert '"Yes."' in second.removeprefix(first)
    assert judged.run().outcome is Outcome.PASSED
    assert len(judged.judging.asked) == 2


def test_the_retries_of_the_provider_apply(judged):
    """A judge that is busy once is asked again, as any provider; the answer is recorded."""
    judged.configure("", provider="retries: 1")
    judged.expect(QUESTION)
    left = [Said("Slow down.", status=429), Said("Out of order.", status=503)]
    judged.judging.say = lambda text: left.pop(0) if len(left) > 1 else Said(verdicts(text))

    result = judged.record()

    assert result.outcome is Outcome.PASSED
    assert len(judged.judging.asked) == 2
    assert judged.run().outcome is Outcome.PASSED


@every_kind
@pytest.mark.parametrize(
    "checks",
    [
        "{not: {judge: It is rude.}}",
        "{any_of: [{judge: It is rude.}, {contains: pounds}]}",
        "{all_of: [{contains: dollars}, {judge: It is rude.}]}",
        "{not: {all_of: [{not: {any_of: [{judge: It is rude.}, {contains: pounds}]}}]}}",
        "{never: {judge: It is rude.}}",
    ],
    ids=["not", "any_of", "all_of", "nested", "never"],
)
def test_no_combination_makes_a_verdict_of_it(judged, bad, checks):
    """A judge's failure does not pass below `not` and `never`, and is no failure of the bot."""
    if "never" in checks:
        judged.scenario(f"turns: [{{user: Hi, expect: none}}]\nexpect: {checks}\n")
    else:
        judged.expect(checks)

    recorded, replayed = judged.record(), judged.run()

    for result in (recorded, replayed):
        assert [check.code for check in result.checks] == [bad.code]
        assert result.outcome is Outcome.BROKEN
