"""The parser's reason for refusing a text, in one plain sentence with a next step.

libyaml and PyYAML's own parser word the same fault differently; both are known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import yaml

from harness.core import Problem, Source, value_class
from harness.formats.yaml.places import lines_of

_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)


@value_class(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What the parser said, and the text where it said it."""

    context: str
    problem: str
    lines: list[str]
    line: int
    column: int
    """Of the problem, from 0."""
    opened: tuple[int, int]
    """Where the thing began that the parser was reading, from 0."""

    @property
    def text(self) -> str:
        """The line of the problem."""
        return self.lines[self.line] if self.line < len(self.lines) else ""

    @property
    def character(self) -> str:
        """The character at the problem; empty at the end of a line."""
        return self.text[self.column : self.column + 1]

    @property
    def at_opening(self) -> str:
        """The character where the thing began."""
        line, column = self.opened
        return self.lines[line][column : column + 1] if line < len(self.lines) else ""

    @property
    def before(self) -> str:
        """The line in front of the problem."""
        return self.text[: self.column]


@value_class(frozen=True, slots=True, kw_only=True)
class _Reason:
    code: str
    message: str
    hint: str = ""
    at_opening: bool = False
    """Whether the place to look at is where the thing began."""


def explain(error: yaml.MarkedYAMLError, source: Source) -> Problem:
    """The problem that a parser's error stands for."""
    conflict = _CONFLICT.search(source.text)
    if conflict is not None:
        return Problem(
            code="merge-conflict",
            message="the mark of a merge conflict",
            place=source.place(source.text.count("\n", 0, conflict.start()) + 1, 1, 7),
            hint="keep one side, and remove the marks",
        )
    mark = error.problem_mark or error.context_mark
    start = error.context_mark or mark
    fault = _Fault(
        context=error.context or "",
        problem=error.problem or "",
        lines=lines_of(source.text),
        line=mark.line if mark else 0,
        column=mark.column if mark else 0,
        opened=(start.line, start.column) if start else (0, 0),
    )
    words = f"{fault.context}; {fault.problem}"
    matching = (reason for pattern, reason in _REASONS if re.search(pattern, words))
    reasons = (reason if isinstance(reason, _Reason) else reason(fault) for reason in matching)
    reason = next(reason for reason in reasons if reason is not None)
    line, column = fault.opened if reason.at_opening else (fault.line, fault.column)
    return Problem(
        code=reason.code,
        message=reason.message,
        place=source.place(line + 1, column + 1),
        hint=reason.hint,
    )


def _tab(fault: _Fault) -> _Reason | None:
    if fault.character != "\t" and "tab" not in fault.problem:
        return None
    return _Reason(
        code="tab-indentation",
        message="a tab in the indentation",
        hint="indent with spaces, not tabs",
    )


def _unclosed_quote(fault: _Fault) -> _Reason:
    single = fault.at_opening == "'"
    return _Reason(
        code="unclosed-quote",
        message="this quote is not closed",
        hint="in single quotes an apostrophe is written twice: ''" if single else 'close it with "',
        at_opening=True,
    )


def _bracket(fault: _Fault) -> _Reason:
    kind, close = ("list", "]") if "sequence" in fault.context else ("mapping", "}")
    if fault.opened[0] != fault.line or not fault.character:
        return _Reason(
            code="unclosed-bracket",
            message=f"the {kind} that opens here is not closed",
            hint=f"close it with '{close}'",
            at_opening=True,
        )
    return _Reason(
        code="unexpected-character",
        message=f"',' or '{close}' is expected, not '{fault.character}'",
        hint="quote a text with , [ ] { } in it",
    )


def _after_quote(fault: _Fault) -> _Reason | None:
    if fault.before.rstrip()[-1:] not in ("'", '"'):
        return None
    return _Reason(
        code="text-after-quote",
        message="text after a closing quote",
        hint="quote the whole text; inside it, write '' for an apostrophe",
    )


def _indentation(fault: _Fault) -> _Reason:
    line = fault.opened[0] + 1
    if "mapping" in fault.context:
        message = f"this is not aligned with the mapping of line {line}"
    elif "collection" in fault.context:
        message = f"this is not aligned with the list of line {line}"
    else:
        message = "this is not aligned with the lines above"
    return _Reason(
        code="bad-indentation", message=message, hint=("indent it like the lines around it")
    )


