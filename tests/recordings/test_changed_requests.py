"""A definition or a setting that changed since a recording: what is sent then is compared."""

from __future__ import annotations

import pytest

from harness.cassettes.inventory import take_inventory
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.project.project import Project

DEFINITION = "definitions/echo/provider.yaml"
AGAIN = "; harness run --mode refresh scenarios/trip.yaml"


def _notes(here) -> tuple[str, ...]:
    project = Project.at(here.folder / "harness.yaml")
    slot = take_inventory(project).slots[here.folder / "cassettes/echo/trip.yaml"]
    result = Runner(project, Mode.REPLAY).run(slot.play)
    assert result.error is None
    return result.notes


def test_nothing_is_noted_of_an_unchanged_project(here):
    """Where definition and settings are the recorded ones, there is nothing to say."""
    assert _notes(here) == ()


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (
            "json: {text: '${message.text}', language: en}",
            "turn 1, step send.1 sends a different request: /language: recorded nothing, now 'en'",
        ),
        (
            "headers: {X-Tenant: north}\n      json: {text: '${message.text}'}",
            (
                "turn 1, step send.1 sends a different request: "
                "x-tenant of the headers: recorded nothing, now 'north'"
            ),
        ),
    ],
    ids=["body", "header"],
)
def test_a_definition_that_sends_something_else_is_noted(here, new, told):
    """The first difference is named, with what records the conversation again."""
    here.edit(DEFINITION, "json: {text: '${message.text}'}", new)

    assert _notes(here) == (f"{told}{AGAIN}",)


def test_a_definition_that_sends_the_same_is_not_noted(here):
    """A comment changes nothing of what is sent."""
    here.edit(DEFINITION, "definition: echo", "# Repeats.\ndefinition: echo")

    assert _notes(here) == ()
