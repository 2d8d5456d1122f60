"""The check `judge`, asked over a real connection, recorded and replayed."""

from __future__ import annotations

import json
import shutil

import pytest

from harness.conversation import Outcome
from harness.formats.parsed_cache import ParsedCache
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.project_file import JudgeMode
from harness.providers.builtin import FOLDERS
from tests.judging.conftest import reasons
from tests.judging.judging_server import Said, criteria_in, verdicts

QUESTION = "{judge: It says from which amount shipping is free.}"


def test_a_yes_passes_and_a_no_fails_with_reason_and_quote(judged, saying):
    """A failure shows what the judge said, and what it quotes."""
    judged.expect(QUESTION)
    assert judged.record().outcome is Outcome.PASSED

    saying(lambda text: verdicts(text, "no", reason="No amount.", quote="from 50 dollars"))
    result = judged.run(judge=JudgeMode.REFRESH)

    assert result.outcome is Outcome.FAILED
    (check,) = result.checks
    assert check.message == "the judge 'careful' says that this is not true of the reply"
    assert check.expected == "It says from which amount shipping is free."
    assert check.actual == judged.judging.bot
    assert check.difference == (
        "prompt criterion@1; not calibrated",
        "referee (m1), answer 1: no: No amount.",
        "  about 'from 50 dollars'",
    )


def test_a_replay_asks_nothing_and_says_the_same(judged):
    """Without a network and without variables, from the recording alone."""
    judged.configure("samples: 3")
    judged.expect(QUESTION)
    recorded = judged.record()
    asked = len(judged.judging.asked)

    replayed = judged.run()

    assert (asked, len(judged.judging.asked), judged.judging.talked) == (3, 3, 1)
    assert replayed.outcome is Outcome.PASSED
    assert reasons(replayed) == reasons(recorded)
    assert [len(one) for one in reasons(replayed)] == [3]
    assert all(one.answer.is_recorded for one in replayed.checks[0].opinions)
    assert replayed.notes == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("rubric", "the conversation, the check or the prompt changed"),
        ("samples", "the conversation, the check or the prompt changed"),
        ("prompt", "the conversation, the check or the prompt changed"),
        ("model", "the setting 'model' was 'm1', and is now 'm2'"),
        ("definition", "the definition is mine, and was openai-chat"),
        ("sidecar", "there is no recording cassettes/bot/judged/referee/shipping.yaml"),
    ],
)
def test_a_change_is_a_miss(judged, change, reason):
    """An old verdict never answers a new question."""
    judged.expect(QUESTION)
    judged.record()
    environment = {}
    if change == "rubric":
        judged.expect("{judge: It says from which amount shipping is cheaper.}")
    elif change == "samples":
        judged.configure("samples: 3")
    elif change == "prompt":
        places = "$seen $criteria $delimiter $data $delimiter"
        (judged.folder / "mine.txt").write_text(f"You check {places}")
        judged.configure("prompt: mine.txt")
    elif change == "model":
        environment = {"MODEL": "m2"}
    elif change == "definition":
        shutil.copytree(FOLDERS["openai-chat"], judged.folder / "own" / "mine")
        definition = judged.folder / "own" / "mine" / "provider.yaml"
        definition.write_text(definition.read_text().replace("n: openai-chat", "n: mine", 1))
        config = judged.folder / "harness.yaml"
        config.write_text("own/mine".join(config.read_text().rsplit("openai-chat", 1)))
    else:
        judged.sidecar.unlink()

    result = judged.run(**environment)

    assert result.outcome is Outcome.BROKEN
    assert [check.code for check in result.checks] == ["judge-not-recorded"]
    assert reason in result.checks[0].message
    assert "--judge record scenarios/shipping.yaml" in result.checks[0].message


def test_a_changed_reply_is_a_miss(judged):
    """The verdict on another reply does not count for this one."""
    judged.expect(QUESTION)
    judged.record()
    judged.judging.bot = "Shipping is never free."
    judged.run(Mode.REFRESH, JudgeMode.REPLAY)

    result = judged.run()

    assert [check.code for check in result.checks] == ["judge-not-recorded"]


def test_old_conversations_are_judged_anew_without_asking_the_bot(judged):
    """Only what is not recorded is asked; answers that nothing needs are dropped."""
    judged.expect(QUESTION)
    judged.record()
    judged.expect("{judge: It names an amount.}")

    result = judged.run(Mode.REPLAY, JudgeMode.RECORD)

    assert result.outcome is Outcome.PASSED
    assert (judged.judging.talked, len(judged.judging.asked)) == (1, 2)
    assert judged.run().outcome is Outcome.PASSED
    assert judged.sidecar.read_text().count("You check") == 1


def test_recording_again_asks_only_what_is_new(judged):
    """Two criteria in two checks: the recorded one is not asked again."""
    judged.expect(QUESTION)
    judged.record()
    judged.expect("{judge: It says from which amount shipping is free., not: {judge: It is rude.}}")
    judged.judging.say = lambda text: Said(verdicts(text, "no" if "rude" in text else "yes"))

    result = judged.run(Mode.RECORD)

    assert result.outcome is Outcome.PASSED
    assert len(judged.judging.asked) == 2
    assert judged.run().outcome is Outcome.PASSED


