"""What is changed in a what-if: the value of a check, or the schemas."""

from __future__ import annotations

from typing import Protocol

from harness.checks import BadExpectation, Judge
from harness.core import ConfigurationError, Json, Place
from harness.evaluation.whatif.thresholds import Threshold, threshold_error
from harness.project.vocabulary import Vocabulary
from harness.scenario import Expectation, Scope


class Variation(Protocol):
    """A change of how checks are judged."""

    def judge_of(
        self, expectation: Expectation, value: Json, vocabulary: Vocabulary
    ) -> Judge | None:
        """The changed check; None if the change does not concern the expectation."""
        ...


class VariedVocabulary(Vocabulary):
    """The checks of a project, some of them changed. Remembers which."""

    def __init__(self, base: Vocabulary, variation: Variation) -> None:
        options = base.options_of(ignore_case=False)
        super().__init__(base.kinds_of(Scope.REPLY), options.schemas, options.goldens)
        self._base = base
        self._variation = variation
        self.changed: set[tuple[str, int, int]] = set()
        """The places of the expectations that the change concerns; see `place_key`."""
        self.fault: ConfigurationError | None = None
        """Why a changed check makes no sense. A verdict cannot say it, so the caller asks."""

    def judge_for(self, expectation: Expectation, value: object) -> Judge:
        """The changed check of an expectation, or that of the project; see `Vocabulary`."""
        try:
            judge = self._variation.judge_of(expectation, value, self._base)  # type: ignore[arg-type]  # rendered from JSON
        except ConfigurationError as error:
            self.fault = self.fault or error
            raise BadExpectation("wrong-value", str(error)) from error
        except BadExpectation:
            self.changed.add(place_key(expectation.place))
            raise
        if judge is None:
            return self._base.judge_for(expectation, value)
        self.changed.add(place_key(expectation.place))
        return judge


def place_key(place: Place | None) -> tuple[str, int, int]:
    """Tells places apart, without comparing the texts of their files."""
    return ("", 0, 0) if place is None else (place.source.path, place.line, place.column)


class ChangedThreshold:
    """A `Variation` that changes a threshold."""

    def __init__(self, threshold: Threshold) -> None:
        self.threshold = threshold

    def judge_of(
        self, expectation: Expectation, value: Json, vocabulary: Vocabulary
    ) -> Judge | None:
        """See `Variation`. Raises `ConfigurationError` if the new value makes no sense."""
        new = self.threshold.changed(expectation.name, value)
        if new is None:
            return None
        try:
            return vocabulary.judge_for(expectation, new[0])
        except BadExpectation as error:
            message = f"{self.threshold}: {error.message}"
            raise threshold_error(error.code, message, error.hint) from error


class ChangedSchemas:
    """A `Variation` that takes named schemas from another folder."""

    def __init__(self, other: Vocabulary) -> None:
        """`other` has the schemas of that folder."""
        self._other = other

    def judge_of(
        self, expectation: Expectation, value: Json, _vocabulary: Vocabulary
    ) -> Judge | None:
        """See `Variation`. A schema that the folder lacks makes the check BROKEN."""
        return (
            self._other.judge_for(expectation, value) if names_schema(expectation, value) else None
        )


def names_schema(expectation: Expectation, value: Json) -> bool:
    """Whether an expectation, or a check inside it, names a schema of the project."""
    return _names_schema(value, is_schema=expectation.name == "schema")


def _names_schema(value: Json, *, is_schema: bool) -> bool:
    if isinstance(value, str):
        return is_schema
    if isinstance(value, dict):
        return any(_names_schema(one, is_schema=key == "schema") for key, one in value.items())
    return isinstance(value, list | tuple) and any(
        _names_schema(one, is_schema=False) for one in value
    )
