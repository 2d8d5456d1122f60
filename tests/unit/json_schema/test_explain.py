import pytest

from harness.formats.json_schema import compile_schema, explain

FORMAT = compile_schema(
    {
        "type": "object",
        "required": ["turns"],
        "additionalProperties": False,
        "properties": {
            "turns": {
                "items": {
                    "oneOf": [{"required": ["user"]}, {"required": ["assistant"]}],
                    "additionalProperties": False,
                    "properties": {
                        "user": {
                            "oneOf": [
                                {"type": "string"},
                                {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "properties": {"text": {}, "press": {}},
                                },
                            ]
                        },
                        "assistant": {"type": "string"},
                    },
                }
            },
            "mode": {"enum": ["live", "replay"]},
        },
    },
    name="scenario",
)


def test_an_unknown_key_leads_to_the_key():
    """An unknown key has its own path and the keys that are known."""
    (violation,) = explain({"turns": [], "turnz": 1}, FORMAT)

    assert (violation.keyword, violation.path) == ("unknown-key", ("turnz",))
    assert violation.known == ("turns", "mode")


def test_a_missing_key_leads_to_the_mapping():
    """A missing key has the path of the mapping that lacks it."""
    (violation,) = explain({}, FORMAT)

    assert (violation.keyword, violation.path) == ("missing-key", ())
    assert violation.message == "'turns' is missing"


def test_a_wrong_word_knows_the_right_ones():
    """A value outside an enum has the words that are known."""
    (violation,) = explain({"turns": [], "mode": "reply"}, FORMAT)

    assert (violation.keyword, violation.known) == ("enum", ("live", "replay"))


def test_a_choice_of_shapes_is_told_inside_the_shape_that_was_meant():
    """A mapping where a text or a mapping may stand is told of as a mapping."""
    (violation,) = explain({"turns": [{"user": {"txt": 1}}]}, FORMAT)

    assert (violation.keyword, violation.path) == ("unknown-key", ("turns", 0, "user", "txt"))
    assert violation.known == ("text", "press")


def test_neither_of_two_keys():
    """A mapping that must have one of two keys is told of both at once."""
    (violation,) = explain({"turns": [{}]}, FORMAT)

    assert violation.keyword == "missing-key"
    assert violation.message == "'turns[0]' lacks 'user' or 'assistant'"


def test_known_keys_come_also_from_applied_schemas():
    """With unevaluatedProperties, the known keys are those of all schemas that apply."""
    schema = compile_schema(
        {
            "$defs": {"Base": {"properties": {"id": {}}}},
            "allOf": [{"$ref": "#/$defs/Base"}],
            "properties": {"text": {}},
            "unevaluatedProperties": False,
        },
        name="s",
    )

    (violation,) = explain({"txt": 1}, schema)

    assert sorted(violation.known) == ["id", "text"]


@pytest.mark.parametrize("value", [[], "text", 3, None], ids=repr)
def test_a_wrong_kind_at_the_top(value):
    """A document of another kind is told at the top."""
    (violation,) = explain(value, FORMAT)

    assert violation.path == ()
    assert violation.message.endswith("expected a mapping")
