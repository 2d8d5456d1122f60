"""What `harness trust` prints of a suite with every kind of vacuity."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from conftest import Folder, Said
from tests.trust.seeded_suites import TURNS, WHOLES, Seeded, sound_turn, too_old, write_suite


def test_the_page(
    project: Folder, harness: Callable[..., Said], golden: Callable[[str, str], None]
) -> None:
    """The totals, the scenarios from the lowest figure on, the findings, and what is skipped."""
    random = Random(1)  # noqa: S311  # the same on every machine
    suite = [
        Seeded("sound", [sound_turn(random)]),
        Seeded("turns", [make(random) for make in TURNS]),
    ]
    for number, seed in enumerate(one for one in WHOLES if one is not too_old):
        suite.append(Seeded(f"whole-{number}", [sound_turn(random)]))
        seed(suite[-1], random)
    write_suite(project.path, suite)

    said = harness("trust", "--fail-under", "60")
    assert said.status == 9
    golden("trust/page", re.sub(r"\d+ days? ago|today", "N days ago", said.text))
