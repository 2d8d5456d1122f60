"""Finds problems of a schema: it is invalid, or a part of it has no effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache

import jsonschema_rs

from harness.core import Json, Problem, did_you_mean, quote, show, type_names
from harness.formats.json_schema.keywords import FORMATS, JUDGING, KEYWORDS, NEWER, NOT_IN, draft_of
from harness.formats.json_schema.library import Library, Site
from harness.formats.json_schema.wording import kinds, word

Found = tuple[str, str, str]
"""A keyword, what is wrong with it, and what to do."""


def invalidity(library: Library, name: str) -> Iterator[Problem]:
    """The reasons why the documents are not schemas of their draft."""
    document = library.named[name]
    draft = draft_of(document) or library.draft
    if _metaschema(draft).is_valid(document):
        return
    # Imported only here: it takes 0.14 s, and most schemas are valid.
    from jsonschema import Draft7Validator, Draft202012Validator  # noqa: PLC0415
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    judge = Draft7Validator if draft == "07" else Draft202012Validator
    seen = set()
    for error in judge(judge.META_SCHEMA).iter_errors(document):
        nearest = best_match([error]) or error
        if nearest.context:
            # For "one of these words, or a list", the error about the words is more helpful.
            nearest = next(
                (inner for inner in nearest.context if inner.validator != "type"), nearest
            )
        path = tuple(nearest.absolute_path)
        message = word(str(nearest.validator), nearest.validator_value, nearest.instance, path)
        if (path, message) not in seen:
            seen.add((path, message))
            is_null = "type" in path and nearest.instance is None
            hint = "write 'null' in quotes" if is_null else ""
            yield library.problem("invalid-schema", message, (name, path), hint)


def no_effect(library: Library, site: Site) -> Iterator[Problem]:
    """The keywords of a schema that have no effect."""
    schema = library.schemas[site]
    if schema.keys() <= _ALWAYS_JUDGE:
        return
    name, path = site
    draft = draft_of(library.named[name]) or library.draft
    for keyword, message, hint in (
        *_misspelt(schema),
        *_of_another_draft(schema, draft),
        *_alone(schema, draft),
        *_of_another_type(schema),
        *_unknown_format(schema, draft),
    ):
        yield library.problem("invalid-schema", message, (name, (*path, keyword)), hint)


@cache
def _metaschema(draft: str) -> jsonschema_rs.Validator:
    # jsonschema_rs.meta would fetch an unknown `$schema`.
    if draft == "07":
        return jsonschema_rs.Draft7Validator(
            {"$ref": "http://json-schema.org/draft-07/schema"}, offline=True
        )
    return jsonschema_rs.Draft202012Validator(
        {"$ref": "https://json-schema.org/draft/2020-12/schema"}, offline=True
    )


def _misspelt(schema: Mapping[str, Json]) -> Iterator[Found]:
    """Unknown keywords that are similar to a known one."""
    for keyword in sorted(schema.keys() - KEYWORDS - _OTHERS):
        near = get_close_matches(keyword, KEYWORDS, n=1, cutoff=NEAR)
        if near:
            yield keyword, f"unknown keyword {quote(keyword)}", f"did you mean '{near[0]}'?"


def _of_another_draft(schema: Mapping[str, Json], draft: str) -> Iterator[Found]:
    for keyword in sorted(schema.keys() & NOT_IN[draft].keys()):
        hint = NOT_IN[draft][keyword]
        yield keyword, f"draft {draft} does not have {quote(keyword)}, so it has no effect", hint


def _alone(schema: Mapping[str, Json], draft: str) -> Iterator[Found]:
    """Keywords that have no effect without another keyword, or together with it."""
    for keyword, others in _NEEDS.items():
        if keyword in schema and schema.keys().isdisjoint(others):
            needed = " or ".join(f"'{other}'" for other in others)
            yield keyword, f"'{keyword}' has no effect without {needed}", f"add {needed}"
    if draft != "07":
        return
    if "additionalItems" in schema and not isinstance(schema.get("items"), list | tuple):
        message = "'additionalItems' has no effect unless 'items' is a list"
        yield "additionalItems", message, "write [{…}] after 'items:'"
    if "$ref" in schema:
        for keyword in sorted(schema.keys() & (JUDGING - {"$ref"})):
            message = f"draft 07 ignores {quote(keyword)} next to '$ref'"
            yield keyword, message, f"put both under 'allOf'; {NEWER}"


def _of_another_type(schema: Mapping[str, Json]) -> Iterator[Found]:
    """Keywords that judge only values of a type that `type` does not allow."""
    named = schema.get("type")
    types = frozenset(map(str, named if isinstance(named, list | tuple) else (named,)))
    if named is None or not types <= type_names.keys():
        return
    for judged, keywords in _JUDGE_ONLY.items():
        if types & judged:
            continue
        for keyword in sorted(schema.keys() & keywords):
            only = kinds(sorted(judged - {"integer"}))
            message = f"'{keyword}' applies to {only}, and 'type' is {show(named)}"
            yield keyword, message, "remove it, or change 'type'"


def _unknown_format(schema: Mapping[str, Json], draft: str) -> Iterator[Found]:
    named = schema.get("format")
    if not isinstance(named, str) or named in FORMATS[draft]:
        return
    if named in FORMATS["2020-12"]:
        yield "format", f"draft 07 does not have the format {quote(named)}", NEWER
        return
    hint = _MEANT.get(named.lower()) or did_you_mean(named.lower(), FORMATS[draft])
    message = f"unknown format {quote(named)}, which would have no effect"
    yield "format", message, hint or f"known: {', '.join(sorted(FORMATS[draft]))}"


_ALWAYS_JUDGE = frozenset(
    ("type", "enum", "const", "anyOf", "oneOf", "description", "title", "examples", "default")
)
"""Many schemas have no other keywords, and need no search."""
_JUDGE_ONLY: Mapping[frozenset[str], frozenset[str]] = {
    frozenset(("string",)): frozenset(("minLength", "maxLength", "pattern", "format")),
    frozenset(("number", "integer")): frozenset(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
    ),
    frozenset(("array",)): frozenset(
        ("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems")
    ),
    frozenset(("object",)): frozenset(
        {
            *("properties", "patternProperties", "additionalProperties", "propertyNames"),
            *("required", "minProperties", "maxProperties"),
            *("dependentRequired", "dependentSchemas"),
        }
    ),
}
"""Keywords that allow every value of another type."""
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "if": ("then", "else"),
    "then": ("if",),
    "else": ("if",),
    "minContains": ("contains",),
    "maxContains": ("contains",),
}
NEAR = 0.8
"""For `get_close_matches`: `requred` is similar, a keyword of another vocabulary is not."""
_OTHERS = frozenset(("example", "comment", "id", "schema", "defs"))
"""Of OpenAPI, of draft 04, and names that people give to notes and parts of their own."""
_MEANT: Mapping[str, str] = {
    **dict.fromkeys(("url", "link", "href"), "did you mean 'uri'?"),
    **dict.fromkeys(("timestamp", "iso8601", "iso-8601", "rfc3339"), "did you mean 'date-time'?"),
    **dict.fromkeys(("guid", "uuid4", "uuidv4"), "did you mean 'uuid'?"),
    **dict.fromkeys(("ip", "ip-address"), "did you mean 'ipv4' or 'ipv6'?"),
    **dict.fromkeys(("int", "int32", "int64", "integer", "long"), "write 'type: integer'"),
    **dict.fromkeys(("float", "double", "number", "decimal"), "write 'type: number'"),
    **dict.fromkeys(("phone", "tel", "password", "color", "byte", "binary"), "write a 'pattern'"),
    "base64": "write a 'pattern'",
}
"""Keywords of other tools, such as OpenAPI."""
