"""A turn of a conversation next to the recorded one, and the differences between the two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.checks.check import Decided
from harness.checks.diff import text_difference
from harness.checks.text_forms import normal
from harness.config import Slower
from harness.conversation import Phase, Reply, Response, Turn, phase_of
from harness.core import Json, format_duration, shorten
from harness.play.drift.accepted import NOTHING, Accepted
from harness.play.drift.drift import Difference, Drift
from harness.play.drift.message_pairs import paired
from harness.play.drift.shape import shape_differences, shape_of, without_items
from harness.play.drift.step_answers import (
    framing_difference,
    last_answers,
    payload_of,
    poll_state,
    shown_status,
)
from harness.providers.definition import Step
from harness.providers.step_plans import Encoding

Steps = Mapping[str, Step]
"""The steps of a definition by name."""

_COUNTED = (Decided.MESSAGES, Decided.ACTIONS, Decided.PRODUCTS, Decided.ATTACHMENTS)


@dataclass(frozen=True, slots=True)
class TurnPair:
    """A turn on both sides, if it ended in the same way."""

    old: Turn
    new: Turn
    steps: Steps
    accepted: Accepted = NOTHING

    def differences(self, slower: Slower) -> Iterator[Difference]:
        """The differences, the most serious kind first."""
        found = (
            (Drift.STATE, self._state()),
            (Drift.SHAPE, self._shape()),
            (Drift.LATENCY, self._latency(slower)),
            (Drift.WORDING, self._wording()),
        )
        for kind, lines in found:
            shown = tuple(lines)
            if shown:
                yield Difference(kind=kind, lines=shown)

    def _state(self) -> Iterator[str]:
        old, new = last_answers(self.old), last_answers(self.new)
        for name in dict.fromkeys((*old, *new)):
            if (name in old) is not (name in new) and self._may_lack(name):
                continue
            before, after = shown_status(old.get(name)), shown_status(new.get(name))
            if before != after and not self._may_have_any_status(name, old, new):
                yield f"{name}: recorded {before}, now {after}"
            elif name in old and name in new:
                step = self.steps.get(name)
                before, after = poll_state(step, old[name]), poll_state(step, new[name])
                if before != after:
                    yield f"{name}: recorded {before}, now {after}"
        if self.old.reply is None or self.new.reply is None:
            return
        for what in _COUNTED:
            counts = [len(getattr(reply, what)) for reply in (self.old.reply, self.new.reply)]
            if counts[0] != counts[1] and what not in self.accepted.parts:
                yield f"{what}: recorded {counts[0]}, now {counts[1]}"

    def _may_lack(self, step: str) -> bool:
        """Whether one side may do without a step."""
        if phase_of(step) is Phase.LATE:
            # Whether it was necessary to look depends on time; the messages are compared.
            return True
        return phase_of(step) is Phase.TOOLS and Decided.TOOLS in self.accepted.parts

    def _may_have_any_status(
        self, step: str, old: Mapping[str, Response], new: Mapping[str, Response]
    ) -> bool:
        """Whether the statuses of a step are those that a check of the turn accepts."""
        has_both = step in old and step in new
        return has_both and Decided.STATUS in self.accepted.parts and self._is_answer(step)

    def _is_answer(self, step: str) -> bool:
        """Whether both replies, or both refusals, were read from the answers of a step."""
        answers = (self.old.answer, self.new.answer)
        return all(one is not None and one.request.origin.step == step for one in answers)

    def _shape(self) -> Iterator[str]:
        old, new = last_answers(self.old), last_answers(self.new)
        only_old, only_new = self._extra_messages()
        for name in old:
            if name not in new:
                continue
            step = self.steps.get(name)
            was, is_read = payload_of(step, old[name], self.old)
            now, is_read_now = payload_of(step, new[name], self.new)
            if is_read != is_read_now:
                yield f"{name}: {'now' if is_read else 'recorded'} an answer that cannot be read"
            elif is_read:
                is_xml = step is not None and step.answer.encoding is Encoding.XML
                if step is not None and step.stream is not None:
                    yield from framing_difference(name, was, now)
                if self._is_answer(name):
                    was, now = self.accepted.pruned(was), self.accepted.pruned(now)
                before = shape_of(without_items(was, only_old), is_xml=is_xml)
                after = shape_of(without_items(now, only_new), is_xml=is_xml)
                found = shape_differences(before, after)
                yield from (f"{name}: {line}" for line in found)

    def _latency(self, slower: Slower) -> Iterator[str]:
        before, now = self.old.latency, self.new.latency
        if before is None or now is None:
            return
        if now >= before * slower.factor and now - before >= slower.at_least:
            yield f"recorded {format_duration(before)}, now {format_duration(now)}"

    def _wording(self) -> Iterator[str]:
        old, new = self.old.reply, self.new.reply
        if old is None or new is None:
            return
        for before, now in self._texts(old, new):
            if normal(before) != normal(now):
                yield from text_difference(before, now)
        if len(old.actions) == len(new.actions) and list(old.actions) != list(new.actions):
            yield f"buttons: recorded {_labels(old.actions)}, now {_labels(new.actions)}"

    def _texts(self, old: Reply, new: Reply) -> Iterable[tuple[str, str]]:
        """The texts to compare: message by message, if it is known which belong together."""
        has_as_many = len(old.messages) == len(new.messages)
        is_in_order = Decided.ORDER not in self.accepted.parts
        if (has_as_many and is_in_order) or Decided.MESSAGES not in self.accepted.parts:
            if not has_as_many:
                return [(old.text, new.text)]
            pairs = tuple(zip(old.messages, new.messages, strict=True))
        else:
            pairs = paired(old, new, in_order=is_in_order).pairs
        return [(before.text, now.text) for before, now in pairs]

    def _extra_messages(self) -> tuple[tuple[Json, ...], tuple[Json, ...]]:
        """The payloads of messages that only one side has, if the expectations accept that."""
        old, new = self.old.reply, self.new.reply
        if old is None or new is None or Decided.MESSAGES not in self.accepted.parts:
            return (), ()
        if len(old.messages) == len(new.messages):
            return (), ()
        found = paired(old, new, in_order=Decided.ORDER not in self.accepted.parts)
        sides = (found.only_old, found.only_new)
        before, after = (tuple(message.payload for message in side) for side in sides)
        return before, after


def _labels(actions: Iterable[str]) -> str:
    return shorten(", ".join(f"'{label}'" for label in actions))
