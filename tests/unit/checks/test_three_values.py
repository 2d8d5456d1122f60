"""What cannot be judged stays so in every combination, unless the other checks decide alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from check_samples import turn
from hypothesis import given
from hypothesis import strategies as st

from harness.checks import PASS, Kind, Options, Subject, Verdict, failed, kinds_in, subject_of
from harness.checks.verdict import not_told, skipped
from harness.conversation import Outcome

BROKEN = Verdict(outcome=Outcome.BROKEN, reason="no answer", code="judge-failed")
VERDICTS = {
    "passed": PASS,
    "failed": failed("it is wrong"),
    "broken": BROKEN,
    "skipped": skipped("not measured"),
    "untold": not_told("not said", forbids=False),
}
NAMES = ("one", "two", "three")
Tree = Any
"""A block of checks, whose leaves are keys of `VERDICTS`."""


def _leaf(name: str, on: str) -> Kind:
    def compile_(value: Any, _options: Options) -> Any:
        return lambda _subject: VERDICTS[value]

    return Kind(name=name, schema={}, compile=compile_, on=on)  # type: ignore[arg-type]


KINDS = kinds_in("reply_checks", [_leaf(name, "text") for name in NAMES])


def outcome_of(tree: Tree) -> Outcome:
    """The outcome of a block, as one check of a reply."""
    judge = KINDS["all_of"].compile([tree], Options(texts=KINDS))
    subject: Subject = subject_of(turn())
    verdict = judge(subject)
    assert verdict.outcome is not Outcome.BROKEN or verdict.code
    return verdict.outcome


def blocks(leaves: st.SearchStrategy[str], depth: int) -> st.SearchStrategy[Tree]:
    """Blocks that are nested to a depth."""
    own = dict.fromkeys(NAMES, leaves)
    if not depth:
        return st.fixed_dictionaries({}, optional=own).filter(bool)
    inner = blocks(leaves, depth - 1)
    several = st.lists(inner, min_size=1, max_size=3)
    texts = blocks(leaves, 0)
    nested = {
        "not": inner,
        "any_of": several,
        "all_of": several,
        "messages": st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("each", "any"), texts)
        ).filter(bool),
        "replies": st.lists(texts, min_size=2, max_size=3),
    }
    return st.fixed_dictionaries({}, optional={**own, **nested}).filter(bool)


def leaves_in(tree: Tree, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of leaves that are BROKEN."""
    if tree == "broken":
        yield path
    elif isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves_in(value, (*path, key))


def with_leaf(tree: Tree, path: tuple[Any, ...], value: str) -> Tree:
    """A tree with another leaf."""
    if not path:
        return value
    key, *rest = path
    changed = tree.copy()
    changed[key] = with_leaf(tree[key], tuple(rest), value)
    return changed


def turned(tree: Tree) -> Tree:
    """A tree with everything in the opposite order."""
    if isinstance(tree, dict):
        return {key: turned(value) for key, value in reversed(tree.items())}
    return [turned(value) for value in reversed(tree)] if isinstance(tree, list) else tree


EVERY = st.sampled_from([*VERDICTS, "broken"])


@given(blocks(EVERY, 4))
def test_a_broken_check_is_never_a_verdict(tree):
    """If a pass and a failure of a broken check lead to different results, the result is BROKEN."""
    found = outcome_of(tree)

    for path in leaves_in(tree):
        either = {outcome_of(with_leaf(tree, path, value)) for value in ("passed", "failed")}
        assert found is Outcome.BROKEN if len(either) > 1 else {found} == either


@given(blocks(st.sampled_from(["passed", "failed", "broken"]), 4))
def test_a_verdict_holds_whatever_the_broken_checks_would_have_said(tree):
    """All broken checks together, too: what is PASSED or FAILED is so for all their verdicts."""
    found = outcome_of(tree)
    paths = list(itertools.islice(leaves_in(tree), 7))

    for values in itertools.product(("passed", "failed"), repeat=len(paths)):
        whole = tree
        for path, value in zip(paths, values, strict=True):
            whole = with_leaf(whole, path, value)
        assert found in (Outcome.BROKEN, outcome_of(whole))


@given(blocks(EVERY, 4))
def test_the_order_of_checks_does_not_count(tree):
    """What is written first does not decide."""
    assert outcome_of(turned(tree)) is outcome_of(tree)


@pytest.mark.parametrize(
    ("tree", "outcome"),
    [
        ({"one": "broken", "two": "failed"}, Outcome.FAILED),
        ({"one": "skipped", "two": "broken"}, Outcome.BROKEN),
        ({"any_of": [{"one": "broken"}, {"one": "passed"}]}, Outcome.PASSED),
        ({"any_of": [{"one": "skipped"}, {"one": "broken"}]}, Outcome.BROKEN),
        ({"not": {"one": "broken"}}, Outcome.BROKEN),
        ({"not": {"one": "broken", "two": "failed"}}, Outcome.PASSED),
        ({"not": {"any_of": [{"one": "broken"}, {"two": "failed"}]}}, Outcome.BROKEN),
        ({"messages": {"each": {"one": "broken"}, "any": {"one": "failed"}}}, Outcome.FAILED),
        ({"replies": [{"one": "passed"}, {"one": "broken"}]}, Outcome.BROKEN),
        ({"replies": [{"one": "failed"}, {"one": "broken"}]}, Outcome.FAILED),
        ({"replies": [{"one": "broken", "two": "failed"}, {"one": "broken"}]}, Outcome.FAILED),
        ({"replies": [{"one": "passed"}, {"one": "broken", "optional": True}]}, Outcome.BROKEN),
    ],
    ids=str,
)
def test_what_decides(tree, outcome):
    """A failure decides a conjunction, and a pass a disjunction, wherever it stands."""
    assert outcome_of(tree) is outcome
