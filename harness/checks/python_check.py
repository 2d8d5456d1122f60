"""A check of one's own, made of a Python function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Literal

from harness.checks.check import (
    PASS,
    BadExpectation,
    Judge,
    Kind,
    Options,
    Subject,
    Verdict,
    failed,
)
from harness.checks.text_forms import said
from harness.core import CheckCrashed, HarnessError, Json, show
from harness.core.python_file import own_traceback
from harness.formats.json_schema import Schema, compile_schema

Function = Callable[[Subject, Json], Verdict | str | None]
"""Judges a reply by the value that stands behind the check's name.

Returns None where it holds, a sentence without a full stop where it does not, or a verdict. What
it raises makes the scenario BROKEN.
"""


def check(
    *,
    schema: Mapping[str, Json],
    name: str = "",
    on: Literal["reply", "payload", "text"] = "reply",
) -> Callable[[Function], Kind]:
    """Make a check of the function below.

    `schema` is the JSON Schema of the value behind the check's name in a scenario; without a
    description it takes the first line of the function's docstring. The name is the function's
    where it is left out. One `on="text"` needs nothing of its subject but `name` and `text`, and
    may stand wherever a text is checked; one `on="payload"` needs `payload` too, and may stand in
    `error:` and `history:`.
    """

    def make(function: Function) -> Kind:
        known = name or function.__name__
        first = (function.__doc__ or "").strip().partition("\n")[0]
        described: Mapping[str, Json] = {"description": first} if first else {}
        whole = {**described, **schema}

        @cache
        def compiled() -> Schema:
            return compile_schema(whole, name=known)

        compile_ = partial(_compile, known, function, compiled)
        return Kind(name=known, schema=whole, compile=compile_, on=on)

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
            # Told here, where its own name is known: it may stand inside of other checks.
            raise crashed(name, error) from error

    return judge


def crashed(name: str, error: BaseException) -> CheckCrashed:
    """That a check raised an exception, with where it did."""
    message = f"the check '{name}' crashed: {error!r}"
    return CheckCrashed("check-crashed", message, details=own_traceback(error))


def _verdict(name: str, found: object, subject: Subject, value: Json) -> Verdict:
    if found is None:
        return PASS
    if isinstance(found, Verdict):
        return _told(found)
    if isinstance(found, str) and found.strip():
        return failed(found, expected=f"{name} {show(value)}", actual=said(subject.text))
    message = f"it returned {found!r}, expected None, a sentence or a verdict"
    raise TypeError(message)


def _told(verdict: Verdict) -> Verdict:
    """The verdict with its difference made now, where a crash is still the check's own."""
    finding = verdict.finding
    if finding is None or isinstance(finding.lines, tuple):
        return verdict
    return replace(verdict, finding=replace(finding, lines=finding.difference))
