from __future__ import annotations

import pytest

from harness.formats.json_schema import compile_schema
from harness.secrets.redacted_values import of_real_values

MARK = "<redacted:pin>"


def told(schema, value) -> list[str]:
    """Where the value departs from the schema, apart from marks."""
    made = compile_schema(schema, name="x")
    return [one.pointer for one in of_real_values(made.violations(value), value)]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"properties": {"pin": {"type": "integer"}}}, {"pin": MARK}),
        ({"properties": {"pin": {"maxLength": 4}}}, {"pin": MARK}),
        ({"properties": {"pin": {"pattern": "^[0-9]+$"}}}, {"pin": f"no {MARK}"}),
        (
            {"properties": {"pin": {"anyOf": [{"type": "null"}, {"type": "integer"}]}}},
            {"pin": MARK},
        ),
        ({"items": {"enum": [1, 2]}}, [1, MARK]),
        ({"uniqueItems": True}, [MARK, MARK]),
        ({"contains": {"type": "integer"}}, [MARK]),
        ({"additionalProperties": False, "properties": {"a": {}}}, {MARK: 1}),
    ],
    ids=["type", "length", "pattern", "branches", "element", "unique", "contains", "key"],
)
def test_what_a_schema_says_of_a_mark_is_not_told(schema, value):
    """The value that stood there is not known, so it breaks nothing."""
    assert told(schema, value) == []


def test_all_else_is_told():
    """Beside a mark, what breaks the schema still does."""
    schema = {
        "required": ["name"],
        "properties": {"pin": {"type": "integer"}, "age": {"type": "integer"}},
    }

    assert sorted(told(schema, {"pin": MARK, "age": "seven"})) == ["", "/age"]
    assert told({"uniqueItems": True}, ["a", "a"]) == [""]
