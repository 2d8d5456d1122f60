"""Reads mappings of parts such as `{count: 2, any: {…}}`, and judges the count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from harness.checks.check import BadExpectation, Options, Verdict, failed
from harness.checks.matcher import all_expected, first_complaint
from harness.checks.matchers import compile_count
from harness.checks.possible import require_possible
from harness.core.errors import did_you_mean
from harness.core.typing import Json, describe

Made = TypeVar("Made")


class OptionalKeys:
    """The keys of a mapping whose keys are all optional."""

    def __init__(self, value: Json, known: tuple[str, ...], *, short: str = "") -> None:
        """Raises `BadExpectation` for anything but a mapping of at least one known key.

        With `short`, a value that is no mapping is what would stand behind that key.
        """
        self._is_short = bool(short) and not isinstance(value, Mapping)
        if self._is_short:
            value = {short: value}
        if not isinstance(value, Mapping) or not value:
            message = f"{describe(value)} stands where a mapping is wanted"
            raise BadExpectation("wrong-value", message, f"known: {', '.join(known)}")
        for key in value:
            if key not in known:
                hint = did_you_mean(key, known)
                raise BadExpectation("unknown-key", f"unknown key '{key}'", hint, (key,))
        self._value = value

    def make(self, key: str, make: Callable[[Json], Made]) -> Made | None:
        """Compile what stands behind a key; None where the key is not there."""
        if key not in self._value:
            return None
        try:
            return make(self._value[key])
        except BadExpectation as error:
            if self._is_short:
                raise
            raise error.below(key) from error


class Count:
    """How many of something there must be."""

    __slots__ = ("_matchers", "_unit")

    def __init__(self, value: Json, unit: str, options: Options) -> None:
        self._matchers = compile_count(value, options)
        require_possible(value, self._matchers, is_count=True)
        self._unit = unit

    def failure(self, number: int, name: str) -> Verdict | None:
        """The verdict on a wrong number of things; None where it is right."""
        if not first_complaint(self._matchers, number, ()):
            return None
        expected = all_expected(self._matchers)
        units = self._unit if number == 1 else f"{self._unit}s"
        return failed(
            f"{name} has {number} {units}, expected {expected}",
            expected=f"{expected} {self._unit}{'' if expected.split()[-1] == '1' else 's'}",
            actual=str(number),
        )
