"""What a scenario file says, as values."""

from harness.scenario.examination import examine_scenario
from harness.scenario.files import (
    DEFAULTS,
    NO_FILES,
    BadFile,
    FileKind,
    OtherFiles,
    is_scenario_file,
)
from harness.scenario.names import scenario_id_problem
from harness.scenario.part_schemas import defaults_schema, fragment_schema, part_schema
from harness.scenario.reader import read_scenario
from harness.scenario.scenario import (
    AssistantLine,
    Capture,
    Credentials,
    Expectation,
    Given,
    MessagePlan,
    Part,
    Repeat,
    Row,
    Scenario,
    Scope,
    UserTurn,
)
from harness.scenario.schema import scenario_schema
from harness.scenario.subject import SubjectIn, turn_subject
from harness.scenario.waivers import Waiver, WaiverKind, named_in

__all__ = [
    "DEFAULTS",
    "NO_FILES",
    "AssistantLine",
    "BadFile",
    "Capture",
    "Credentials",
    "Expectation",
    "FileKind",
    "Given",
    "MessagePlan",
    "OtherFiles",
    "Part",
    "Repeat",
    "Row",
    "Scenario",
    "Scope",
    "SubjectIn",
    "UserTurn",
    "Waiver",
    "WaiverKind",
    "defaults_schema",
    "examine_scenario",
    "fragment_schema",
    "is_scenario_file",
    "named_in",
    "part_schema",
    "read_scenario",
    "scenario_id_problem",
    "scenario_schema",
    "turn_subject",
]
