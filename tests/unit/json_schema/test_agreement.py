"""Our verdicts and explanations, held against the reference implementation's."""

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.formats.json_schema import compile_schema

NEW = "https://json-schema.org/draft/2020-12/schema"
OLD = "http://json-schema.org/draft-07/schema#"
VALUES = [
    None,
    True,
    False,
    0,
    1,
    1.0,
    2.5,
    -3,
    10**30,
    "",
    "a",
    "abc",
    "é",
    "😀😀",
    [],
    [1],
    [1, 1.0],
    [1, "a"],
    ["a", "b", None],
    [[1], [1]],
    [True, 1],
    {},
    {"a": 1},
    {"a": "x", "b": 2},
    {"b": 1, "c": {"a": []}},
    {"xa": "1", "xb": 2},
    {"a": {"a": {"a": 1}}},
    {"kind": "text", "text": "hi"},
]
BOTH = [
    {"type": "integer"},
    {"type": "number"},
    {"type": ["string", "null"]},
    {"type": "boolean"},
    {"enum": [1, "a", None, [1], {"a": 1}]},
    {"const": 1},
    {"const": False},
    {"const": {"a": 1}},
    {"minimum": 1},
    {"maximum": 1},
    {"exclusiveMinimum": 0},
    {"exclusiveMaximum": 2.5},
    {"multipleOf": 0.5},
    {"multipleOf": 3},
    {"minLength": 2},
    {"maxLength": 2},
    {"pattern": "^a"},
    {"pattern": "b"},
    {"minItems": 1},
    {"maxItems": 1},
    {"uniqueItems": True},
    {"contains": {"type": "string"}},
    {"items": {"type": "integer"}},
    {"minProperties": 1},
    {"maxProperties": 1},
    {"required": ["a"]},
    {"required": ["a", "b"]},
    {"properties": {"a": {"type": "integer"}, "b": {"not": {}}}},
    {"patternProperties": {"^x": {"type": "string"}}},
    {"additionalProperties": False},
    {"additionalProperties": {"type": "integer"}},
    {"properties": {"a": True}, "patternProperties": {"^x": True}, "additionalProperties": False},
    {"propertyNames": {"maxLength": 1}},
    {"allOf": [{"type": "object"}, {"required": ["a"]}]},
    {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    {"oneOf": [{"type": "integer"}, {"minimum": 1}]},
    {"not": {"type": "object"}},
    {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "object"}},
    {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
    {"properties": {"a": {"$ref": "#"}}, "type": ["object", "integer"]},
    {"default": 1, "title": "t", "description": "d", "examples": [1], "$comment": "c"},
    {"unknown": {"type": "nothing"}},
]
ONLY_NEW = [
    {"prefixItems": [{"type": "integer"}, {"type": "string"}]},
    {"prefixItems": [{"type": "integer"}], "items": {"type": "string"}},
    {"contains": {"type": "integer"}, "minContains": 2},
    {"contains": {"type": "integer"}, "maxContains": 1},
    {"contains": {"type": "integer"}, "minContains": 0},
    {"dependentRequired": {"a": ["b"]}},
    {"dependentSchemas": {"a": {"required": ["b"]}}},
    {"properties": {"a": True}, "unevaluatedProperties": False},
    {"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False},
    {"anyOf": [{"required": ["b"], "properties": {"b": {}}}, {}], "unevaluatedProperties": False},
    {"prefixItems": [True], "unevaluatedItems": False},
    {"$defs": {"a": {"type": "string"}}, "items": {"$ref": "#/$defs/a"}},
    {"$defs": {"a": {"type": "string"}}, "items": {"$ref": "#/$defs/a", "minLength": 1}},
    {"$defs": {"a": {"$anchor": "text", "type": "string"}}, "items": {"$ref": "#text"}},
    {"$dynamicAnchor": "node", "properties": {"a": {"$dynamicRef": "#node"}}, "maxProperties": 1},
    {
        "$id": "https://example.com/s",
        "$defs": {"a": {"$id": "a", "type": "null"}},
        "items": {"$ref": "a"},
    },
]
ONLY_OLD = [
    {"items": [{"type": "integer"}, {"type": "string"}]},
    {"items": [{"type": "integer"}], "additionalItems": False},
    {"items": [{"type": "integer"}], "additionalItems": {"type": "string"}},
    {"dependencies": {"a": ["b"]}},
    {"dependencies": {"a": {"required": ["b"]}}},
    {"definitions": {"a": {"type": "string"}}, "items": {"$ref": "#/definitions/a"}},
    {"definitions": {"a": {"$id": "#text", "type": "string"}}, "items": {"$ref": "#text"}},
]
SCHEMAS = [
    *({"$schema": draft, **schema} for schema in BOTH for draft in (NEW, OLD)),
    *({"$schema": NEW, **schema} for schema in ONLY_NEW),
    *({"$schema": OLD, **schema} for schema in ONLY_OLD),
]


def reference(schema):
    kind = (
        jsonschema.Draft7Validator
        if schema.get("$schema") == OLD
        else jsonschema.Draft202012Validator
    )
    return kind(schema)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: str(list(schema.items())[:3])[:90])
def test_both_give_the_same_verdict(schema):
    """Yes or no is the same as the reference implementation's, for every keyword."""
    ours, theirs = compile_schema(schema, name="s"), reference(schema)

    assert [ours.is_valid(value) for value in VALUES] == [
        theirs.is_valid(value) for value in VALUES
    ]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: str(list(schema.items())[:3])[:90])
def test_a_no_always_has_an_explanation(schema):
    """There are violations exactly where the verdict is no."""
    ours = compile_schema(schema, name="s")

    assert [not ours.violations(value) for value in VALUES] == [
        ours.is_valid(value) for value in VALUES
    ]


SIMPLE = [
    schema
    for schema in SCHEMAS
    # Where we choose among branches, or lead to the key and not to its mapping.
    if not {"anyOf", "oneOf", "propertyNames", "dependencies", "dependentRequired"} & set(schema)
]


@pytest.mark.parametrize("schema", SIMPLE, ids=lambda schema: str(list(schema.items())[:3])[:90])
def test_both_explain_the_same_places(schema):
    """The places of our violations are the reference implementation's."""
    ours, theirs = compile_schema(schema, name="s"), reference(schema)

    for value in VALUES:
        found = {_place(v.path, v.keyword) for v in ours.violations(value)}
        assert found == {_place(e.absolute_path, e.validator) for e in theirs.iter_errors(value)}


def _place(path, keyword):
    """The mapping for a key that should not be there, the list for an item too many."""
    is_inside = keyword in ("additionalProperties", "unevaluatedProperties")
    return tuple(path) if not is_inside else ("in",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "ab"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "xa"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(value=json_values, schema=st.sampled_from(SCHEMAS))
def test_both_agree_on_any_value(value, schema):
    """Yes or no is the same on values that nobody chose."""
    assert compile_schema(schema, name="s").is_valid(value) == reference(schema).is_valid(value)
