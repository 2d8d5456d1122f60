"""Keys of what this plugin keeps in pytest's stash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.pytest_plugin.notes import Notes
    from harness.pytest_plugin.scenario_session import ScenarioSession

SESSION: pytest.StashKey[ScenarioSession] = pytest.StashKey()
"""What plays scenarios; missing where there is no harness.yaml."""
NOTES: pytest.StashKey[Notes] = pytest.StashKey()
"""What to tell in the closing lines; missing where there is nothing yet."""
