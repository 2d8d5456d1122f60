"""Changes every recorded reply of a conversation, and says what became of each change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import field, replace

from harness.conversation import Exchange, Reply, Turn
from harness.core import Json, Path, ProtocolError, shorten, value_class
from harness.evaluation.strength.answer_encoding import NotEncodable, as_sent, sent_instead
from harness.evaluation.strength.harmless_changes import harmless_drafts
from harness.evaluation.strength.json_changes import at, pattern_of
from harness.evaluation.strength.mutant import Aspect, Fate, Harmless, Mutant, Mutator
from harness.evaluation.strength.noticing import Noticing
from harness.evaluation.strength.recorded_conversation import RecordedConversation, RecordedTurn
from harness.evaluation.strength.reply_changes import ChangedPayload, drafts_of, ignored
from harness.evaluation.strength.turn_answers import TurnAnswer, contract_of, refusal_of
from harness.formats.json_path import find_located
from harness.project.vocabulary import Vocabulary

VOLATILE = "volatile: it differs between recordings"
IGNORED = "ignored by 'strength: ignore'"
_DROPPED = (Mutator.PART_DROPPED, Mutator.FIELD_DROPPED)
LONGEST = 300
"""Characters of what was there before and after a change."""


@value_class(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known beside a conversation itself."""

    other_reply: str
    """What the provider said in another conversation."""
    ignore: tuple[str, ...] = ()
    """JSONPaths of fields that nobody wants to look at."""
    volatile: frozenset[tuple[int, str]] = field(default_factory=frozenset)
    """Turn, and JSONPath of a field that differs between recordings."""


@value_class(frozen=True, slots=True, kw_only=True)
class ChangedReply:
    """A mutant, with the turn that it makes."""

    mutant: Mutant
    turn: Turn | None
    """None if the definition cannot read the changed answer."""


def mutants_of(
    conversation: RecordedConversation, vocabulary: Vocabulary, circumstances: Circumstances
) -> Iterator[Mutant]:
    """The record of every change of every reply, in the order of turns; always the same ones."""
    for one in changed_replies(conversation, vocabulary, circumstances):
        yield one.mutant


def changed_replies(
    conversation: RecordedConversation, vocabulary: Vocabulary, circumstances: Circumstances
) -> Iterator[ChangedReply]:
    """Every change as `mutants_of`, with the turn that it makes."""
    noticing = Noticing(conversation, vocabulary)
    for turn in conversation.turns:
        yield from _TurnMutants(conversation, turn, noticing, circumstances).all()


