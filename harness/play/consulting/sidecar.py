"""What a provider was asked about one play, in a recording of its own: found by its content."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, fields
from pathlib import Path

from harness import __version__
from harness.conversation import ProviderAnswer, Question, Reply, UserMessage
from harness.core import (
    Json,
    MissingCassette,
    PlayError,
    Refused,
    TransportError,
    counted,
    is_same,
    quote,
    show,
)
from harness.core.hashing import content_key
from harness.play.consulting.model_access import NOT_RECORDED, OVER_BUDGET, ModelAccess
from harness.play.context import ConversationContext
from harness.play.conversation import Conversation
from harness.play.conversation_state import ConversationState
from harness.play.recording_files import judged_command, judged_path, read_recording
from harness.play.recording_head import head_of
from harness.project.plan import Play
from harness.project_file import JudgeMode
from harness.providers.catalogue import definition_of
from harness.providers.message_hash import message_hash
from harness.providers.provider import BASE_URL
from harness.providers.session import CLOSING
from harness.scenario import Scenario
from harness.transport.cassette import Cassette, CassetteHead, Interactions, PlainInteraction

FAILED = "judge-failed"
_FIELDS = {field.name for field in fields(ProviderAnswer)}


class Sidecar:
    """The questions of one play to one provider. Each is a conversation of one message.

    They are the turns of a cassette; a question is found by the hash of its message.
    """

    def __init__(
        self,
        asking: ModelAccess,
        scenario: Scenario,
        play: Play,
        name: str,
        *,
        path: Path | None = None,
        fix: str = "",
    ) -> None:
        """`name` is that of the provider. Raises `CassetteError` if the recording is damaged.

        `path` is the recording, and `fix` the command that makes it; by default, those of the play.
        """
        self._project, self._mode = asking.project, asking.mode
        self._from = asking
        self._scenario = scenario
        self._play = play
        self._name = name
        self.path = path or judged_path(self._project, play, name)
        self._fix = fix or judged_command(self._project, play)
        self._old = self._read(self.path) if self._mode is not JudgeMode.REFRESH else None
        self._changed = self._difference(self._old) if self._old is not None else ""
        self._read_by = self._reader()
        self._recorded = {} if self._old is None or self._changed else _by_message(self._old)
        self._used: dict[str, None] = {}
        self._last = max((one["turn"] for one in self._plain), default=0)
        self._asking: ConversationState | None = None
        self._stack = ExitStack()

    @property
    def _plain(self) -> Sequence[PlainInteraction]:
        return self._old.interactions.plain if self._old is not None else ()

    def answer(self, question: Question) -> ProviderAnswer:
        """The answer to a question, from the recording or the provider."""
        message = UserMessage(text=question.text, metadata=question.metadata)
        key = message_hash(message)
        recorded = self._recorded.get(key)
        if recorded is not None:
            answer = self._replayed(message, recorded)
            if not (answer.code == FAILED and self._mode.is_recorded):
                self._used[key] = None
                return answer
        if not self._mode.asks:
            return ProviderAnswer(code=NOT_RECORDED, reason=self._why_missing())
        budget = self._from.contexts.budget
        if budget is not None and budget.is_used_up:
            return ProviderAnswer(code=OVER_BUDGET, reason=budget.exceeded)
        return self._asked(message)

    def finish(self, *, is_complete: bool) -> Iterator[str]:
        """Write what was asked. Gives notes.

        Recorded answers that no check needed any more are dropped if the conversation
        `is_complete`. Raises `CassetteError`.
        """
        unused = [key for key in self._recorded if key not in self._used] if is_complete else []
        if self._asking is not None:
            self._write(unused)
        elif unused and self._mode is JudgeMode.REPLAY:
            answers = counted(len(unused), "recorded answer")
            yield f"no check asks for {answers} of {quote(self._name)}; {self._fix}"
        self._stack.close()

    def close(self) -> None:
        """Give up; the journal of what was asked remains."""
        self._stack.close()

    def _write(self, unused: Sequence[str]) -> None:
        state = self._asking
        recorder = state.context.recorder if state is not None else None
        if recorder is None:
            return
        kept = [
            plain
            for key, interactions in self._recorded.items()
            if key not in unused
            for plain in interactions
        ]
        recorder.transport.finish(recorder.head, into=recorder.into, kept=kept)
        self._asking = None

    def _read(self, path: Path) -> Cassette | None:
        try:
            return read_recording(self._project, path, self._fix)
        except MissingCassette:
            return None

    def _replayed(
        self, message: UserMessage, recorded: Sequence[PlainInteraction]
    ) -> ProviderAnswer:
        assert self._old is not None  # noqa: S101  # it holds what was recorded
        if not self._read_by:
            return self._read_again(message, recorded)
        # To play a conversation for each answer takes longer than all else of a replay.
        content = json.dumps(recorded, ensure_ascii=False)
        key = content_key("judged", __version__, self._read_by, content)
        known = self._project.cache.get(key)
        if isinstance(known, Mapping) and known.keys() == _FIELDS:
            return ProviderAnswer(**known)  # type: ignore[arg-type]  # as it was stored
        answer = self._read_again(message, recorded)
        if not answer.code:
            subject = f"judged {self.path} {recorded[0]['turn']}"
            self._project.cache.put(key, asdict(answer), subject)
        return answer

    def _read_again(
        self, message: UserMessage, recorded: Sequence[PlainInteraction]
    ) -> ProviderAnswer:
        """Replay the conversation in which a question was asked."""
        assert self._old is not None  # noqa: S101  # it holds what was recorded
        only = Cassette(
            path=self._old.path,
            head=self._old.head,
            interactions=Interactions(recorded),
            format=self._old.format,
        )
        context = self._from.contexts.replayed_asking(self._name, only, self._fix)
        turn = next(one["turn"] for one in recorded if one["turn"] != CLOSING)
        return self._say(ConversationState(context), message, turn, is_recorded=True)

    def _asked(self, message: UserMessage) -> ProviderAnswer:
        state = self._asking
        if state is None:
            path = self.path if self._mode.is_recorded else None
            made = self._from.contexts.asking(self._name, path, self._head)
            context = self._stack.enter_context(self._from.opened(made))
            state = self._asking = ConversationState(context)
        self._last += 1
        return self._say(state, message, self._last, is_recorded=False)

    def _say(
        self, state: ConversationState, message: UserMessage, number: int, *, is_recorded: bool
    ) -> ProviderAnswer:
        own = _of(self._play, self._name)
        conversation = Conversation(
            state,
            self._scenario.id,
            session={},
            prepare=self._from.preparing.of(self._scenario, own, state),
        )
        error: PlayError | None
        try:
            turn, error = conversation.say(
                message,
                number=number,
                is_expected=lambda error: isinstance(error, (Refused, TransportError)),
            )
            conversation.end_turn()
        except PlayError as failed:
            error = failed
        else:
            error = error or turn.refusal
        conversation.close(is_broken=error is not None)
        # Without secrets, as a replay has it.
        reply = None if error is not None else conversation.judged_turn(turn)[0].reply
        reason = ""
        if error is not None:
            reason = state.redactor.text(f"{self._name}: {error.message} [{error.code}]")
        return ProviderAnswer(
            text=reply.text if reply is not None else "",
            payload=_only_message(reply),
            code="judge-failed" if error is not None else "",
            reason=reason,
            model=str(state.context.provider.settings.get("model") or ""),
            settings=state.context.provider.open_settings,
            usage=reply.usage if reply is not None else None,
            is_recorded=is_recorded,
        )

    def _head(self, context: ConversationContext) -> CassetteHead:
        return head_of(context, self._play, self._play.row, self._scenario)

    def _difference(self, cassette: Cassette) -> str:
        """What decides over the answers and is not as it was; empty if nothing is."""
        head = cassette.head
        if head is None:
            return "its recording was made by another tool"
        config = self._project.provider_config(self._name)
        definition = definition_of(self._project.config, config)
        if head.definition != definition.name:
            return f"the definition is {definition.name}, and was {head.definition}"
        if head.definition_hash != definition.fingerprint:
            return f"the definition {definition.name} changed"
        for name, value in self._project.settings_now(self._name).items():
            if name != BASE_URL and not is_same(value, head.settings.get(name)):
                before = show(head.settings[name]) if name in head.settings else "not there"
                return f"the setting '{name}' was {before}, and is now {show(value)}"
        return ""

    def _reader(self) -> str:
        """All that decides how a recorded answer is read; empty if code may decide it too."""
        if self._old is None or self._old.head is None:
            return ""
        provider = self._project.provider(self._name, recorded=self._old.head.settings)
        if provider.definition.client is not None:
            return ""
        settings = json.dumps(dict(provider.open_settings), sort_keys=True)
        return f"{provider.definition.fingerprint} {settings}"

    def _why_missing(self) -> str:
        what = f"the question to {quote(self._name)} is not recorded"
        shown = self._project.config.shown(self.path)
        if self._old is None:
            reason = f"there is no recording {shown}"
        elif self._changed:
            reason = self._changed
        else:
            reason = "the conversation, the check or the prompt changed"
        return f"{what}: {reason}; {self._fix}"


def _only_message(reply: Reply | None) -> Json:
    """What the only message of a reply was read from."""
    is_one = reply is not None and len(reply.messages) == 1
    return reply.messages[0].payload if reply is not None and is_one else None


def _of(play: Play, provider: str) -> Play:
    """The play as one of another provider, to find its preparation."""
    return Play(
        file=play.file, scenario=play.scenario, provider=provider, row=play.row, take=play.take
    )


def _by_message(cassette: Cassette) -> dict[str, list[PlainInteraction]]:
    """The interactions of each question, by the hash of its message."""
    found: dict[str, list[PlainInteraction]] = {}
    turn, current = 0, list[PlainInteraction]()
    for plain in cassette.interactions.plain:
        if plain["turn"] != turn and plain["turn"] != CLOSING:
            turn, current = plain["turn"], []
            found[plain["message"]] = current
        current.append(plain)
    return found
