"""Checks that a Python test gives as keyword arguments, as expectations of a scenario."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from harness.checks import BadExpectation
from harness.core import Json, Place, Problem, ScenarioError, Source, did_you_mean, quote
from harness.formats.json_schema import Violation, explain
from harness.formats.template import constant_template
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
    """Reads the keyword arguments of one call, such as `expect`."""

    def __init__(self, vocabulary: Vocabulary, place: Place, subject: str) -> None:
        """`subject` names what is judged in messages, such as `turn 2`."""
        self._vocabulary = vocabulary
        self._place = place
        self._subject = subject

    def expectations(
        self, checks: Mapping[str, object], scope: Scope, *, ignore_case: bool
    ) -> tuple[Expectation, ...]:
        """The expectations of the checks by name. Raises `ScenarioError` with every problem.

        An underscore at the end of a name is removed: Python reserves names such as `not`.
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
        expectations = tuple(self._read(named, scope, ignore_case=ignore_case))
        for expectation in expectations:
            try:
                # Finds what the format does not, such as a wrong path.
                self._vocabulary.judge_for(expectation, expectation.value.render({}))
            except BadExpectation as bad:
                message = f"{expectation.name}: {bad.message}"
                raise ScenarioError(self._problem(bad.code, message, bad.hint)) from bad
        return expectations

    def _read(
        self, checks: Mapping[str, Json], scope: Scope, *, ignore_case: bool
    ) -> Iterator[Expectation]:
        ignore_case = bool(checks.get("ignore_case", ignore_case))
        for name, value in checks.items():
            if name in INNER_SCOPES.get(scope, ()) and isinstance(value, Mapping):
                yield from self._read(value, Scope(name), ignore_case=ignore_case)
            elif name != "ignore_case":
                for path in waits_in_vain(name, value, scope):
                    message = f"{'.'.join(map(str, (name, *path)))}: {NOT_HERE}"
                    raise ScenarioError(
                        self._problem("cannot-wait", message, where_it_waits(scope))
                    )
                yield Expectation(
                    name=name,
                    value=constant_template(value),
                    place=self._place,
                    scope=scope,
                    ignore_case=ignore_case,
                    within=seconds_within(name, value, scope),
                )

    def _problems(self, checks: Mapping[str, Json], scope: Scope) -> Iterator[Problem]:
        inner = INNER_SCOPES.get(scope, ())
        plain = {name: value for name, value in checks.items() if name not in inner}
        for name in inner:
            if name in checks:
                yield from self._violations(checks[name], name, (name,), ())
        if plain:
            yield from self._violations(plain, scope, (), inner)

    def _violations(
        self, value: Json, scope: Scope, path: tuple[str, ...], known: tuple[str, ...]
    ) -> Iterator[Problem]:
        for violation in explain(value, self._vocabulary.format_of(BLOCKS[scope])):
            yield self._violation(violation, path, known)

    def _violation(
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
    """The line of the test that called; `above` is the number of frames between it and this one."""
    frame = sys._getframe(above + 1)  # noqa: SLF001  # as `inspect` does
    path = Path(frame.f_code.co_filename)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    source = _source(path, shown(path), changed)
    line = source.line(frame.f_lineno)
    stripped = line.strip()
    return source.place(frame.f_lineno, line.find(stripped) + 1, max(1, len(stripped)))


@lru_cache(maxsize=16)
def _source(path: Path, shown: str, changed: int) -> Source:
    """The file of a test; read again if the time of its last change differs (nanoseconds)."""
    return Source(path=shown, text=path.read_text(encoding="utf-8") if changed else "")
