from __future__ import annotations

from pathlib import Path
from random import Random

from harness.core import AuthoringError
from harness.project.touching import touched_by
from tests.reliability.edits import Records, edited, example_project, undo
from tests.reliability.size import runs

EDITS = runs(36, 500)
TOGETHER = runs(6, 1)
"""Edits that are judged in one run: those of other files, because they do not hide each other."""


def test_no_edit_is_missed(tmp_path: Path) -> None:
    """Every scenario whose record differs after a random edit was among the affected ones."""
    root = example_project(tmp_path / "project")
    records = Records(root, tmp_path / "cache.sqlite")
    before = records.of()
    random = Random(13)  # noqa: S311  # it guards nothing
    judged = spared = 0
    missed = []
    for _ in range(EDITS // TOGETHER):
        old: dict[Path, bytes | None] = {}
        for _ in range(TOGETHER):
            old = {**edited(root, random), **old}
        try:
            records.reopen()
        except AuthoringError:
            # Wrong as a whole: nothing is played.
            undo(old)
            continue
        touched = touched_by(old, records.project, records.graph, old.get)
        now = records.of(lambda play, touched=touched: not touched.includes(play))
        missed += [(one, sorted(old)) for one in now if now[one] != before.get(one)]
        judged += 1
        spared += len(now)
        undo(old)

    assert len(before) > 150
    assert not missed
    # Some rounds leave a project that nobody can read; the others spare most plays.
    assert judged >= EDITS // TOGETHER // 3
    assert spared > judged * len(before) // 2, (judged, spared)
