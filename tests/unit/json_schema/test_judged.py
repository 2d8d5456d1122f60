from __future__ import annotations

import json
import subprocess
import sys

import pytest

from harness.checks.check import BadExpectation, Options
from harness.checks.python_check import check
from harness.core.errors import CheckCrashed, ScenarioError
from harness.formats.file_format import hold_against
from harness.formats.json_schema import compile_schema
from harness.formats.json_schema.judged import MOST_JUDGED_AGAIN
from harness.formats.yaml import read

WHOLE = {"$ref": "#"}
OLD = "http://json-schema.org/draft-07/schema#"
WATCHDOG = 60
"""Seconds. Work that doubles with each of 200 levels does not end."""


def nested(levels, innermost):
    value = innermost
    for _ in range(levels):
        value = {"next": value}
    return value


def chain(levels, keyword, width):
    """A schema of levels that each lead so often to the next, and never back."""
    return {
        "$ref": "#/$defs/d0",
        "$defs": {
            **{
                f"d{n}": {
                    "properties": {"next": {keyword: [{"$ref": f"#/$defs/d{n + 1}"}] * width}}
                }
                for n in range(levels)
            },
            f"d{levels}": {"type": "null"},
        },
    }


REPEATING = {
    "anyOf": {"type": "object", "properties": {"next": {"anyOf": [WHOLE, WHOLE]}}},
    "oneOf": {"type": "object", "properties": {"next": {"oneOf": [WHOLE, WHOLE]}}},
    "allOf": {"type": "object", "properties": {"next": {"allOf": [WHOLE, WHOLE]}}},
    "copies": {
        "type": "object",
        "anyOf": [{"properties": {"next": WHOLE}}, {"additionalProperties": WHOLE}],
    },
    "patterns": {
        "type": "object",
        "patternProperties": {"n": WHOLE, "e": WHOLE},
        "properties": {"next": WHOLE},
    },
    "if": {
        "type": "object",
        "if": {"properties": {"next": WHOLE}},
        "then": {"properties": {"next": WHOLE}},
        "else": {"properties": {"next": WHOLE}},
    },
    "by-anchor": {
        "$dynamicAnchor": "node",
        "type": "object",
        "allOf": [{"properties": {"next": {"$dynamicRef": "#node"}}}] * 2,
    },
    "draft-07": {
        "$schema": OLD,
        "type": "object",
        "properties": {"next": {"anyOf": [WHOLE, WHOLE]}},
    },
}


@pytest.mark.parametrize("schema", REPEATING.values(), ids=REPEATING)
def test_b5_a_schema_that_multiplies_from_level_to_level(schema):
    """30 levels deep it would take ages to say why a payload does not fit: it is refused."""
    compiled = compile_schema(schema, name="s")

    with pytest.raises(CheckCrashed, match="the limit is 100,000 repeated") as caught:
        compiled.violations(nested(30, 3))
    assert caught.value.code == "schema-repeats"


@pytest.mark.parametrize("name", REPEATING)
def test_b5_whether_it_fits_is_said_at_any_depth(name):
    """Whether a payload fits is answered, 200 levels deep; a process that hangs is stopped."""
    program = (
        "import json, sys; from harness.formats.json_schema import compile_schema\n"
        "schema, *values = json.load(sys.stdin)\n"
        "print([compile_schema(schema, name='s').is_valid(one) for one in values])"
    )
    values = [nested(200, 3), nested(200, {})]

    ended = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps([REPEATING[name], *values]),
        capture_output=True,
        text=True,
        check=True,
        timeout=WATCHDOG,
    )

    fits = name != "oneOf"
    assert ended.stdout == f"[False, {fits}]\n"


def items(count):
    """A schema that judges each item so often, and a payload whose items do not fit."""
    return {
        "items": {"allOf": [{"$ref": "#/$defs/negative"}] * count},
        "$defs": {"negative": {"maximum": 0}},
    }


