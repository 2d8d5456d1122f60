"""A run that is killed or interrupted while it judges loses nothing that was answered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from harness.conversation import Outcome
from harness.project.plan import Mode
from harness.project_file import JudgeMode
from tests.judging.conftest import JudgedProject
from tests.judging.judging_server import Said, verdicts

CHECKS = "{all_of: [{judge: It names an amount.}, {judge: It is kind.}, {judge: It is short.}]}"
SECONDS = 60
SECOND = 2


class Waiting:
    """A judge that answers one question, and keeps a process waiting with the second."""

    def __init__(self, judged: JudgedProject) -> None:
        self.judged = judged
        self.is_asked = threading.Event()
        judged.judging.say = self.say

    def say(self, question: str) -> Said:
        if len(self.judged.judging.asked) == SECOND:
            self.is_asked.set()
            return Said(verdicts(question), hangs=True)
        return Said(verdicts(question))

    def end(self, number: int) -> int:
        """End a recording process with a signal once the second question waits; its status."""
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "--harness-mode=record", "scenarios"],
            cwd=self.judged.folder,
            env={**os.environ, **self.judged.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            assert self.is_asked.wait(SECONDS), process.communicate(timeout=1)[0]
            process.send_signal(number)
            self.judged.judging.released.set()
            process.communicate(timeout=SECONDS)
        finally:
            process.kill()
        return process.returncode


@pytest.fixture
def waiting(judged: JudgedProject) -> Iterator[Waiting]:
    """A project whose judge keeps the second question."""
    judged.expect(CHECKS)
    yield Waiting(judged)
    judged.judging.released.set()


def recover(judged: JudgedProject) -> str:
    """`harness cassettes recover` of all that was killed: what it says."""
    command = [sys.executable, "-m", "harness", "cassettes", "recover"]
    done = subprocess.run(command, cwd=judged.folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_a_killed_run_keeps_what_was_answered(waiting, judged):
    """The answer is in the journal, `cassettes recover` reads it, and it is not asked again."""
    assert waiting.end(signal.SIGKILL) == -signal.SIGKILL
    assert not judged.sidecar.exists()

    said = recover(judged)

    assert judged.sidecar.is_file(), said
    assert judged.sidecar.read_text().count("It names an amount.") == 1
    asked = len(judged.judging.asked)
    talked = judged.judging.talked
    assert judged.run(Mode.REPLAY, JudgeMode.RECORD).outcome is Outcome.PASSED
    assert (len(judged.judging.asked), judged.judging.talked) == (asked + 2, talked)
    assert judged.run().outcome is Outcome.PASSED


def test_answers_from_before_are_kept(waiting, judged):
    """A journal has what is new; the recovered recording has what was there before it, too."""
    judged.judging.say = lambda question: Said(verdicts(question))
    judged.expect("{judge: It names an amount.}")
    judged.record()
    judged.judging.asked.clear()
    judged.judging.say = waiting.say
    judged.expect(CHECKS)

    waiting.end(signal.SIGKILL)
    said = recover(judged)

    recorded = judged.sidecar.read_text()
    criteria = ("It names an amount.", "It is kind.", "It is short.")
    assert [recorded.count(one) for one in criteria] == [1, 1, 0], said
    assert judged.run(Mode.REPLAY, JudgeMode.RECORD).outcome is Outcome.PASSED
    assert len(judged.judging.asked) == 3


def test_the_run_after_a_killed_one_goes_on(waiting, judged):
    """Without recovery, too."""
    waiting.end(signal.SIGKILL)

    assert judged.run(Mode.RECORD).outcome is Outcome.PASSED
    assert judged.run().outcome is Outcome.PASSED


def test_an_interrupted_run_can_be_repeated(waiting, judged):
    """Ctrl-C while a judge is asked ends the run; the next one records everything."""
    waiting.end(signal.SIGINT)

    assert judged.run(Mode.RECORD).outcome is Outcome.PASSED
    assert judged.run().outcome is Outcome.PASSED


def test_the_conversation_is_kept_if_only_the_judge_fails(judged):
    """The bot is not asked again, because its recording is complete."""
    judged.expect(CHECKS)
    judged.judging.say = lambda _question: Said("Out of order.", status=500)
    assert judged.record().outcome is Outcome.BROKEN
    judged.judging.say = lambda question: Said(verdicts(question))

    result = judged.run(Mode.REPLAY, JudgeMode.RECORD)

    assert (result.outcome, judged.judging.talked) == (Outcome.PASSED, 1)
    assert judged.run().outcome is Outcome.PASSED
