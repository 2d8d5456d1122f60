from __future__ import annotations

import inspect

import pytest

import harness
from harness import errors

PUBLIC = [
    "Attachment",
    "AuthoringError",
    "Chat",
    "ChatReply",
    "Connection",
    "HarnessError",
    "Kind",
    "Outcome",
    "Plan",
    "PlannedScenario",
    "PlayError",
    "Refused",
    "Reply",
    "ReplyMessage",
    "Subject",
    "ToolCall",
    "ToolResult",
    "Transcript",
    "UserMessage",
    "Verdict",
    "__version__",
    "check",
    "failed",
    "plan",
    "run",
    "skipped",
]
"""What users may import. Adding a name is a promise; taking one away breaks their tests."""

OBJECTS = [name for name in PUBLIC if name != "__version__"]


def test_the_public_names_are_these():
    """`harness.__all__` is exactly what is promised, in order."""
    assert harness.__all__ == PUBLIC


def test_everything_can_be_imported():
    """`from harness import *` finds every name that is promised."""
    found: dict[str, object] = {}

    exec("from harness import *", found)  # noqa: S102  # a star is allowed at a module's top only

    assert set(PUBLIC) <= set(found)


@pytest.mark.parametrize("name", ["Kind", "Subject", "Verdict"])
def test_values_of_checks_are_made_by_keyword(name):
    """Their fields have no order that own checks could depend on."""
    with pytest.raises(TypeError, match="positional"):
        getattr(harness, name)("a")


@pytest.mark.parametrize("name", OBJECTS)
def test_every_public_object_has_a_docstring(name):
    """Whoever asks `help()` for a public name is told what it is."""
    assert inspect.getdoc(getattr(harness, name))


@pytest.mark.parametrize("name", OBJECTS)
def test_every_public_member_has_a_docstring(name):
    """So does every method and property that a class adds itself."""
    members = vars(getattr(harness, name)).items()
    documented = {
        member: inspect.getdoc(value)
        for member, value in members
        if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property))
    }

    assert all(documented.values())


def test_another_name_is_no_attribute():
    """A name that is not public is an AttributeError, as `hasattr` and imports expect."""
    with pytest.raises(AttributeError, match="No harness attribute Runner"):
        harness.Runner  # noqa: B018  # asked for on purpose


def test_errors_are_where_they_were():
    """What was once imported from `harness.errors` still is."""
    assert errors.Refused is harness.Refused