def _colon(fault: _Fault) -> _Reason:
    if ": " in fault.before or "{" in fault.before:
        return _Reason(
            code="colon-in-text",
            message="a second ': ' in one line",
            hint="quote the text if it contains ': '",
        )
    return _Reason(
        code="bad-indentation",
        message="a key interrupts the text above",
        hint="indent it like the lines around it, or quote the text",
    )


def _inline_block(fault: _Fault) -> _Reason:
    kind = "list" if "sequence" in fault.problem else "mapping"
    return _Reason(
        code="bad-indentation",
        message=f"a {kind} cannot start here",
        hint="start it on its own line, or quote the text",
    )


def _reserved(fault: _Fault) -> _Reason | None:
    """A character that cannot start a text; an anchor's or a block text's own stands before."""
    character = fault.character
    if "block scalar" in fault.context or "anchor" in fault.context or "alias" in fault.context:
        character = fault.at_opening
    if not character:
        return None
    return _Reason(
        code="reserved-character",
        message=f"a text without quotes cannot start with '{character}'",
        hint="quote the text",
        at_opening="while scanning a" in fault.context,
    )


def _escape(fault: _Fault) -> _Reason:
    if "Unicode" in fault.problem:
        return _Reason(
            code="bad-escape",
            message="an escape without a character",
            hint="write both halves of the escape, as in JSON, or the character itself",
        )
    return _Reason(
        code="bad-escape",
        message="an unknown escape in double quotes",
        hint="write \\\\ for a backslash, or use single quotes",
    )


def _after_end(fault: _Fault) -> _Reason:
    if fault.before.strip() or fault.character in "]},":
        return _Reason(
            code="unexpected-character",
            message=f"'{fault.character}' follows the end of the document",
            hint="remove it, or quote the text that contains it",
        )
    return _Reason(
        code="bad-indentation",
        message="the document ends before this line",
        hint="indent it like the first key of the file",
    )


def _tag(fault: _Fault) -> _Reason:
    return _Reason(
        code="unknown-tag",
        message=f"a tag that cannot be read: {fault.problem}",
        hint="quote the text if it starts with '!'",
        at_opening=True,
    )


def _anything(fault: _Fault) -> _Reason:
    parts = [part for part in (fault.problem, fault.context) if part]
    return _Reason(code="not-yaml", message=", ".join(parts) or "this is not YAML")


_REASONS: Final[tuple[tuple[str, _Reason | Callable[[_Fault], _Reason | None]], ...]] = (
    (r"cannot start any token|\btab\b", _tab),
    (r"quoted scalar; found unexpected (end of stream|document)", _unclosed_quote),
    (r"flow (sequence|mapping); .*expected ','", _bracket),
    (r"escape|hexadecimal|hexdecimal|Unicode", _escape),
    (r"mapping values are not allowed", _colon),
    (
        r"found unexpected ':'",
        _Reason(
            code="colon-in-text",
            message="a ':' without a space after it",
            hint="put a space after it, or quote the text",
        ),
    ),
    (
        r"directive|incompatible YAML",
        _Reason(
            code="bad-directive",
            message="a line that starts with '%' is a directive, and this one is unknown",
            hint="remove the line",
            at_opening=True,
        ),
    ),
    (r"entries are not allowed|mapping keys are not allowed|not allowed here", _inline_block),
    (r"block (mapping|collection); .*expected", _after_quote),
    (r"could not find expected ':'", _after_quote),
    (
        r"could not find expected ':'",
        _Reason(
            code="missing-colon",
            message="this is not 'key: value'",
            hint="put ': ' after the key, or indent the line if it continues the text above",
            at_opening=True,
        ),
    ),
    (r"block (mapping|collection); .*expected", _indentation),
    (r"block scalar|scanning an (anchor|alias)|cannot start any token", _reserved),
    (r"node content", _reserved),
    (r"\btag\b", _tag),
    (r"<document start>", _after_end),
    (r"", _anything),
)
