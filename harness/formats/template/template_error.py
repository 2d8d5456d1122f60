"""The errors of templates."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core import AuthoringError, Problem

CHARACTERS = "characters"
WEIGHT = "characters and elements"
"""What is counted in a list or a mapping, at all depths."""
LETTERS = "write $${ for the text ${"
"""The hint for a text that is not a template, such as JavaScript."""


class TemplateError(AuthoringError):
    """A template cannot be read, or cannot be rendered with the given variables."""

    fault: Fault | None = None
    """The fault of a template that cannot be rendered."""

    @property
    def problem(self) -> Problem:
        """The first problem. Rendering has only one."""
        return self.problems[0]


@dataclass(eq=False)
class Fault(Exception):
    """An error in an expression, before its place is known."""

    code: str
    message: str
    hint: str = ""


class UndefinedVariable(Fault):
    """No variable has this name."""


class UndefinedMember(Fault):
    """A value has no such member."""


class NullInText(Exception):
    """A null is a part of a text."""


def too_long(what: str, limit: int, unit: str = CHARACTERS) -> Fault:
    """The fault of a value that is larger than templates may make."""
    return Fault("template-too-long", f"{what} would have more than {limit:,} {unit}")
