"""One live conversation of a chat, which is recorded while it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from harness.authoring.chatting.talk import Talk
from harness.conversation import Phase, Stop, Turn, UserMessage
from harness.core import CassetteError, HarnessError, Json, PlayError
from harness.play.broken import ESCAPED, internal_error
from harness.play.conversation import Conversation, TurnTimeLeft
from harness.play.conversation_state import ConversationState
from harness.play.conversation_variables import Variables, prompt_of
from harness.play.runner import Runner
from harness.play.scenario_player import ScenarioPlayer
from harness.play.shared_prefix import Start
from harness.providers.tool_answer import AnswersTool
from harness.scenario import AssistantLine
from harness.transport.cassette import Cassette, read_cassette


class HeldConversation:
    """One live conversation and its recording, with the player that says turns of a file."""

    def __init__(
        self, talk: Talk, runner: Runner, headers: Iterable[str], start: Start | None = None
    ) -> None:
        """`headers` are answer headers to record, `start` is where another conversation was.

        Raises `CassetteError` if the journal cannot be written.
        """
        context = runner.contexts.live(
            talk.scenario,
            talk.play,
            is_recorded=True,
            start=start[0] if start else None,
            header_names=frozenset(headers),
        )
        self.state = ConversationState(context)
        variables = Variables(talk.scenario, talk.row, seed=context.seed, now=context.now)
        try:
            self.session: Mapping[str, Json] = variables.fill(talk.scenario.session)  # type: ignore[assignment]  # a mapping by the format
            self.conversation = Conversation(
                self.state,
                talk.scenario.id,
                session=self.session,
                prepare=runner.preparing.of(talk.scenario, talk.play, self.state),
            )
            self.player = ScenarioPlayer(
                talk.scenario, self.conversation, variables, talk.project.vocabulary
            )
            if start is not None:
                variables.resume(start[1])
                self.conversation.resume(start[0])
                self.player.tools.resume(start[2])
        except BaseException:
            context.transport.close()
            raise
        self.is_open = True

    @property
    def turns(self) -> list[Turn]:
        """All turns so far, those of a file first."""
        return self.conversation.turns

    def assistant_lines(self) -> dict[int, tuple[str, ...]]:
        """What the bot says on its own in the turns of a file, by the number of the next turn."""
        lines: dict[int, tuple[str, ...]] = {}
        number = 1
        for entry in self.player.scenario.turns:
            if isinstance(entry, AssistantLine):
                with self.player.variables.within(entry.given):
                    text = self.player.variables.text(entry.text)
                lines[number] = (*lines.get(number, ()), text)
            else:
                number = entry.number + 1
        return lines

    def begin(self) -> Stop | None:
        """Say the turns of the file. Returns why they ended early."""
        with self.state.context.watched():
            stop = self.player.say_all(self.player.scenario.turns)
        if stop is None and len(self.turns) < len(self.player.scenario.user_turns):
            why = "a capture is missing, or a check failed in a turn with 'on_fail: stop'"
            error = PlayError("chat-stopped", f"the file goes no further: {why}")
            return Stop(turn=len(self.turns), error=error)
        return stop

    def start(self) -> Start | None:
        """The checkpoint before the next turn; None if no other conversation can start there."""
        definition = self.state.context.provider.definition
        if not definition.forks or self.state.held_secrets or not self.turns:
            return None
        return (
            self.conversation.checkpoint(),
            self.player.variables.checkpoint(),
            self.player.tools.checkpoint(),
        )

    def pressed(self, message: UserMessage) -> UserMessage:
        """The message with the text that its button sends now. Raises `NoSuchButton`."""
        if not message.display_text:
            return message
        prompt = prompt_of(message.display_text, self.conversation.last_reply)
        return replace(message, text=prompt)

    def say(self, message: UserMessage, answer: AnswersTool) -> PlayError | None:
        """Say a message, and end its turn. Returns the error if it broke."""
        number = len(self.turns) + 1
        try:
            with self.state.context.watched():
                _, failed = self.conversation.say(message, answer=answer)
                if failed is None:
                    self.conversation.end_turn()
        except HarnessError:
            raise
        except ESCAPED as error:
            # Of a provider's Python class.
            self.turns[number - 1 :] = [Turn(number=number, user=message)]
            return internal_error(error, self.state.redactor)
        return failed

    def wait(self, left: TurnTimeLeft) -> None:
        """Wait for late messages; see `Conversation.wait`. Raises `PlayError`."""
        try:
            with self.state.context.watched():
                self.conversation.wait(left)
        except HarnessError:
            raise
        except ESCAPED as error:
            raise internal_error(error, self.state.redactor) from error

    def wait_for_another(self, seconds: float) -> Turn:
        """The last turn, after waiting for one more message so long. Raises `PlayError`."""
        reply = self.turns[-1].reply
        before = len(reply.messages) if reply is not None else 0

        def left(turn: Turn, passed: float) -> float:
            assert turn.reply is not None  # noqa: S101  # only a reply has late messages
            is_there = len(turn.reply.messages) > before
            return 0.0 if is_there else max(0.0, seconds - passed)

        self.wait(left)
        return self.turns[-1]

    def record(self) -> Cassette:
        """Close the conversation; its recording. Raises `PlayError` if it is not complete."""
        self.is_open = False
        context, recorder = self.state.context, self.state.context.recorder
        assert recorder is not None  # noqa: S101  # every chat is recorded
        assert recorder.into is not None  # noqa: S101  # recordings are held back
        try:
            with context.watched():
                unclosed = self.conversation.close(is_broken=False)
            self.state.finish(unclosed)
        finally:
            context.transport.close()
        if unclosed is not None:
            raise unclosed
        if recorder.unrecorded:
            raise PlayError("not-recorded", recorder.unrecorded)
        return read_cassette(recorder.into, recorder.into.name)

    def keep(self, headers: Iterable[str]) -> None:
        """Record further answer headers. Raises `CassetteError`."""
        recorder = self.state.context.recorder
        if recorder is not None and self.is_open:
            recorder.transport.keep(headers)

    def discard(self, *, is_broken: bool = False) -> PlayError | None:
        """Close the conversation, and keep nothing of it. Returns why it could not be closed."""
        if not self.is_open:
            return None
        self.is_open = False
        context = self.state.context
        try:
            with context.watched():
                unclosed = self.conversation.close(is_broken=is_broken)
            if context.recorder is not None:
                context.recorder.transport.discard(with_older=True)
        except CassetteError as error:
            return error
        finally:
            context.transport.close()
        return unclosed

    @property
    def has_late(self) -> bool:
        """Whether messages can come after a reply."""
        definition = self.state.context.provider.definition
        return bool(definition.phases[Phase.LATE]) or definition.client is not None
