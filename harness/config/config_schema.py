"""The format of harness.yaml, as JSON Schema."""

from __future__ import annotations

from harness.config.judges_format import JUDGES, SIMILARITY
from harness.config.network_format import NETWORK
from harness.config.prices_format import PRICES
from harness.config.strength_format import STRENGTH
from harness.core import AGE_PATTERN, DURATION_PATTERN, Json

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
            "description": "The settings of the definition; secrets as ${env.NAME}.",
        },
        "concurrency": {
            "type": "integer",
            "minimum": 1,
            "description": "Concurrent conversations, live or recording; default: 8.",
        },
        "rate": {
            "type": "string",
            "pattern": r"^\d+(\.\d+)?/(s|m|h)$",
            "description": (
                "Requests per unit of time over all conversations, such as 10/s or 300/m."
            ),
        },
        "timeout": {
            "type": "string",
            "pattern": DURATION_PATTERN,
            "description": "Total time for one request; default: 2m.",
        },
        "retries": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_RETRIES,
            "description": "Further attempts of one request after the first; default: 2.",
        },
        "hosts": {
            "type": "array",
            "items": {"type": "string", "pattern": r"^([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$"},
            "minItems": 1,
            "description": "Further hosts to which redirects are followed.",
        },
        "network": NETWORK,
        "prices": PRICES,
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
            "description": "A turn counts as slower if both are true.",
            "additionalProperties": False,
            "minProperties": 1,
            "properties": {
                "factor": {
                    "type": "number",
                    "minimum": 1,
                    "description": "This many times the recorded time; default: 2.",
                },
                "at_least": {
                    "type": "string",
                    "pattern": DURATION_PATTERN,
                    "description": "This much longer than recorded; default: 500ms.",
                },
            },
        },
    },
}

HISTORY: Json = {
    "type": "object",
    "description": "Where the history of runs is stored, for harness history and compare.",
    "additionalProperties": False,
    "required": ["url"],
    "properties": {
        "url": {
            "type": "string",
            "minLength": 1,
            "description": "A file, a PostgreSQL URL, or none; default: history.sqlite next "
            "to the reports, "
            "also if it needs a variable that is not set.",
            "examples": ["${env.HARNESS_HISTORY}"],
        },
    },
}

CONFIG_SCHEMA: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "harness.yaml",
    "description": "The chat APIs, and the folders of scenarios and recordings.",
    "type": "object",
    "required": ["providers"],
    "additionalProperties": False,
    "properties": {
        "provider": {
            "type": "string",
            "description": "Used if a scenario names no provider.",
        },
        "providers": {
            "type": "object",
            "additionalProperties": PROVIDER,
            "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
            "minProperties": 1,
        },
        "scenarios": {"type": "string", "description": "Folder; default: scenarios."},
        "schemas": {"type": "string", "description": "Folder; default: schemas."},
        "cassettes": {"type": "string", "description": "Folder; default: cassettes."},
        "concurrency": {
            "type": "integer",
            "minimum": 1,
            "description": "Concurrent conversations over all providers; default: 20.",
        },
        "max_age": {
            "type": "string",
            "pattern": AGE_PATTERN,
            "description": "harness cassettes check reports older recordings, such as 90d or 12w.",
        },
        "drift": DRIFT,
        "history": HISTORY,
        "strength": STRENGTH,
        "judges": JUDGES,
        "judge": {"type": "string", "description": "The judge of checks that name none."},
        "similarity": SIMILARITY,
        "checks": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "description": "Python files with the project's own checks, or installed ones.",
            "examples": [["checks/politeness.py"]],
        },
        "tags": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
            "description": "Known tags with their meaning; scenarios can then use no others.",
        },
    },
}
