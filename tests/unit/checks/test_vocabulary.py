import pytest

from harness.checks import CONVERSATION_KINDS, KINDS, Content, Options, block_definitions, kinds_in
from harness.checks.arguments import TEXT, TEXTS
from harness.checks.block import TEXT_BLOCK, block_schema
from harness.checks.judge import Judges, JudgeSettings, built_in_prompt
from harness.checks.table import TABLE
from harness.formats.json_schema import compile_schema, explain

BLOCK = block_schema({name: kind.schema for name, kind in KINDS.items()}, "A reply.")
OF_A_RECORD = kinds_in("history_checks")
HISTORY = block_schema({name: kind.schema for name, kind in OF_A_RECORD.items()}, "A record.")
DEFINITIONS = block_definitions()
SCHEMA = compile_schema(
    {
        **BLOCK,
        "properties": {**BLOCK["properties"], "history": HISTORY},
        "$defs": DEFINITIONS,
    },
    name="expect",
)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_check_is_described(kind):
    """Every check has a one-sentence description and examples that its own schema accepts."""
    schema = compile_schema({**kind.schema, "$defs": DEFINITIONS}, name=kind.name)

    assert kind.schema["description"].endswith(".")
    assert kind.schema["examples"]
    assert all(schema.is_valid(example) for example in kind.schema["examples"])


@pytest.mark.parametrize("name", [name for name in KINDS if name != "schema"])
def test_the_examples_compile(name):
    """The examples that editors show are values that the check takes."""
    prompt = built_in_prompt("criterion@1")
    judge = JudgeSettings(name="careful", providers=("referee",), prompt=prompt)
    judges = Judges(named={"careful": judge}, default="careful", embedders=("e",))

    for example in KINDS[name].schema["examples"]:
        assert KINDS[name].compile(example, Options(judges=judges))


@pytest.mark.parametrize(
    "block",
    [
        {"contains": "free shipping", "ignore_case": True},
        {"contains": ["a", "b"], "matches": r"\d", "status": 200},
        {"status": 100},
        {"status": 599},
        {"json": {"$.a": 1, "$.b": {"every": {"less_than": 200}}}},
        {"messages": {"count": 2, "any": {"contains": "x"}}},
        {"latency": {"under": "1m30s"}, "schema": "connectly/reply"},
        {"history": {"json": {"$[0]": {"exists": True}}}},
        {"actions": {"count": {"at_least": 1}}, "products": {"count": 0}},
    ],
    ids=str,
)
def test_a_block_of_checks_is_accepted(block):
    """The format of an `expect:` block takes what the checks take."""
    assert not explain(block, SCHEMA)


@pytest.mark.parametrize(
    ("block", "keyword", "path"),
    [
        ({"containz": "x"}, "unknown-key", ("containz",)),
        ({}, "minProperties", ()),
        ({"contains": {"a": 1}}, "type", ("contains",)),
        ({"latency": {"under": "2"}}, "pattern", ("latency", "under")),
        ({"latency": {"undr": "2s"}}, "missing-key", ("latency",)),
        ({"status": 99}, "minimum", ("status",)),
        ({"status": 600}, "maximum", ("status",)),
        ({"messages": {"any": {"kontains": "x"}}}, "unknown-key", ("messages", "any", "kontains")),
        (
            {"messages": {"count": {"at_leest": 1}}},
            "unknown-key",
            ("messages", "count", "at_leest"),
        ),
    ],
    ids=str,
)
def test_a_wrong_block_is_told_at_its_place(block, keyword, path):
    """A fault in an `expect:` block has its own keyword and path."""
    assert (keyword, path) in [(v.keyword, v.path) for v in explain(block, SCHEMA)]


def _alternatives(schema):
    """A schema with those of its alternatives."""
    return [schema, *schema.get("oneOf", ())]


def _keys(kind):
    """The schemas of the keys that the value of a check may have."""
    pairs = [one.get("properties", {}).items() for one in _alternatives(kind.schema)]
    return {key: schema for some in pairs for key, schema in some}


def _holds_checks(schema):
    """Whether a value is a block of checks, or a list of them."""
    places = [schema, schema.get("items", {})]
    return any(place.get("$ref", "").endswith("_checks") for place in places)


def _is_text(schema):
    """Whether a value is a text, or a list of texts."""
    return schema.get("type") == TEXT["type"] or schema.get("oneOf") == TEXTS["oneOf"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_holds_checks_or_texts_is_declared(kind):
    """What a check's format calls a block of checks or a text, the check declares as such."""
    keys = _keys(kind)

    assert {key for key, one in keys.items() if _holds_checks(one)} == {
        key for key, content in kind.parts.items() if content is Content.CHECKS
    }
    assert {key for key, one in keys.items() if _is_text(one)} == {
        key for key, content in kind.parts.items() if content is Content.TEXT
    }
    is_of_checks = any(map(_holds_checks, _alternatives(kind.schema)))
    assert is_of_checks == (kind.content is Content.CHECKS)
    if any(map(_is_text, _alternatives(kind.schema))):
        assert kind.content is Content.TEXT


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_waits_takes_the_time(kind):
    """A check declares that it waits where its format has `within`, and nowhere else."""
    assert kind.waits == ("within" in _keys(kind))


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: f"{kind.name}-{kind.on}")
def test_what_a_definition_must_say_is_declared_whole(kind):
    """A check that some definitions cannot feed says what they lack, and the others say nothing."""
    assert bool(kind.needs) == bool(kind.lacks)


def test_a_name_stands_once_in_a_block():
    """Two checks of one name read different things, and never stand in the same block."""
    pairs = [(kind.name, kind.on == "conversation") for kind in TABLE]

    assert len(set(pairs)) == len(pairs)
    assert {kind.name for kind in TABLE} <= {*KINDS, *CONVERSATION_KINDS}


def test_a_block_of_texts_holds_checks_on_texts():
    """`messages`, `replies` and `attachments` take the checks that read a text alone."""
    texts = kinds_in("text_checks")

    assert TEXT_BLOCK["$ref"] == "#/$defs/text_checks"
    assert {kind.name for kind in TABLE if kind.on == "text"} | {"not", "any_of", "all_of"} == {
        *texts
    }
