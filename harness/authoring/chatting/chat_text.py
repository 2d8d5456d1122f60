"""The file of a scenario that is saved from a chat."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.authoring.chatting.manual_chat import ManualChat
from harness.authoring.chatting.said_turn import SHORTEST_WAIT, SaidTurn, answers_by_name
from harness.authoring.importing.cleaning import require_clean
from harness.authoring.importing.drafting import draft, varying_notes
from harness.authoring.importing.target import Target, reply_schemas
from harness.cassettes.scanning import project_secrets
from harness.conversation import Turn
from harness.core import Json, Refused
from harness.providers.recorded_values import RecordedMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatText:
    """A file, and what a reader of it should know."""

    text: str
    notes: tuple[str, ...] = ()


def texts_of(chat: ManualChat, target: Target) -> Iterator[ChatText]:
    """The files that say what was said, the best first.

    The turns of a file that the chat continues are repeated by `branch`, if the last of them has an
    id, or else saved as they were said. Raises `SecretInCassette` if a secret would be in it.
    """
    writer = _Writer(chat, target)
    varying = writer.notes()
    beginning = chat.talk.beginning
    if beginning is None:
        yield ChatText(text=writer.text(), notes=varying)
        return
    shown = chat.talk.project.config.shown(beginning.file)
    if beginning.last_id and chat.turns:
        file = os.path.relpath(beginning.file, target.out.parent).replace(os.sep, "/")
        before = len(chat.transcript_turns) - len(chat.turns)
        text = writer.text((file, beginning.last_id, before))
        repeats = f"it repeats turns of {shown} with 'branch:'"
        yield ChatText(text=text, notes=(repeats, *writer.notes(after=before)))
    said = f"the turns of {shown} are saved as they were said"
    hint = "a 'branch:' repeats them, once the last of them has an 'id:'"
    notes: tuple[str, ...] = (
        (said,) if beginning.last_id or not chat.talk.scenario.turns else (f"{said}; {hint}",)
    )
    notes = (*notes, *varying) if chat.talk.scenario.turns else varying
    yield ChatText(text=writer.text(), notes=notes)


class _Writer:
    def __init__(self, chat: ManualChat, target: Target) -> None:
        self._chat = chat
        self._target = target
        self._turns: Mapping[int, Turn] = {turn.number: turn for turn in chat.transcript_turns}
        self._judged: Mapping[int, Turn] = {turn.number: turn for turn in chat.judged_turns}
        first = len(self._turns) - len(chat.turns) + 1
        self._said: Mapping[int, SaidTurn] = dict(enumerate(chat.turns, first))

    def text(self, branch: tuple[str, str, int] | None = None) -> str:
        """The file, with all turns or with those after a branch."""
        talk, target = self._chat.talk, self._target
        text = draft(
            scenario=target.scenario,
            provider=target.provider,
            session=self._chat.session if branch is None else {},
            messages=self._messages(after=branch[2] if branch is not None else 0),
            refused={
                number: turn.refusal
                for number, turn in self._turns.items()
                if isinstance(turn.refusal, Refused)
            },
            answers=self._answers(),
            turns=self._judged,
            schemas=reply_schemas(talk.project, target.provider, talk.definition, self._judged),
            within=self._within(),
            chosen=self._chosen(),
            branch=branch,
        )
        redactor = self._chat.redactor.adding(project_secrets(talk.project))
        require_clean(text, redactor, talk.project.config.shown(target.out))
        return text

    def notes(self, after: int = 0) -> tuple[str, ...]:
        """How what varies in the replies after a turn is expected."""
        later = {number: turn for number, turn in self._judged.items() if number > after}
        return tuple(varying_notes(later, self._chosen()))

    def _chosen(self) -> dict[int, Mapping[str, Json]]:
        """The checks that the person keeps, by the number of the turn."""
        return {number: said.checks for number, said in self._said.items()}

    def _messages(self, *, after: int) -> list[RecordedMessage]:
        before = self._chat.assistant_lines()
        return [
            RecordedMessage(place=0, before=before.get(number, ()), message=turn.user)
            for number, turn in self._turns.items()
            if number > after
        ]

    def _answers(self) -> dict[int, dict[str, Json]]:
        """What tools returned, for the turns of a file as for those of the person."""
        said = dict(self._said)
        for number, turn in self._turns.items():
            calls = turn.reply.tools if turn.reply is not None else None
            if number in said or not calls:
                continue
            said[number] = SaidTurn(message=turn.user, line="")
            for call in calls:
                if call.result is not None and self._chat.talk.definition.answers_tools:
                    said[number].answers.setdefault(call.name, []).append(call.result)
        return answers_by_name(said)

    def _within(self) -> dict[int, str]:
        """How long the turns with late messages wait, by their number."""
        waits = {
            turn.number: max((one.within for one in turn.expectations), default=0.0)
            for turn in self._chat.talk.scenario.user_turns
        }
        waits |= {number: said.patience for number, said in self._said.items()}
        return {
            number: f"{max(SHORTEST_WAIT, waits.get(number, 0.0)):g}s"
            for number, turn in self._turns.items()
            if turn.reply is not None and any(one.is_late for one in turn.reply.messages)
        }
