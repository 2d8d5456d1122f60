"""The example suite is replayed where no network is, with no key and no address."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.docs.blocks import ROOT
from tests.processes import PYTEST

NAMESPACE = ("unshare", "--user", "--map-root-user", "--net")
"""Runs a command in a network namespace of its own, which has not even a loopback that is up."""


def can_unshare() -> bool:
    """Whether this system lets a user make a network namespace."""
    try:
        return (
            subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False


@pytest.mark.skipif(
    not can_unshare(),
    reason="this system does not let a user make a network namespace",
)
def test_every_built_in_definition_replays_without_a_network(tmp_path):
    """All recordings of all built-in definitions pass; nothing is skipped or BROKEN."""
    names = sorted(folder.name for folder in (ROOT / "harness/providers/builtin").iterdir())
    names = [name for name in names if (ROOT / "scenarios" / name).is_dir()]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}

    done = subprocess.run(
        [*NAMESPACE, *PYTEST, "scenarios", "-v", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert re.search(r"^=+ \d+ passed in ", done.stdout.splitlines()[-1])
    assert [name for name in names if f"scenarios/{name}/" not in done.stdout] == []
    assert len(names) > 12
