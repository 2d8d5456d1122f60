"""Enthusiast against servers that are as strict as its page, and its public code."""

from __future__ import annotations

import pytest

from harness.conversation import Outcome
from harness.project.plan import Mode
from tests.conformance.conftest import Played
from tests.conformance.strict_server import Ask, Says, serving
from tests.conformance.strict_systems import Enthusiast


def asking(*texts: str) -> str:
    """Turns of which each is answered with one message, that repeats it."""
    return "".join(
        f"  - user: {text}\n    expect: {{equals: 'You asked: {text}', messages: {{count: 1}}}}\n"
        for text in texts
    )


@pytest.mark.parametrize("text", ["Welcome! How can I help?", "Sorry, something went wrong."])
def test_e5_what_stands_before_the_question_is_no_reply(text: str, played: Played) -> None:
    """A greeting or an apology that is in the history already is not counted."""
    server = Enthusiast()
    server.say("agent", text)
    with serving(server) as strict:
        recorded = played("enthusiast", strict.url, asking("Hello", "Again"), Mode.RECORD)
        replayed = played("enthusiast", strict.url, asking("Hello", "Again"), Mode.REPLAY)

    for result in (recorded, replayed):
        assert result.outcome is Outcome.PASSED, result.failures or result.error


def test_e5_a_message_between_two_turns_is_no_reply(played: Played) -> None:
    """What the agent says before the next question does not answer that."""
    server = Enthusiast()

    def answer(ask: Ask) -> Says:
        if ask.line == "POST /api/conversations/1" and server.history:
            server.say("agent", "Are you still there?")
        return server(ask)

    with serving(answer) as strict:
        result = played("enthusiast", strict.url, asking("Hello", "Again"))

    assert result.outcome is Outcome.PASSED, result.failures or result.error


def test_e5_a_late_message_is_none_that_stood_before(played: Played) -> None:
    """Where a check waits, what was in the history before the question does not end the waiting."""
    server = Enthusiast()
    server.say("agent", "Welcome!")
    turns = "  - user: Hello\n    expect: {messages: {count: 1, within: 600ms}}\n"
    with serving(server) as strict:
        result = played("enthusiast", strict.url, turns)

    assert result.outcome is Outcome.PASSED, result.failures or result.error


@pytest.mark.parametrize("slash", ["", "/"])
def test_e11_tasks_are_asked_for_as_on_the_page(slash: str, played: Played) -> None:
    """Both the page's server and one that redirects to a slash are asked in the same way."""
    with serving(Enthusiast(slash=slash)) as strict:
        recorded = played("enthusiast", strict.url, asking("Hello"), Mode.RECORD)
        replayed = played("enthusiast", strict.url, asking("Hello"), Mode.REPLAY)

    assert recorded.outcome is Outcome.PASSED, recorded.failures or recorded.error
    assert replayed.outcome is Outcome.PASSED, replayed.failures or replayed.error
    assert strict.lines[2] == "GET /api/task_status/t-1"
    assert ("GET /api/task_status/t-1/" in strict.lines) is bool(slash)


@pytest.mark.parametrize(
    ("states", "codes"),
    [
        (("PENDING", "RECEIVED", "STARTED", "SUCCESS"), ()),
        (("PENDING", "REJECTED", "RETRY", "SUCCESS"), ()),
        (("RECEIVED", "IGNORED"), ("task-failed",)),
        (("RECEIVED", "FAILURE"), ("task-failed",)),
    ],
)
def test_e16_celery_s_states_are_known(
    states: tuple[str, ...], codes: tuple[str, ...], played: Played
) -> None:
    """A worker that has taken a task on reports RECEIVED."""
    with serving(Enthusiast(states=states)) as strict:
        result = played("enthusiast", strict.url, asking("Hello"))

    assert result.codes == codes
