"""Measures plays of a project: replays each one, and changes every reply of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.conversation import Outcome, Transcript
from harness.core import value_class
from harness.evaluation.strength.cheapest_check import CheapestCheck
from harness.evaluation.strength.measuring import ChangedReply, Circumstances, changed_replies
from harness.evaluation.strength.mutant import Mutant
from harness.evaluation.strength.recorded_conversation import (
    CannotMeasure,
    RecordedConversation,
    Waived,
    recorded_conversation,
)
from harness.evaluation.strength.text_changes import NOT_UNDERSTOOD
from harness.evaluation.strength.unseen_parts import SeenReply
from harness.evaluation.strength.volatile_fields import volatile_in
from harness.formats.json_path import find_all
from harness.play.recording_files import takes_to_replay
from harness.play.runner import Runner
from harness.project.loading import entry_of
from harness.project.plan import Mode, Play
from harness.project.planning import waivers_of
from harness.project.project import Project


@value_class(frozen=True, slots=True, kw_only=True)
class MeasuredPlay:
    """What became of all mutants of one conversation."""

    play: Play
    mutants: tuple[Mutant, ...] = ()
    unmeasured: str = ""
    """Why there are none, as a clause; empty if it was measured."""
    is_waived: bool = False
    """Whether the reason is `skip` or `xfail`."""
    notes: tuple[str, ...] = ()
    checks: tuple[CheapestCheck, ...] = ()
    """What would notice survivors, of each turn the one that notices most first."""
    replies: tuple[SeenReply, ...] = ()
    """What nobody looks at; empty unless it was asked for."""
    ignored: tuple[str, ...] = ()
    """The paths of `strength: {ignore: …}` that lead to something in its replies."""

    @classmethod
    def without(cls, play: Play, reason: CannotMeasure) -> MeasuredPlay:
        """A conversation that is not measured."""
        return cls(play=play, unmeasured=str(reason), is_waived=isinstance(reason, Waived))

    @property
    def is_missing(self) -> bool:
        """Whether it should have been measured, and could not be."""
        return bool(self.unmeasured) and not self.is_waived


class StrengthMeter:
    """Measures plays of one project, each by itself: the order of plays changes nothing."""

    def __init__(
        self,
        project: Project,
        plays: Sequence[Play],
        later: Mapping[Play, Transcript] | None = None,
    ) -> None:
        """`plays` are all of the project, of which other replies are taken.

        `later` are conversations that were held again later, such as in a drift run.
        """
        self._project = project
        self._runner = Runner(project, Mode.REPLAY)
        self._later = later or {}
        self._next = _following(plays)
        self._texts: dict[Play, tuple[str, ...]] = {}

    def measured(self, play: Play) -> MeasuredPlay:
        """All mutants of a play. Raises `AuthoringError` if its file is wrong."""
        try:
            conversation = self.conversation(play)
        except CannotMeasure as reason:
            return MeasuredPlay.without(play, reason)
        return self.summed_up(conversation, tuple(one.mutant for one in self.changes(conversation)))

    def summed_up(
        self,
        conversation: RecordedConversation,
        mutants: tuple[Mutant, ...],
        checks: tuple[CheapestCheck, ...] = (),
        replies: tuple[SeenReply, ...] = (),
    ) -> MeasuredPlay:
        """A conversation with what became of its mutants, and what would notice more of them."""
        return MeasuredPlay(
            play=conversation.play,
            mutants=mutants,
            checks=checks,
            replies=replies,
            notes=conversation.notes,
            ignored=tuple(
                path
                for path in self.ignored_by(conversation)
                if any(
                    find_all(path, answer.payload)
                    for turn in conversation.turns
                    for answer in turn.answers.answers
                )
            ),
        )

    def conversation(self, play: Play) -> RecordedConversation:
        """A play, replayed once. Raises `CannotMeasure` and `AuthoringError`."""
        entry = entry_of(self._project, play.file)
        waivers = waivers_of(entry, play, Mode.REPLAY, self._project.environment)
        if waivers:
            raise Waived(f"{waivers[0].kind.value}: {waivers[0].reason}")
        conversation = recorded_conversation(self._project, self._runner, play)
        self._texts[play] = _texts_of(conversation.result.transcript)
        return conversation

    def changes(self, conversation: RecordedConversation) -> Iterator[ChangedReply]:
        """Every change of a conversation, with the turn that it makes."""
        circumstances = Circumstances(
            other_reply=self._other_reply(conversation),
            ignore=self.ignored_by(conversation),
            volatile=self._volatile(conversation),
        )
        return changed_replies(conversation, self._project.vocabulary, circumstances)

    def ignored_by(self, conversation: RecordedConversation) -> tuple[str, ...]:
        """The paths that the project and the scenario ignore."""
        fields = (*self._project.config.ignored, *conversation.scenario.ignored)
        return tuple(dict.fromkeys(field.path for field in fields))

    def _other_reply(self, conversation: RecordedConversation) -> str:
        """The first reply of the next conversation with the same provider that says another.

        A reply that says the same and more is no other one.
        """
        own = _texts_of(conversation.result.transcript)
        play = conversation.play
        other = self._next.get(play, play)
        while other != play:
            for text in self._replies_of(other):
                if not any(one in text for one in own):
                    return text
            other = self._next[other]
        return NOT_UNDERSTOOD

    def _replies_of(self, play: Play) -> tuple[str, ...]:
        if play not in self._texts:
            result = self._runner.run(play)
            is_usable = result.outcome is Outcome.PASSED
            self._texts[play] = _texts_of(result.transcript) if is_usable else ()
        return self._texts[play]

    def _volatile(self, conversation: RecordedConversation) -> frozenset[tuple[int, str]]:
        play = conversation.play
        repeat = entry_of(self._project, play.file).repeat
        takes = takes_to_replay(self._project, play, repeat)
        others = [self._runner.run(take).transcript for take in takes if take != play]
        if play in self._later:
            others.append(self._later[play])
        return volatile_in(conversation.result.transcript, others)


def _following(plays: Sequence[Play]) -> dict[Play, Play]:
    """The next play of the same provider after each, and after the last the first."""
    by_provider: dict[str, list[Play]] = {}
    for play in plays:
        by_provider.setdefault(play.provider, []).append(replace(play, take=1))
    return {
        play: same[(number + 1) % len(same)]
        for same in by_provider.values()
        for number, play in enumerate(same)
    }


def _texts_of(transcript: Transcript) -> tuple[str, ...]:
    """The texts of all replies of a conversation that has more than blanks."""
    replies = (turn.reply.text for turn in transcript.turns if turn.reply is not None)
    return tuple(text for text in replies if text.strip())
