from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.formats.json_schema import compile_schema, infer_schema, tightest_schema
from harness.formats.json_schema.inference import DEEPEST, DRAFT

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["2026-01-02", "2026-01-02T03:04:05Z", "a@b.example", "http://a.example/b"])
    | st.text(max_size=8)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=20,
)


def inferred(*samples):
    """The schema without its draft."""
    schema = infer_schema(samples)
    assert schema.pop("$schema") == DRAFT
    return schema


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_every_sample_passes(samples):
    """Whatever the samples are, each passes the schema, which has no fault."""
    schema = compile_schema(infer_schema(samples), name="answer")

    assert all(schema.is_valid(sample) for sample in samples)


@given(VALUES)
def test_the_order_of_samples_does_not_matter(value):
    """Types and required keys are the same, whichever sample comes first."""
    first, second = inferred(value, {"a": 1}), inferred({"a": 1}, value)

    assert first.get("type") == second.get("type")
    assert sorted(first.get("required", [])) == sorted(second.get("required", []))


def test_only_what_all_samples_have_is_required():
    """A key that one sample lacks is described, but not required."""
    schema = inferred({"id": 1, "text": "a"}, {"id": 2})

    assert schema == {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
    }


def test_unknown_keys_pass():
    """Objects are open, at the top and inside."""
    schema = compile_schema(infer_schema([{"a": {"b": 1}}]), name="answer")

    assert schema.is_valid({"a": {"b": 1, "new": 2}, "new": []})
    assert not schema.is_valid({"a": {"b": "1"}})
    assert not schema.is_valid({"a": {}})


@pytest.mark.parametrize(
    ("values", "types"),
    [
        ([1, 2], "integer"),
        ([1, 2.5], "number"),
        ([1, None], ["integer", "null"]),
        (["a", True], ["string", "boolean"]),
        ([{}, [], None], ["object", "array", "null"]),
    ],
    ids=["integers", "numbers", "null", "two-types", "containers"],
)
def test_types_are_merged(values, types):
    """Values of several types at one place: any of these types passes."""
    assert inferred(*values)["type"] == types


@pytest.mark.parametrize(
    ("sample", "other"),
    [(None, {"any": "thing"}), ([[], []], [[1]]), ({"a": None}, {"a": 1})],
    ids=["null", "empty", "member"],
)
def test_what_was_never_seen_can_be_anything(sample, other):
    """Null and empty lists say nothing of the values that are there at other times."""
    assert compile_schema(infer_schema([sample]), name="answer").is_valid(other)


def test_elements_of_lists_have_one_schema():
    """The elements of all lists at one place count as samples of one value."""
    schema = inferred({"parts": [{"a": 1, "b": 2}]}, {"parts": [{"a": 1}, {"a": None}]})

    assert schema["properties"]["parts"]["items"] == {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": ["integer", "null"]}, "b": {"type": "integer"}},
    }


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["1cc57ce6-4a51-46d2-9d45-f1a3a8b1cf0e"], "uuid"),
        (["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.5+02:00"], "date-time"),
        (["2026-01-02"], "date"),
        (["a@b.example"], "email"),
        (["https://a.example/b"], "uri"),
        (["2026-01-02", "soon"], None),
        (["Note:this"], None),
        (["2026-01-02", "2026-01-02T03:04:05Z"], None),
    ],
)
def test_a_format_needs_all_texts(texts, name):
    """A format is inferred if every text has it; one that does not is enough against it."""
    assert inferred(*texts).get("format") == name


def test_deep_values_are_described_to_a_limit():
    """What is nested deeper than the limit passes, whatever it is."""
    value = 1
    for _ in range(DEEPEST + 100):
        value = [value]
    schema = compile_schema(infer_schema([value]), name="answer")

    assert schema.is_valid(value)
    assert not schema.is_valid([[[1]]])


@pytest.mark.parametrize(
    ("samples", "schema"),
    [
        (
            [{"a": "x"}, {"a": "y", "b": 1}],
            {
                "type": "object",
                "required": ["a"],
                "properties": {
                    "a": {"type": "string", "minLength": 1},
                    "b": {"type": "integer", "minimum": 1, "maximum": 1},
                },
                "additionalProperties": False,
            },
        ),
        (["on", "off"] * 3, {"type": "string", "enum": ["off", "on"]}),
        (["on"] * 3, {"type": "string", "const": "on"}),
        (["on", "off"], {"type": "string", "minLength": 1}),
        (["on", "off", None] * 3, {"type": ["string", "null"], "minLength": 1}),
        (["", "a", "b"], {"type": "string"}),
        ([f"{n}@example.org" for n in range(9)], {"type": "string", "format": "email"}),
        ([1, 2.5], {"type": "number", "minimum": 1, "maximum": 2.5}),
        ([True] * 3, {"type": "boolean", "const": True}),
        ([True, False] * 3, {"type": "boolean"}),
        ([None], {"type": "null"}),
        (
            [[], ["a", ""]],
            {"type": "array", "minItems": 0, "maxItems": 2, "items": {"type": "string"}},
        ),
        ([[]], {"type": "array", "minItems": 0, "maxItems": 0}),
    ],
    ids=[
        "objects",
        "a-set",
        "a-constant",
        "too-few-for-a-set",
        "null-beside-texts",
        "empty-texts",
        "a-format",
        "numbers",
        "one-truth-value",
        "both-truth-values",
        "null",
        "a-list",
        "an-empty-list",
    ],
)
def test_the_tightest_schema_says_what_all_samples_have(samples, schema):
    """Each keyword is one that all samples pass, and that other values may not."""
    found = tightest_schema(samples)

    assert found == {"$schema": DRAFT, **schema}
    compiled = compile_schema(found, name="tight")
    assert all(compiled.is_valid(sample) for sample in samples)


def test_nothing_is_said_of_texts_that_are_unknown():
    """A redacted text may have any form."""
    found = tightest_schema(["<hidden>"] * 5, lambda text: text == "<hidden>")

    assert found["type"] == "string"
    assert found.keys() == {"$schema", "type"}


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_all_samples_pass_the_tightest_schema(samples):
    """Whatever the samples are, the schema passes each of them."""
    schema = compile_schema(tightest_schema(samples), name="tight")

    assert [schema.misfit(sample) for sample in samples] == [""] * len(samples)
