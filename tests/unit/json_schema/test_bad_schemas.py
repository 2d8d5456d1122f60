import socket

import pytest

from harness.core.errors import SchemaError
from harness.formats.json_schema import compile_schema
from harness.formats.json_schema.keywords import FORMATS


def fan_out(steps, width):
    """A schema of steps that each refer so often to the next."""
    return {
        "$ref": "#/$defs/d0",
        "$defs": {
            **{f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * width} for n in range(steps)},
            f"d{steps}": {"type": "object"},
        },
    }


CASES = {
    "remote-ref": [
        {"$ref": "http://localhost:1/x.json"},
        {"$ref": "https://example.com/x.json#/$defs/a"},
        {"$ref": "//example.com/x.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "/etc/passwd"},
        {"$ref": "../outside.json"},
        {"$ref": "%2e%2e/outside.json"},
        {"properties": {"a": {"items": {"$ref": "ftp://example.com/x"}}}},
        {"$id": "https://example.com/a.json", "$ref": "https://example.org/b.json"},
    ],
    "unknown-ref": [
        {"$ref": "other.json"},
        {"$ref": "#/$defs/a"},
        {"$ref": "#anchor"},
        {"$defs": {"Product": {}}, "items": {"$ref": "#/$defs/Produkt"}},
    ],
    "unknown-draft": [
        {"$schema": "http://localhost:1/schema"},
        {"$schema": "https://json-schema.org/draft/2019-09/schema"},
        {"$schema": 5},
        {"$defs": {"a": {"$id": "a", "$schema": "http://localhost:1/schema"}}},
    ],
    "invalid-schema": [
        {"type": "strin"},
        {"required": "a"},
        {"minimum": "1"},
        {"properties": []},
        {"$ref": 5},
        [],
        "text",
        None,
        5,
        {"$schema": "http://json-schema.org/draft-07/schema#", "items": {"type": 1}},
    ],
    "invalid-pattern": [
        {"pattern": "(["},
        {"patternProperties": {"*": True}},
        {"$defs": {"a": {"pattern": "(?<"}}},
    ],
    "schema-too-costly": [
        fan_out(12, 10),
        fan_out(2, 100),
        {"$defs": fan_out(5, 10)["$defs"], "items": {"anyOf": [{"$ref": "#/$defs/d0"}]}},
    ],
    "endless-ref": [
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}}},
        {"$defs": {"a": {"not": {"$ref": "#/$defs/a"}}}, "items": {"$ref": "#/$defs/a"}},
        {"$anchor": "top", "if": {"$ref": "#top"}, "then": False},
    ],
}


