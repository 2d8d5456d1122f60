"""The ways in which the steps of a definition can be refused, and those that were played."""

from __future__ import annotations

from collections.abc import Iterator

from harness.conversation import Phase, Turn
from harness.core import Refused, value_class
from harness.providers.conditions import met, shown
from harness.providers.definition import Definition, Step

STATUS = "a status that is not expected"
FAIL_IF = "fail_if"
IN_TURNS = (Phase.OPEN, Phase.SEND, Phase.TOOLS)
"""The phases whose steps a turn with `error:` expects to be refused."""


@value_class(frozen=True, slots=True)
class ErrorBranch:
    """One way in which a step can be refused; a scenario expects it with `error:`."""

    step: str
    """Such as `send.1`."""
    condition: str
    """Such as `$.status = failed or cancelled`, or that the status is not expected."""

    def __str__(self) -> str:
        return f"{self.step}: {self.condition}"


def branches_of(definition: Definition) -> tuple[ErrorBranch, ...]:
    """The error branches of a definition, in the order of its steps; a class has none."""
    return tuple(
        ErrorBranch(step.name, condition)
        for step in definition.steps
        if step.phase in IN_TURNS
        for condition in (STATUS, *_conditions(step).values())
    )


def played_in(definition: Definition, turn: Turn) -> Iterator[ErrorBranch]:
    """The error branches that the refusal of a turn took."""
    refusal = turn.refusal
    if not isinstance(refusal, Refused) or turn.answer is None:
        return
    name = turn.answer.request.origin.step
    step = next((one for one in definition.steps if one.name == name), None)
    if step is None:
        return
    taken = [] if refusal.payload is None else list(_met(step, refusal))
    yield from taken or [ErrorBranch(name, STATUS)]


def _met(step: Step, refusal: Refused) -> Iterator[ErrorBranch]:
    for path, condition in _conditions(step).items():
        if path == FAIL_IF or met({path: step.fail_if[path]}, refusal.payload):
            yield ErrorBranch(step.name, condition)


def _conditions(step: Step) -> dict[str, str]:
    """The conditions of `fail_if` by path; one for all if they are known only when it runs."""
    if step.path_templates or step.value_templates:
        return {FAIL_IF: FAIL_IF} if step.fail_if else {}
    return {
        path: f"{path} = {' or '.join(map(shown, wanted))}" for path, wanted in step.fail_if.items()
    }
