"""What the terminal shows of a check that asks a judge."""

from __future__ import annotations

import json

import pytest
from golden_texts import compare, stale, without_what_varies

from harness.conversation import Outcome
from harness.reports.failure import failure_screen
from tests.judging.conftest import judged
from tests.judging.judging_server import Said, verdicts

__all__ = ["judged"]

SCREEN = 40
QUESTION = "{judge: It says from which amount shipping is free.}"
LONG = "The reply names an amount, but it leaves open from when on that amount counts. " * 6
NO = {"reason": "No amount is named.", "quote": "from 50 dollars"}


def votes(*said):
    """Answers in turn, and the last one from then on."""
    left = list(said)
    return lambda text: Said(verdicts(text, left.pop(0) if len(left) > 1 else left[0], **NO))


def texts(*said):
    left = list(said)
    return lambda _: Said(left.pop(0) if len(left) > 1 else left[0])


def mixed(*said):
    """Answers in turn; one is a text, or made of the question."""
    left = list(said)

    def say(text):
        one = left.pop(0) if len(left) > 1 else left[0]
        return Said(one if isinstance(one, str) else one(text))

    return say


def levels(*said):
    def answer(number):
        one = {"reason": "It is short.", "quote": "We ship", "level": number}
        return json.dumps({"criteria": {"scale": one}})

    return texts(*map(answer, said))


SCALE = "{judge: {scale: {1: rude, 3: neutral, 5: warm}, at_least: 4}}"
TWO = "{judge: {criteria: {amount: It names an amount., polite: It is polite.}, sees: reply}}"
CASES = {
    "no": ("", QUESTION, votes("no")),
    "no-long-reason": ("", QUESTION, lambda text: Said(verdicts(text, "no", reason=LONG))),
    "no-samples": ("samples: 3", QUESTION, votes("no", "yes", "no")),
    "no-criteria": ("", TWO, votes("no")),
    "control-characters": (
        "",
        QUESTION,
        lambda text: Said(verdicts(text, "no", reason="\x1b[31mred\x07 \u202eevil")),
    ),
    "undecided": ("samples: 3", QUESTION, votes("yes", "no", "unknown")),
    "unreadable": ("", QUESTION, texts("I think it is fine.", "```json\n{}\n```")),
    "unreadable-sample": (
        "samples: 2",
        QUESTION,
        mixed(verdicts, "Yes."),
    ),
    "misquoted": ("", QUESTION, lambda text: Said(verdicts(text, quote="above 60 dollars"))),
    "failed": ("", QUESTION, lambda _: Said("the model is overloaded", status=503)),
    "scale": ("samples: 3", SCALE, levels(3, 2, 4)),
    "scale-open": ("samples: 2", SCALE, levels(3, 5)),
    "in-not": ("", "{not: {judge: It names an amount.}}", votes("yes")),
    "in-any-of": ("", "{any_of: [{contains: free}, {judge: It is free.}]}", votes("no")),
    "no-judge": (
        "",
        "{judge: {by: '${referee}', criteria: It names an amount.}}",
        votes("yes"),
    ),
}
BROKEN = {
    "undecided", "unreadable", "unreadable-sample", "misquoted", "failed", "scale-open", "no-judge",
}  # fmt: skip
REPLAYED = {"not-recorded", "not-recorded-changed"}


def shown(result):
    text = failure_screen(result)
    assert len(text.splitlines()) < SCREEN
    assert not any(ord(character) < 32 and character != "\n" for character in text)
    assert "\u202e" not in text
    return f"{without_what_varies(text)}\n"


@pytest.mark.parametrize("case", CASES)
def test_what_a_judge_says_is_told_on_one_screen(judged, case):
    """With reasons, quotes, the model, the prompt and the calibration, each once."""
    more, checks, say = CASES[case]
    judged.configure(more)
    judged.expect(checks)
    if case == "no-judge":
        judged.scenario(
            "vars: {referee: nobody}\nturns:\n- user: What does shipping cost?\n"
            f"  expect: {checks}\n"
        )
    judged.judging.say = say

    result = judged.record()

    compare(f"judged/{case}", shown(result))
    assert result.outcome is (Outcome.BROKEN if case in BROKEN else Outcome.FAILED)


@pytest.mark.parametrize("case", sorted(REPLAYED))
def test_a_question_that_is_not_recorded(judged, case):
    """The screen says why, and the command that asks."""
    judged.expect(QUESTION)
    judged.judging.say = lambda text: Said(verdicts(text))
    judged.record()
    if case == "not-recorded":
        judged.sidecar.unlink()
    else:
        judged.expect("{judge: It names an amount.}")

    result = judged.run()

    compare(f"judged/{case}", shown(result))
    assert result.outcome is Outcome.BROKEN


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    assert stale("judged", {*CASES, *REPLAYED}) == set()