@pytest.mark.parametrize(
    ("code", "schema"),
    [(code, schema) for code, schemas in CASES.items() for schema in schemas],
    ids=lambda part: part if isinstance(part, str) and "-" in part else str(part)[:60],
)
def test_a_bad_schema_is_refused_by_its_code(code, schema, monkeypatch):
    """A bad schema is named, and no socket is opened for it."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)

    with pytest.raises(SchemaError) as caught:
        compile_schema(schema, name="reply.json")

    assert {problem.code for problem in caught.value.problems} == {code}


def test_all_problems_of_a_schema_are_told():
    """Faults of several kinds in one schema are told together, each with its pointer."""
    schema = {
        "properties": {"a": {"type": "strin"}, "b": {"pattern": "(["}, "c": {"$ref": "x.json"}}
    }

    with pytest.raises(SchemaError) as caught:
        compile_schema(schema, name="s")

    assert {(p.where, p.code) for p in caught.value.problems} == {
        ("s#/properties/a/type", "invalid-schema"),
        ("s#/properties/b/pattern", "invalid-pattern"),
        ("s#/properties/c/$ref", "unknown-ref"),
    }


def test_a_problem_reads_as_a_sentence():
    """A wrong type name lists the right ones."""
    with pytest.raises(SchemaError) as caught:
        compile_schema({"type": "strin"}, name="s")

    assert str(caught.value) == (
        "s#/type: 'type' is 'strin', expected one of 'array', 'boolean', 'integer', 'null',"
        " 'number', 'object', 'string' [invalid-schema]"
    )


@pytest.mark.parametrize(
    ("schema", "where", "near"),
    [
        ({"requred": ["id"]}, "s#/requred", "required"),
        ({"properties": {"a": {"patern": "x"}}}, "s#/properties/a/patern", "pattern"),
        ({"allOf": [{"minlength": 3}]}, "s#/allOf/0/minlength", "minLength"),
    ],
    ids=["at-the-top", "of-a-property", "another-case"],
)
def test_a_misspelt_keyword_is_named(schema, where, near):
    """It would judge nothing, so it is refused with the keyword that was meant."""
    with pytest.raises(SchemaError) as caught:
        compile_schema(schema, name="s")

    problem = caught.value.problems[0]
    assert (problem.code, problem.where) == ("invalid-schema", where)
    assert problem.hint == f"did you mean '{near}'?"


OLD = "http://json-schema.org/draft-07/schema#"
IDLE = {
    "A5-datetime": ({"format": "datetime"}, "did you mean 'date-time'?"),
    "A5-date_time": ({"format": "date_time"}, "did you mean 'date-time'?"),
    "A5-DATE-TIME": ({"format": "DATE-TIME"}, "did you mean 'date-time'?"),
    "A5-url": ({"format": "url"}, "did you mean 'uri'?"),
    "A5-uuid4": ({"format": "uuid4"}, "did you mean 'uuid'?"),
    "A5-int64": ({"format": "int64"}, "write 'type: integer'"),
    "A5-phone": ({"format": "phone"}, "write a 'pattern'"),
    "A5-ip": ({"format": "ip"}, "did you mean 'ipv4' or 'ipv6'?"),
    "A5-deep": (
        {"properties": {"a": {"items": {"format": "guid"}}}},
        "did you mean 'uuid'?",
    ),
    "A5-uuid-in-draft-07": (
        {"$schema": OLD, "format": "uuid"},
        "without '$schema', draft 2020-12 applies",
    ),
    "keyword-of-a-newer-draft": (
        {"$schema": OLD, "dependentRequired": {"a": ["b"]}},
        "without '$schema', draft 2020-12 applies",
    ),
    "keyword-of-an-older-draft": (
        {"additionalItems": False},
        "write 'prefixItems' and 'items'",
    ),
    "then-alone": ({"then": False}, "add 'if'"),
    "else-alone": ({"else": False}, "add 'if'"),
    "if-alone": ({"if": {"type": "null"}}, "add 'then' or 'else'"),
    "min-contains-alone": ({"minContains": 2}, "add 'contains'"),
    "additional-items-alone": (
        {"$schema": OLD, "items": {"type": "null"}, "additionalItems": False},
        "write [{…}] after 'items:'",
    ),
    "beside-a-ref": (
        {"$schema": OLD, "$ref": "#/definitions/n", "maximum": 1, "definitions": {"n": {}}},
        "put both under 'allOf'; without '$schema', draft 2020-12 applies",
    ),
    "of-another-type": (
        {"type": ["integer", "null"], "minLength": 3},
        "remove it, or change 'type'",
    ),
}


@pytest.mark.parametrize(("schema", "hint"), IDLE.values(), ids=IDLE)
def test_what_judges_nothing_is_refused_with_what_was_meant(schema, hint):
    """A format or keyword that every value passes is an error, wherever it stands."""
    with pytest.raises(SchemaError) as caught:
        compile_schema(schema, name="s")

    assert [(one.code, one.hint) for one in caught.value.problems] == [("invalid-schema", hint)]


WRONG = {
    **dict.fromkeys(("date-time", "date", "time", "email", "idn-email", "ipv4", "ipv6"), "x y"),
    **dict.fromkeys(("hostname", "idn-hostname"), "-a-.."),
    **dict.fromkeys(("uri", "iri", "uuid", "duration", "json-pointer"), "x y"),
    **dict.fromkeys(("uri-reference", "iri-reference"), "\\\\a"),
    "relative-json-pointer": "x",
    "uri-template": "{",
    "regex": "(",
}


@pytest.mark.parametrize(
    ("draft", "name"), [(draft, name) for draft, names in FORMATS.items() for name in sorted(names)]
)
def test_a5_a_known_format_asserts(draft, name):
    """Every format that is accepted refuses a text of another form."""
    whole = {"format": name, **({"$schema": OLD} if draft == "07" else {})}
    schema = compile_schema(whole, name="s")

    assert not schema.is_valid(WRONG[name])


@pytest.mark.parametrize(
    "schema",
    [{"x-team": "shop"}, {"example": 5}, {"properties": {"requred": {}}}, {"defs": {}}],
    ids=str,
)
def test_words_that_are_no_misspelt_keywords(schema):
    """Words of one's own, and names of properties, say nothing and are left alone."""
    assert compile_schema(schema, name="s")