@pytest.mark.parametrize(("count", "is_told"), [(1001, True), (1002, False)])
def test_b5_repeated_judgements_at_the_limit_and_beyond(count, is_told):
    """A schema may judge parts of a payload 100,000 times over, and not once more."""
    schema = compile_schema(items(count), name="s")
    payload = [1] * (MOST_JUDGED_AGAIN // 1000)

    if is_told:
        assert len(schema.violations(payload)) == len(payload)
    else:
        with pytest.raises(CheckCrashed, match=r"evaluated 1,002 times on the value at '/\d+'"):
            schema.violations(payload)


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf", "allOf"])
def test_b5_levels_that_never_lead_back(keyword):
    """A schema whose every level multiplies is refused even where it does not refer to itself."""
    schema = compile_schema(chain(20, keyword, 4), name="s")

    with pytest.raises(CheckCrashed) as caught:
        schema.is_valid(nested(20, 3))
    assert caught.value.code == "schema-repeats"


def test_b5_many_items_are_no_repetition():
    """A large payload of a plain recursive schema is explained, however many parts it has."""
    tree = {"type": "object", "additionalProperties": WHOLE}
    payload = {str(number): {"a": {"b": 1}} for number in range(5_000)}

    violations = compile_schema(tree, name="s").violations(payload)

    assert len(violations) == len(payload)


SLOW = r"^(a|aa)+(?!c)$"
TEXT = "a" * 40 + "!"
HIDDEN = {
    "alone": ({"pattern": SLOW}, TEXT),
    "not": ({"not": {"pattern": SLOW}}, TEXT),
    "if": ({"if": {"pattern": SLOW}, "then": False}, TEXT),
    "oneOf": ({"oneOf": [{"pattern": SLOW}, {"type": "string"}]}, TEXT),
    "anyOf": ({"anyOf": [{"pattern": SLOW}, {"type": "string"}]}, TEXT),
    "contains": ({"contains": {"pattern": SLOW}, "minContains": 0}, [TEXT]),
    "items": ({"items": {"not": {"pattern": SLOW}}}, ["b", TEXT]),
    "prefixItems": ({"prefixItems": [True, {"not": {"pattern": SLOW}}]}, ["b", TEXT]),
    "items-of-draft-07": (
        {"$schema": OLD, "items": [True, {"not": {"pattern": SLOW}}]},
        ["b", TEXT],
    ),
    "additionalItems": (
        {"$schema": OLD, "items": [True], "additionalItems": {"not": {"pattern": SLOW}}},
        ["b", TEXT],
    ),
    "unevaluatedItems": ({"unevaluatedItems": {"not": {"pattern": SLOW}}}, [TEXT]),
    "properties": ({"properties": {"a": {"not": {"pattern": SLOW}}}}, {"a": TEXT}),
    "additionalProperties": ({"additionalProperties": {"not": {"pattern": SLOW}}}, {"a": TEXT}),
    "unevaluatedProperties": ({"unevaluatedProperties": {"not": {"pattern": SLOW}}}, {"a": TEXT}),
    "patternProperties": ({"patternProperties": {SLOW: False}}, {TEXT: 1}),
    "behind-a-pattern": ({"patternProperties": {"^a": {"not": {"pattern": SLOW}}}}, {"ab": TEXT}),
    "propertyNames": ({"propertyNames": {"not": {"pattern": SLOW}}}, {TEXT: 1}),
    "dependentSchemas": (
        {"dependentSchemas": {"a": {"properties": {"b": {"not": {"pattern": SLOW}}}}}},
        {"a": 1, "b": TEXT},
    ),
    "reference": ({"not": {"$ref": "#/$defs/a"}, "$defs": {"a": {"pattern": SLOW}}}, TEXT),
}


@pytest.mark.parametrize(("schema", "value"), HIDDEN.values(), ids=HIDDEN)
def test_b4_a_pattern_that_is_given_up(schema, value):
    """Wherever it stands, it is neither a match nor none."""
    compiled = compile_schema(schema, name="s")

    for judge in (compiled.is_valid, compiled.violations):
        with pytest.raises(
            CheckCrashed, match="needed more than 100,000 backtracking steps on"
        ) as caught:
            judge(value)
        assert caught.value.code == "pattern-timeout"


ELSEWHERE = {
    "a-number": ({"anyOf": [{"pattern": SLOW}]}, 5),
    "a-short-text": ({"not": {"pattern": SLOW}}, "b"),
    "another-key": ({"properties": {"a": {"not": {"pattern": SLOW}}}}, {"b": TEXT}),
    "a-definition": ({"$defs": {"a": {"not": {"pattern": SLOW}}}}, TEXT),
    "a-lone-surrogate": ({"not": {"pattern": SLOW}}, "\ud800"),
    "a-linear-pattern": ({"not": {"pattern": r"^(a|aa)+\d$"}}, TEXT * 1000),
}


@pytest.mark.parametrize(("schema", "value"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_b4_a_pattern_that_judges_something_else(schema, value):
    """What a pattern does not look at, or looks at in time, is judged as ever."""
    compiled = compile_schema(schema, name="s")

    assert compiled.is_valid(value)
    assert compiled.violations(value) == ()


def test_a_value_that_cannot_be_judged_does_not_fit():
    """The reason of a misfit says that the limit was reached."""
    schema = compile_schema({"not": {"pattern": SLOW}}, name="s")

    assert "100,000 backtracking steps on the whole value" in schema.misfit(TEXT)
    assert schema.misfit("b") == ""


def test_a_file_that_cannot_be_judged_is_refused():
    """What its author wrote is neither right nor wrong: the file is refused with the reason."""
    document = read(f"text: {TEXT}\n".encode(), "a.yaml")
    schema = compile_schema({"properties": {"text": {"not": {"pattern": SLOW}}}}, name="s")

    with pytest.raises(ScenarioError, match=r"(?s)^a.yaml:1:1: .* at '/text'.*\[pattern-timeout\]"):
        hold_against(document, schema, error=ScenarioError)


def test_the_value_of_an_own_check_that_cannot_be_judged_is_refused():
    """Its schema is held to the same limits when the check is compiled."""
    kind = check(schema={"not": {"pattern": SLOW}}, name="ours")(lambda _subject, _value: None)

    with pytest.raises(BadExpectation, match="100,000 backtracking steps") as caught:
        kind.compile(TEXT, Options())
    assert caught.value.code == "pattern-timeout"


def lists(count, innermost):
    value = innermost
    for _ in range(count):
        value = [value]
    return value


UNEXPLAINED = {
    "reported": ({"type": "object"}, 1),
    "half-a-character": ({"items": {"$ref": "#"}, "pattern": "."}, "\ud800"),
}


@pytest.mark.parametrize(("schema", "innermost"), UNEXPLAINED.values(), ids=UNEXPLAINED)
def test_a_payload_of_too_many_levels_for_an_explanation(schema, innermost):
    """250 levels are explained; beyond, the limit is named, whatever Python's own is."""
    compiled = compile_schema(schema, name="s")

    assert len(compiled.violations(lists(250, innermost))) == (innermost == 1)
    for count in (256, 500):
        with pytest.raises(CheckCrashed, match="more than 250 levels") as caught:
            compiled.violations(lists(count, innermost))
        assert caught.value.code == "payload-too-deep"
