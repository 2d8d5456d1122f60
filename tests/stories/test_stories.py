from __future__ import annotations

import os

import pytest

from tests.stories.stories import STORIES
from tests.stories.terminal import Person
from tests.stories.tutorial import shown_sessions, update_sessions, without_what_varies


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> dict[str, Person]:
    """Every story by name, played in a folder and a terminal of its own."""
    people = {}
    for story in STORIES:
        with Person(tmp_path_factory.mktemp(story.__name__)) as person:
            story(person)
        people[story.__name__] = person
    return people


@pytest.mark.parametrize("name", [story.__name__ for story in STORIES])
def test_a_story_has_no_dead_end(played, name, record_property):
    """Each command ends as a person expects; how much was typed, and how long it took, is kept."""
    person = played[name]
    record_property("commands", person.commands)
    record_property("answers", person.answers)
    record_property("seconds", round(person.seconds, 1))

    assert person.dead_ends == []


def test_the_tutorial_shows_what_was_played(played):
    """Each session in docs/tutorial.md is that of a story, word by word."""
    sessions = {
        name: without_what_varies(session)
        for person in played.values()
        for name, session in person.sessions.items()
    }
    if os.environ.get("HARNESS_UPDATE_GOLDENS") == "1":
        update_sessions(sessions)
    shown = shown_sessions()

    assert shown
    assert {name: sessions.get(name) for name in shown} == shown
