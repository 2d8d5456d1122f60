"""Judges a conversation in which one reply was changed, up to the first check that notices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from harness.checks import KIND_NAMED
from harness.conversation import Opinions, Reply, Transcript, Turn
from harness.core import Json, NoSuchButton, Place, PlayError, quote
from harness.evaluation.strength.recorded_conversation import RecordedConversation
from harness.formats.template import TemplateError
from harness.play.conversation_variables import MissingCapture, capture_from, prompt_of
from harness.play.judged_subjects import (
    JudgedSubject,
    judged_in_every,
    judged_in_turn,
    judged_in_whole,
)
from harness.play.judging import passes, verdict_of
from harness.play.simulated_ending import ending_results
from harness.play.simulated_user import fitting_rule
from harness.project.vocabulary import Vocabulary
from harness.scenario import Expectation, Scope, UserTurn

NOT_ASKED = "no judge is asked about a changed reply"


class Noticing:
    """Judges changed replies of one conversation. What cannot change is not judged again."""

    def __init__(self, conversation: RecordedConversation, vocabulary: Vocabulary) -> None:
        self._scenario = conversation.scenario
        self._transcript = replace(
            conversation.result.transcript, opinions=Opinions(unasked=NOT_ASKED)
        )
        self._vocabulary = vocabulary
        self._planned = {turn.number: turn for turn in conversation.scenario.user_turns}
        self._has_whole = any(
            one.scope is Scope.CONVERSATION for one in conversation.scenario.expectations
        )
        simulated = (n for n, planned in self._planned.items() if planned.is_simulated)
        self._first_simulated = next(simulated, 0)
        self._captures = {name for turn in self._planned.values() for name in turn.captures}
        self._recalling = {
            planned.number: [one for one in planned.expectations if _may_look_back(one)]
            for planned in conversation.scenario.user_turns
        }

    def noticed(self, turn: Turn, *, is_id: bool = False) -> str:
        """What notices a changed turn: a check with its place; empty if nothing does.

        `is_id` says that an id became another one. A check that compares ids with a capture is
        not asked then: in another conversation, both are other ones.
        """
        planned = self._planned[turn.number]
        missing, captured = _captured(planned, turn)
        if missing:
            return missing
        turn = replace(turn, variables={**turn.variables, **captured})
        transcript = self._with(turn, captured)
        spared = self._captures if is_id else set()
        return (
            self._first_bad(self._own(turn, transcript), spared)
            or self._first_bad(judged_in_every(self._scenario, turn, transcript), spared)
            or self._not_pressed(turn)
            or self._without_rule(turn, transcript)
            or self._tool_unanswered(planned, turn)
            or self._first_bad(self._later(turn, transcript, captured), spared)
            or self._first_bad(self._whole(transcript), spared)
            or self._not_ended(transcript)
        )

    def judged(self, turn: Turn) -> Iterator[JudgedSubject]:
        """Everything that checks judge of a changed turn; nothing if a capture is missing."""
        missing, captured = _captured(self._planned[turn.number], turn)
        if missing:
            return
        turn = replace(turn, variables={**turn.variables, **captured})
        transcript = self._with(turn, captured)
        yield from self._own(turn, transcript)
        yield from judged_in_every(self._scenario, turn, transcript)
        yield from self._later(turn, transcript, captured)
        yield from self._whole(transcript)

    def _own(self, turn: Turn, transcript: Transcript) -> Iterator[JudgedSubject]:
        # A record of the provider is another answer, which stays as it is.
        return (
            one
            for one in judged_in_turn(self._planned[turn.number], turn, transcript)
            if one.expectation.scope is not Scope.HISTORY
        )

    def _with(self, turn: Turn, captured: Mapping[str, Json]) -> Transcript:
        """The conversation with the changed turn; later ones know what was captured in it."""
        turns = []
        left = dict(captured)
        for one in self._transcript.turns:
            if one.number > turn.number:
                for name in self._planned[one.number].captures:
                    left.pop(name, None)
                if left:
                    turns.append(replace(one, variables={**one.variables, **left}))
                    continue
            turns.append(turn if one.number == turn.number else one)
        return replace(self._transcript, turns=tuple(turns))

    def _first_bad(self, judged: Iterable[JudgedSubject], spared: Collection[str]) -> str:
        """The first check that fails; those that use a name in `spared` are left out."""
        for one in judged:
            if not one.expectation.value.names.isdisjoint(spared):
                continue
            if verdict_of(one, self._vocabulary).outcome.is_bad:
                return place_and_name(one.expectation.place, one.expectation.name)
        return ""

    def _not_pressed(self, turn: Turn) -> str:
        """The next message, if it presses a button that is not there any more."""
        following = next((one for one in self._transcript.turns if one.number > turn.number), None)
        if following is None or self._planned[following.number].message.press is None:
            return ""
        label = following.user.display_text
        try:
            prompt_of(label, turn.reply)
        except NoSuchButton:
            return place_and_name(self._planned[following.number].place, f"press {quote(label)}")
        return ""

    def _without_rule(self, turn: Turn, transcript: Transcript) -> str:
        """The script of a simulated user, if it has no rule for the changed reply."""
        simulation = self._scenario.simulation
        following = next((one for one in transcript.turns if one.number > turn.number), None)
        is_scripted = following is not None and self._planned[following.number].is_simulated
        if simulation is None or simulation.by or not is_scripted:
            return ""
        if turn.number < self._first_simulated and simulation.opening is not None:
            return ""
        try:
            rule = fitting_rule(simulation, turn, transcript, self._vocabulary)
        except PlayError:
            rule = None
        return place_and_name(simulation.place, "script") if rule is None else ""

    def _not_ended(self, transcript: Transcript) -> str:
        """The end of a simulated user's conversation, if it is not a good one any more."""
        simulation = self._scenario.simulation
        if simulation is None:
            return ""
        results = ending_results(
            self._scenario,
            simulation,
            transcript,
            lambda block, turn: passes(block, turn, transcript, self._vocabulary),
        )
        for result in results:
            if result.outcome.is_bad and result.place is not None:
                return place_and_name(result.place, result.name)
        return ""

    def _tool_unanswered(self, planned: UserTurn, turn: Turn) -> str:
        """A call of a tool that the scenario answers no more, because it has another name."""
        before = next(one for one in self._transcript.turns if one.number == turn.number)
        is_answered = any(
            call.result is not None for call in (before.reply.tools or () if before.reply else ())
        )
        known = {*self._scenario.answers, *planned.answers}
        for call in (turn.reply.tools or ()) if turn.reply else ():
            if is_answered and known and call.result is None and call.name not in known:
                return place_and_name(planned.place, f"answers {quote(call.name)}")
        return ""

    def _later(
        self, turn: Turn, transcript: Transcript, captured: Mapping[str, Json]
    ) -> Iterator[JudgedSubject]:
        """What expectations of later turns judge that can see the change."""
        for later in transcript.turns:
            if later.number <= turn.number or (later.reply is None and later.refusal is None):
                continue
            planned = self._planned[later.number]
            looking = self._recalling[later.number]
            if captured:
                names = captured.keys()
                looking = [
                    one
                    for one in planned.expectations
                    if one in looking or not names.isdisjoint(one.value.names)
                ]
            if looking:
                yield from judged_in_turn(
                    replace(planned, expectations=tuple(looking)), later, transcript
                )

    def _whole(self, transcript: Transcript) -> Iterator[JudgedSubject]:
        if self._has_whole:
            yield from judged_in_whole(self._scenario, transcript)


