"""Questions of many conversations at once keep to the limits of the judge's provider."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from harness.conversation import Outcome
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.judging.judging_server import Said, verdicts
from tests.reliability.size import runs

CONVERSATIONS = runs(12, 200)
SAMPLES = 5
AT_ONCE = 2


def test_as_many_are_asked_at_once_as_the_provider_allows(judged):
    """And each question once."""
    lock, asking, counts = threading.Lock(), [], []

    def say(question: str) -> Said:
        with lock:
            asking.append(question)
            counts.append(len(asking))
        # Others can arrive meanwhile.
        threading.Event().wait(0.01)
        with lock:
            asking.remove(question)
        return Said(verdicts(question))

    judged.judging.say = say
    judged.configure(f"samples: {SAMPLES}", provider=f"retries: 0\n    concurrency: {AT_ONCE}")
    judged.expect("{judge: It names an amount.}")
    file = judged.folder / "scenarios" / "shipping.yaml"
    base = Project.at(judged.folder / "harness.yaml")
    runner = Runner(Project(base.config, environment=judged.environment), Mode.RECORD)

    with ThreadPoolExecutor(12) as pool:
        plays = [
            Play(file=file, scenario="shipping", provider="bot", take=take)
            for take in range(1, CONVERSATIONS + 1)
        ]
        outcomes = {result.outcome for result in pool.map(runner.run, plays)}

    assert outcomes == {Outcome.PASSED}
    assert len(judged.judging.asked) == CONVERSATIONS * SAMPLES
    assert max(counts) <= AT_ONCE
