"""A compiled JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

import jsonschema_rs

from harness.core import CheckCrashed, Json, Path, Place, Problem, SchemaError, levels
from harness.formats.json_schema.doubts import schema_doubts
from harness.formats.json_schema.explanation import Explainer
from harness.formats.json_schema.judged import Judged
from harness.formats.json_schema.keywords import allows_everything
from harness.formats.json_schema.library import Library, Locate, root_uri
from harness.formats.json_schema.references import walk
from harness.formats.json_schema.schema_pattern import BACKTRACKING, valid_text
from harness.formats.json_schema.validity import invalidity, no_effect
from harness.formats.json_schema.violation import Violation

DEEPEST_EXPLAINED = 250
"""Levels of a value in which failures are explained. jsonschema-rs shows no more levels."""

NONE: Mapping[str, Json] = MappingProxyType({})

_VALIDATORS = {
    "2020-12": (jsonschema_rs.Draft202012Validator, jsonschema_rs.Draft202012),
    "07": (jsonschema_rs.Draft7Validator, jsonschema_rs.Draft7),
}
_AUTHOR_WORDS = {
    "additionalProperties": "unknown-key",
    "unevaluatedProperties": "unknown-key",
    "propertyNames": "unknown-key",
    "required": "missing-key",
    "falseSchema": "unknown-key",
}


class Schema:
    """A compiled schema, made by `compile_schema`. `format` is asserted."""

    __slots__ = ("_judged", "_library", "_validator", "name")

    def __init__(
        self,
        name: str,
        validator: jsonschema_rs.Validator,
        library: Callable[[], Library],
        judged: Judged | None = None,
    ) -> None:
        self.name = name
        self._validator = validator
        self._library = library
        self._judged = judged

    @property
    def allows_everything(self) -> bool:
        """Whether every value is valid: the schema is true, or has no keyword that judges."""
        start, _, fragment = self.name.partition("#")
        part = walk(self._library().named[start], fragment)
        return part is not None and allows_everything(part[1])

    @property
    def names_keys(self) -> bool:
        """Whether the schema names keys of objects, at any depth."""
        named = ("properties", "patternProperties", "propertyNames", "dependentRequired")
        return any(
            keyword in part for part in self._library().schemas.values() for keyword in named
        )

    def is_valid(self, value: Json) -> bool:
        """Whether a value is valid. Takes microseconds for most values.

        Raises `CheckCrashed` if a pattern, at any depth, or the work as a whole reaches its
        limit.
        """
        if self._judged is not None and self._judged.may_not_answer:
            self._judged.require_answer(value)
        try:
            return self._validator.is_valid(value)
        except ValueError:
            return self._validator.is_valid(_plain(value))

    def violations(self, value: Json) -> tuple[Violation, ...]:
        """Every violation of the schema by a value; empty if the value is valid.

        Of the branches of an `anyOf` or `oneOf`, only the nearest one is explained. Raises
        `CheckCrashed` as `is_valid` does, and if explaining the violations takes too much work.
        """
        if self.is_valid(value):
            return ()
        if self._judged is not None:
            self._judged.require_explanation(value)
        try:
            errors = list(self._validator.iter_errors(value))
        except ValueError:
            value = _plain(value)
            errors = list(self._validator.iter_errors(value))
        violations = dict.fromkeys(Explainer(self._library(), value).explain(errors))
        # The order of the library's errors differs between its versions.
        ranks: dict[int, dict[str, int]] = {}
        return tuple(
            sorted(
                violations,
                key=lambda violation: (
                    _order(violation.path, value, ranks),
                    violation.schema_pointer,
                ),
            )
        )

    def doubts(self) -> Iterator[Problem]:
        """Parts of the schema that probably judge something else than the author means."""
        return schema_doubts(self._library())

    def misfit(self, value: Json) -> str:
        """The first reason why a value is invalid or cannot be judged; empty if it is valid."""
        try:
            violations = self.violations(value)
        except CheckCrashed as error:
            return error.message
        return violations[0].message if violations else ""


def _nowhere(_name: str, _path: Path) -> Place | None:
    """The place of every part of a document that was not read from a file."""
    return None


def compile_schema(
    document: Json,
    *,
    name: str,
    resources: Mapping[str, Json] = NONE,
    locate: Locate = _nowhere,
) -> Schema:
    """Compile a schema of draft 2020-12, or of draft 07 if `$schema` says so.

    A relative `$ref` is resolved against `name` and refers to one of the resources, whose
    names are their paths. `name` may end in a fragment, such as `reply.json#/$defs/Product`,
    to compile that part of the document. Nothing is fetched or read.

    Raises `SchemaError` with all problems; `locate` gives their places.
    """
    start, _, fragment = name.partition("#")
    library = Library(document, name, resources, locate)
    problems = list(library.problems)
    if library.knows_drafts:
        for owner in library.named:
            problems += invalidity(library, owner)
        for site in library.schemas:
            problems += no_effect(library, site)
    if problems:
        raise SchemaError(problems)
    try:
        validator = _validator(library.documents, f"{library.uri}#{fragment}", library.draft)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        message = str(error).splitlines()[0]
        place = locate(start, ())
        raise SchemaError(
            Problem(code="invalid-schema", message=message, place=place, where=start)
        ) from error
    return Schema(name, validator, lambda: library, Judged(library, library.start))


def compile_format(document: Json, *, name: str) -> Schema:
    """Compile the schema of one of the harness's file formats: draft 2020-12, without other files.

    The schema is not examined, as tests do that. It is analysed only when a file violates it.
    """
    uri = root_uri(name)
    validator = _validator({uri: document}, uri, "2020-12")
    return Schema(name, validator, cache(lambda: Library(document, name, NONE, _nowhere)))


def explain(value: Json, schema: Schema) -> tuple[Violation, ...]:
    """Every violation of a file format's schema by a file.

    Like `Schema.violations`, with two more keywords: `unknown-key`, whose path is that of the
    key and whose `known` are the allowed keys, and `missing-key`, whose path is the mapping's.
    """
    return tuple(
        replace(violation, keyword=_AUTHOR_WORDS.get(violation.keyword, violation.keyword))
        for violation in schema.violations(value)
    )


def _validator(documents: Mapping[str, Json], uri: str, draft: str) -> jsonschema_rs.Validator:
    validator, number = _VALIDATORS[draft]
    resources: list[tuple[str, Any]] = list(documents.items())
    return validator(
        {"$ref": uri},
        registry=jsonschema_rs.Registry(resources, draft=number, retriever=_refuse),
        validate_formats=True,
        pattern_options=BACKTRACKING,
        offline=True,
    )


def _refuse(uri: str) -> Any:  # noqa: ANN401  # it never returns
    raise LookupError(uri)


def _order(path: Path, value: Json, ranks: dict[int, dict[str, int]]) -> tuple[int, ...]:
    """The position of a part in a value, to sort parts in reading order.

    `ranks` caches the positions of the keys of a mapping, by the mapping's identity.
    """
    order = []
    for step in path:
        if isinstance(value, Mapping):
            rank = ranks.get(id(value))
            if rank is None:
                rank = ranks[id(value)] = {key: place for place, key in enumerate(value)}
            order.append(rank.get(str(step), len(rank)))
            value = value.get(str(step))
        else:
            order.append(int(step))
            value = value[int(step)] if isinstance(value, list) else None
    return tuple(order)


def _plain(value: Json) -> Json:
    """The value in the types that jsonschema-rs accepts: dict, list, and valid text.

    Raises `CheckCrashed` if it has too many levels.
    """
    if levels(value) > DEEPEST_EXPLAINED:
        raise CheckCrashed(
            "payload-too-deep",
            f"a schema violation cannot be explained for more than {DEEPEST_EXPLAINED} "
            "levels of a payload",
            "look at a part of it, such as 'json' with a path",
        )
    return _converted(value)


def _converted(value: Json) -> Json:
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, Mapping):
        return {str(_converted(str(key))): _converted(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_converted(inner) for inner in value]
    return value
