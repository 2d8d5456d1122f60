import pytest

from harness.formats.json_schema import compile_schema


def only(schema, value):
    """The one violation of a value."""
    (violation,) = compile_schema(schema, name="reply.json").violations(value)
    return violation


@pytest.mark.parametrize(
    ("keywords", "value", "message"),
    [
        ({"type": "number"}, "12", "'v' is a text, expected a number"),
        ({"type": ["null", "string"]}, 1, "'v' is a whole number, expected null or a text"),
        ({"const": "a"}, "b", "'v' is 'b', expected 'a'"),
        ({"enum": ["a", "b"]}, "c", "'v' is 'c', expected one of 'a', 'b'"),
        ({"required": ["id"]}, {}, "'v' lacks 'id'"),
        ({"minimum": 3}, 2, "'v' is 2, expected at least 3"),
        ({"maximum": 3}, 4, "'v' is 4, expected at most 3"),
        ({"exclusiveMinimum": 3}, 3, "'v' is 3, expected more than 3"),
        ({"exclusiveMaximum": 3}, 3, "'v' is 3, expected less than 3"),
        ({"multipleOf": 3}, 4, "'v' is 4, expected a multiple of 3"),
        ({"minLength": 3}, "x", "'v' has 1 character, expected at least 3"),
        ({"maxLength": 1}, "xy", "'v' has 2 characters, expected at most 1"),
        ({"minItems": 2}, [1], "'v' has 1 item, expected at least 2"),
        ({"maxItems": 1}, [1, 2], "'v' has 2 items, expected at most 1"),
        ({"minProperties": 1}, {}, "'v' has 0 keys, expected at least 1"),
        ({"maxProperties": 0}, {"a": 1}, "'v' has 1 key, expected at most 0"),
        ({"pattern": "^a"}, "b", "'v' is 'b', which does not match '^a'"),
        ({"format": "date"}, "soon", "'v' is 'soon', which is not a valid date"),
        ({"uniqueItems": True}, [1, 1], "'v' has the same item more than once"),
        ({"contains": {"type": "null"}}, [1], "'v' has no item with the required shape"),
        (
            {"contains": {"type": "null"}, "minContains": 2},
            [None],
            "'v' has too few items with the required shape, expected 2",
        ),
        (
            {"contains": {"type": "null"}, "maxContains": 1},
            [None, None],
            "'v' has too many items with the required shape, expected 1",
        ),
        ({"not": {"type": "string"}}, "a", "'v' has a shape that is not allowed"),
        ({"additionalProperties": False}, {"k": 1}, "unknown key 'k'"),
        ({"unevaluatedProperties": False}, {"k": 1}, "unknown key 'k'"),
        ({"unevaluatedItems": False}, [1], "'v' has more items than are allowed"),
        ({"items": False}, [1], "'v[0]' is not allowed"),
        (
            {"propertyNames": {"maxLength": 1}},
            {"ab": 1},
            "the key has 2 characters, expected at most 1",
        ),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "'v' lacks 'b'"),
        ({"if": True, "then": {"minLength": 2}}, "x", "'v' has 1 character, expected at least 2"),
    ],
    ids=lambda part: next(iter(part)) if isinstance(part, dict) and part else None,
)
def test_a_violation_is_one_plain_sentence(keywords, value, message):
    """Every keyword says what was found and what was expected, without jargon."""
    violation = only({"properties": {"v": keywords}}, {"v": value})

    assert violation.message == message


def test_a_violation_names_both_places():
    """A violation has the place in the value and the place of the keyword, across references."""
    resources = {"shop/product.json": {"$defs": {"Price": {"type": "number"}}}}
    schema = {"properties": {"items": {"items": {"$ref": "shop/product.json#/$defs/Price"}}}}

    (violation,) = compile_schema(schema, name="reply.json", resources=resources).violations(
        {"items": [1, "2"]}
    )

    assert violation.path == ("items", 1)
    assert violation.pointer == "/items/1"
    assert violation.keyword == "type"
    assert violation.schema_pointer == "shop/product.json#/$defs/Price/type"


