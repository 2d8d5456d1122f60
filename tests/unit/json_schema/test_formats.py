"""The schemas of our own file formats, which are not examined where they are used."""

from __future__ import annotations

import pytest

from harness.config.config_schema import CONFIG_SCHEMA
from harness.formats.json_schema import Violation, compile_format, compile_schema
from harness.project.project import Project
from harness.providers.definition_schema import DEFINITION_SCHEMA
from harness.scenario import FileKind
from harness.scenario.part_schemas import part_schema
from tests.docs.blocks import ROOT

SCENARIO = Project.at(ROOT / "harness.yaml").scenario_json_schema
FORMATS = {
    "harness.yaml": CONFIG_SCHEMA,
    "definition": DEFINITION_SCHEMA,
    **{kind.value: part_schema(kind, SCENARIO) for kind in FileKind},
    **{
        block: {"$defs": SCENARIO["$defs"], "$ref": f"#/$defs/{block}"}
        for block in SCENARIO["$defs"]
    },
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_nothing_in_vain(name):
    """The examination that an author's schema gets finds nothing in ours."""
    assert compile_schema(FORMATS[name], name=name).name == name


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("value", [{"no-such-key": 1}, [], 1], ids=["object", "array", "number"])
def test_a_format_judges_as_any_schema(name, value):
    """Both ways to compile it find the same."""
    found = compile_format(FORMATS[name], name=name).violations(value)

    assert found == compile_schema(FORMATS[name], name=name).violations(value)
    assert all(isinstance(one, Violation) for one in found)
