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
"""Levels of a value down to which it is said how it does not fit: jsonschema-rs shows no more."""

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
    """A schema that was compiled once; made by `compile_schema`. `format` is asserted."""

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
        """It says nothing of a value: true, or a schema without a keyword that judges."""
        start, _, fragment = self.name.partition("#")
        part = walk(self._library().named[start], fragment)
        return part is not None and allows_everything(part[1])

    @property
    def names_keys(self) -> bool:
        """Whether it says something of keys by their names, at any depth."""
        named = ("properties", "patternProperties", "propertyNames", "dependentRequired")
        return any(
            keyword in part for part in self._library().schemas.values() for keyword in named
        )

    def is_valid(self, value: Json) -> bool:
        """Whether a value fits. Takes microseconds for most.

        Raises `CheckCrashed` where a pattern, wherever it stands, or the work as a whole reaches
        its limit.
        """
        if self._judged is not None and self._judged.may_not_answer:
            self._judged.require_answer(value)
        try:
            return self._validator.is_valid(value)
        except ValueError:
            return self._validator.is_valid(_plain(value))

    def violations(self, value: Json) -> tuple[Violation, ...]:
        """Every way in which a value does not fit; empty where it fits.

        Of the branches of an `anyOf` or `oneOf`, only the one that comes nearest is told.
        Raises `CheckCrashed` as `is_valid` does, and where it takes too much work to say how a
        value does not fit.
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
        # The library's own order is another one in each of its versions.
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
        """What in the schema is likely to judge something else than its author means."""
        return schema_doubts(self._library())

    def misfit(self, value: Json) -> str:
        """The first reason why a value does not fit, or cannot be judged; empty where it fits."""
        try:
            violations = self.violations(value)
        except CheckCrashed as error:
            return error.message
        return violations[0].message if violations else ""


def _nowhere(_name: str, _path: Path) -> Place | None:
    """The places of a document that was not read from a file."""
    return None


def compile_schema(
    document: Json,
    *,
    name: str,
    resources: Mapping[str, Json] = NONE,
    locate: Locate = _nowhere,
) -> Schema:
    """Compile a schema of draft 2020-12, or of draft 07 where `$schema` says so.

    A relative `$ref` is resolved from `name` and leads to one of the resources, which are
    named by their paths. `name` may end in a fragment, such as `reply.json#/$defs/Product`,
    to compile that part of the document. Nothing is fetched or read.

    Raises `SchemaError` with every problem; `locate` gives their places.
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
    """Compile the schema of a file format of ours, of draft 2020-12, which refers to itself alone.

    It is not examined, as tests do that, and taken apart only once something departs from it.
    """
    uri = root_uri(name)
    validator = _validator({uri: document}, uri, "2020-12")
    return Schema(name, validator, cache(lambda: Library(document, name, NONE, _nowhere)))


def explain(value: Json, schema: Schema) -> tuple[Violation, ...]:
    """Every way in which an author's file departs from the schema of its format.

    As `Schema.violations`, with the keyword `unknown-key` (the path leads to the key, `known`
    lists the keys that may stand there) and `missing-key` (the path leads to the mapping).
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
    """Where a part stands in a value, to sort parts as a reader meets them.

    `ranks` keeps the places of a mapping's keys, by the mapping's identity.
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
    """The same value in the types that jsonschema-rs takes: dict, list, and valid text.

    Raises `CheckCrashed` where it has too many levels.
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
