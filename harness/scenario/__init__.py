"""What a scenario file says, as values."""

from harness.scenario.advice import advise
from harness.scenario.branching import played_in, said_again
from harness.scenario.examination import examine_scenario
from harness.scenario.files import (
    DEFAULTS,
    NO_FILES,
    BadFile,
    FileKind,
    OtherFiles,
    is_scenario_file,
    kind_of,
)
from harness.scenario.names import scenario_id_problem
from harness.scenario.order import order_doubts
from harness.scenario.part_schemas import defaults_schema, fragment_schema, part_schema
from harness.scenario.prefix_ends import PrefixEnd, prefix_ends
from harness.scenario.reader import read_part, read_scenario
from harness.scenario.repeats import ONCE, Repeat, repeat_from
from harness.scenario.scenario import (
    AssistantLine,
    Capture,
    Credentials,
    Expectation,
    Given,
    MatrixRow,
    MessagePlan,
    Scenario,
    Scope,
    ScriptRule,
    Simulation,
    TurnPurpose,
    UserTurn,
    Way,
)
from harness.scenario.scenario_schema import scenario_schema
from harness.scenario.texts import text_problems
from harness.scenario.turn_names import SubjectIn, turn_subject
from harness.scenario.variables import (
    names_of_defaults,
    odd_cells,
    overwritten_names,
    unused_defaults,
    unused_names,
    unused_parameters,
)
from harness.scenario.waivers import Waiver, WaiverKind, named_in

__all__ = [
    "DEFAULTS",
    "NO_FILES",
    "ONCE",
    "AssistantLine",
    "BadFile",
    "Capture",
    "Credentials",
    "Expectation",
    "FileKind",
    "Given",
    "MatrixRow",
    "MessagePlan",
    "OtherFiles",
    "PrefixEnd",
    "Repeat",
    "Scenario",
    "Scope",
    "ScriptRule",
    "Simulation",
    "SubjectIn",
    "TurnPurpose",
    "UserTurn",
    "Waiver",
    "WaiverKind",
    "Way",
    "advise",
    "defaults_schema",
    "examine_scenario",
    "fragment_schema",
    "is_scenario_file",
    "kind_of",
    "named_in",
    "names_of_defaults",
    "odd_cells",
    "order_doubts",
    "overwritten_names",
    "part_schema",
    "played_in",
    "prefix_ends",
    "read_part",
    "read_scenario",
    "repeat_from",
    "said_again",
    "scenario_id_problem",
    "scenario_schema",
    "text_problems",
    "turn_subject",
    "unused_defaults",
    "unused_names",
    "unused_parameters",
]
