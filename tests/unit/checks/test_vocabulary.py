import pytest

from harness.checks import KINDS, Options, block_definitions, kinds_in
from harness.checks.block import block_schema
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
    for example in KINDS[name].schema["examples"]:
        assert KINDS[name].compile(example, Options())


@pytest.mark.parametrize(
    "block",
    [
        {"contains": "free shipping", "ignore_case": True},
        {"contains": ["a", "b"], "matches": r"\d", "status": 200},
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
        ({"status": 20}, "minimum", ("status",)),
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
