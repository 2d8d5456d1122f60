"""Turns the errors of jsonschema-rs into violations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema_rs import ValidationError, ValidationErrorKind

from harness.core import Json, Path, describe, pointer
from harness.formats.json_schema.library import Library, Site
from harness.formats.json_schema.violation import Violation
from harness.formats.json_schema.wording import kinds, name_of, word

_UNKNOWN_KEYS = (
    ValidationErrorKind.AdditionalProperties,
    ValidationErrorKind.UnevaluatedProperties,
)
_BRANCHES = (ValidationErrorKind.AnyOf, ValidationErrorKind.OneOfNotValid)


class Explainer:
    """Explains how a value violates a schema."""

    def __init__(self, library: Library, value: Json) -> None:
        self._library = library
        self._value = value

    def explain(self, errors: Sequence[ValidationError]) -> Iterator[Violation]:
        """A violation for each fault, in the order of the errors."""
        for error in errors:
            kind = error.kind
            if isinstance(kind, _UNKNOWN_KEYS):
                yield from self._unknown_keys(error, kind.name, kind.unexpected)
            elif self._allows_no_key(error):
                value = self._at(self._path(error))
                keys = list(value) if isinstance(value, Mapping) else []
                yield from self._unknown_keys(error, "additionalProperties", keys)
            elif isinstance(kind, _BRANCHES):
                yield from self._branches(error, kind.context)
            elif isinstance(kind, ValidationErrorKind.PropertyNames):
                yield self._bad_key(error, kind.error)
            else:
                yield self._plain(error)

    def _plain(self, error: ValidationError) -> Violation:
        kind, path = error.kind, self._path(error)
        keyword, limit = kind.name, kind.value
        if isinstance(kind, ValidationErrorKind.Contains):
            # The location distinguishes minContains from maxContains.
            keyword, limit = str(error.schema_path[-1]), self._argument(error)
        value = self._at(path)
        message = word(keyword, limit, value, path)
        if isinstance(kind, ValidationErrorKind.OneOfMultipleValid):
            fitting = sum(not branch for branch in kind.context)
            message = (
                f"{name_of(path)} matches {fitting} of the possible shapes, expected exactly one"
            )
            if rivals := self._rivals(error, value):
                message = f"{name_of(path)} has {' and '.join(rivals)}, expected one of them"
        return self._violation(error, path, keyword, message, _known(kind))

    def _rivals(self, error: ValidationError, value: Json) -> list[str]:
        """The keys of a value that exclude one another, if the branches allow one key each."""
        branches = self._argument(error)
        if not isinstance(branches, list) or not isinstance(value, Mapping):
            return []
        keys = [
            key for branch in branches if isinstance(branch, Mapping) for key in _required(branch)
        ]
        rivals = [f"'{key}'" for key in keys if key in value]
        return rivals if len(keys) == len(branches) else []

    def _allows_no_key(self, error: ValidationError) -> bool:
        """`additionalProperties: false` without any properties is reported as a false schema."""
        if not isinstance(error.kind, ValidationErrorKind.FalseSchema):
            return False
        site = self._site(error)
        if site is None or site[1][-1:] != ("additionalProperties",):
            return False
        return (site[0], site[1][:-1]) in self._library.schemas

    def _unknown_keys(
        self, error: ValidationError, keyword: str, keys: Sequence[str]
    ) -> Iterator[Violation]:
        site = self._site(error)
        known = _known_keys(self._library, site) if site else ()
        for key in keys:
            path = (*self._path(error), key)
            message = f"unknown key {name_of((key,))}"
            yield self._violation(error, path, keyword, message, known)

    def _bad_key(self, error: ValidationError, inner: ValidationError) -> Violation:
        key = str(inner.instance)
        path = (*self._path(error), key)
        reason = word(inner.kind.name, inner.kind.value, key, ("the key",))
        message = reason.replace("'the key'", "the key", 1)
        return self._violation(error, path, "propertyNames", message, _known(inner.kind))

    def _branches(
        self, error: ValidationError, branches: Sequence[Sequence[ValidationError]]
    ) -> Iterator[Violation]:
        """Explain the nearest branch, or list all branches if none allows the value's type."""
        path, given = self._path(error), tuple(error.instance_path)
        fitting = [branch for branch in branches if not _is_other_kind(branch, given)]
        if fitting:
            words = [_words(branch, given) for branch in fitting]
            lacking = [_lacking(branch, given) for branch in fitting]
            if all(words):
                yield self._no_such_word(error, [word for some in words for word in some])
            elif len(fitting) > 1 and all(lacking):
                choice = " or ".join(f"'{key}'" for key in lacking)
                message = f"{name_of(path)} lacks {choice}"
                yield self._violation(error, path, "required", message)
            else:
                yield from self.explain(min(fitting, key=lambda branch: _distance(branch, given)))
            return
        expected = list(
            dict.fromkeys(name for branch in branches for name in _kinds(branch, given))
        )
        message = f"{name_of(path)} is {describe(self._at(path))}, expected {kinds(expected)}"
        yield self._violation(error, path, "type", message)

    def _no_such_word(self, error: ValidationError, words: Sequence[Any]) -> Violation:
        path = self._path(error)
        message = word("enum", list(words), self._at(path), path)
        return self._violation(error, path, "enum", message, tuple(str(option) for option in words))

    def _violation(
        self,
        error: ValidationError,
        path: Path,
        keyword: str,
        message: str,
        known: tuple[str, ...] = (),
    ) -> Violation:
        site = self._site(error)
        place = f"{site[0]}#{pointer(site[1])}" if site else str(error.absolute_keyword_location)
        return Violation(
            path=path, keyword=keyword, message=message, schema_pointer=place, known=known
        )

    def _argument(self, error: ValidationError) -> Json:
        """The value of the keyword at the end of the location."""
        site = self._site(error)
        return _value_at(self._library.named[site[0]], site[1]) if site else None

    def _site(self, error: ValidationError) -> Site | None:
        return self._library.find(error.absolute_keyword_location or "")

    def _path(self, error: ValidationError) -> Path:
        """The path in the value. jsonschema-rs gives a key that has only digits as a number."""
        path: list[str | int] = []
        value = self._value
        for part in error.instance_path:
            step = str(part) if isinstance(value, Mapping) else part
            path.append(step)
            value = value[step]  # type: ignore[index]  # the error names a path in it
        return tuple(path)

    def _at(self, path: Path) -> Json:
        return _value_at(self._value, path)


