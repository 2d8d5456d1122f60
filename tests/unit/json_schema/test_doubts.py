from __future__ import annotations

import pytest

from harness.formats.json_schema import SchemaFolder, compile_schema
from tests.docs.blocks import ROOT

STATE = {"type": "string"}
OLD = "http://json-schema.org/draft-07/schema#"

MISSPELT = {
    "property": ({"required": ["state"], "properties": {"sate": STATE}}, "s#/properties/sate"),
    "another-case": (
        {"required": ["orderId"], "properties": {"order_id": STATE}},
        "s#/properties/order_id",
    ),
    "of-an-item": (
        {"items": {"required": ["state"], "properties": {"a": True, "states": STATE}}},
        "s#/items/properties/states",
    ),
    "of-a-part": (
        {
            "allOf": [{"$ref": "#/$defs/a"}],
            "required": ["state"],
            "$defs": {"a": {"properties": {"sate": STATE}}},
        },
        "s#/$defs/a/properties/sate",
    ),
    "closed": (
        {"required": ["state"], "properties": {"sate": STATE}, "additionalProperties": False},
        "s#/properties/sate",
    ),
    "draft-07": (
        {"$schema": OLD, "required": ["state"], "properties": {"sate": STATE}},
        "s#/properties/sate",
    ),
}


@pytest.mark.parametrize(("schema", "where"), MISSPELT.values(), ids=MISSPELT)
def test_a_key_that_is_required_and_described_under_another_name(schema, where):
    """Nothing describes the required key, and one with nearly its name is described."""
    problems = [*compile_schema(schema, name="s").doubts()]

    assert [(one.code, one.where) for one in problems] == [("undescribed-key", where)]
    assert problems[0].hint in ("did you mean 'state'?", "did you mean 'orderId'?")


DESCRIBED = {
    "no-properties": {"required": ["state"]},
    "nothing-like-it": {"required": ["state"], "properties": {"title": STATE}},
    "both-required": {"required": ["item", "items"], "properties": {"items": {"type": "array"}}},
    "both-described": {"required": ["item"], "properties": {"item": STATE, "items": STATE}},
    "by-allOf": {
        "required": ["state"],
        "properties": {"sate": STATE},
        "allOf": [{"properties": {"state": STATE}}],
    },
    "by-a-reference": {
        "required": ["state"],
        "properties": {"sate": STATE},
        "$ref": "#/$defs/a",
        "$defs": {"a": {"properties": {"state": STATE}}},
    },
    "by-the-schema-around": {
        "properties": {"state": STATE},
        "anyOf": [{"required": ["state"], "properties": {"sate": STATE}}, {"required": ["other"]}],
    },
    "by-a-neighbour": {
        "allOf": [
            {"required": ["state"], "properties": {"sate": STATE}},
            {"properties": {"state": STATE}},
        ]
    },
    "by-a-pattern": {
        "required": ["state"],
        "properties": {"sate": STATE},
        "patternProperties": {"^st": STATE},
    },
    "by-the-rest": {
        "required": ["state"],
        "properties": {"sate": STATE},
        "additionalProperties": STATE,
    },
    "in-a-dependency": {
        "properties": {"state": STATE, "sate": STATE},
        "dependentSchemas": {"sate": {"required": ["state"]}},
    },
}


@pytest.mark.parametrize("schema", DESCRIBED.values(), ids=DESCRIBED)
def test_a_key_that_is_described_somewhere(schema):
    """Whatever judges the same value may describe a required key, and names may be alike."""
    assert [*compile_schema(schema, name="s").doubts()] == []


ELSEWHERE = {
    "nullable": ({"type": "string", "nullable": True}, 'write type: [string, "null"]'),
    "nullable-types": (
        {"type": ["string", "integer"], "nullable": True},
        'write type: [string, integer, "null"]',
    ),
    "nullable-words": (
        {"type": "string", "enum": ["a"], "nullable": True},
        "write type: [string, \"null\"], and add null to 'enum'",
    ),
    "nullable-reference": (
        {"$ref": "#/$defs/a", "nullable": True},
        "write anyOf: [{$ref: '#/$defs/a'}, {type: \"null\"}]",
    ),
    "discriminator": (
        {"oneOf": [STATE], "discriminator": {"propertyName": "kind"}},
        "give its property a 'const' in each branch",
    ),
    "divisibleBy": ({"divisibleBy": 5}, "write 'multipleOf'"),
    "disallow": ({"disallow": "null"}, "write 'not'"),
    "extends": ({"extends": {"type": "object"}}, "write 'allOf'"),
}


@pytest.mark.parametrize(("schema", "hint"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_keyword_of_another_tool(schema, hint):
    """It changes nothing here; the warning names the form that does."""
    whole = {"allOf": [schema], "items": schema, "$defs": {"a": STATE}}
    problems = [*compile_schema(whole, name="s").doubts()]

    assert [(one.code, one.hint) for one in problems] == [("no-effect", hint)] * 2


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "nullable": False},
        {"type": ["string", "null"], "nullable": True},
        {"properties": {"nullable": STATE, "discriminator": STATE}},
        {"type": "string", "example": "a", "x-order": 1},
        {"const": {"nullable": True}},
    ],
    ids=["false", "with-null", "names-of-properties", "notes", "values"],
)
def test_words_that_promise_nothing(schema):
    """A default, a name of a property and a note are left alone."""
    assert [*compile_schema(schema, name="s").doubts()] == []


FOLDERS = sorted({file.parent for file in ROOT.rglob("harness/providers/builtin/*/schemas/*.json")})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_the_schemas_of_the_built_in_definitions_mean_what_they_say(folder):
    """Schemas of real chat APIs are warned of nowhere."""
    schemas = SchemaFolder(folder, "schemas")
    for name in schemas.names():
        schemas.schema(name)

    assert schemas.doubts() == ()
