from __future__ import annotations

import gc
import json
import resource
from itertools import pairwise
from pathlib import Path

from harness.conversation import Outcome
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk
from tests.reliability.size import runs

STEPS = """\
open:
  - request: {post: /open}
    capture: {token: $.access_token}
send:
  - request:
      post: /talk
      headers: {Authorization: 'Bearer ${token}'}
      json: {text: '${message.text}'}
    reply: {text: $.text}
"""
STRETCHES = 3
WARM, MOST = 100, 12 * 1024
"""Conversations before the first look, and bytes that a further one may keep.

A compiled pattern of all spellings of one token took 20 kB, in the cache of Python's `re`.
"""


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_b14_a_recorded_conversation_leaves_nothing_in_memory(tmp_path):
    """Each has a token of its own, which is hidden in its recording; memory stays flat.

    What each keeps grows in every stretch of conversations. What the process keeps once, for
    whatever ran in it before, grows in one of them.
    """
    given: list[str] = []

    def desk(visit) -> None:
        given.append(f"tk-{len(given):06d}-Zq8x+Wm2v/7Lp4==")
        said = {"access_token": given[-1], "text": "hello"}
        visit.answer(json.dumps(said).encode())

    count = runs(100, 1_000)
    with serving_desk(tmp_path, desk, STEPS) as project:

        def record(number: int) -> None:
            for _ in range(number):
                result = project.play("  - {user: Hi, expect: {contains: hello}}\n", Mode.REFRESH)
                assert result.outcome is Outcome.PASSED

        record(WARM)
        looks = [resident()]
        for _ in range(STRETCHES):
            record(count)
            gc.collect()
            looks.append(resident())

    assert len(set(given)) > count * STRETCHES
    assert given[-1] not in project.cassette.read_text()
    assert min(after - before for before, after in pairwise(looks)) < count * MOST
