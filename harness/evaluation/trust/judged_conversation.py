"""What the checks of one recorded conversation can notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.checks import Doubt
from harness.conversation import Outcome
from harness.core import Problem, value_class
from harness.evaluation.strength import ChangedReply, RecordedConversation
from harness.evaluation.strength.noticing import Noticing
from harness.evaluation.strength.recorded_conversation import RecordedTurn
from harness.evaluation.trust.echo import echo_passes
from harness.evaluation.trust.judged_check import JudgedCheck, judged_checks, vain_paths, value_of
from harness.evaluation.trust.probes import changed_fields, is_uncertain, probes
from harness.evaluation.trust.vacuity import Vacuity
from harness.play.judged_subjects import JudgedSubject
from harness.play.judging import verdict_of
from harness.project.vocabulary import Vocabulary
from harness.scenario import Expectation, Scope, turn_subject


@value_class(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one conversation says about a part of a scenario.

    It is a finding if all conversations that say something about the part have a problem.
    """

    key: str
    """The part, such as a check with its place."""
    problem: Problem | None


class JudgedConversation:
    """The checks of a conversation, each tried on replies that it should not accept."""

    def __init__(
        self,
        conversation: RecordedConversation,
        vocabulary: Vocabulary,
        changes: Sequence[ChangedReply],
    ) -> None:
        """`changes` are all changed replies of the conversation."""
        self._conversation = conversation
        self._vocabulary = vocabulary
        self._noticing = Noticing(conversation, vocabulary)
        self._changes = changes
        self.checks = judged_checks(conversation, vocabulary)
        self._try_changes()
        for check in self.checks.values():
            if vocabulary.asks(check.expectation):
                # No judge is asked about other replies, so it is not known what it would say.
                check.can_fail = True
            elif not check.can_fail and not self._own_captures(check):
                check.can_fail = any(map(self._fails_somewhere, check.judged))
        self._problems = {at: self._vain(check) for at, check in self.checks.items()}
        """Why each check says nothing; None if it does."""
        for at, check in self.checks.items():
            check.can_fail = check.can_fail and self._problems[at] is None

    def observations(self) -> Iterator[Observation]:
        """What is known about each check and each turn."""
        for at, check in self.checks.items():
            yield Observation(key=f"run {at}", problem=_skipped(check))
            if check.has_run:
                yield Observation(key=f"fail {at}", problem=self._problems[at])
        for turn in self._conversation.turns:
            place = turn.planned.place
            yield Observation(key=f"optional {place}", problem=self._optional(turn))
            yield Observation(key=f"echo {place}", problem=self._echo(turn))

    def _try_changes(self) -> None:
        """Mark the checks that a changed reply fails."""
        for change in self._changes:
            for one in self._noticing.judged(change.turn) if change.turn is not None else ():
                check = self.checks.get(str(one.expectation.place))
                if check is not None and not check.can_fail:
                    check.can_fail = self._fails(one)

    def _fails_somewhere(self, judged: JudgedSubject) -> bool:
        value = value_of(judged)
        return is_uncertain(judged.expectation, value) or any(
            self._fails(judged._replace(subject=probe)) for probe in probes(judged.subject, value)
        )

    def _fails(self, judged: JudgedSubject) -> bool:
        # BROKEN would only say that the value makes no sense with what was captured.
        return verdict_of(judged, self._vocabulary).outcome is Outcome.FAILED

    def _own_captures(self, check: JudgedCheck) -> set[str]:
        """Captures of the check's own turn that its value uses."""
        numbers = {one.turn.number for one in check.judged}
        captured = {
            name
            for turn in self._conversation.scenario.user_turns
            if turn.number in numbers
            for name in turn.captures
        }
        return captured & set(check.expectation.value.names)

    def _vain(self, check: JudgedCheck) -> Problem | None:
        """Why a check says nothing; None if it does."""
        name, scope = check.name, check.expectation.scope
        if name == "schema" and scope is not Scope.NEVER and all(map(self._is_loose, check.judged)):
            return _at(check, Vacuity.LOOSE_SCHEMA, "the schema accepts every change of a field")
        if scope is not Scope.NEVER and (paths := vain_paths(check)):
            message = f"{' and '.join(paths)} has so few items that the check passes in any case"
            return _at(check, Vacuity.EMPTY_LIST, message)
        if not check.can_fail and (own := self._own_captures(check)):
            message = f"'{name}' uses '{min(own)}', which is captured from the same reply"
            return _at(check, Vacuity.OWN_CAPTURE, message)
        if doubt := self._doubt(check.expectation):
            message = f"'{name}' almost always passes: {doubt.message}"
            return _at(check, Vacuity.CANNOT_FAIL, message, doubt.hint)
        if not check.can_fail:
            return _at(check, Vacuity.CANNOT_FAIL, f"'{name}' passes whatever the bot says")
        return None

    def _doubt(self, expectation: Expectation) -> Doubt | None:
        if not expectation.value.is_constant:
            return None
        doubts = self._vocabulary.doubts_of(expectation, expectation.constant)
        return next((one for one in doubts if isinstance(one, Doubt)), None)

    def _is_loose(self, judged: JudgedSubject) -> bool:
        judge = self._vocabulary.judge_for(judged.expectation, value_of(judged))
        subject = judged.subject
        # Of an empty payload there is no field to describe.
        return bool(subject.payload) and not any(
            judge(replace(subject, payload=payload)).outcome.is_bad
            for payload in changed_fields(subject.payload)
        )

    def _optional(self, turn: RecordedTurn) -> Problem | None:
        """The finding if a turn only expects messages that may be missing."""
        planned, reply = turn.planned, turn.answers.reply
        found = next((one for one in planned.expectations if _is_optional(one)), None)
        if (
            self._asks(turn)
            or found is None
            or not any(one.plan.may_have_no_message for one in turn.answers.answers)
        ):
            return None
        silent = replace(turn.answers.turn, reply=replace(reply, messages=()))
        if self._noticing.noticed(silent):
            return None
        message = "all expected messages are optional, so the bot may say nothing"
        subject = turn_subject(planned.number, planned.id)
        return Vacuity.OPTIONAL_ONLY.at(found.place, message, subject)

    def _echo(self, turn: RecordedTurn) -> Problem | None:
        if self._asks(turn) or not echo_passes(turn, self._noticing):
            return None
        message = "all checks pass if the bot only repeats the user's words"
        subject = turn_subject(turn.planned.number, turn.planned.id)
        return Vacuity.ECHO_PASSES.at(turn.planned.place, message, subject)

    def _asks(self, turn: RecordedTurn) -> bool:
        """Whether a model sees the turn, so that it is not known what would be noticed."""
        expectations = (*turn.planned.expectations, *self._conversation.scenario.expectations)
        return any(map(self._vocabulary.asks, expectations))


def _at(check: JudgedCheck, kind: Vacuity, message: str, hint: str = "") -> Problem:
    return kind.at(check.place, message, check.subject, hint)


def _skipped(check: JudgedCheck) -> Problem | None:
    if check.has_run:
        return None
    message = f"'{check.name}' is skipped: {check.skipped}"
    return _at(check, Vacuity.SKIPPED_CHECK, message)


def _is_optional(expectation: Expectation) -> bool:
    value = expectation.constant if expectation.name == "replies" else None
    messages = value.get("messages") if isinstance(value, Mapping) else value
    return isinstance(messages, list | tuple) and all(
        isinstance(one, Mapping) and one.get("optional") is True for one in messages
    )
