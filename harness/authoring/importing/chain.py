"""Imports requests to a language model, each of which repeats the conversation before it.

The request with the longest history holds all turns. Others of the file must be beginnings of it;
an answer that was not recorded by itself is written from the history. The conversation is held once
with the definition, whose requests must then repeat what was recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from harness.authoring.importing.conversion import Conversion
from harness.authoring.importing.dialogue import Dialogue, DialogueTurn, dialogue_of
from harness.authoring.importing.drafting import varying_notes
from harness.authoring.importing.model_answer import answer_with
from harness.authoring.importing.model_history import (
    HistoryItem,
    RecordedResult,
    Unplaced,
    read_history,
)
from harness.authoring.importing.repeated_history import REFUSES, RepeatedHistory, json_of
from harness.conversation import Origin, Request, ToolCall, ToolResult, UserMessage
from harness.core import CassetteError, Json, PlayError, Refused, counted, shorten
from harness.providers.provider import Provider
from harness.providers.recorded_values import RecordedMessage
from harness.providers.session import Session
from harness.providers.tool_answer import AnswersTool, ToolAnswer, unanswered
from harness.transport import Answer, Transport
from harness.transport.cassette import Cassette, Interactions
from harness.transport.cassette.plain_interaction import (
    PlainInteraction,
    plain_interaction,
    request_of,
)
from harness.transport.replay import ReplayTransport

_SYSTEM_SETTINGS = ("system", "instructions", "system_prompt")
"""Names of a setting for the system message."""


@dataclass(slots=True, kw_only=True)
class ChainConversion(Conversion):
    """A recorded chain of requests while it becomes a scenario."""

    histories: Sequence[RepeatedHistory]
    _dialogue: Dialogue = field(default_factory=Dialogue)

    def convert(self) -> tuple[str, Cassette, int]:
        """As of `Conversion`."""
        whole = max(self.histories, key=lambda one: (len(one.said), not one.is_refused, one.place))
        try:
            self._dialogue = dialogue_of(whole.said)
        except Unplaced as error:
            raise self._unplaced(whole.place, str(error)) from error
        self._tell_system()
        self._require_settings(whole)
        rows = list(self._rows(whole))
        self._messages = [
            RecordedMessage(
                place=whole.place, before=turn.before, message=UserMessage(text=turn.text)
            )
            for turn in self._dialogue.turns
        ]
        self._answers = {n: turn.tool_answers() for n, turn in enumerate(self._dialogue.turns, 1)}
        held = self._held(whole, rows)
        result, _ = self._replayed(self._text({}), held)
        turns = {turn.number: turn for turn in result.transcript.turns}
        text = self._text(turns)
        final, cassette = self._replayed(text, held)
        self._require_green(final)
        self.notes += varying_notes(turns)
        return text, cassette, len(self._messages)

    def _tell_system(self) -> None:
        """The system message is a value of `session:`, if the definition takes it from there."""
        taken = self.definition.taken.session or frozenset()
        name = next((name for name in _SYSTEM_SETTINGS if name in taken), "")
        if name and self._dialogue.system:
            self.facts.session[name] = self._dialogue.system

    def _require_settings(self, whole: RepeatedHistory) -> None:
        """Raise `CassetteError` for a setting that makes another conversation of the recording."""
        settings = self._provider().settings
        recorded: dict[str, Json] = {"stream": whole.is_streamed}
        if self.facts.session.keys().isdisjoint(_SYSTEM_SETTINGS):
            name = next((n for n in _SYSTEM_SETTINGS if n in self.definition.settings), "system")
            recorded[name] = self._dialogue.system
        for name, value in recorded.items():
            if name in self.definition.settings and (settings.get(name) or "") != (value or ""):
                shown = f"{name}: {json.dumps(value, ensure_ascii=False)}"
                raise self._unplaced(
                    whole.place,
                    f"it was recorded with another setting '{name}' of the provider",
                    f"harness.yaml needs {shorten(shown, 200)}",
                )

    def _provider(self) -> Provider:
        return self.project.provider(self.target.provider, recorded=self.facts.settings)

    def _rows(self, whole: RepeatedHistory) -> Iterator[PlainInteraction]:
        """The interaction of each answer of the bot, in order."""
        by_round = self._recorded(whole)
        example = self.rows[whole.place]
        rounds = self._dialogue.rounds
        for number, end in enumerate(self._dialogue.ends):
            if number in by_round:
                yield self.rows[by_round[number]]
                continue
            self.notes.append(
                f"answer {number + 1} of the bot was not recorded: it is taken from the history in"
                f" interaction {whole.place + 1}"
            )
            path = urlsplit(example["uri"]).path
            answer = answer_with(rounds[number], path, is_streamed=whole.is_streamed)
            request = request_of(example)
            yield plain_interaction(self._shortened(request, whole, end), answer)

    def _shortened(self, request: Request, whole: RepeatedHistory, end: int) -> Request:
        """The request with the history before its item number `end`."""
        body = json_of(request.body)
        key, *at = whole.said[end].place
        items = body.get(str(key)) if isinstance(body, Mapping) else None
        if isinstance(body, Mapping) and isinstance(items, list) and at:
            body = {**body, str(key): items[: int(at[0])]}
        return replace(request, body=json.dumps(body, ensure_ascii=False).encode())

    def _recorded(self, whole: RepeatedHistory) -> dict[int, int]:
        """The interactions by the number of the answer. Raises `CassetteError`."""
        contents = [said.content for said in whole.said]
        by_round: dict[int, int] = {}
        for history in self.histories:
            count = len(history.said)
            if [said.content for said in history.said] != contents[:count] or (
                count not in self._dialogue.ends
            ):
                raise self._unplaced(
                    history.place,
                    f"its messages are not the beginning of those in interaction {whole.place + 1}",
                    "only one conversation can be imported at a time",
                )
            number = self._dialogue.ends.index(count)
            earlier = by_round.get(number)
            if earlier is not None and self.rows[earlier]["status"] < REFUSES:
                if not history.is_refused:
                    raise self._unplaced(history.place, f"it repeats interaction {earlier + 1}")
                continue
            if earlier is not None:
                self._leave(earlier, "refused, and sent again")
            by_round[number] = history.place
        return by_round

    def _leave(self, place: int, why: str) -> None:
        self.notes.append(f"interaction {place + 1} of {len(self.rows)}: {why}; left out")

    def _held(
        self, whole: RepeatedHistory, rows: Sequence[PlainInteraction]
    ) -> list[PlainInteraction]:
        """Hold the conversation with the definition; the rows as they are recorded then."""
        transport = _InOrder(rows)
        seed = self._head("").seed
        session = Session(self._provider(), transport, seed=seed, told=self.facts.session)
        for number, turn in enumerate(self._dialogue.turns, 1):
            for text in turn.before:
                session.hear(text)
            try:
                session.say(UserMessage(text=turn.text), number, answer=_answering(turn))
            except Refused as error:
                if number < len(self._dialogue.turns):
                    raise self._failed(number, error) from error
                self._refused[number] = error
            except PlayError as error:
                raise self._failed(number, error) from error
        self._require_repeated(whole, transport.sent)
        return transport.given

    def _failed(self, number: int, error: PlayError) -> CassetteError:
        message = f"turn {number}: {error.message} [{error.code}]"
        code = "import-unmatched" if isinstance(error, CassetteError) else "import-not-green"
        return self._fault(code, message, *error.details, *self.notes)

    def _require_repeated(self, whole: RepeatedHistory, sent: Sequence[Request]) -> None:
        """Raise `CassetteError` unless the definition repeats every item of the history."""
        for request, end in zip(sent, self._dialogue.ends, strict=False):
            try:
                history = read_history(json_of(request.body)) or ()
            except Unplaced as error:
                raise self._unplaced(
                    whole.place, f"the definition sends another item: {error}"
                ) from error
            pairs = zip(history, whole.said[:end], strict=False)
            wrong = next((pair for pair in pairs if pair[0].content != pair[1].content), None)
            if wrong is not None:
                shown = "the definition sends {} instead of {}".format(*map(_shown, wrong))
                raise self._unplaced(whole.place, shown)
            if len(history) != end:
                items = f"{counted(len(history), 'item')} of {end}"
                raise self._unplaced(whole.place, f"the definition repeats {items} of its history")
        if len(sent) != len(self._dialogue.ends):
            raise self._unplaced(
                whole.place,
                f"the definition sends {counted(len(sent), 'request')}, but there are"
                f" {counted(len(self._dialogue.ends), 'answer')} of the bot",
                "it may not send the answers of tools",
            )

    def _unplaced(self, place: int, message: str, *details: str) -> CassetteError:
        where = f"interaction {place + 1} of {len(self.rows)}"
        return self._fault("import-unmatched", f"{where}: {message}", *details)


def _shown(said: HistoryItem) -> str:
    what = said.text or ", ".join(call.name for call in said.calls)
    results = ", ".join(json.dumps(one.value, ensure_ascii=False) for one in said.results)
    return f"'{said.role}: {shorten(what or results, 60)}'"


def _answering(turn: DialogueTurn) -> AnswersTool:
    """Answers the calls of a turn with the recorded results, in order."""
    results: list[RecordedResult] = [one for given in turn.results.values() for one in given]

    def answer(call: ToolCall) -> ToolAnswer:
        if not results:
            return unanswered(call, "the recording does not contain its answer")
        given = results.pop(0)
        result = ToolResult(value=given.value, is_error=given.is_error)
        return ToolAnswer(result=result, recorded=result)

    return answer


class _InOrder(Transport):
    """Gives the recorded answers one after another, whatever is asked."""

    def __init__(self, rows: Sequence[PlainInteraction]) -> None:
        self.sent: list[Request] = []
        self.given: list[PlainInteraction] = []
        """The rows, under the turns and steps that asked for them."""
        self._rows = iter(rows)

    def send(self, request: Request) -> Answer:
        row = next(self._rows, None)
        self.sent.append(request)
        if row is None:
            message = "the definition sends one more request than the history has answers"
            raise CassetteError("import-unmatched", message)
        origin = request.origin
        # Clients add parameters, such as `beta=true`, that say nothing of the conversation.
        query = urlsplit(request.url).query
        given: PlainInteraction = {
            **row,
            "uri": urlsplit(row["uri"])._replace(query=query).geturl(),
            "is_ours": True,
            "turn": origin.turn,
            "step": origin.step,
            "message": origin.message,
            "is_stream": request.is_stream,
        }
        self.given.append(given)
        return ReplayTransport(Cassette(interactions=Interactions([given]))).send(request)

    def now(self, origin: Origin) -> float:  # noqa: ARG002  # as of `Transport`
        return 0.0

    def sleep(self, seconds: float) -> None:
        """Do not wait."""

    def close(self) -> None:
        """Nothing is open."""
        return