class _TurnMutants:
    """The mutants of one turn."""

    def __init__(
        self,
        conversation: RecordedConversation,
        turn: RecordedTurn,
        noticing: Noticing,
        circumstances: Circumstances,
    ) -> None:
        self._play = conversation.play
        self._answers = turn.answers
        self._turn = turn.answers.turn
        self._noticing = noticing
        self._circumstances = circumstances
        self._numbers: Counter[str] = Counter()

    def all(self) -> Iterator[ChangedReply]:
        """Those of every answer."""
        for number, answer in enumerate(self._answers.answers):
            known = {_text(answer.payload)}
            ignore = _ignored_places(answer, self._circumstances.ignore)
            with suppress(ProtocolError):
                other = self._circumstances.other_reply
                for draft in (*drafts_of(answer, other), *harmless_drafts(answer)):
                    self._numbers[draft.change] += 1
                    count = self._numbers[draft.change]
                    made = self._made(answer, draft, known)
                    judged = made and self._judged(count, answer, made, ignore, number)
                    if judged:
                        yield judged

    def _made(
        self, answer: TurnAnswer, draft: ChangedPayload, known: set[str]
    ) -> ChangedPayload | None:
        """The draft as it would be sent; None if that is not new."""
        try:
            payload = draft.payload
            if answer.step is not None and answer.late < 0:
                payload = as_sent(answer.step, answer.payload, payload)
        except (NotEncodable, ProtocolError):
            return None
        text = _text(payload)
        if text in known:
            return None
        known.add(text)
        return replace(draft, payload=payload)

    def _judged(
        self, count: int, answer: TurnAnswer, draft: ChangedPayload, ignore: list[Path], number: int
    ) -> ChangedReply | None:
        """What became of a change; None if the reply that is read is the recorded one."""
        mutant = self._mutant(count, answer, draft)
        if reason := self._left_out(draft, ignore, mutant.paths):
            return ChangedReply(mutant=replace(mutant, reason=reason), turn=None)
        refusal = refusal_of(answer, draft.payload)
        try:
            reply = self._answers.reply_with(number, draft.payload)
        except ProtocolError as error:
            refusal = refusal or error.message
        if refusal:
            contract = replace(mutant, fate=Fate.CONTRACT, reason=refusal)
            return ChangedReply(mutant=contract, turn=None)
        if reply == self._answers.reply:
            return None
        turn = self._turn_with(answer, draft.payload, reply)
        aspect = _aspect(self._answers.reply, reply)
        noticed = self._noticing.noticed(turn, is_id=draft.change is Harmless.OTHER_IDS)
        fate, reason = (Fate.KILLED, noticed) if noticed else (Fate.SURVIVED, "")
        broken = contract_of(answer, draft.payload)
        if broken and (not noticed or mutant.is_harmless):
            fate, reason = Fate.CONTRACT, broken[0]
        return ChangedReply(
            mutant=replace(mutant, fate=fate, reason=reason, aspect=aspect), turn=turn
        )

    def _left_out(self, draft: ChangedPayload, ignore: list[Path], paths: tuple[str, ...]) -> str:
        if ignore and ignored(draft.places, ignore):
            return IGNORED
        is_field = draft.change in (Mutator.FIELD_DROPPED, Mutator.FIELD_CHANGED)
        volatile = self._circumstances.volatile
        if is_field and all((self._turn.number, path) in volatile for path in paths):
            return VOLATILE
        return ""

    def _mutant(self, count: int, answer: TurnAnswer, draft: ChangedPayload) -> Mutant:
        first = draft.places[0]
        is_added = draft.change is Harmless.FIELD_ADDED
        return Mutant(
            play=self._play,
            turn=self._turn.number,
            change=draft.change,
            number=count,
            aspect=Aspect.PAYLOAD,
            fate=Fate.LEFT_OUT,
            paths=tuple(dict.fromkeys(map(pattern_of, draft.places))),
            before="" if is_added else _shown(at(answer.payload, first)),
            after="" if draft.change in _DROPPED else _shown_after(draft.payload, first),
        )

    def _turn_with(self, answer: TurnAnswer, payload: Json, reply: Reply) -> Turn:
        exchanges = self._turn.exchanges
        step = answer.step
        is_last = step is not None and answer.late < 0 and self._is_last(answer)
        if is_last and step is not None and exchanges and exchanges[-1].response is not None:
            response = sent_instead(step, exchanges[-1].response, payload)
            last: Exchange = replace(exchanges[-1], response=response)
            exchanges = (*exchanges[:-1], last)
        return replace(self._turn, reply=reply, exchanges=exchanges)

    def _is_last(self, answer: TurnAnswer) -> bool:
        return answer is [one for one in self._answers.answers if one.late < 0][-1]


def _aspect(before: Reply, after: Reply) -> Aspect:
    """Whether a person gets something else."""
    is_said = (
        [message.text for message in before.messages],
        dict(before.actions),
        list(before.actions),
        before.ambiguous_actions,
        before.products,
        before.attachments,
    ) != (
        [message.text for message in after.messages],
        dict(after.actions),
        list(after.actions),
        after.ambiguous_actions,
        after.products,
        after.attachments,
    )
    return Aspect.SAID if is_said else Aspect.PAYLOAD


def _ignored_places(answer: TurnAnswer, ignore: Sequence[str]) -> list[Path]:
    return [place for path in ignore for place, _ in find_located(path, answer.payload)]


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shown(value: Json) -> str:
    return shorten(value if isinstance(value, str) else _text(value), LONGEST)


def _shown_after(payload: Json, place: Path) -> str:
    try:
        return _shown(at(payload, place))
    except (KeyError, IndexError, TypeError):
        return ""
