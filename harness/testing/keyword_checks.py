"""Checks that a Python test names as keyword arguments, as expectations of a scenario."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from harness.checks import BadExpectation
from harness.core import Json, Place, Problem, ScenarioError, Source, did_you_mean, quote
from harness.formats.json_schema import Violation, explain
from harness.formats.template import compile_template
from harness.project.vocabulary import Vocabulary
from harness.scenario import Expectation, Scope
from harness.scenario.expecting import NOT_HERE, seconds_within, waits_in_vain, where_it_waits
from harness.scenario.scenario import INNER_SCOPES

BLOCKS = {
    Scope.REPLY: "reply_checks",
    Scope.REFUSAL: "refusal_checks",
    Scope.HISTORY: "history_checks",
    Scope.NEVER: "reply_checks",
    Scope.ALWAYS: "reply_checks",
    Scope.CONVERSATION: "conversation_checks",
}
"""The block of the scenario format that holds the checks of each scope."""


class KeywordChecks:
    """Reads the keyword arguments of one call that judges."""

    def __init__(self, vocabulary: Vocabulary, place: Place, subject: str) -> None:
        """`subject` says what is judged, such as `turn 2`, for messages."""
        self._vocabulary = vocabulary
        self._place = place
        self._subject = subject

    def expectations(
        self, checks: Mapping[str, object], scope: Scope, *, ignore_case: bool
    ) -> tuple[Expectation, ...]:
        """The checks by name. Raises `ScenarioError` with every problem.

        One underscore behind a name is taken away, as in `not_`, which Python keeps the name of.
        """
        __tracebackhide__ = True
        named: dict[str, Json] = {}
        problems: list[Problem] = []
        for name, value in checks.items():
            try:
                # Tuples become lists.
                named[name.removesuffix("_")] = json.loads(json.dumps(value))
            except (TypeError, ValueError):
                problems.append(self._problem("wrong-value", f"{name}: {value!r} is not JSON"))
        problems += self._problems(named, scope)
        if not problems and not named:
            problems.append(self._problem("asserts-nothing", "no check is given"))
        if problems:
            raise ScenarioError(problems)
        found = tuple(self._read(named, scope, ignore_case=ignore_case))
        for expectation in found:
            self._require_sense(expectation)
        return found

    def _require_sense(self, expectation: Expectation) -> None:
        """Raise `ScenarioError` for what the format lets through, such as a wrong path."""
        __tracebackhide__ = True
        try:
            self._vocabulary.judge_for(expectation, expectation.value.render({}))
        except BadExpectation as bad:
            message = f"{expectation.name}: {bad.message}"
            raise ScenarioError(self._problem(bad.code, message, bad.hint)) from bad

    def _read(
        self, checks: Mapping[str, Json], scope: Scope, *, ignore_case: bool
    ) -> Iterator[Expectation]:
        ignore_case = bool(checks.get("ignore_case", ignore_case))
        for name, value in checks.items():
            if name in INNER_SCOPES.get(scope, ()) and isinstance(value, Mapping):
                yield from self._read(value, Scope(name), ignore_case=ignore_case)
            elif name != "ignore_case":
                for path in waits_in_vain(name, value, scope):
                    where = ".".join(map(str, (name, *path)))
                    hint = where_it_waits(scope)
                    problem = self._problem("cannot-wait", f"{where}: {NOT_HERE}", hint)
                    raise ScenarioError(problem)
                yield Expectation(
                    name=name,
                    value=compile_template(_literal(value)),
                    place=self._place,
                    scope=scope,
                    ignore_case=ignore_case,
                    within=seconds_within(name, value, scope),
                )

    def _problems(self, checks: Mapping[str, Json], scope: Scope) -> Iterator[Problem]:
        inner = INNER_SCOPES.get(scope, ())
        plain = {name: value for name, value in checks.items() if name not in inner}
        for one in inner:
            if one in checks:
                yield from self._departures(checks[one], one, (one,), ())
        if plain:
            yield from self._departures(plain, scope, (), inner)

    def _departures(
        self, value: Json, scope: Scope, path: tuple[str, ...], known: tuple[str, ...]
    ) -> Iterator[Problem]:
        for violation in explain(value, self._vocabulary.format_of(BLOCKS[scope])):
            yield self._departure(violation, path, known)

    def _departure(
        self, violation: Violation, above: tuple[str, ...], known: tuple[str, ...]
    ) -> Problem:
        path = [*above, *map(str, violation.path)]
        if violation.keyword == "unknown-key":
            hint = did_you_mean(path[-1], (*violation.known, *known))
            if len(violation.path) > 1:
                return self._problem("unknown-key", f"unknown key {quote(path[-1])}", hint)
            return self._problem("unknown-check", f"unknown check {quote(path[-1])}", hint)
        code = "missing-key" if violation.keyword == "missing-key" else "wrong-value"
        return self._problem(code, f"{'.'.join(path)}: {violation.message}")

    def _problem(self, code: str, message: str, hint: str = "") -> Problem:
        return Problem(
            code=code, message=message, place=self._place, subject=self._subject, hint=hint
        )


def calling_place(shown: Callable[[Path], str], *, above: int) -> Place:
    """The line of the test that called; `above` is the number of frames between it and here."""
    frame = inspect.currentframe()
    for _ in range(above + 1):
        frame = frame.f_back if frame is not None else None
    if frame is None:
        return Source(path="", text="").place()
    path = Path(frame.f_code.co_filename)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    source = _source(path, shown(path), changed)
    stripped = source.line(frame.f_lineno).strip()
    column = source.line(frame.f_lineno).find(stripped) + 1
    return source.place(frame.f_lineno, column, max(1, len(stripped)))


@lru_cache(maxsize=16)
def _source(path: Path, shown: str, changed: int) -> Source:
    """A test's file; read again where it was `changed`, in nanoseconds."""
    return Source(path=shown, text=path.read_text(encoding="utf-8") if changed else "")


def _literal(value: Json) -> Json:
    """The value as a template that says it word by word: a Python test has no `${…}`."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, Mapping):
        return {str(_literal(name)): _literal(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_literal(one) for one in value]
    return value
