"""Compares recordings of judges' answers with what the checks ask today. Sends nothing."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.cassettes.fitting import Fitting
from harness.cassettes.inventory import Inventory, JudgedSlot, Slot
from harness.conversation import Opinion, UserMessage
from harness.core import AuthoringError, CassetteError, Problem, counted
from harness.play.consulting import NOT_RECORDED
from harness.play.recording_files import judged_path
from harness.providers.message_hash import message_hash
from harness.providers.session import CLOSING
from harness.transport.cassette import Cassette


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """A question that a recording answers, as the checks ask it."""

    turn: int
    """Its number in the recording of the answers."""
    opinion: Opinion


class JudgedAnswers:
    """Compares the recordings of judges' answers in one inventory with the checks."""

    def __init__(self, inventory: Inventory, fitting: Fitting) -> None:
        self._inventory = inventory
        self._fitting = fitting
        self._asked: dict[Path, tuple[Opinion, ...] | None] = {}

    def problems(self, judged: JudgedSlot, cassette: Cassette) -> Iterator[Problem]:
        """Questions that a recording does not answer, and answers that no check uses.

        Nothing if the conversation cannot be replayed, so that its questions are not known.
        """
        opinions = self._opinions(judged.slot)
        if opinions is None:
            return
        shown = self._inventory.shown(judged.path)
        missing = [one for one in opinions if _is_missing(one, judged.provider)]
        if missing:
            yield Problem(
                code="cassette-stale",
                where=shown,
                message=_not_recorded(missing),
                hint=self.command(judged.slot, "record"),
            )
            return
        turns = turns_by_message(cassette)
        unused = len(turns.keys() - set(map(_message, opinions)))
        if unused:
            yield Problem(
                code="cassette-unused",
                where=shown,
                message=f"no check asks for {unused} of {counted(len(turns), 'answer')}",
                hint=self.command(judged.slot, "refresh"),
            )

    def missing(self) -> Iterator[tuple[Path, Problem]]:
        """The recordings that do not exist although a check of a recorded conversation asks."""
        there = set(self._inventory.files)
        for path, slot in self._inventory.asking.items():
            is_due = path in there and slot.is_wanted and self._inventory.is_asked(path, slot)
            for provider, missing in self._by_provider(slot).items() if is_due else ():
                where = judged_path(self._inventory.project, slot.play, provider)
                if where not in there:
                    yield (
                        where,
                        Problem(
                            code="cassette-missing",
                            where=self._inventory.shown(where),
                            message=f"there is no recording of {counted(missing, 'answer')}",
                            hint=self.command(slot, "record"),
                        ),
                    )

    def answers(self, judged: JudgedSlot, cassette: Cassette) -> Iterator[RecordedAnswer]:
        """What the checks ask of a recording, in its order; each question once."""
        turns = turns_by_message(cassette)
        found = {
            turns[key]: opinion
            for opinion in self._opinions(judged.slot) or ()
            if opinion.question.provider == judged.provider
            and (key := _message(opinion)) in turns
            and not _is_missing(opinion, judged.provider)
        }
        for turn in sorted(found):
            yield RecordedAnswer(turn, found[turn])

    def command(self, slot: Slot, judge: str) -> str:
        """The command that asks the judges of a conversation again."""
        provider = "" if slot.is_wanted else f" --provider {slot.play.provider}"
        file = shlex.quote(self._inventory.shown(slot.play.file))
        return f"harness run --judge {judge}{provider} {file}"

    def _by_provider(self, slot: Slot) -> dict[str, int]:
        """How many questions to each provider are not recorded."""
        counts: dict[str, int] = {}
        for one in self._opinions(slot) or ():
            provider = one.question.provider
            counts[provider] = counts.get(provider, 0) + _is_missing(one, provider)
        return {provider: count for provider, count in counts.items() if count}

    def _opinions(self, slot: Slot) -> tuple[Opinion, ...] | None:
        """What the checks of a recorded conversation ask; None if it cannot be replayed."""
        if slot.path not in self._asked:
            self._asked[slot.path] = self._replayed(slot)
        return self._asked[slot.path]

    def _replayed(self, slot: Slot) -> tuple[Opinion, ...] | None:
        try:
            result = self._fitting.replay(slot, self._inventory.read(slot.path))
        except (AuthoringError, CassetteError):
            return None
        if isinstance(result.error, CassetteError):
            return None
        return tuple(one for check in result.checks for one in check.opinions)


def turns_by_message(cassette: Cassette) -> dict[str, int]:
    """The turns of a recording of answers, by the hash of the question."""
    turns: dict[str, int] = {}
    for plain in cassette.interactions.plain:
        if plain["turn"] > 0 and plain["turn"] != CLOSING:
            turns.setdefault(plain["message"], plain["turn"])
    return turns


def _message(opinion: Opinion) -> str:
    question = opinion.question
    return message_hash(UserMessage(text=question.text, metadata=question.metadata))


def _is_missing(opinion: Opinion, provider: str) -> bool:
    return opinion.question.provider == provider and opinion.answer.code == NOT_RECORDED


def _not_recorded(missing: list[Opinion]) -> str:
    reason = missing[0].answer.reason.partition("; ")[0]
    more = len(missing) - 1
    return f"{reason}; and {counted(more, 'more question')}" if more else reason
