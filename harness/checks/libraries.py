"""Libraries that only some checks need, and that a project may do without."""

from __future__ import annotations

from importlib.util import find_spec

from harness.checks.check import BadExpectation


def require_library(module: str, *, check: str, extra: str) -> None:
    """Make sure that a library is there, without loading it.

    Raises `BadExpectation` `library-missing`, which names the command that installs it.
    """
    if find_spec(module) is None:
        message = f"'{check}' needs the library {module}, which is not installed"
        hint = f"pip install 'conversation-harness[{extra}]'"
        raise BadExpectation("library-missing", message, hint)
