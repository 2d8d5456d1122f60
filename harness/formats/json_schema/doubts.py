"""Finds parts of a schema that probably judge something else than the author means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from harness.core import Json, Problem, quote, show
from harness.formats.json_schema.library import Library, Site
from harness.formats.json_schema.schema_pattern import matches
from harness.formats.json_schema.validity import NEAR

Schemas = Mapping[Site, Mapping[str, Json]]


def schema_doubts(library: Library) -> Iterator[Problem]:
    """A warning for each doubtful part of a schema, at its place in its document."""
    for site, schema in library.schemas.items():
        yield from _of_other_tools(library, site, schema)
    for schemas in _groups(library):
        yield from _undescribed(library, schemas)


def _of_other_tools(library: Library, site: Site, schema: Mapping[str, Json]) -> Iterator[Problem]:
    """Keywords that have an effect in other formats, such as OpenAPI, and none in JSON Schema."""
    for keyword in sorted(schema.keys() & _ELSEWHERE.keys()):
        if keyword == "nullable" and (schema[keyword] is not True or _takes_null(schema)):
            continue
        owner, hint = _ELSEWHERE[keyword]
        hint = _with_null(schema) if keyword == "nullable" else hint
        message = f"'{keyword}' is a keyword of {owner}, and has no effect in JSON Schema"
        yield library.problem("no-effect", message, (site[0], (*site[1], keyword)), hint)


def _takes_null(schema: Mapping[str, Json]) -> bool:
    named = schema.get("type")
    return isinstance(named, list | tuple) and "null" in named


def _with_null(schema: Mapping[str, Json]) -> str:
    """How to write a schema that also allows null."""
    if "$ref" in schema:
        return f'write anyOf: [{{$ref: {show(schema["$ref"])}}}, {{type: "null"}}]'
    named = schema.get("type", "string")
    types = named if isinstance(named, list | tuple) else (named,)
    also = ", and add null to 'enum'" if "enum" in schema else ""
    return f'write type: [{", ".join(map(str, types))}, "null"]{also}'


def _groups(library: Library) -> Iterator[Schemas]:
    """The schemas in groups; those of a group may judge the same value."""
    neighbours: dict[Site, set[Site]] = {site: set() for site in library.schemas}
    for site in library.schemas:
        for applied in library.in_place(site):
            if applied in neighbours:
                neighbours[site].add(applied)
                neighbours[applied].add(site)
    seen: set[Site] = set()
    for start in neighbours:
        if start in seen:
            continue
        seen.add(start)
        group = [start]
        for site in group:
            new = sorted(neighbours[site] - seen, key=str)
            seen.update(new)
            group += new
        yield {site: library.schemas[site] for site in group}


def _undescribed(library: Library, schemas: Schemas) -> Iterator[Problem]:
    """Required names that are not described, although a similar name is."""
    parts = schemas.values()
    required = {str(name): None for schema in parts for name in _list(schema, "required")}
    described = {
        name: site for site, schema in schemas.items() for name in _mapping(schema, "properties")
    }
    missing = [name for name in required if name not in described]
    if not missing or any(_describes_others(schema) for schema in parts):
        return
    optional = {_plain(name): name for name in described if name not in required}
    patterns = [key for schema in parts for key in _mapping(schema, "patternProperties")]
    for name in missing:
        near = get_close_matches(_plain(name), optional, n=1, cutoff=NEAR)
        if near and not any(matches(pattern, name) for pattern in patterns):
            instead = optional[near[0]]
            document, path = described[instead]
            yield library.problem(
                "undescribed-key",
                f"{quote(name)} is required but not described;"
                f" {quote(instead)} is described instead",
                (document, (*path, "properties", instead)),
                f"did you mean {quote(name)}?",
            )


def _describes_others(schema: Mapping[str, Json]) -> bool:
    """Whether a schema describes the values of keys that it does not name."""
    return any(isinstance(schema.get(keyword), Mapping) for keyword in _OTHERS)


def _mapping(schema: Mapping[str, Json], keyword: str) -> Mapping[str, Json]:
    argument = schema.get(keyword)
    return argument if isinstance(argument, Mapping) else {}


def _list(schema: Mapping[str, Json], keyword: str) -> Sequence[Json]:
    argument = schema.get(keyword)
    return argument if isinstance(argument, list | tuple) else ()


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


_OTHERS = ("additionalProperties", "unevaluatedProperties")
_ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "nullable": ("OpenAPI 3.0", ""),
    "discriminator": ("OpenAPI", "give its property a 'const' in each branch"),
    "divisibleBy": ("draft 03", "write 'multipleOf'"),
    "disallow": ("draft 03", "write 'not'"),
    "extends": ("draft 03", "write 'allOf'"),
}
"""Keywords of other tools: the name of the tool, and what to write instead."""
