"""The format of harness.yaml, as JSON Schema."""

from __future__ import annotations

from harness.core.durations import AGE_PATTERN, DURATION_PATTERN
from harness.core.typing import Json

MOST_RETRIES = 20

PROVIDER: Json = {
    "type": "object",
    "description": "A chat API that scenarios can be played against.",
    "required": ["definition"],
    "additionalProperties": False,
    "properties": {
        "definition": {
            "type": "string",
            "description": "A definition's name, a folder with provider.yaml, or a Python file.",
            "examples": ["connectly", "definitions/our-bot"],
        },
        "settings": {
            "type": "object",
            "description": "What the definition must be told; secrets as ${env.NAME}.",
        },
        "concurrency": {
            "type": "integer",
            "minimum": 1,
            "description": "Conversations at once, live or recording; 8 where left out.",
        },
        "rate": {
            "type": "string",
            "pattern": r"^\d+(\.\d+)?/(s|m|h)$",
            "description": "Requests in a time over all conversations, such as 10/s or 300/m.",
        },
        "timeout": {
            "type": "string",
            "pattern": DURATION_PATTERN,
            "description": "Total time for one request; 2m where left out.",
        },
        "retries": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_RETRIES,
            "description": "Further attempts of one request after the first; 2 where left out.",
        },
        "hosts": {
            "type": "array",
            "items": {"type": "string", "pattern": r"^([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$"},
            "minItems": 1,
            "description": "Further hosts that a redirect may lead to.",
        },
    },
}

DRIFT: Json = {
    "type": "object",
    "description": "What counts as a difference from the recording.",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "latency": {
            "type": "object",
            "description": "A turn counts as slower where both hold.",
            "additionalProperties": False,
            "minProperties": 1,
            "properties": {
                "factor": {
                    "type": "number",
                    "minimum": 1,
                    "description": "As many times the recorded time; 2 where left out.",
                },
                "at_least": {
                    "type": "string",
                    "pattern": DURATION_PATTERN,
                    "description": "As much longer than recorded; 500ms where left out.",
                },
            },
        },
    },
}

HISTORY: Json = {
    "type": "object",
    "description": "Where what came of runs is kept, for harness history and compare.",
    "additionalProperties": False,
    "required": ["url"],
    "properties": {
        "url": {
            "type": "string",
            "minLength": 1,
            "description": "A file, a PostgreSQL URL, or none; history.sqlite beside the reports "
            "where left out, or where it needs a variable that is not set.",
            "examples": ["${env.HARNESS_HISTORY}"],
        },
    },
}

CONFIG_SCHEMA: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "harness.yaml",
    "description": "Which chat APIs there are, and where scenarios and recordings lie.",
    "type": "object",
    "required": ["providers"],
    "additionalProperties": False,
    "properties": {
        "provider": {
            "type": "string",
            "description": "Played where a scenario names no provider.",
        },
        "providers": {
            "type": "object",
            "additionalProperties": PROVIDER,
            "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
            "minProperties": 1,
        },
        "scenarios": {"type": "string", "description": "Folder; scenarios where left out."},
        "schemas": {"type": "string", "description": "Folder; schemas where left out."},
        "cassettes": {"type": "string", "description": "Folder; cassettes where left out."},
        "concurrency": {
            "type": "integer",
            "minimum": 1,
            "description": "Conversations at once over all providers; 20 where left out.",
        },
        "max_age": {
            "type": "string",
            "pattern": AGE_PATTERN,
            "description": "harness cassettes check tells older recordings, such as 90d or 12w.",
        },
        "drift": DRIFT,
        "history": HISTORY,
        "checks": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "description": "Python files with checks of the project's own, or installed ones.",
            "examples": [["checks/politeness.py"]],
        },
        "tags": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
            "description": "Known tags with their meaning; scenarios may then use no other.",
        },
    },
}
