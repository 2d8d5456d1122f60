"""The differences from a recording that the expectations of a turn accept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field

from harness.checks import KIND_NAMED
from harness.conversation import Outcome, Turn
from harness.core import Json, TransportError, value_class
from harness.formats.json_path import find_located, without_places
from harness.formats.template import TemplateError
from harness.play.result import ScenarioResult
from harness.scenario import Expectation, Scope, UserTurn

_OF_THE_ANSWER = (Scope.REPLY, Scope.REFUSAL)


@value_class(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What may differ in one turn."""

    parts: frozenset[str] = field(default_factory=frozenset)
    """Of `Decided`, and the paths at which anything is accepted."""
    faults: tuple[str, ...] = ()
    """The codes of network failures, each of which is as good as the others."""

    def pruned(self, payload: Json) -> Json:
        """A payload without what is at the paths at which anything is accepted."""
        paths = [part for part in self.parts if part.startswith("$")]
        places = {place for path in paths for place, _ in find_located(path, payload)}
        return without_places(payload, places) if places else payload

    def accepts_fault(self, turn: Turn | None) -> bool:
        """Whether a turn ended with one of the expected network failures."""
        refusal = turn.refusal if turn is not None else None
        return isinstance(refusal, TransportError) and refusal.code in self.faults


NOTHING = Accepted()


def accepted_by(recorded: ScenarioResult, now: ScenarioResult) -> Mapping[int, Accepted]:
    """What the expectations of each turn accept, by the turn's number.

    An expectation accepts a difference if it decides that property of a reply and passes on the
    recorded and on the new one.
    """
    passed = _passed(recorded) & _passed(now)
    after = {turn.number: turn for turn in now.transcript.turns}
    return {
        planned.number: Accepted(
            parts=_parts(planned, after[planned.number], passed), faults=planned.faults
        )
        for planned in now.scenario.user_turns
        if planned.number in after
    }


_Check = tuple[int, str, object]


def _passed(result: ScenarioResult) -> set[_Check]:
    """The checks that passed; not one that failed in another place of the same turn."""
    return {
        (check.turn, check.name, check.place)
        for check in result.checks
        if check.outcome is Outcome.PASSED
    }


def _parts(planned: UserTurn, turn: Turn, passed: Collection[_Check]) -> frozenset[str]:
    """What the expectations decide, without what one of them decided otherwise."""
    accepted: set[str] = set()
    refused: set[str] = set()
    for expectation in planned.expectations:
        if expectation.scope in _OF_THE_ANSWER:
            key = (turn.number, expectation.name, expectation.place)
            (accepted if key in passed else refused).update(_decided_by(expectation, turn))
    return frozenset(accepted - refused)


def _decided_by(expectation: Expectation, turn: Turn) -> Iterable[str]:
    try:
        value = expectation.value.render(turn.variables)
    except TemplateError:
        return ()
    return _decided(expectation.name, value)


def _decided(name: str, value: Json) -> Iterator[str]:
    """What a check, or a check inside it, decides. One of a project decides nothing."""
    kind = KIND_NAMED.get(name)
    if kind is None:
        return
    if kind.decides is not None:
        yield from kind.decides(value)
    for _, inner, one in kind.inner_checks(value):
        yield from _decided(inner, one)
