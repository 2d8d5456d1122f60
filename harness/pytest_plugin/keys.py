"""Where this plugin keeps its session in pytest's stash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.pytest_plugin.scenario_session import ScenarioSession

SESSION: pytest.StashKey[ScenarioSession] = pytest.StashKey()
"""What plays scenarios; missing where there is no harness.yaml."""
