"""Pages of reference, made from the JSON Schemas of the file formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_REF = "#/$defs/"
_KINDS = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "null": "null",
    "array": "list",
    "object": "mapping",
}
_ALTERNATIVES = ("oneOf", "anyOf", "allOf")
_PARTS = ("items", "additionalProperties", "then", "else")


def schema_page(name: str, schema: Schema) -> str:
    """A page with a table of keys for each mapping that the schema describes."""
    lines = [f"# {name}", "", schema.get("description", ""), ""]
    lines += [
        f"The JSON Schema for editors: [`{name}.schema.json`](../schemas/{name}.schema.json).",
        "",
    ]
    for heading, part in _sections("", schema):
        lines += [f"## {heading or 'Keys'}", "", *_table(part), ""]
    for key, definition in schema.get("$defs", {}).items():
        lines += [f"## {key}", "", definition.get("description", _form(definition)), ""]
        for heading, part in _sections("", definition):
            lines += [*([f"### {key}: {heading}", ""] if heading else []), *_table(part), ""]
    return "\n".join(lines)


def _sections(path: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Each mapping with keys in a schema, with the path that leads to it."""
    if schema.get("properties"):
        yield path, schema
    for key, part in schema.get("properties", {}).items():
        yield from _sections(f"{path}.{key}" if path else key, part)
    for name in _PARTS:
        if isinstance(part := schema.get(name), Mapping):
            yield from _sections(f"{path}[]" if name == "items" else path, part)
    for name in _ALTERNATIVES:
        for part in schema.get(name, ()):
            yield from _sections(path, part)


def _table(schema: Schema) -> list[str]:
    required = schema.get("required", ())
    rows = ["| key | value | meaning |", "|---|---|---|"]
    for key, part in schema["properties"].items():
        needed = " (required)" if key in required else ""
        meaning = " ".join(str(part.get("description", "")).split())
        cells = (f"`{key}`{needed}", _form(part), meaning)
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return rows


def _form(schema: Any) -> str:  # noqa: ANN401  # a schema can be true or false
    """What a value is, in a few words."""
    if not isinstance(schema, Mapping):
        return "anything" if schema else "nothing"
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return f"[{name}](#{name})"
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return ", ".join(f"`{value}`" for value in values)
    kinds = schema.get("type", ())
    if kinds == "array" and isinstance(schema.get("items"), Mapping):
        return f"list of: {_form(schema['items'])}"
    for name in _ALTERNATIVES:
        forms = [_form(part) for part in schema.get(name, ())]
        if named := list(dict.fromkeys(form for form in forms if form != "anything")):
            return " or ".join(named)
    named = [_KINDS[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return " or ".join(named) or "anything"
