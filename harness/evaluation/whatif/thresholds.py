"""Thresholds in the values of checks: how they are named, found and replaced."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from harness.checks import KIND_NAMED
from harness.checks.check import Content
from harness.core import ConfigurationError, Json, Problem, did_you_mean, quote, value_class
from harness.project.vocabulary import Vocabulary
from harness.scenario import Scope

OPTION = "--threshold"
_FORM = "write CHECK=VALUE or CHECK.KEY=VALUE, such as latency.under=1s,800ms"


@value_class(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One value that a scalar in the values of checks is replaced with."""

    path: str
    """The name of the check, and the keys to the scalar: `latency.under`, `max_words`."""
    written: str
    """The new value."""

    def __str__(self) -> str:
        return f"{self.path}={self.written}"

    def changed(self, name: str, value: Json) -> tuple[Json] | None:
        """The value of a check with the threshold in it; None if it has no such threshold.

        Checks inside the check are changed as well.
        """
        own = _rest(self.path, name)
        if own is not None:
            return self._replaced(value, own)
        return self._inside(value) if _has_checks(name) else None

    def _inside(self, value: Json) -> tuple[Json] | None:
        """A value that contains checks, with the threshold of those inside changed."""
        if isinstance(value, list | tuple):
            made = [self._inside(one) for one in value]
            if not any(made):
                return None
            return ([new[0] if new else one for one, new in zip(value, made, strict=True)],)
        if not isinstance(value, Mapping):
            return None
        news = {
            key: self.changed(key, one) if key in KIND_NAMED else self._inside(one)
            for key, one in value.items()
        }
        if not any(news.values()):
            return None
        return ({key: new[0] if (new := news[key]) else one for key, one in value.items()},)

    def _replaced(self, value: Json, rest: str) -> tuple[Json] | None:
        if not rest:
            return (self._typed(value),) if _is_threshold(value) else None
        if not isinstance(value, Mapping):
            return None
        for key, one in value.items():
            inner = _rest(rest, str(key))
            new = None if inner is None else self._replaced(one, inner)
            if new is not None:
                return ({**value, key: new[0]},)
        return None

    def _typed(self, old: Json) -> Json:
        """The new value; a number or a truth value if the old one is not a text."""
        if isinstance(old, str):
            return self.written
        try:
            new: Json = json.loads(self.written)
        except ValueError:
            return self.written
        return new if isinstance(new, bool | int | float) else self.written


def read_thresholds(given: str, vocabulary: Vocabulary) -> Iterator[Threshold]:
    """The thresholds of `CHECK.KEY=VALUE,VALUE`. Raises `ConfigurationError`.

    The keys may contain dots and equals signs, because JSONPaths do; a value has neither a comma
    nor an equals sign.
    """
    path, equals, values = given.rpartition("=")
    written = [value.strip() for value in values.split(",")]
    if not (equals and path and all(written)):
        message = f"{quote(given)} is not a threshold"
        raise threshold_error("wrong-threshold", message, _FORM)
    names = {*vocabulary.kinds_of(Scope.REPLY), *vocabulary.kinds_of(Scope.CONVERSATION)}
    if not any(_rest(path, name) is not None for name in names):
        name = path.partition(".")[0]
        hint = did_you_mean(name, names)
        raise threshold_error("unknown-check", f"unknown check {quote(name)}", hint)
    for value in dict.fromkeys(written):
        yield Threshold(path=path, written=value)


def threshold_error(code: str, message: str, hint: str) -> ConfigurationError:
    """An error in the option."""
    return ConfigurationError(Problem(code=code, message=message, where=OPTION, hint=hint))


def thresholds_in(name: str, value: Json) -> Iterator[str]:
    """The paths of all thresholds in the value of a check."""
    if _has_checks(name):
        yield from _in_checks(value)
    if not _has_only_checks(name):
        yield from _in_value(name, value)


def _in_checks(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from thresholds_in(key, one) if key in KIND_NAMED else _in_checks(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _in_checks(one)


def _in_value(path: str, value: Json) -> Iterator[str]:
    if _is_threshold(value):
        yield path
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _in_value(f"{path}.{key}", one)


def _is_threshold(value: Json) -> bool:
    """Whether a value can be replaced: a text, a number, or true or false."""
    return isinstance(value, str | int | float)


def _has_checks(name: str) -> bool:
    kind = KIND_NAMED.get(name)
    return kind is not None and Content.CHECKS in (kind.content, *kind.parts.values())


def _has_only_checks(name: str) -> bool:
    kind = KIND_NAMED.get(name)
    return kind is not None and kind.content is Content.CHECKS and not kind.parts


def _rest(path: str, name: str) -> str | None:
    """What follows a name at the start of a path; None if the path does not start with it."""
    if path == name:
        return ""
    return path[len(name) + 1 :] if path.startswith(f"{name}.") else None
