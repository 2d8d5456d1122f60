"""Every kind of vacuity is named where it is, in a hundred suites, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.evaluation.trust import Vacuity
from tests.trust.seeded_suites import seeded_suite, write_suite
from tests.trust.trusted import named_in

SUITES = 100


@pytest.mark.parametrize("seed", range(SUITES))
def test_what_was_seeded_is_named_and_nothing_else(seed: int, tmp_path: Path) -> None:
    """Code, file and line of every finding are those of what was seeded."""
    suite = seeded_suite(seed)
    project = write_suite(tmp_path, suite)

    assert sorted(named_in(project)) == sorted(pair for one in suite for pair in one.wrong)


def test_every_kind_is_seeded() -> None:
    """The suites have all kinds of findings, each several times."""
    seeded = [code for seed in range(SUITES) for one in seeded_suite(seed) for code, _ in one.wrong]

    assert {kind.code for kind in Vacuity if seeded.count(kind.code) >= 3} == {
        kind.code for kind in Vacuity
    }
