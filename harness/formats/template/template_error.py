"""What can be wrong with a template."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core import AuthoringError, Problem

LETTERS = "write $${ for the text ${"
"""What to do where no variable was meant, but JavaScript, say."""


class TemplateError(AuthoringError):
    """A template cannot be read, or cannot be rendered with what it was given."""

    fault: Fault | None = None
    """What is wrong, of a template that cannot be rendered."""

    @property
    def problem(self) -> Problem:
        """The first of the problems; rendering has only one."""
        return self.problems[0]


@dataclass(eq=False)
class Fault(Exception):
    """What is wrong with one expression, before its place is known."""

    code: str
    message: str
    hint: str = ""


class UndefinedVariable(Fault):
    """No variable has this name."""


class UndefinedMember(Fault):
    """A value has no such member."""


class NullInText(Exception):
    """A none stands where a text is put together."""


def too_long(what: str, limit: int) -> Fault:
    """Something would be longer than templates may make it."""
    return Fault("template-too-long", f"{what} would be longer than {limit:,}")
