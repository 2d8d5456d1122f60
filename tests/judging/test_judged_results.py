"""What results.json and the closing lines of a run tell about judges."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from harness.conversation.stored import answers_in
from harness.project.plan import Mode
from harness.project_file import JudgeMode
from harness.reports.results import RESULTS_SCHEMA, record_of
from harness.reports.run_events import Identity
from harness.reports.spent_text import judge_lines, spent_lines
from tests.judging.judging_server import Said, verdicts

QUESTION = "{judge: It says from which amount shipping is free.}"
SCALE = "{judge: {scale: {0: rude, 2: warm}, at_least: 1}}"


def stored(result):
    """The record of a conversation, which is valid against the format."""
    identity = Identity(id="scenarios/shipping.yaml::shipping", row="")
    record = record_of(identity, result)
    head = {"version": 1, "run": "r", "started": "2026-11-30T22:00:00Z"}
    jsonschema_rs.validate(RESULTS_SCHEMA, {**head, "conversations": [record]})
    return json.loads(json.dumps(record))


def level(number):
    one = {"reason": "So it is.", "quote": "", "level": number}
    return json.dumps({"criteria": {"scale": one}})


def test_a_failed_check_has_its_question_and_every_answer(judged, saying):
    """Who was asked with which prompt, about what, and how each answer votes."""
    judged.configure("samples: 3")
    judged.expect(QUESTION)
    answer = verdicts(
        'as JSON:\n{"criterion": ""}\n', "no", reason="No amount.", quote="50 dollars"
    )
    saying(answer)

    [check] = stored(judged.record())["checks"]

    [question] = check["judged"]
    assert question["judge"] == "careful"
    assert question["prompt"] == "criterion@1"
    assert question["agree"] == 2
    assert question["seen"] == "the bot's reply to the user's message"
    assert question["criteria"] == {"criterion": "It says from which amount shipping is free."}
    assert question["question"] == judged.judging.asked[0]["messages"][-1]["content"]
    assert [one["sample"] for one in question["answers"]] == [1, 2, 3]
    first = question["answers"][0]
    assert (first["provider"], first["model"]) == ("referee", "m1")
    assert first["text"] == answer
    vote = {"verdict": "no", "reason": "No amount.", "quote": "50 dollars"}
    assert first["votes"] == {"criterion": vote}
    assert first["usage"]["total_tokens"] == 11
    assert "recorded" not in first

    [replayed] = stored(judged.run())["checks"]
    assert replayed["judged"][0]["answers"][0] == {**first, "recorded": True}


def test_a_passed_check_does_not_repeat_the_answer_as_a_text(judged):
    """Its votes say all of it."""
    judged.expect(QUESTION)

    [check] = stored(judged.record())["checks"]

    [answer] = check["judged"][0]["answers"]
    assert "text" not in answer
    assert answer["votes"]["criterion"]["verdict"] == "yes"


def test_an_answer_that_could_not_be_read_is_kept_with_the_second_one(judged, saying):
    """Both texts are stored, and why the answer does not count."""
    judged.expect(QUESTION)
    saying("Yes.", "It is fine.")

    [check] = stored(judged.record())["checks"]

    [answer] = check["judged"][0]["answers"]
    assert answer["code"] == "judge-unreadable"
    assert (answer["unread"]["text"], answer["text"]) == ("Yes.", "It is fine.")
    assert "votes" not in answer
    assert answer["fault"].startswith("two answers of the judge cannot be read")


@pytest.mark.parametrize(
    ("checks", "says"),
    [
        (QUESTION, lambda text: verdicts(text, "no", quote="50 dollars")),
        (SCALE, lambda _: level(0)),
        (SCALE, lambda _: level(None)),
        (QUESTION, lambda _: "nothing"),
        (QUESTION, lambda text: verdicts(text, quote="It was never said.")),
        (f"{{not: {QUESTION}}}", lambda text: verdicts(text, "no", reason="A\u2014b\u2028.")),
    ],
    ids=["no", "lowest level", "no level", "unreadable", "misquoted", "passed"],
)
def test_stored_answers_are_those_that_the_model_gave(judged, saying, checks, says):
    """Each question finds its answer again, whether its text is stored or its votes are."""
    judged.expect(checks)
    saying(says)
    result = judged.record()

    answers = answers_in(stored(result)["checks"])

    opinions = [one for check in result.checks for one in check.opinions]
    assert [*answers] == [one.question.key for one in opinions]
    for one, answer in zip(opinions, answers.values(), strict=True):
        assert _read(answer.text) == _read(one.answer.text)
        assert (answer.code, answer.reason, answer.model, answer.usage) == (
            *(one.answer.code, one.answer.reason),
            *(one.answer.model, one.answer.usage),
        )


def _read(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def test_a_model_that_could_not_be_asked_has_no_answer(judged):
    """Its code and its reason are stored, and are the same when they are read."""
    judged.expect(QUESTION)
    judged.judging.say = lambda _: Said("busy", status=500)

    result = judged.record()
    record = stored(result)

    [answer] = answers_in(record["checks"]).values()
    assert answer.code == "judge-failed"
    assert answer.reason == result.checks[0].opinions[0].answer.reason
    assert not answer.text


def test_questions_are_counted_apart_from_replies(judged):
    """A replay counts them as recorded; what is new is asked."""
    judged.configure("samples: 3")
    judged.expect(QUESTION)

    recorded, replayed = judged.record(), judged.run()
    judged.configure("samples: 4")
    widened = judged.run(Mode.REPLAY, JudgeMode.LIVE)

    assert [*judge_lines(recorded.spent)] == [("judge", "3 questions, 3 asked, 33 tokens")]
    assert [*judge_lines(replayed.spent)] == [("judge", "3 questions, 3 recorded, 33 tokens")]
    assert [*judge_lines(widened.spent)] == [
        ("judge", "4 questions, 3 recorded, 1 asked, 44 tokens")
    ]
    assert dict(spent_lines(widened.spent)) == {
        "spent": "11 tokens",
        "recorded": "44 tokens (bot 11 tokens; judge careful 33 tokens), spent when the"
        " recordings were made",
    }


def test_what_is_not_recorded_is_not_counted(judged):
    """A question that nobody was asked is none."""
    judged.expect(QUESTION)
    judged.record()
    judged.sidecar.unlink()

    assert [*judge_lines(judged.run().spent)] == []
