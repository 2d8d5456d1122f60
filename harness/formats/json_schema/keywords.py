"""The keywords of JSON Schema, and the schemas that they contain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.core import Json, Path

DRAFTS = {
    "https://json-schema.org/draft/2020-12/schema": "2020-12",
    "http://json-schema.org/draft-07/schema": "07",
    "https://json-schema.org/draft-07/schema": "07",
}
"""The known values of `$schema`, without a `#` at the end."""

IN_PLACE = frozenset(
    {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies"}
)
"""Keywords whose schemas judge the same value as the schema that contains them."""

ASIDE = frozenset({"$defs", "definitions", "contentSchema"})
"""Keywords whose schemas judge neither the value nor a part of it."""

_ONE = (
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "items",
    "additionalItems",
    "unevaluatedItems",
    "contains",
    "contentSchema",
    "not",
    "if",
    "then",
    "else",
)
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems", "items")
_MAPS = (
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "dependencies",
)


JUDGING = (
    frozenset(
        {
            *(*_ONE, *_LISTS, *_MAPS),
            *("$ref", "$dynamicRef", "$recursiveRef", "type", "enum", "const", "pattern", "format"),
            *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
            *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"),
            *("minContains", "maxContains", "minProperties", "maxProperties"),
            *("required", "dependentRequired"),
        }
    )
    - ASIDE
)
"""Keywords that judge a value."""

KEYWORDS = JUDGING | frozenset(
    {
        *("$schema", "$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary"),
        *("$comment", "$defs", "definitions", "title", "description", "default", "examples"),
        *("deprecated", "readOnly", "writeOnly"),
        *("contentEncoding", "contentMediaType", "contentSchema"),
    }
)
"""The keywords of drafts 07 and 2020-12."""


_OLD_FORMATS = frozenset(
    {
        *("date-time", "date", "time", "email", "idn-email", "hostname", "idn-hostname"),
        *("ipv4", "ipv6", "uri", "uri-reference", "iri", "iri-reference", "uri-template"),
        *("json-pointer", "relative-json-pointer", "regex"),
    }
)
FORMATS: Mapping[str, frozenset[str]] = {
    "07": _OLD_FORMATS,
    "2020-12": _OLD_FORMATS | {"duration", "uuid"},
}
"""The values of `format` that are asserted, by draft. Source: section 7.3 of the drafts."""

NEWER = "without '$schema', draft 2020-12 applies"
NOT_IN: Mapping[str, Mapping[str, str]] = {
    "07": dict.fromkeys(
        (
            *("dependentRequired", "dependentSchemas", "unevaluatedProperties"),
            *("unevaluatedItems", "prefixItems", "minContains", "maxContains", "$dynamicRef"),
        ),
        NEWER,
    ),
    "2020-12": {"additionalItems": "write 'prefixItems' and 'items'"},
}
"""Keywords that a draft does not have, and what to write instead."""


def allows_everything(schema: Json) -> bool:
    """Whether a schema is true, or has no keyword that judges."""
    return schema is True or (isinstance(schema, Mapping) and not JUDGING & schema.keys())


def draft_of(document: Json) -> str | None:
    """The draft that `$schema` names, `2020-12` or `07`; None for another draft or none."""
    named = document.get("$schema") if isinstance(document, Mapping) else None
    return DRAFTS.get(str(named).removesuffix("#"))


def subschemas(schema: Mapping[str, Json]) -> Iterator[tuple[Path, Json]]:
    """The schemas directly inside a schema, with their relative paths."""
    for keyword in _ONE:
        if keyword in schema and _is_schema(schema[keyword]):
            yield (keyword,), schema[keyword]
    for keyword in _LISTS:
        argument = schema.get(keyword)
        if isinstance(argument, list | tuple):
            yield from (((keyword, index), inner) for index, inner in enumerate(argument))
    for keyword in _MAPS:
        argument = schema.get(keyword)
        if isinstance(argument, Mapping):
            yield from (
                ((keyword, key), inner) for key, inner in argument.items() if _is_schema(inner)
            )


def patterns(schema: Mapping[str, Json]) -> Iterator[tuple[Path, str]]:
    """The regular expressions directly in a schema, with their relative paths."""
    if isinstance(pattern := schema.get("pattern"), str):
        yield ("pattern",), pattern
    if isinstance(by_pattern := schema.get("patternProperties"), Mapping):
        yield from ((("patternProperties", key), key) for key in by_pattern)


def _is_schema(value: Json) -> bool:
    return isinstance(value, bool | Mapping)
