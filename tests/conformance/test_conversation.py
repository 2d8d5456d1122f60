"""One conversation by itself, against emulators: what a turn holds, and where others go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.config import read_config
from harness.conversation import Phase, UserMessage
from harness.core.errors import Refused, TransportError
from harness.emulators import serving
from harness.play.context_factory import ContextFactory
from harness.play.conversation import Conversation
from harness.play.conversation_state import ConversationState
from harness.play.preparing import prepare_on
from harness.project.project import Project
from tests.emulated import providers_yaml

FIRST, SECOND = "Do you offer free shipping?", "Yes I want a pink dress"


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The variables of the running emulators."""
    with serving() as running:
        yield running.environment


class Desk:
    """Opens conversations with the emulators."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        (folder / "harness.yaml").write_text(providers_yaml())
        config = read_config(folder / "harness.yaml")
        self._contexts = ContextFactory(Project(config, environment=environment))
        self.opened: list[Conversation] = []

    def open(self, provider: str) -> Conversation:
        """A conversation in which nothing was said."""
        state = ConversationState(self._contexts.live_check(provider))
        conversation = Conversation(
            state, "talk", session={}, prepare=lambda: prepare_on(ConversationState(state.context))
        )
        self.opened.append(conversation)
        return conversation


@pytest.fixture
def desk(tmp_path: Path, environment: dict[str, str]) -> Iterator[Desk]:
    """Opens conversations, and closes their transports."""
    desk = Desk(tmp_path, environment)
    yield desk
    for conversation in desk.opened:
        conversation.context.transport.close()


def test_a_turn_holds_its_message_and_its_reply(desk: Desk) -> None:
    """Turns are numbered, and each holds the exchanges that it caused."""
    conversation = desk.open("connectly")

    _, first = conversation.say(UserMessage(text=FIRST))
    turn, second = conversation.say(UserMessage(text=SECOND))

    assert (first, second) == (None, None)
    assert [turn.number for turn in conversation.turns] == [1, 2]
    assert turn.reply is not None
    assert turn.reply is conversation.last_reply
    assert {one.request.origin.turn for one in turn.exchanges} == {2}


def test_the_history_stands_in_the_last_turn(desk: Desk) -> None:
    """What was asked for it is told apart from what sent the message."""
    conversation = desk.open("enthusiast")
    conversation.say(UserMessage(text="Is there an SLA?"))

    history = conversation.history()

    turn = conversation.turns[-1]
    assert history is not None
    assert turn.history == history
    assert {one.request.origin.phase for one in turn.looked_up} == {Phase.HISTORY}


def test_closing_is_exchanged_outside_of_turns(desk: Desk) -> None:
    """The closing steps belong to no turn."""
    conversation = desk.open("bighummingbird")
    conversation.say(UserMessage(text="Help me plan a trip."))

    error = conversation.close(is_broken=False)

    assert error is None
    assert [one.request.origin.phase for one in conversation.around] == [Phase.CLOSE]


def test_an_error_that_is_expected_is_the_refusal(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """A caller says which errors end the conversation, and which are the answer to a message."""
    desk = Desk(tmp_path, {**environment, "CONNECTLY_API_KEY": "a-wrong-key"})
    conversation = desk.open("connectly")

    expected, none = conversation.say(UserMessage(text=FIRST))
    unexpected, error = conversation.say(UserMessage(text=FIRST), is_expected=lambda _: False)

    assert isinstance(expected.refusal, Refused)
    assert none is None
    assert unexpected.refusal is None
    assert isinstance(error, Refused)
    conversation.context.transport.close()


def test_a_network_that_fails_is_no_refusal_by_itself(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Only a caller that expects it takes a network failure for an answer."""
    desk = Desk(tmp_path, {**environment, "CONNECTLY_URL": "http://127.0.0.1:9"})
    conversation = desk.open("connectly")

    turn, error = conversation.say(UserMessage(text=FIRST))

    assert turn.reply is None
    assert turn.refusal is None
    assert isinstance(error, TransportError)
    conversation.context.transport.close()


def test_another_conversation_goes_on_from_a_checkpoint(desk: Desk) -> None:
    """It knows what was said, and what it says itself does not come back to the first."""
    first, second = desk.open("connectly"), desk.open("connectly")
    first.say(UserMessage(text=FIRST))

    second.resume(first.checkpoint())
    turn, error = second.say(UserMessage(text=SECOND))

    assert error is None
    assert turn.number == 2
    assert [one.user.text for one in second.turns] == [FIRST, SECOND]
    assert [one.user.text for one in first.turns] == [FIRST]
    assert turn.reply is not None
    assert "dress" in turn.reply.text
