"""The format of a request in a provider definition, as JSON Schema."""

from __future__ import annotations

from typing import Any

from harness.core import Json
from harness.formats.template.hashes import ALGORITHMS, ENCODINGS, KEY_ENCODINGS
from harness.providers.sign import SIGNED

BODIES = ("json", "form", "multipart", "xml", "text")
"""Keys of a request's body, of which one may be there."""
_TREE: Json = {"description": "Any value; texts can contain ${…}, and for_each builds a list."}

METHODS = ("get", "post", "put", "patch", "delete")

REQUEST: dict[str, Any] = {
    "type": "object",
    "description": "A request: one method with its path, headers and body.",
    "oneOf": [{"required": [method]} for method in METHODS],
    "additionalProperties": False,
    "properties": {
        **{
            method: {"type": "string", "pattern": "^/", "description": "Path below base_url."}
            for method in METHODS
        },
        "headers": {"type": "object", "description": "Headers of this request only."},
        "query": {"type": "object", "description": "Query parameters; a null value omits one."},
        "json": _TREE,
        "form": {"type": "object", "description": "Sent form-encoded."},
        "multipart": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"$ref": "#/$defs/part"},
            "description": "Sent as multipart/form-data: texts, and files of 'file' and 'name'.",
        },
        "xml": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "description": "Sent as XML: one root key.",
        },
        "text": {"type": "string", "description": "Sent as plain text."},
        "schema": {"type": "string", "description": "Contract of the body, a name in schemas/."},
        "sign": {
            "type": "object",
            "required": ["hmac", "key", "header"],
            "additionalProperties": False,
            "properties": {
                "hmac": {"enum": [*ALGORITHMS], "description": "The hash."},
                "key": {"type": "string", "description": "The key, from a secret setting."},
                "key_encoding": {
                    "enum": [*KEY_ENCODINGS],
                    "description": "How the key is written; default: text.",
                },
                "over": {
                    "type": "string",
                    "description": f"What is signed, of {', '.join(SIGNED)}; default: the body.",
                },
                "header": {"type": "string", "description": "The header of the signature."},
                "encoding": {
                    "enum": [*ENCODINGS],
                    "description": "How the signature is written; default: hex.",
                },
                "prefix": {"type": "string", "description": "Text before the signature."},
            },
            "description": "Signs the request as it is sent.",
        },
        "repeatable": {
            "type": "boolean",
            "description": "Can be repeated although the server may have processed it.",
        },
    },
    "dependentSchemas": {
        **{
            body: {"properties": dict.fromkeys(BODIES[index:], False)}
            for index, body in enumerate(BODIES[:-1], 1)
        },
        "schema": {"anyOf": [{"required": [body]} for body in BODIES]},
    },
}


_PART: Json = {"$ref": "#/$defs/part"}
PART: Json = {
    "description": "A text, a file, or several of them under one name.",
    "if": {"type": "object"},
    "then": {
        "if": {"anyOf": [{"required": ["for_each"]}, {"required": ["first_of"]}]},
        "then": {
            "properties": {"yield": _PART, "first_of": {"type": "array", "items": _PART}},
        },
        "else": {
            "required": ["file", "name"],
            "additionalProperties": False,
            "properties": {
                "file": {"type": "string", "description": "The content of a file, in base64."},
                "name": {"type": "string", "description": "The name of the file."},
                "content_type": {
                    "type": "string",
                    "description": "The media type of the file; default: by its name.",
                },
            },
        },
    },
    "else": {"if": {"type": "array"}, "then": {"items": _PART}},
}
"""A part of a form."""
