"""The checks that a project's scenarios may use, compiled once for each value."""

from __future__ import annotations

import json
from collections.abc import Mapping

from harness.checks import ANSWER_KINDS, RECORD_KINDS, BadExpectation, CheckKind, Judge, Options
from harness.errors import did_you_mean, quote
from harness.json_schema import SchemaFolder
from harness.scenario import Expectation
from harness.typing import Json

MAX_COMPILED = 20_000
"""Compiled checks that are kept; beyond, all are dropped and compiled again when needed."""


class Vocabulary:
    """The checks that a project's scenarios may use. Safe for threads."""

    def __init__(self, kinds: Mapping[str, CheckKind], schemas: SchemaFolder | None) -> None:
        self._kinds = kinds
        self._options = {
            ignore_case: Options(ignore_case=ignore_case, schemas=schemas)
            for ignore_case in (False, True)
        }
        self._compiled: dict[tuple[str, str, bool], Judge] = {}

    @property
    def reply_checks(self) -> Mapping[str, Json]:
        """JSON Schema of each check's value, for `expect:` blocks."""
        return {name: kind.schema for name, kind in self._kinds.items()}

    @property
    def refusal_checks(self) -> Mapping[str, Json]:
        """The same for `error:` blocks: what can be told of a refused answer."""
        return {name: kind.schema for name, kind in ANSWER_KINDS.items()}

    @property
    def history_checks(self) -> Mapping[str, Json]:
        """The same for `history:` blocks: what can be told of a payload alone."""
        return {name: kind.schema for name, kind in RECORD_KINDS.items()}

    def judge_for(self, expectation: Expectation, value: object) -> Judge:
        """The compiled check of an expectation whose variables are filled in.

        Raises `BadExpectation` where the value makes no sense.
        """
        key = (
            expectation.name,
            value if isinstance(value, str) else f"\0{json.dumps(value)}",
            expectation.ignore_case,
        )
        judge = self._compiled.get(key)
        if judge is None:
            judge = self._compile(expectation, value)
            if len(self._compiled) >= MAX_COMPILED:
                self._compiled.clear()
            self._compiled[key] = judge
        return judge

    def _compile(self, expectation: Expectation, value: object) -> Judge:
        kind = self._kinds.get(expectation.name)
        if kind is None:
            raise BadExpectation(
                "unknown-check",
                f"unknown check {quote(expectation.name)}",
                did_you_mean(expectation.name, self._kinds),
            )
        return kind.compile(value, self._options[expectation.ignore_case])  # type: ignore[arg-type]  # rendered from JSON