def test_an_unknown_definition_has_a_suggestion():
    """A misspelt local reference names the nearest definition."""
    with pytest.raises(SchemaError) as caught:
        compile_schema(CASES["unknown-ref"][-1], name="s")

    assert caught.value.problems[0].hint == "did you mean '#/$defs/Product'?"


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"child": {"$ref": "#"}}},
        {"type": "array", "items": {"anyOf": [{"type": "string"}, {"$ref": "#"}]}},
        {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        {"const": {"$ref": "http://example.com"}},
        {"properties": {"$ref": {"type": "string"}, "pattern": {"type": "string"}}},
        {"enum": [{"$schema": "x"}], "examples": [{"pattern": "(["}]},
        {
            "$id": "https://example.com/a.json",
            "$defs": {"b": {"$id": "b.json"}},
            "items": {"$ref": "b.json"},
        },
        {"$dynamicAnchor": "node", "items": {"$dynamicRef": "#node"}},
        True,
        False,
    ],
    ids=lambda schema: str(schema)[:60],
)
def test_a_good_schema_is_not_refused(schema):
    """Recursion below a key or item, known metaschemas, and data that looks like a reference."""
    assert compile_schema(schema, name="reply.json")


def test_a_reference_by_id_finds_a_resource():
    """An absolute reference is followed where a resource has that id; nothing is fetched."""
    resources = {
        "a/product.json": {
            "$id": "https://example.com/product",
            "items": {"$ref": "price.json"},
            "$defs": {"Id": {"type": "integer"}},
        },
        "a/price.json": {"$ref": "https://example.com/product#/$defs/Id"},
    }

    schema = compile_schema(
        {"items": {"$ref": "https://example.com/product"}}, name="s", resources=resources
    )

    assert schema.is_valid([[1]])
    assert [v.schema_pointer for v in schema.violations([["1"]])] == [
        "a/product.json#/$defs/Id/type"
    ]


def test_references_with_an_id_of_the_document_are_relative_to_the_folder():
    """A document with an absolute id may still refer to its neighbours by their paths."""
    resources = {"a/product.json": {"type": "object"}}

    schema = compile_schema(
        {"$id": "https://example.com/schemas/reply.json", "items": {"$ref": "product.json"}},
        name="a/reply.json",
        resources=resources,
    )

    assert not schema.is_valid([1])


def test_documents_of_two_drafts():
    """Each document is read by its own draft."""
    old = {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]}
    schema = compile_schema({"$ref": "old.json"}, name="new.json", resources={"old.json": old})

    assert schema.is_valid(["a", 1])
    assert not schema.is_valid([1])


@pytest.mark.parametrize(("width", "is_fine"), [(70, True), (71, False)])
def test_b5_work_at_its_limit_and_beyond(width, is_fine):
    """10,000 schemas may judge one value; beyond, the schema is refused before it judges any."""
    schema = fan_out(2, width)

    if is_fine:
        assert compile_schema(schema, name="s").is_valid({})
    else:
        with pytest.raises(SchemaError, match="the limit is 10,000"):
            compile_schema(schema, name="s")