def test_all_violations_are_told():
    """The second fault is told as well as the first."""
    schema = {"type": "object", "required": ["a", "b"], "properties": {"c": {"type": "string"}}}

    messages = [v.message for v in compile_schema(schema, name="s").violations({"c": 1})]

    assert sorted(messages) == [
        "'a' is missing",
        "'b' is missing",
        "'c' is a whole number, expected a text",
    ]


@pytest.mark.parametrize(
    ("branches", "value", "message"),
    [
        (
            [{"type": "string"}, {"type": "object", "required": ["text"]}],
            {},
            "'text' is missing",
        ),
        (
            [{"type": "string"}, {"type": "object"}],
            3,
            "the value is a whole number, expected a text or a mapping",
        ),
        (
            [{"enum": ["a", "b"]}, {"const": "c"}],
            "d",
            "the value is 'd', expected one of 'a', 'b', 'c'",
        ),
        ([{"required": ["user"]}, {"required": ["bot"]}], {}, "the value lacks 'user' or 'bot'"),
        (
            [
                {"properties": {"kind": {"const": "card"}, "title": {"type": "string"}}},
                {"properties": {"kind": {"const": "text"}, "text": {"type": "string"}}},
            ],
            {"kind": "text", "text": 5, "title": 1},
            "'text' is a whole number, expected a text",
        ),
        (
            [{"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}],
            ["x"],
            "'[0]' is a text, expected a whole number",
        ),
    ],
    ids=["kind", "no-kind", "words", "keys", "marker", "nested"],
)
@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_of_several_shapes_the_nearest_is_told(keyword, branches, value, message):
    """Of the branches of anyOf and oneOf, only the one that the value comes nearest is told."""
    assert only({keyword: branches}, value).message == message


def test_a_value_that_fits_two_shapes_of_one():
    """A oneOf of which several branches fit says how many."""
    violation = only({"oneOf": [{"minimum": 1}, {"minimum": 2}, {"minimum": 9}]}, 5)

    assert violation.message == "the value matches 2 of the possible shapes, expected exactly one"


def test_a_long_value_is_shortened():
    """A message stays short however long the value is."""
    violation = only({"maxLength": 3, "pattern": "^b"} | {"maxLength": 10**6}, "a" * 10_000)

    assert len(violation.message) < 300
    assert "9800 more characters" in violation.message


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "^(?=a)(a+)+$", r"^(a+)+\1$"], ids=str)
def test_a_costly_pattern_ends_and_is_told(pattern):
    """A pattern that takes other engines an age is judged and explained in bounded time."""
    schema = compile_schema({"pattern": pattern}, name="s")
    value = "a" * 5_000 + "b"

    assert not schema.is_valid(value)
    assert schema.violations(value)[0].keyword == "pattern"


def test_a_deep_value_is_judged():
    """Nesting beyond Python's own recursion limit is judged and explained."""
    value = "end"
    for _ in range(3_000):
        value = [value]
    schema = compile_schema({"type": "array", "items": {"$ref": "#"}}, name="s")

    assert not schema.is_valid(value)
    assert schema.violations(value)[0].message.endswith("is a text, expected a list")


@pytest.mark.parametrize("value", [{"a": (1, 2)}, {"a": "\ud800"}], ids=["tuple", "surrogate"])
def test_values_that_are_not_quite_json_are_judged(value):
    """Tuples and lone surrogates do not raise."""
    assert compile_schema({"type": "object"}, name="s").is_valid(value)


def test_format_is_asserted():
    """A format is held against the value in both drafts."""
    for draft in (
        "https://json-schema.org/draft/2020-12/schema",
        "http://json-schema.org/draft-07/schema#",
    ):
        schema = compile_schema({"$schema": draft, "format": "date-time"}, name="s")

        assert not schema.is_valid("soon")


@pytest.mark.parametrize(
    "schema",
    [
        {"additionalProperties": {"maximum": 0}},
        {"additionalProperties": {"anyOf": [{"maximum": 0}, {"type": "null"}]}},
    ],
    ids=["plain", "branches"],
)
def test_a_key_of_digits_is_a_key(schema):
    """A key such as `0` of an object is no index of a list."""
    violations = compile_schema(schema, name="s").violations({"0": 1, "b": -1})

    assert [(one.path, one.message) for one in violations] == [
        (("0",), "'0' is 1, expected at most 0")
    ]
