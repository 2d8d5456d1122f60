from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.size import runs

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", range(runs(2, 20)))
def test_b9_no_foreign_file_is_too_much(seed, tmp_path):
    """Whatever a recording of another tool holds: an error of ours, in 5 s and 500 MB at most."""
    count = str(runs(200, 5_000))
    command = [sys.executable, "-m", "tests.reliability.foreign_files", count, str(seed)]

    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=1_800,
        check=False,
    )

    case = (tmp_path / "case").read_bytes()
    assert done.returncode == 0, f"{done.stderr}\n{case[:2_000]!r}"
    assert "cassette-too-large" in done.stdout
