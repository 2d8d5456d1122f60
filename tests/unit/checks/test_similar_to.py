"""`similar_to` as it is read: its keys, its provider, and what lint says of it."""

from __future__ import annotations

import pytest

from harness.checks import KINDS, BadExpectation, Options
from harness.checks.judge import Judges

JUDGES = Judges(named={}, embedders=("embedder", "second"))
KIND = KINDS["similar_to"]


def compiled(judges=JUDGES, **keys):
    return KIND.compile({"text": "Free from $50.", "at_least": 0.8, **keys}, Options(judges=judges))


@pytest.mark.parametrize(
    ("keys", "message", "hint"),
    [
        ({"text": ""}, "the text is empty, and every reply contains it", ""),
        ({"text": ["a"]}, "expected a text, not a list", ""),
        ({"at_least": 1}, "a similarity is a number between 0 and 1, not 1", "'equals'"),
        ({"at_least": 0}, "a similarity is a number between 0 and 1, not 0", "such as 0.8"),
        ({"at_least": "0.8"}, "a similarity is a number between 0 and 1, not '0.8'", "such as"),
        ({"at_least": True}, "a similarity is a number between 0 and 1, not true", "such as"),
        ({"at_least": float("nan")}, "a similarity is a number between 0 and 1", "such as"),
        ({"keep": ["figure"]}, "'keep' cannot be 'figure'", "did you mean 'figures'?"),
        ({"keep": ["days"]}, "'keep' cannot be 'days'", "known: figures"),
        ({"by": "secnd"}, "there is no provider of embeddings 'secnd'", "did you mean 'second'?"),
        ({"by": "bot"}, "there is no provider of embeddings 'bot'", "known: embedder, second"),
        ({"atleast": 1}, "unknown key 'atleast'", "did you mean 'at_least'?"),
    ],
)
def test_what_makes_no_sense(keys, message, hint):
    """Each wrong key or value is refused with what to write instead."""
    with pytest.raises(BadExpectation) as caught:
        compiled(**keys)

    assert caught.value.message.startswith(message)
    assert hint in caught.value.hint


@pytest.mark.parametrize("key", ["text", "at_least"])
def test_text_and_limit_are_needed(key):
    """No limit fits every model, so that there is no default."""
    value = {"text": "Free.", "at_least": 0.8}
    value.pop(key)

    with pytest.raises(BadExpectation, match=f"'similar_to' takes '{key}'"):
        KIND.compile(value, Options(judges=JUDGES))


def test_a_project_without_embeddings_is_told():
    """The hint names the key of harness.yaml and the built-in definition."""
    with pytest.raises(BadExpectation) as caught:
        compiled(Judges(named={}))

    assert caught.value.code == "no-embeddings"
    assert "similarity: NAME" in caught.value.hint
    assert "openai-embeddings" in caught.value.hint


@pytest.mark.parametrize(
    ("keys", "is_doubted"), [({}, True), ({"keep": ["figures"]}, False), ({"keep": []}, False)]
)
def test_lint_says_what_is_not_seen(keys, is_doubted):
    """Without `keep`, another figure, another day and the opposite pass."""
    doubts = []

    KIND.compile({"text": "Free.", "at_least": 0.8, **keys}, Options(judges=JUDGES, doubts=doubts))

    assert [one.code for one in doubts] == ["similar-subject"] * is_doubted
    assert not is_doubted or doubts[0].message == (
        "the check passes for another figure, another day, or the opposite:"
        " vectors compare what texts are about"
    )