def place_and_name(place: Place, name: str) -> str:
    """A check with the file and line that it is on: `scenarios/refund.yaml:12 contains`."""
    return f"{place.source.path}:{place.line} {name}"


def _captured(planned: UserTurn, turn: Turn) -> tuple[str, dict[str, Json]]:
    """A capture that is missing in a changed reply, and those that have another value."""
    captured: dict[str, Json] = {}
    for name, capture in planned.captures.items():
        if capture.history or capture.header or turn.reply is None:
            continue
        value = _capture(planned, name, turn.reply)
        if isinstance(value, MissingCapture):
            return place_and_name(capture.place, f"capture {name}"), {}
        if not capture.is_secret and value != turn.variables.get(name):
            captured[name] = value
    return "", captured


def _capture(planned: UserTurn, name: str, reply: Reply) -> Json | MissingCapture:
    try:
        return capture_from(planned.captures[name], reply, ())
    except PlayError as error:
        return MissingCapture(str(error))


def _may_look_back(expectation: Expectation) -> bool:
    """Whether an expectation can see replies before its own."""
    try:
        value = expectation.value.render({}) if expectation.value.is_constant else None
    except TemplateError:
        value = None
    return _recalls(expectation.name, value)


def _recalls(name: str, value: Json) -> bool:
    kind = KIND_NAMED.get(name)
    if kind is None:
        # A check of the project is given the whole conversation.
        return True
    if value is None:
        return kind.recalls is not None or kind.content is not None
    if kind.recalls is not None and next(iter(kind.recalls(value)), None) is not None:
        return True
    return any(_recalls(inner, one) for _, inner, one in kind.inner_checks(value))
