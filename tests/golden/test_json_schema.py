from __future__ import annotations

import json
import socket

import pytest
from fault_cases import reply
from golden_texts import compare, stale, without_what_varies
from misbehaving import serving
from shop import CHAT, play_dress, shop_runner

from harness.conversation import Outcome
from harness.project.plan import Mode
from harness.reports.failure import failure_screen

OLD = "http://json-schema.org/draft-07/schema#"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
LATER = "https://json-schema.org/draft/2099-01/schema"

FILES: dict[str, object] = {
    "remote-http": {"$ref": "http://127.0.0.1:1/x.json"},
    "remote-https": {"properties": {"a": {"$ref": "https://example.com/x.json#/$defs/a"}}},
    "remote-without-scheme": {"$ref": "//example.com/x.json"},
    "remote-by-id": {"$id": "https://example.com/a.json", "$ref": "https://example.org/b.json"},
    "remote-dynamic": {"$dynamicRef": "https://example.com/x.json"},
    "file-of-the-system": {"$ref": "file:///etc/passwd"},
    "absolute-path": {"items": {"$ref": "/etc/passwd"}},
    "outside-the-project": {"$ref": "../../../outside.json"},
    "outside-escaped": {"$ref": "%2e%2e/%2e%2e/outside.json"},
    "link-that-leads-out": {"$ref": "linked.json"},
    "nowhere": {"$ref": "othr.json"},
    "nowhere-in-the-file": {"$defs": {"Product": {}}, "items": {"$ref": "#/$defs/Produkt"}},
    "itself": {"$ref": "#"},
    "itself-by-its-name": {"$ref": "answer"},
    "itself-in-a-circle": {
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}},
        "items": {"$ref": "#/$defs/a"},
    },
    "pattern-that-is-none": {"properties": {"text": {"pattern": "(["}}},
    "B4-pattern-that-repeats-too-often": {"items": {"pattern": "(a{200}){200}"}},
    "B4-pattern-of-a-key-that-repeats-too-often": {"patternProperties": {"a{999999999}": True}},
    "B5-references-that-multiply": {
        "$ref": "#/$defs/d0",
        "$defs": {
            **{f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 10} for n in range(11)},
            "d11": {"type": "object"},
        },
    },
    "pattern-of-a-key": {"patternProperties": {"*": True}},
    "pattern-of-another-language": {"pattern": "(?P<year>\\d{4}"},
    "schema-of-a-later-draft": {"$schema": LATER, "type": "object"},
    "schema-of-another-place": {"$schema": "http://127.0.0.1:1/schema"},
    "schema-that-is-a-number": {"$schema": 7},
    "schema-below": {"$defs": {"a": {"$id": "a", "$schema": LATER}}},
    "type-misspelt": {"type": "strin"},
    "format-of-another-name": {"properties": {"at": {"format": "datetime"}}},
    "format-of-another-tool": {"format": "int64"},
    "format-of-a-newer-draft": {"$schema": OLD, "format": "uuid"},
    "keyword-of-a-newer-draft": {"$schema": OLD, "dependentRequired": {"a": ["b"]}},
    "keyword-beside-a-reference": {
        "$schema": OLD,
        "definitions": {"a": {"type": "string"}},
        "properties": {"text": {"$ref": "#/definitions/a", "minLength": 1}},
    },
    "keyword-of-another-type": {"type": "integer", "minLength": 3},
    "keyword-alone": {"then": {"type": "string"}},
    "keyword-of-another-kind": {"required": "text", "minimum": "1"},
    "a-list": [],
    "null": None,
    "several-at-once": {
        "properties": {
            "a": {"type": "strin"},
            "b": {"pattern": "(["},
            "c": {"$ref": "https://example.com/x.json"},
        }
    },
}
TEXTS: dict[str, bytes] = {
    "empty": b"",
    "cut": b'{"type": "object", "properties": {',
    "key-twice": b'{"type": "object", "type": "array"}',
    "trailing-comma": b'{"type": "object",}',
    "comment": b'{\n  // a comment\n  "type": "object"\n}',
    "not-a-number": b'{"maximum": NaN}',
    "utf-16": '{"type": "object"}'.encode("utf-16"),
    "latin-1": b'{"title": "caf\xe9"}',
    "nul": b'{"title": "a\0b"}',
    "yaml": b"type: object\n",
    "many-levels": b'{"not": ' * 5000 + b"true" + b"}" * 5000,
}
SCENARIO = """\
scenario: dress
turns:
  - user: Is there a pink dress?
    expect: {schema: %s}
"""


@pytest.fixture
def no_sockets(monkeypatch):
    """Nothing may open one."""

    def refuse(*_arguments, **_options):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)