def _value_at(value: Json, path: Path) -> Json:
    for part in path:
        value = value[part]  # type: ignore[index]  # the error names a path in it
    return value


def _known_keys(library: Library, keyword: Site) -> tuple[str, ...]:
    """The keys that the schema around a keyword names, itself or by schemas that it applies."""
    name, path = keyword
    sites: dict[Site, None] = {(name, path[:-1]): None}
    waiting = list(sites)
    while waiting:
        further = dict.fromkeys(
            applied for applied in library.in_place(waiting.pop()) if applied not in sites
        )
        sites |= further
        waiting += further
    named = (library.schemas.get(site, {}).get("properties") for site in sites)
    return tuple(
        dict.fromkeys(
            key for properties in named if isinstance(properties, Mapping) for key in properties
        )
    )


def _required(schema: Mapping[str, Json]) -> Sequence[str]:
    keys = schema.get("required", ())
    return [str(key) for key in keys] if isinstance(keys, list | tuple) else ()


def _is_other_kind(branch: Sequence[ValidationError], path: Path) -> bool:
    return any(isinstance(e.kind, ValidationErrorKind.Type) for e in _own(branch, path))


def _kinds(branch: Sequence[ValidationError], path: Path) -> Iterator[str]:
    for error in _own(branch, path):
        if isinstance(error.kind, ValidationErrorKind.Type):
            yield from error.kind.types


def _lacking(branch: Sequence[ValidationError], path: Path) -> str:
    """The one key that a value lacks for a branch; empty if it violates more than that."""
    if len(branch) == 1 and tuple(branch[0].instance_path) == path:
        kind = branch[0].kind
        if isinstance(kind, ValidationErrorKind.Required):
            return kind.property
    return ""


def _known(kind: ValidationErrorKind) -> tuple[str, ...]:
    if not isinstance(kind, ValidationErrorKind.Enum):
        return ()
    return tuple(str(option) for option in kind.options)


def _words(branch: Sequence[ValidationError], path: Path) -> Sequence[Any]:
    """The words that a branch allows, if it allows nothing else; otherwise empty."""
    if len(branch) == 1 and tuple(branch[0].instance_path) == path:
        kind = branch[0].kind
        if isinstance(kind, ValidationErrorKind.Enum):
            return kind.options
        if isinstance(kind, ValidationErrorKind.Constant):
            return [kind.expected_value]
    return ()


def _distance(branch: Sequence[ValidationError], path: Path) -> tuple[int, int]:
    """How far a value is from a branch: first by its own keys and markers, then by all faults."""
    own = 0
    for error in branch:
        depth = len(error.instance_path) - len(path)
        if depth == 0:
            kind = error.kind
            own += len(kind.unexpected) if isinstance(kind, _UNKNOWN_KEYS) else 1
        elif depth == 1 and isinstance(error.kind, ValidationErrorKind.Constant):
            # A key with a fixed value shows which shape was meant.
            own += 2
    return own, len(branch)


def _own(branch: Sequence[ValidationError], path: Path) -> Iterator[ValidationError]:
    return (error for error in branch if tuple(error.instance_path) == path)
