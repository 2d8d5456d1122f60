from __future__ import annotations

import json
import signal
import subprocess
import sys
from random import Random

import pytest

from harness.core.errors import HarnessError
from tests.reliability import fuzzing
from tests.reliability.fuzzing import KINDS_OF_INPUT, ROOT, Kind, escaped, mutated
from tests.reliability.size import runs

CASES = runs(quick=150, full=100_000 // len(KINDS_OF_INPUT) + 1)
"""Of each kind; all together 100,000 with HARNESS_RELIABILITY=full."""


@pytest.mark.parametrize("kind", KINDS_OF_INPUT)
def test_nothing_but_our_errors_escapes(kind):
    """What is wrong is told by an error of ours, within five seconds of work and 500 MB."""
    command = [sys.executable, "-m", "tests.reliability.fuzzing", kind, str(CASES), "1"]

    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)

    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert told == []


def fail(content, _folder):
    raise LookupError(content)


def refuse(_content, _folder):
    raise HarnessError


@pytest.mark.parametrize(("feed", "said"), [(fail, "LookupError"), (refuse, "")])
def test_what_escapes_is_told(feed, said, tmp_path):
    """An error of ours is an answer; any other comes with its traceback."""
    told = escaped(Kind(lambda: [b""], feed), b"x", tmp_path)

    assert (said in told) if said else (told == "")


def work(_content, _folder):
    while True:
        pass


def test_what_does_not_end_is_told(tmp_path, monkeypatch):
    """A case that computes for too long is stopped, however busy the machine is."""
    monkeypatch.setattr(fuzzing, "SECONDS", 0.05)
    before = signal.signal(signal.SIGPROF, fuzzing.stop)
    try:
        told = escaped(Kind(lambda: [b""], work), b"x", tmp_path)
    finally:
        signal.signal(signal.SIGPROF, before)

    assert "Hang" in told


def test_one_seed_makes_the_same_cases():
    """A case that was found can be made again from its number."""
    seeds = [one for kind in KINDS_OF_INPUT.values() for one in kind.seeds()]

    for seed in seeds:
        assert mutated(seed, Random("a/1/2")) == mutated(seed, Random("a/1/2"))  # noqa: S311
