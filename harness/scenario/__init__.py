"""What a scenario file says, as values."""

from harness.scenario.names import scenario_id_problem
from harness.scenario.reader import read_scenario
from harness.scenario.scenario import (
    AssistantLine,
    Capture,
    Credentials,
    Expectation,
    MessagePlan,
    Row,
    Scenario,
    Scope,
    UserTurn,
)
from harness.scenario.schema import scenario_schema

__all__ = [
    "AssistantLine",
    "Capture",
    "Credentials",
    "Expectation",
    "MessagePlan",
    "Row",
    "Scenario",
    "Scope",
    "UserTurn",
    "read_scenario",
    "scenario_id_problem",
    "scenario_schema",
]