def linted(project, harness, content: bytes) -> str:
    """What `harness lint` says of a scenario that names a schema file of this content."""
    project.write("schemas/shop/answer.schema.json", content)
    project.write("schemas/shop/other.json", "{}")
    project.write("scenarios/dress.yaml", SCENARIO % "shop/answer")
    (project.path / "schemas/shop/linked.json").symlink_to("/etc/hostname")
    said = harness("lint")

    assert said.status == 1
    return said.text


@pytest.mark.parametrize("case", FILES)
def test_a_schema_that_is_wrong(case, project, harness, no_sockets):
    """It is named at its place before anything is played, and no socket is opened for it."""
    text = linted(project, harness, json.dumps(FILES[case]).encode())

    compare(f"json-schema/{case}", text)


@pytest.mark.parametrize("case", TEXTS)
def test_a_schema_file_that_is_no_json(case, project, harness):
    """A file that cannot be read is named with line and column."""
    text = linted(project, harness, TEXTS[case])

    compare(f"json-schema/file/{case}", text)


WARNED: dict[str, object] = {
    "required-key-misspelt": {"required": ["state"], "properties": {"sate": {"type": "string"}}},
    "nullable": {"required": ["at"], "properties": {"at": {"type": "string", "nullable": True}}},
}


@pytest.mark.parametrize("case", WARNED)
def test_a_schema_that_is_likely_to_mean_something_else(case, project, harness):
    """It is a warning at its place, and a problem where lint is strict."""
    project.write("schemas/shop/answer.schema.json", json.dumps(WARNED[case], indent=2))
    project.write("scenarios/dress.yaml", SCENARIO % "shop/answer")

    said = harness("lint")

    compare(f"json-schema/warning/{case}", said.text)
    assert (said.status, harness("lint", "--strict").status) == (0, 1)


@pytest.mark.parametrize("case", WARNED)
def test_a_schema_in_a_scenario_that_is_likely_to_mean_something_else(case, project, harness):
    """The warning stands at the check."""
    project.write("scenarios/dress.yaml", SCENARIO % json.dumps(WARNED[case]))

    said = harness("lint")

    compare(f"json-schema/warning/inline-{case}", said.text)
    assert said.status == 0


INLINE = {
    "remote": "{$ref: 'https://example.com/x.json'}",
    "itself": "{$ref: '#'}",
    "pattern": "{properties: {text: {pattern: '(['}}}",
    "draft": f"{{$schema: '{LATER}', type: object}}",
}


@pytest.mark.parametrize("case", INLINE)
def test_a_schema_in_a_scenario(case, project, harness, no_sockets):
    """One that stands in the scenario itself is held to the same rules."""
    project.write("scenarios/dress.yaml", SCENARIO % INLINE[case])

    said = harness("lint")

    compare(f"json-schema/inline/{case}", said.text)
    assert said.status == 1


BACKTRACKING = {
    "nested": ('{text: {pattern: "^(a+)+$"}}', Outcome.FAILED),
    "look-ahead": ('{text: {pattern: "^(?=(a+)+$)"}}', Outcome.FAILED),
    "overlapping": ('{text: {pattern: "^(?:a|a)*$(?<!b)"}}', Outcome.BROKEN),
    "back-reference": (r'{text: {pattern: "^(a*)*\\1b$"}}', Outcome.BROKEN),
    "below-not": (r'{text: {not: {pattern: "^(a*)*\\1b$"}}}', Outcome.BROKEN),
}
CONFIG = """\
providers:
  shop:
    definition: definitions/ours
    settings: {base_url: '${env.SHOP_URL}'}
"""
DEFINITION = f"""\
definition: ours
settings: {{base_url: {{type: string, required: true}}}}
{CHAT}"""


@pytest.mark.parametrize("case", BACKTRACKING)
def test_a_pattern_that_could_go_on_for_ever(case, project, monkeypatch):
    """A pattern that others search for ages is judged, or given up at its limit with its place."""
    project.write("harness.yaml", CONFIG)
    project.write("definitions/ours/provider.yaml", DEFINITION)
    project.write("scenarios/dress.yaml", SCENARIO % f"{{properties: {BACKTRACKING[case][0]}}}")
    body = json.dumps({"text": "a" * 50 + "!"}).encode()
    with serving(reply(body)) as address:
        monkeypatch.setenv("SHOP_URL", f"http://{address}")
        runner = shop_runner(project.path, Mode.LIVE)
        result = play_dress(project.path, runner)

    compare(f"json-schema/backtracking/{case}", f"{without_what_varies(failure_screen(result))}\n")
    assert result.outcome is BACKTRACKING[case][1]


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    folders = {
        "file": TEXTS,
        "inline": INLINE,
        "backtracking": BACKTRACKING,
        "warning": (*WARNED, *(f"inline-{case}" for case in WARNED)),
    }
    names = {f"{folder}/{case}" for folder, cases in folders.items() for case in cases}

    assert stale("json-schema", {*FILES, *names}) == set()
