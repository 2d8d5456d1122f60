from __future__ import annotations

import pytest
from check_samples import judge, turn

from harness.checks import KINDS, BadExpectation, Kind, Options, kinds_in, skipped, subject_of
from harness.checks.verdict import Finding, Verdict
from harness.conversation import Outcome
from harness.core.errors import CheckCrashed

HOLDS = {"contains": "free shipping"}
FAILS = {"contains": "refund"}
UNCLEAR = {"tools": ["search"]}
"""Skipped where the definition does not say where tool calls are."""


@pytest.mark.parametrize(
    ("name", "value", "outcome"),
    [
        ("not", HOLDS, Outcome.FAILED),
        ("not", FAILS, Outcome.PASSED),
        ("not", UNCLEAR, Outcome.BROKEN),
        ("not", {**FAILS, **UNCLEAR}, Outcome.PASSED),
        ("not", {**HOLDS, **UNCLEAR}, Outcome.BROKEN),
        ("not", {"not": HOLDS}, Outcome.PASSED),
        ("not", {"not": UNCLEAR}, Outcome.BROKEN),
        ("any_of", [FAILS, HOLDS], Outcome.PASSED),
        ("any_of", [FAILS, FAILS], Outcome.FAILED),
        ("any_of", [FAILS, UNCLEAR], Outcome.SKIPPED),
        ("any_of", [UNCLEAR, HOLDS], Outcome.PASSED),
        ("any_of", [{"any_of": [FAILS, {"not": FAILS}]}], Outcome.PASSED),
        ("all_of", [HOLDS, HOLDS], Outcome.PASSED),
        ("all_of", [HOLDS, FAILS], Outcome.FAILED),
        ("all_of", [HOLDS, UNCLEAR], Outcome.SKIPPED),
        ("all_of", [UNCLEAR, FAILS], Outcome.FAILED),
        ("messages", {"any": {"not": {"contains": "free"}}}, Outcome.PASSED),
        ("messages", {"each": {"any_of": [{"contains": "free"}]}}, Outcome.FAILED),
    ],
    ids=str,
)
def test_what_comes_of_a_combination(name, value, outcome):
    """A14: a pass, a failure and a skip inside are weighed as words are: not, any, all."""
    assert judge(name, value).outcome is outcome


def test_the_case_of_a_block_counts_inside():
    """`ignore_case` holds for the blocks inside, unless one of them says otherwise."""
    shouted = {"contains": "FREE SHIPPING"}

    assert judge("any_of", [shouted], ignore_case=True).outcome is Outcome.PASSED
    assert judge("any_of", [{**shouted, "ignore_case": False}], ignore_case=True).finding


@pytest.mark.parametrize(
    ("name", "value", "code", "path"),
    [
        ("not", {"containz": "x"}, "unknown-check", ("containz",)),
        ("not", {}, "asserts-nothing", ()),
        ("not", {"ignore_case": True}, "asserts-nothing", ()),
        ("not", "sorry", "wrong-value", ()),
        ("any_of", [], "wrong-value", ()),
        ("any_of", HOLDS, "wrong-value", ()),
        ("any_of", [HOLDS, {"matches": "("}], "invalid-pattern", (1, "matches")),
        (
            "all_of",
            [{"not": {"any_of": [{"status": "x"}]}}],
            "wrong-value",
            (0, "not", "any_of", 0, "status"),
        ),
    ],
    ids=str,
)
def test_what_makes_no_sense_has_its_place(name, value, code, path):
    """A wrong check is named with its path, however deep it stands."""
    with pytest.raises(BadExpectation) as caught:
        judge(name, value)

    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize("name", ["not", "any_of", "all_of"])
def test_a_crash_inside_is_a_crash(name):
    """A check that crashes is never taken for one that fails."""

    def crash(_subject):
        raise CheckCrashed("check-crashed", "by zero")

    own = Kind(name="own", schema={}, compile=lambda _value, _options: crash)
    value = {"own": 1} if name == "not" else [{"own": 1}]
    compiled = kinds_in("reply_checks", [own])[name].compile(value, Options())

    with pytest.raises(CheckCrashed):
        compiled(subject_of(turn()))


def test_what_could_not_be_judged_is_no_failure():
    """A check that is BROKEN makes `any_of` BROKEN, also if it tells what it has found."""
    finding = Finding(message="the judge does not answer")
    unclear = Verdict(outcome=Outcome.BROKEN, finding=finding, code="judge-failed")
    own = Kind(name="own", schema={}, compile=lambda _value, _options: lambda _subject: unclear)
    compiled = kinds_in("reply_checks", [own])["any_of"].compile([FAILS, {"own": 1}], Options())

    assert compiled(subject_of(turn())) is unclear


def test_own_checks_may_stand_inside():
    """A project's own check can be combined, and stays unknown to the built-in vocabulary."""
    own = Kind(name="own", schema={}, compile=lambda _value, _options: lambda _s: skipped("why"))
    kind = kinds_in("reply_checks", [own])["not"]

    verdict = kind.compile({"own": 1}, Options())(subject_of(turn()))

    assert verdict == skipped("why")
    with pytest.raises(BadExpectation, match="unknown check 'own'"):
        KINDS["not"].compile({"own": 1}, Options())
