"""The key `strength`: which fields of replies nobody wants to look at."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core import Json, Place, Problem, value_class
from harness.formats.json_path import BadPath, path_hint, require_path
from harness.formats.yaml import Node

STRENGTH: Json = {
    "type": "object",
    "description": "How harness strength judges these conversations; runs do not read it.",
    "additionalProperties": False,
    "required": ["ignore"],
    "properties": {
        "ignore": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "uniqueItems": True,
            "description": "JSONPaths of fields that no expectation needs to look at.",
            "examples": [["$.trace", "$.usage"]],
        }
    },
}


@value_class(frozen=True, slots=True)
class IgnoredField:
    """A path of `ignore`."""

    path: str
    """JSONPath into the payload of a reply."""
    place: Place


def ignored_fields(strength: Node | None) -> tuple[IgnoredField, ...]:
    """The fields that a key `strength` ignores; none if there is no such key."""
    nodes = strength.get("ignore") if strength is not None else None
    return tuple(IgnoredField(str(node.value), node.place) for node in nodes or ())


def ignore_problems(strength: Node | None) -> Iterator[Problem]:
    """Texts of `ignore` that are not JSONPaths."""
    for field in ignored_fields(strength):
        try:
            require_path(field.path)
        except BadPath as error:
            yield Problem(
                code="invalid-path",
                message=f"'{field.path}' is not a JSONPath: {error}",
                place=field.place,
                hint=path_hint(field.path),
            )
