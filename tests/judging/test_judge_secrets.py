"""Secrets are neither asked about nor recorded, and a replay asks the same question."""

from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from tests.judging.judging_server import Said, verdicts

BOT_KEY = "sk-the-bot-key-77f2"
JUDGE_KEY = "sk-referee-key-1"
TOKEN = "tok-4b1d9e0c77aa"
CAPTURED = """\
turns:
- user: Give me a token
  capture: {token: {json: '$.choices[0].message.refusal', secret: true}}
  expect: {judge: It gives a token.}
- user: Again with ${token}
  expect:
    judge: {criteria: 'It repeats ${token}.', reference: 'Yes, ${token}.', sees: conversation}
expect: {judge: {criteria: [polite@1]}}
"""


def everything(judged, *results) -> str:
    """All recordings, all questions, and all that results say."""
    files = [file.read_text() for file in (judged.folder / "cassettes").rglob("*.yaml")]
    return "\n".join([*files, *map(str, results), json.dumps(judged.judging.asked)])


def quoting(question: str) -> Said:
    """A judge that repeats what it saw, and its own key."""
    seen = json.loads(question.splitlines()[-2])["reply"]["text"]
    return Said(verdicts(question, "no", reason=f"{JUDGE_KEY}.", quote=seen))


@pytest.mark.parametrize("stops", [False, True], ids=["at the end", "during the conversation"])
def test_a_captured_secret_is_not_asked_about(judged, stops):
    """It is neither in what bot and user repeat, nor in a criterion or a reference."""
    text = CAPTURED
    if stops:
        text = text.replace("  expect:", "  on_fail: stop\n  expect:")
    judged.scenario(text)
    judged.judging.bot = f"Your token is {TOKEN}."
    judged.judging.button = TOKEN

    recorded, replayed = judged.record(), judged.run()

    assert (recorded.outcome, replayed.outcome) == (Outcome.PASSED, Outcome.PASSED)
    assert [len(check.opinions) for check in replayed.checks] == [1, 1, 1]
    assert TOKEN not in everything(judged, recorded, replayed)


def test_a_secret_setting_is_not_recorded(judged):
    """The bot and the judge repeat their keys; the answers are equal live and replayed."""
    bot = "settings: {base_url: '${env.URL}', model: shop, api_key: '${env.BOT_KEY}'}"
    judged.configure("", bot=f"definition: openai-chat, {bot}")
    judged.environment = {**judged.environment, "BOT_KEY": BOT_KEY}
    judged.expect("{judge: It keeps secrets.}")
    judged.judging.bot = f"My key is {BOT_KEY}."
    judged.judging.say = quoting

    recorded, replayed = judged.record(), judged.run()

    assert (recorded.outcome, replayed.outcome) == (Outcome.FAILED, Outcome.FAILED)
    assert recorded.checks[0].difference == replayed.checks[0].difference
    assert "  about 'My key is <redacted:api_key>.'" in replayed.checks[0].difference
    told = everything(judged, recorded, replayed)
    assert (BOT_KEY in told, JUDGE_KEY in told) == (False, False)
