"""Keys of what this plugin keeps in pytest's stash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.pytest_plugin.suite import Suite

SUITE: pytest.StashKey[Suite] = pytest.StashKey()
"""The run over a project; missing where there is no harness.yaml."""
