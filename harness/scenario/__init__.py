"""What a scenario file says, as values."""

from harness.scenario.examination import examine_scenario
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
from harness.scenario.subject import turn_subject

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
    "examine_scenario",
    "read_scenario",
    "scenario_id_problem",
    "scenario_schema",
    "turn_subject",
]
