"""Makes a check of a Python function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Literal

from harness.checks.check import BadExpectation, Judge, Kind, Options, Subject
from harness.checks.text_forms import text_shown
from harness.checks.verdict import PASS, Verdict, failed
from harness.core import CheckCrashed, HarnessError, Json, show
from harness.core.python_file import own_traceback
from harness.formats.json_schema import Schema, compile_schema

Function = Callable[[Subject, Json], Verdict | str | None]
"""Judges a reply by the value of the check in the scenario.

Returns None if the reply passes, a sentence without a full stop if it does not, or a verdict. An
exception makes the scenario BROKEN.
"""


def check(
    *,
    schema: Mapping[str, Json],
    name: str = "",
    on: Literal["reply", "payload", "text"] = "reply",
) -> Callable[[Function], Kind]:
    """Make a check of the decorated function.

    `schema` is the JSON Schema of the check's value in a scenario; its default description is the
    first line of the function's docstring. `name` defaults to the function's name. A check
    `on="text"` reads only `name` and `text` of its subject, and can be used wherever a text is
    checked; one `on="payload"` reads `payload` too, and can be used in `error:` and `history:`.
    """

    def make(function: Function) -> Kind:
        known = name or function.__name__
        first = (function.__doc__ or "").strip().partition("\n")[0]
        whole = {**({"description": first} if first else {}), **schema}
        compiled = cache(partial(compile_schema, whole, name=known))
        return Kind(
            name=known, schema=whole, compile=partial(_compile, known, function, compiled), on=on
        )

    return make


def _compile(
    name: str, function: Function, schema: Callable[[], Schema], value: Json, _options: Options
) -> Judge:
    try:
        violations = schema().violations(value)
    except CheckCrashed as error:
        raise BadExpectation(error.code, error.message, error.hint) from error
    if violations:
        raise BadExpectation("wrong-value", violations[0].message, path=violations[0].path)

    def judge(subject: Subject) -> Verdict:
        try:
            return _verdict(name, function(subject, value), subject, value)
        except (HarnessError, KeyboardInterrupt):
            raise
        except BaseException as error:
            # Also what `sys.exit` and `pytest.skip` raise: a check cannot skip a scenario.
            # Raised here, where the check's own name is known: it may be inside other checks.
            raise crashed(name, error) from error

    return judge


def crashed(name: str, error: BaseException) -> CheckCrashed:
    """The error for a check that raised an exception, with the traceback in its own file."""
    message = f"the check '{name}' crashed: {error!r}"
    return CheckCrashed("check-crashed", message, details=own_traceback(error))


def _verdict(name: str, found: object, subject: Subject, value: Json) -> Verdict:
    if found is None:
        return PASS
    if isinstance(found, Verdict):
        return _with_difference(found)
    if isinstance(found, str) and found.strip():
        return failed(found, expected=f"{name} {show(value)}", actual=text_shown(subject))
    message = f"it returned {found!r}, expected None, a sentence or a verdict"
    raise TypeError(message)


def _with_difference(verdict: Verdict) -> Verdict:
    """The verdict with its difference made now, so that a crash counts as the check's own."""
    finding = verdict.finding
    if finding is None or isinstance(finding.lines, tuple):
        return verdict
    return replace(verdict, finding=replace(finding, lines=finding.difference))
