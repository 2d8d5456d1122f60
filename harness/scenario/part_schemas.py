"""The formats of the files that scenarios share: fragments and defaults, as JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core import Json
from harness.scenario.files import FileKind

DEFAULT_KEYS = (
    "provider",
    "tags",
    "vars",
    "session",
    "timeout",
    "repeat",
    "strength",
    "expect",
)
_NAMES: Json = {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}

_FILE: Json = {
    "type": "string",
    "minLength": 1,
    "description": "Its path, relative to the folder of this file.",
}
_FRAGMENT: list[Json] = [
    _FILE,
    {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {
            "file": _FILE,
            "with": {
                "type": "object",
                "propertyNames": _NAMES,
                "description": "Values for the fragment's parameters.",
            },
        },
    },
]
INCLUDE: Json = {"description": "Inserts the turns of a fragment.", "oneOf": _FRAGMENT}
INCLUDES: Json = {
    "description": "Fragments whose turns come before those of the scenario: one, or a list.",
    "oneOf": [*_FRAGMENT, {"type": "array", "items": INCLUDE, "minItems": 1}],
}
BRANCH: Json = {
    "type": "object",
    "required": ["file", "from"],
    "additionalProperties": False,
    "description": "Continues from a turn of another scenario, whose beginning is repeated.",
    "properties": {
        "file": _FILE,
        "from": {"type": "string", "description": "The id of the last turn to repeat."},
    },
}
BRANCH_HERE: Json = {
    "type": "object",
    "required": ["from"],
    "additionalProperties": False,
    "description": "Another conversation, which continues from an earlier turn of this file.",
    "properties": {
        "from": {"type": "string", "description": "The id of the last turn to repeat."},
        "name": {
            "type": "string",
            "minLength": 1,
            "description": "Names the conversation; default: from-ID.",
        },
    },
}
UTTERANCES: dict[str, Json] = {
    "utterances": {
        "type": "array",
        "items": {"type": ["string", "number", "boolean", "null"]},
        "minItems": 1,
        "description": "Several ways to say it.",
    },
    "pick": {
        "description": "Which of the utterances are said, each in its own conversation.",
        "oneOf": [
            {"enum": ["all", "first"]},
            {
                "type": "object",
                "required": ["sample"],
                "additionalProperties": False,
                "properties": {
                    "sample": {
                        "type": "integer",
                        "minimum": 1,
                        "description": "How many of them are drawn.",
                    },
                    "seed": {
                        "type": ["string", "integer"],
                        "description": (
                            "A different seed draws different ones; default: the scenario's id."
                        ),
                    },
                },
            },
        ],
    },
}


def part_schema(kind: FileKind, scenario: Mapping[str, Any]) -> Mapping[str, Any]:
    """The format of a kind of file, from that of a scenario."""
    if kind is FileKind.SCENARIO:
        return scenario
    return fragment_schema(scenario) if kind is FileKind.FRAGMENT else defaults_schema(scenario)


def fragment_schema(scenario: Mapping[str, Any]) -> dict[str, Json]:
    """The format of a fragment, from that of a scenario."""
    turns = scenario["properties"]["setup"].copy()
    del turns["description"]
    return {
        **_head(scenario, "Fragment", "Turns that scenarios include."),
        "required": ["turns"],
        "properties": {
            "description": {"type": "string"},
            "parameters": {
                "type": "object",
                "propertyNames": _NAMES,
                "description": "Names with defaults; a name without a default is required.",
            },
            "turns": turns,
        },
    }


def defaults_schema(scenario: Mapping[str, Any]) -> dict[str, Json]:
    """The format of `defaults.yaml`, from that of a scenario."""
    return {
        **_head(scenario, "Defaults", "Defaults for the scenarios of a folder."),
        "minProperties": 1,
        "properties": {name: scenario["properties"][name] for name in DEFAULT_KEYS},
    }


def _head(scenario: Mapping[str, Any], title: str, description: str) -> dict[str, Json]:
    shared = {"$defs": scenario["$defs"]} if "$defs" in scenario else {}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
        "type": "object",
        "additionalProperties": False,
        **shared,
    }
