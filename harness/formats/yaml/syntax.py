"""The parser's reason for refusing a text, in one plain sentence with a next step.

libyaml and PyYAML's own parser word the same fault differently; both are known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import yaml

from harness.core import Problem, Source, value_class

_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)


@value_class(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What the parser said, and the text where it said it."""

    context: str
    problem: str
    is_on_opening_line: bool
    opening_line: int
    """Where the construct begins that the parser was reading, from 1."""
    opening: str
    """The character where that construct begins."""
    before: str
    """The line in front of the problem."""
    character: str
    """The character at the problem; empty at the end of a line."""

    @property
    def words(self) -> str:
        """What the parser said, for a fault that is not known."""
        return ", ".join(filter(None, (self.problem, self.context))) or "this is not YAML"


@value_class(frozen=True, slots=True, kw_only=True)
class _Reason:
    """What to say about some faults."""

    pattern: str
    """Found in the context and the problem, with `; ` between them."""
    when: Callable[[_Fault], object] = lambda _fault: True
    """What else must be true."""
    code: str
    message: str
    """`{fault}` stands for the fault."""
    hint: str = ""
    at_opening: bool = False
    """Whether the place to look at is where the construct begins."""


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
    line, column = (mark.line + 1, mark.column) if mark else (1, 0)
    opening_line, opening_column = (start.line + 1, start.column) if start else (1, 0)
    text = source.line(line)
    fault = _Fault(
        context=error.context or "",
        problem=error.problem or "",
        is_on_opening_line=line == opening_line,
        opening_line=opening_line,
        opening=source.line(opening_line)[opening_column:][:1],
        before=text[:column],
        character=text[column:][:1],
    )
    said = f"{fault.context}; {fault.problem}"
    reason = next(one for one in _REASONS if re.search(one.pattern, said) and one.when(fault))
    if reason.at_opening:
        line, column = opening_line, opening_column
    return Problem(
        code=reason.code,
        message=reason.message.format(fault=fault),
        place=source.place(line, column + 1),
        hint=reason.hint,
    )


def _is_unclosed(fault: _Fault) -> bool:
    return not (fault.is_on_opening_line and fault.character)


_REASONS: Final = (
    _Reason(
        pattern=r"cannot start any token|\btab\b",
        when=lambda fault: fault.character == "\t" or "tab" in fault.problem,
        code="tab-indentation",
        message="a tab in the indentation",
        hint="indent with spaces, not tabs",
    ),
    _Reason(
        pattern=r"quoted scalar; found unexpected (end of stream|document)",
        when=lambda fault: fault.opening == "'",
        code="unclosed-quote",
        message="this quote is not closed",
        hint="in single quotes an apostrophe is written twice: ''",
        at_opening=True,
    ),
    _Reason(
        pattern=r"quoted scalar; found unexpected (end of stream|document)",
        code="unclosed-quote",
        message="this quote is not closed",
        hint='close it with "',
        at_opening=True,
    ),
    _Reason(
        pattern=r"flow sequence; .*expected ','",
        when=_is_unclosed,
        code="unclosed-bracket",
        message="the list that opens here is not closed",
        hint="close it with ']'",
        at_opening=True,
    ),
    _Reason(
        pattern=r"flow mapping; .*expected ','",
        when=_is_unclosed,
        code="unclosed-bracket",
        message="the mapping that opens here is not closed",
        hint="close it with '}'",
        at_opening=True,
    ),
    _Reason(
        pattern=r"flow sequence; .*expected ','",
        code="unexpected-character",
        message="',' or ']' is expected, not '{fault.character}'",
        hint="quote a text with , [ ] { } in it",
    ),
    _Reason(
        pattern=r"flow mapping; .*expected ','",
        code="unexpected-character",
        message="',' or '}}' is expected, not '{fault.character}'",
        hint="quote a text with , [ ] { } in it",
    ),
    _Reason(
        pattern=r"; .*Unicode",
        code="bad-escape",
        message="an escape without a character",
        hint="write both halves of the escape, as in JSON, or the character itself",
    ),
    _Reason(
        pattern=r"escape|hexadecimal|hexdecimal|Unicode",
        code="bad-escape",
        message="an unknown escape in double quotes",
        hint="write \\\\ for a backslash, or use single quotes",
    ),
    _Reason(
        pattern=r"mapping values are not allowed",
        when=lambda fault: ": " in fault.before or "{" in fault.before,
        code="colon-in-text",
        message="a second ': ' in one line",
        hint="quote the text if it contains ': '",
    ),
    _Reason(
        pattern=r"mapping values are not allowed",
        code="bad-indentation",
        message="a key interrupts the text above",
        hint="indent it like the lines around it, or quote the text",
    ),
    _Reason(
        pattern=r"found unexpected ':'",
        code="colon-in-text",
        message="a ':' without a space after it",
        hint="put a space after it, or quote the text",
    ),
    _Reason(
        pattern=r"directive|incompatible YAML",
        code="bad-directive",
        message="a line that starts with '%' is a directive, and this one is unknown",
        hint="remove the line",
        at_opening=True,
    ),
    _Reason(
        pattern=r"sequence entries are not allowed",
        code="bad-indentation",
        message="a list cannot start here",
        hint="start it on its own line, or quote the text",
    ),
    _Reason(
        pattern=r"mapping keys are not allowed|not allowed here",
        code="bad-indentation",
        message="a mapping cannot start here",
        hint="start it on its own line, or quote the text",
    ),
    _Reason(
        pattern=r"block (mapping|collection); .*expected|could not find expected ':'",
        when=lambda fault: fault.before.rstrip().endswith(("'", '"')),
        code="text-after-quote",
        message="text after a closing quote",
        hint="quote the whole text; inside it, write '' for an apostrophe",
    ),
    _Reason(
        pattern=r"could not find expected ':'",
        code="missing-colon",
        message="this is not 'key: value'",
        hint="put ': ' after the key, or indent the line if it continues the text above",
        at_opening=True,
    ),
    _Reason(
        pattern=r"block mapping; .*expected",
        code="bad-indentation",
        message="this is not aligned with the mapping of line {fault.opening_line}",
        hint="indent it like the lines around it",
    ),
    _Reason(
        pattern=r"block collection; .*expected",
        code="bad-indentation",
        message="this is not aligned with the list of line {fault.opening_line}",
        hint="indent it like the lines around it",
    ),
    _Reason(
        pattern=r"scanning a block scalar|scanning an (anchor|alias)",
        when=lambda fault: fault.opening,
        code="reserved-character",
        message="a text without quotes cannot start with '{fault.opening}'",
        hint="quote the text",
        at_opening=True,
    ),
    _Reason(
        pattern=r"cannot start any token|node content",
        when=lambda fault: fault.character,
        code="reserved-character",
        message="a text without quotes cannot start with '{fault.character}'",
        hint="quote the text",
    ),
    _Reason(
        pattern=r"\btag\b",
        code="unknown-tag",
        message="a tag that cannot be read: {fault.problem}",
        hint="quote the text if it starts with '!'",
        at_opening=True,
    ),
    _Reason(
        pattern=r"<document start>",
        when=lambda fault: fault.before.strip() or fault.character in "]},",
        code="unexpected-character",
        message="'{fault.character}' follows the end of the document",
        hint="remove it, or quote the text that contains it",
    ),
    _Reason(
        pattern=r"<document start>",
        code="bad-indentation",
        message="the document ends before this line",
        hint="indent it like the first key of the file",
    ),
    _Reason(pattern="", code="not-yaml", message="{fault.words}"),
)
"""The first that matches is the reason."""
