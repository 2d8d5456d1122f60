"""Every keyword of both drafts, with values that fit and values that do not.

The cases are ours, after the corners that the official suite looks into.
"""

from urllib.parse import urljoin

import jsonschema
import pytest
from jsonschema_specifications import REGISTRY

from harness.formats.json_schema import compile_schema

NEW = "https://json-schema.org/draft/2020-12/schema"
OLD = "http://json-schema.org/draft-07/schema#"

BOTH = [
    ({"type": "integer"}, [1, 1.0, -0.0], [1.5, "1", None, True]),
    ({"type": ["array", "null"]}, [[], None], [{}, 0, False]),
    ({"enum": [[False], {"a": 0}, "\u0000"]}, [[False], {"a": 0.0}, "\u0000"], [[0], {"a": False}]),
    ({"const": {"a": [1, None]}}, [{"a": [1.0, None]}], [{"a": [1]}, {}, [1, None]]),
    ({"const": 9007199254740992}, [9007199254740992], [9007199254740993]),
    ({"multipleOf": 0.25}, [0, 4.5, "x"], [0.1]),
    ({"multipleOf": 7}, [14, -7, 7.0], [15, 7.5]),
    ({"maximum": 3.0, "minimum": -2}, [3, -2, "9"], [3.01, -2.0001]),
    ({"exclusiveMaximum": 3, "exclusiveMinimum": 1}, [2.9, 1.1], [3, 1, 1.0]),
    ({"maxLength": 2}, ["ab", "💩💩", 100], ["abc"]),
    ({"minLength": 2}, ["ab", 1], ["💩", ""]),
    ({"pattern": "^a*$"}, ["aaa", "", 1, None], ["abc"]),
    ({"pattern": "a+"}, ["xxaayy"], ["b"]),
    ({"pattern": "^\\p{Letter}+$"}, ["Grüße"], ["123"]),
    ({"format": "date-time"}, ["2026-03-02T09:30:00Z", 12], ["2026-03-02", "2026-02-30T00:00:00Z"]),
    ({"format": "date"}, ["2024-02-29"], ["2023-02-29", "2024-2-9"]),
    ({"format": "time"}, ["09:30:00Z"], ["25:00:00Z"]),
    ({"format": "email"}, ["a@example.com"], ["a"]),
    ({"format": "uri"}, ["https://example.com/a"], ["/a", "a b"]),
    ({"format": "uri-reference"}, ["/a"], ["\\\\a"]),
    ({"format": "ipv4"}, ["127.0.0.1"], ["127.0.0.256", "127.0"]),
    ({"format": "ipv6"}, ["::1"], ["12345::"]),
    ({"format": "hostname"}, ["www.example.com"], ["-a.example.com"]),
    ({"format": "json-pointer"}, ["/a/0", ""], ["a", "/~2"]),
    ({"format": "regex"}, ["^a+$"], ["^(a"]),
    ({"maxItems": 2, "minItems": 1}, [[1], [1, 2], "x"], [[], [1, 2, 3]]),
    (
        {"uniqueItems": True},
        [[1, True], [{"a": 1}, {"a": 2}], [[0], [False]]],
        [[1, 1.0], [{}, {}]],
    ),
    ({"uniqueItems": False}, [[1, 1]], []),
    ({"items": False}, [[], {}], [[1]]),
    ({"items": {"type": "string"}}, [["a"], "x"], [["a", 1]]),
    ({"contains": {"minimum": 5}}, [[1, 5], {}], [[], [4]]),
    ({"contains": False}, [{}], [[], [1]]),
    ({"maxProperties": 1, "minProperties": 1}, [{"a": 1}, []], [{}, {"a": 1, "b": 1}]),
    ({"required": ["__proto__", "a\nb"]}, [{"__proto__": 1, "a\nb": 1}, []], [{"a\nb": 1}]),
    ({"properties": {"a": False, "b": True}}, [{"b": 1}, {}, 1], [{"a": 1}]),
    (
        {"patternProperties": {"^a": {"type": "integer"}, "b$": False}},
        [{"a": 1}],
        [{"a": ""}, {"xb": 1}],
    ),
    (
        {"properties": {"a": {}}, "patternProperties": {"^é": {}}, "additionalProperties": False},
        [{"a": 1, "été": 1}],
        [{"b": 1}],
    ),
    ({"additionalProperties": {"type": "boolean"}}, [{"a": True}], [{"a": 1}]),
    ({"propertyNames": {"pattern": "^a"}}, [{"ab": 1}, {}, []], [{"b": 1}]),
    ({"propertyNames": False}, [{}], [{"a": 1}]),
    ({"allOf": [{"minimum": 1}, True], "anyOf": [{"maximum": 2}], "oneOf": [{}]}, [1, 2], [0, 3]),
    ({"anyOf": [False, {"type": "string"}]}, ["a"], [1]),
    ({"anyOf": [False, False]}, [], [1, None]),
    ({"oneOf": [{"minimum": 2}, {"type": "integer"}]}, [1, 2.5], [3, 1.5]),
    ({"oneOf": [True, True]}, [], [1]),
    ({"not": {"type": "string"}}, [1], ["a"]),
    ({"not": {}}, [], [1, {}]),
    ({"not": {"not": {"type": "integer"}}}, [1], ["a"]),
    (
        {"if": {"maximum": 0}, "then": {"minimum": -9}, "else": {"multipleOf": 2}},
        [-1, 4, ""],
        [-10, 3],
    ),
    ({"if": False, "else": {"type": "null"}}, [None], [1]),
    (
        {"$ref": "#/definitions/a~1b/c~0d", "definitions": {"a/b": {"c~d": {"type": "null"}}}},
        [None],
        [1],
    ),
    ({"properties": {"$ref": {"type": "string"}}}, [{"$ref": "a"}], [{"$ref": 1}]),
    (
        {"properties": {"a": {"$ref": "#"}}, "additionalProperties": False},
        [{"a": {"a": {}}}],
        [{"a": {"b": 1}}],
    ),
    ({"const": {"$ref": "#/nowhere"}}, [{"$ref": "#/nowhere"}], [1]),
    ({"dependencies": {"a": ["b"]}}, [{"a": 1, "b": 1}, {"b": 1}], None),
    (
        {
            "$comment": "c",
            "title": "t",
            "description": "d",
            "default": [],
            "examples": [1],
            "readOnly": True,
            "writeOnly": False,
            "contentEncoding": "base64",
            "contentMediaType": "application/json",
            "type": "string",
        },
        ["e30="],
        [1],
    ),
]
ONLY_NEW = [
    (
        {"prefixItems": [{"type": "integer"}], "items": {"type": "string"}},
        [[1, "a"], []],
        [["a"], [1, 2]],
    ),
    ({"prefixItems": [True, False]}, [[1]], [[1, 2]]),
    (
        {"contains": {"const": 1}, "minContains": 2, "maxContains": 3},
        [[1, 1], [1, 2, 1]],
        [[1], [1] * 4],
    ),
    ({"contains": {"const": 1}, "minContains": 0}, [[], [2]], []),
    ({"dependentRequired": {"a": ["b"], "c": []}}, [{"b": 1}, {"c": 1}, []], [{"a": 1}]),
    (
        {"dependentSchemas": {"a": {"minProperties": 2}, "b": False}},
        [{"a": 1, "c": 1}],
        [{"a": 1}, {"b": 1}],
    ),
    ({"dependencies": {"a": ["b"]}}, [{"a": 1, "b": 1}], None),
    (
        {"$ref": "#/$defs/a", "maximum": 5, "$defs": {"a": {"$anchor": "a", "minimum": 1}}},
        [1, 5],
        [0, 6],
    ),
    ({"allOf": [{"$ref": "#a"}], "$defs": {"x": {"$anchor": "a", "type": "null"}}}, [None], [1]),
    (
        {
            "$id": "https://example.com/tree",
            "$dynamicAnchor": "node",
            "type": "object",
            "properties": {"next": {"$dynamicRef": "#node"}},
            "unevaluatedProperties": False,
        },
        [{"next": {"next": {}}}],
        [{"next": {"nxt": {}}}, {"next": 1}],
    ),
    (
        {
            "properties": {"a": {}},
            "if": {"required": ["b"]},
            "then": {"properties": {"b": {}}},
            "unevaluatedProperties": False,
        },
        [{"a": 1}, {"a": 1, "b": 1}],
        [{"c": 1}, {"b": 1, "c": 1}],
    ),
    (
        {
            "$ref": "#/$defs/a",
            "unevaluatedProperties": {"type": "null"},
            "$defs": {"a": {"properties": {"x": {}}}},
        },
        [{"x": 1, "y": None}],
        [{"x": 1, "y": 1}],
    ),
    (
        {"not": {"properties": {"a": {}}, "required": ["a"]}, "unevaluatedProperties": False},
        [{}],
        [{"b": 1}, {"a": 1}],
    ),
    (
        {"prefixItems": [True], "contains": {"type": "string"}, "unevaluatedItems": False},
        [[1, "a"]],
        [[1, "a", 2]],
    ),
    (
        {"allOf": [{"prefixItems": [True, True]}], "unevaluatedItems": {"type": "null"}},
        [[1, 2, None]],
        [[1, 2, 3]],
    ),
    (
        {"anyOf": [{"items": {"const": 1}}, {"prefixItems": [{}]}], "unevaluatedItems": False},
        [[1, 1], [2]],
        [[2, 1]],
    ),
    (
        {
            "$id": "https://example.com/root",
            "items": {"$ref": "item"},
            "$defs": {
                "i": {"$id": "item", "$ref": "#/$defs/t", "$defs": {"t": {"type": "string"}}}
            },
        },
        [["a"]],
        [[1]],
    ),
    ({"format": "uuid"}, ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"], ["2eb8aa08"]),
    ({"format": "duration"}, ["P4DT12H"], ["PT1D"]),
    (
        {
            "contentSchema": False,
            "contentMediaType": "text/plain",
            "deprecated": True,
            "$vocabulary": {},
        },
        ["a", 1],
        [],
    ),
    ({"$recursiveAnchor": "a", "$recursiveRef": "#"}, None, None),
]
ONLY_OLD = [
    (
        {"items": [{"type": "integer"}, True], "additionalItems": False},
        [[1], [1, 2]],
        [["a"], [1, 2, 3]],
    ),
    (
        {"dependencies": {"a": ["b"], "c": {"minProperties": 2}, "d": False}},
        [{"a": 1, "b": 1}, {}],
        [{"a": 1}, {"c": 1}, {"d": 1}],
    ),
    (
        {"items": {"$ref": "#n"}, "definitions": {"x": {"$id": "#n", "type": "null"}}},
        [[None]],
        [[1]],
    ),
]
CASES = [
    *(
        ({"$schema": draft, **schema}, fits, fails)
        for schema, fits, fails in BOTH
        for draft in (NEW, OLD)
    ),
    *(({"$schema": NEW, **schema}, fits, fails) for schema, fits, fails in ONLY_NEW),
    *(({"$schema": OLD, **schema}, fits, fails) for schema, fits, fails in ONLY_OLD),
]
REFERENCE = {NEW: jsonschema.Draft202012Validator, OLD: jsonschema.Draft7Validator}
ASSERTED_THERE = [
    (schema, fits, fails)
    for schema, fits, fails in CASES
    if fits is not None and "format" not in schema and "Letter" not in str(schema)
]
"""The reference asserts formats only with libraries of its own, and knows no `\\p{…}`."""


def _keywords(draft):
    """What the metaschema of a draft knows."""
    metaschema = REGISTRY.contents(draft)
    parts = [REGISTRY.contents(urljoin(draft, one["$ref"])) for one in metaschema.get("allOf", [])]
    return {key for one in (metaschema, *parts) for key in one.get("properties", {})}


def _used(schema):
    """The keys of a schema and of all below it."""
    if isinstance(schema, dict):
        return {*schema, *(key for one in schema.values() for key in _used(one))}
    return {key for one in schema for key in _used(one)} if isinstance(schema, list) else set()


@pytest.mark.parametrize("draft", [NEW, OLD])
def test_every_keyword_has_a_case(draft):
    """No keyword of the drafts' own metaschemas is left out."""
    used = set().union(*(_used(schema) for schema, _, _ in CASES if schema["$schema"] == draft))

    assert _keywords(draft) - used == set()


@pytest.mark.parametrize(("schema", "fits", "fails"), CASES, ids=lambda one: str(one)[:90])
def test_the_verdict_and_its_explanation(schema, fits, fails):
    """The fast verdict is the right one, and the explaining one says the same of every value."""
    if fits is None:
        compile_schema(schema, name="s")
        return
    ours = compile_schema(schema, name="s")

    assert [value for value in fits if not ours.is_valid(value) or ours.violations(value)] == []
    wrong = [value for value in fails or () if ours.is_valid(value) or not ours.violations(value)]
    assert wrong == []
    for value in fails or ():
        assert all(one.message and one.schema_pointer for one in ours.violations(value))


@pytest.mark.parametrize(("schema", "fits", "fails"), ASSERTED_THERE, ids=lambda one: str(one)[:90])
def test_the_reference_says_the_same(schema, fits, fails):
    """The reference implementation agrees on every value, formats apart."""
    theirs = REFERENCE[schema["$schema"]](schema)

    assert [value for value in fits if not theirs.is_valid(value)] == []
    assert [value for value in fails or () if theirs.is_valid(value)] == []