def test_unused_answers_are_told(judged):
    """A check that was removed leaves answers in the recording; the replay says so."""
    judged.expect("{judge: It names an amount., contains: '50'}")
    judged.record()
    judged.scenario(
        "turns:\n- user: What does shipping cost?\n  expect: {contains: '50',"
        " any_of: [{contains: '50'}, {judge: It is kind.}]}\n"
    )

    result = judged.run()

    assert result.outcome is Outcome.PASSED
    # `any_of` is certain without the judge, so that it asks nothing.
    assert result.notes == ()


def test_off_skips_the_checks(judged):
    """They are skipped with the reason, and nothing is asked."""
    judged.expect("{judge: It names an amount., contains: '50'}")

    result = judged.run(Mode.RECORD, JudgeMode.OFF)

    assert [check.outcome for check in result.checks] == [Outcome.SKIPPED, Outcome.PASSED]
    assert result.checks[0].message == "no judge is asked: --judge off"
    assert judged.judging.asked == []
    assert not judged.sidecar.exists()


def test_a_live_run_writes_nothing(judged):
    """In the mode live the judge is asked, and neither recording is written."""
    judged.expect(QUESTION)

    assert judged.run(Mode.LIVE).outcome is Outcome.PASSED
    assert not (judged.folder / "cassettes").exists()


@pytest.mark.parametrize(
    ("level", "outcome"), [(5, Outcome.PASSED), (4, Outcome.PASSED), (3, Outcome.FAILED)]
)
def test_a_scale_passes_from_a_level_on(judged, saying, level, outcome):
    """Levels between the described ones count."""
    judged.expect("{judge: {scale: {1: rude, 3: neutral, 5: warm}, at_least: 4}}")
    one = {"reason": "So it is.", "quote": "", "level": level}
    saying(json.dumps({"criteria": {"scale": one}}))

    result = judged.record()

    assert result.outcome is outcome
    if outcome is Outcome.FAILED:
        message = "the judge 'careful' gives the reply 3, expected at least 4 of 1 to 5"
        assert result.checks[0].message == message


@pytest.mark.parametrize(
    ("said", "outcome", "code"),
    [
        (["yes", "yes", "no"], Outcome.PASSED, ""),
        (["no", "yes", "no"], Outcome.FAILED, ""),
        (["yes", "no", "unknown"], Outcome.BROKEN, "judge-undecided"),
        (["unknown", "unknown", "yes"], Outcome.BROKEN, "judge-undecided"),
    ],
)
def test_samples_must_agree(judged, saying, said, outcome, code):
    """Two of three decide; without two, the scenario is BROKEN."""
    judged.configure("samples: 3")
    judged.expect(QUESTION)
    saying(*(lambda text, one=one: verdicts(text, one) for one in said))

    result = judged.record()

    assert (result.outcome, result.checks[0].code) == (outcome, code)
    assert judged.run().checks[0].code == code


def test_what_the_judge_sees(judged):
    """`reply` is the reply alone, `turn` with its message, `conversation` everything before."""
    judged.scenario(
        """\
turns:
- user: Hello
  expect: none
- user: What does shipping cost?
  expect:
    all_of:
    - judge: {criteria: A., sees: reply}
    - judge: {criteria: B.}
    - judge: {criteria: C., sees: conversation}
expect: {judge: D.}
"""
    )

    judged.record()

    seen = {}
    for body in judged.judging.asked:
        text = body["messages"][-1]["content"]
        (words,) = criteria_in(text).values()
        seen[words] = json.loads(text.splitlines()[-2])
    reply = {"text": judged.judging.bot}
    last = {"user": "What does shipping cost?", "reply": reply}
    assert seen == {
        "A.": {"reply": reply},
        "B.": last,
        "C.": {"turns": [{"user": "Hello", "reply": reply}, last]},
        "D.": {"turns": [{"user": "Hello", "reply": reply}, last]},
    }


def test_a_judge_ends_a_conversation(judged):
    """`on_fail: stop` asks for its turn, before the next one is said."""
    judged.scenario(
        """\
turns:
- user: What does shipping cost?
  on_fail: stop
  expect: {judge: It names an amount.}
- user: And express?
  expect: none
"""
    )
    judged.judging.say = lambda text: Said(verdicts(text, "no"))

    result = judged.record()

    assert result.outcome is Outcome.FAILED
    assert judged.judging.talked == 1
    assert judged.run().outcome is Outcome.FAILED


def test_secrets_are_not_recorded(judged):
    """The key of the judge's provider is in no recording."""
    judged.expect(QUESTION)

    judged.record()

    assert "sk-referee-key-1" not in judged.sidecar.read_text()


def test_a_replay_with_a_cache_says_the_same(judged, tmp_path):
    """Answers that were read before are not read again; another recording is another answer."""
    judged.configure("samples: 3")
    judged.expect(QUESTION)
    judged.record()
    config = Project.at(judged.folder / "harness.yaml").config
    play = Play(
        file=judged.folder / "scenarios" / "shipping.yaml", scenario="shipping", provider="bot"
    )

    def replay():
        cache = ParsedCache(tmp_path / "cache.sqlite")
        result = Runner(Project(config, environment={}, cache=cache), Mode.REPLAY).run(play)
        cache.close()
        return result.outcome, reasons(result)

    first, second = replay(), replay()
    judged.judging.say = lambda text: Said(verdicts(text, "no"))
    judged.run(Mode.REPLAY, JudgeMode.REFRESH)

    assert first == second
    assert first[0] is Outcome.PASSED
    assert replay()[0] is Outcome.FAILED
