from __future__ import annotations

import pytest
from conversations import VOCABULARY, scenario

from harness.checks import PASS, BadExpectation, Kind
from harness.project import vocabulary as module
from harness.project.vocabulary import Vocabulary


@pytest.fixture
def counted():
    """A vocabulary of two checks that count how often they are compiled."""
    compiled = []

    def kind(name):
        def compile_(value, options):
            compiled.append((name, value, options.ignore_case))
            return lambda _subject: PASS

        return Kind(name=name, schema={}, compile=compile_)

    return Vocabulary({name: kind(name) for name in ("contains", "equals")}, None), compiled


def expectation(written):
    return scenario(f"  - user: a\n    expect: {{{written}}}\n").user_turns[0].expectations[0]


def test_a_check_is_compiled_once(counted):
    """The same check with the same value is compiled once, wherever it stands."""
    words, compiled = counted

    one = words.judge_for(expectation("contains: a"), "a")
    again = words.judge_for(expectation("contains: a"), "a")

    assert one is again
    assert compiled == [("contains", "a", False)]


def test_what_makes_a_check_another_one(counted):
    """Name, value, the value's type and case make another check."""
    words, compiled = counted

    words.judge_for(expectation("contains: a"), "a")
    words.judge_for(expectation("equals: a"), "a")
    words.judge_for(expectation("contains: a"), "b")
    words.judge_for(expectation("contains: a, ignore_case: true"), "a")
    words.judge_for(expectation("contains: a"), 1)
    words.judge_for(expectation("contains: a"), "1")
    words.judge_for(expectation("contains: a"), ["a"])
    words.judge_for(expectation("contains: a"), '["a"]')

    assert len(compiled) == 8


def test_the_cache_is_bounded(counted, monkeypatch):
    """Values made up anew in each conversation do not fill the memory."""
    words, compiled = counted
    monkeypatch.setattr(module, "MAX_COMPILED", 10)

    for number in range(25):
        words.judge_for(expectation("contains: a"), f"v{number}")
    words.judge_for(expectation("contains: a"), "v24")

    assert len(compiled) == 25
    assert len(words._compiled) <= 10  # noqa: SLF001  # its size is the fact


def test_a_value_that_makes_no_sense_is_not_kept():
    """A check that cannot be compiled raises each time."""
    written = expectation("matches: a")

    for _ in range(2):
        with pytest.raises(BadExpectation, match="not a regular expression"):
            VOCABULARY.judge_for(written, "(")


def test_an_unknown_check(counted):
    """A name that is not in the vocabulary is named with the nearest one."""
    words, _ = counted

    with pytest.raises(BadExpectation) as caught:
        words.judge_for(expectation("matches: a"), "a")

    assert caught.value.code == "unknown-check"


def test_what_may_stand_where():
    """Refusals and histories take fewer checks than replies."""
    reply, refusal, history = (
        set(VOCABULARY.blocks[f"{name}_checks"]["properties"])
        for name in ("reply", "refusal", "history")
    )

    assert history < refusal < reply
    assert "messages" not in refusal
    assert "status" not in history
