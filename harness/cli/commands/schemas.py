"""`harness schemas`: the JSON Schemas with which editors complete and check our files."""

from __future__ import annotations

import json
from pathlib import Path

from harness.calibration import LABEL_SCHEMA
from harness.checks import kinds_in
from harness.cli.here import config_here
from harness.cli.terminal import echo
from harness.config import CONFIG_SCHEMA, Config
from harness.core import Json
from harness.parallel.plan_format import PLAN_SCHEMA
from harness.project.own_checks import own_checks
from harness.project.vocabulary import Vocabulary
from harness.providers.definition_schema import DEFINITION_SCHEMA
from harness.reports.results import RESULTS_SCHEMA
from harness.scenario import defaults_schema, fragment_schema, scenario_schema


def write_schemas(folder: Path, *, is_check: bool) -> int:
    """Write the schemas. With `is_check`, only compare; returns how many are out of date."""
    stale = 0
    for name, schema in editor_schemas(config_here()).items():
        file = folder / f"{name}.schema.json"
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if is_check:
            echo(f"{file} is out of date; run: harness schemas {folder} [stale-schema]")
            continue
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        echo(f"wrote {file}")
    return stale if is_check else 0


def editor_schemas(config: Config | None) -> dict[str, Json]:
    """The schemas of the files that authors write, of results and of plans, by file name.

    In a project, the schema of scenarios includes the project's own checks.
    """
    own = own_checks(config).kinds if config is not None else {}
    vocabulary = Vocabulary(kinds_in("reply_checks", own.values()), None)
    scenario = scenario_schema(vocabulary.blocks)
    return {
        "scenario": scenario,
        "fragment": fragment_schema(scenario),
        "defaults": defaults_schema(scenario),
        "harness": CONFIG_SCHEMA,
        "definition": DEFINITION_SCHEMA,
        "results": RESULTS_SCHEMA,
        "label": LABEL_SCHEMA,
        "plan": PLAN_SCHEMA,
    }
