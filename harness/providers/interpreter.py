"""Runs the steps of a definition. It does no IO: it yields requests and receives the answers."""

from __future__ import annotations

from collections.abc import Callable, Generator

from harness.conversation import Phase, Reply
from harness.core import Json, ProtocolError, Refused, quote
from harness.formats.json_path import find_all
from harness.formats.template import TemplateError
from harness.providers.definition import Step
from harness.providers.flow import Answered, Command, FlowState
from harness.providers.path_templates import fill_in_paths
from harness.providers.reply import read_reply
from harness.providers.reply_plan import ReplyPlan
from harness.providers.step_kinds import KINDS
from harness.providers.unread_answers import error_in
from harness.secrets.secret_marks import MARK

Flow = Generator[Command, Answered, Reply | None]
"""Yields what to do, receives each answer, and returns the reply if a step reads one."""

_OF_A_TURN = (Phase.SEND, Phase.TOOLS, Phase.LATE)
_Ran = tuple[Step, Json]
"""A step as it was filled in, and the payload of its answer."""

ReadsReply = Callable[[ReplyPlan, Json, set[str]], Reply | None]
"""Reads the reply in a step's answer; receives the ids of messages that were read before."""


def run_steps(
    steps: tuple[Step, ...],
    state: FlowState,
    read: ReadsReply = read_reply,
    opening: tuple[Step, ...] = (),
) -> Flow:
    """Run a phase. Returns the reply that a step read, or None; `read` reads it.

    `opening` are the steps that open the conversation again if a step says so of a status.

    Raises `Refused` for an answer that is a refusal, and `ProtocolError` for one that cannot be
    read, and for a step that cannot be filled in. The exchanges until then are in
    `state.exchanges`.
    """
    reply: Reply | None = None
    for step in steps:
        try:
            ran = yield from _run(step, state, opening)
        except TemplateError as error:
            raise _not_filled_in(step, error) from error
        if ran is None:
            continue
        filled, payload = ran
        state.payload = payload
        _capture(filled, payload, state)
        state.observe(filled, payload, {name: state.captured[name] for name in filled.capture})
        if filled.reply is not None:
            reply = read(filled.reply, payload, state.seen)
    return reply


def _not_filled_in(step: Step, error: TemplateError) -> ProtocolError:
    """The error for a template of a step that cannot be filled in."""
    problem = error.problem
    return ProtocolError(
        problem.code,
        f"step {step.name} cannot be filled in: {problem.message}",
        problem.hint,
        details=(f"at {problem.place}",) if problem.place else (),
    )


def _run(
    step: Step, state: FlowState, opening: tuple[Step, ...]
) -> Generator[Command, Answered, _Ran | None]:
    """Run a step, once more after opening the conversation again; None if its `when` is false."""
    if step.when is not None and not step.when.render(state.context()):
        return None
    try:
        return (yield from _ask(step, state))
    except Refused as refusal:
        # A refusal that the scenario expects is what the turn is about.
        if refusal.status not in step.opens_again - state.accepted:
            raise
        try:
            yield from run_steps(opening, state)
            return (yield from _ask(step, state))
        except Refused as again:
            again.details += (_opened_again(step, refusal),)
            raise


def _opened_again(step: Step, refusal: Refused) -> str:
    status = refusal.status
    return f"the 'open' steps ran again, because the first answer of step {step.name} was {status}"


def _ask(step: Step, state: FlowState) -> Generator[Command, Answered, _Ran]:
    """Ask, and give the payload, with the step as it was filled in."""
    _require_captures_of_this_turn(step, state)
    has_templates = step.path_templates or step.value_templates
    filled = fill_in_paths(step, state.context()) if has_templates else step
    payload = yield from KINDS[step.kind].run(filled, state)
    return filled, payload


def _require_captures_of_this_turn(step: Step, state: FlowState) -> None:
    """Raise `ProtocolError` if `in_reply_to` would compare with the value of an earlier turn.

    An optional capture keeps its value, and so does one of a step that did not run.
    """
    conditions = step.reply.in_reply_to if step.reply is not None else {}
    if not conditions:
        return
    written = {*conditions, *(one for values in conditions.values() for one in values)}
    templates = {**step.path_templates, **step.value_templates}.items()
    for name in sorted({name for text, one in templates if text in written for name in one.names}):
        turn = state.captured_in.get(name, state.turn)
        if turn != state.turn:
            raise ProtocolError(
                "capture-missing",
                f"'{name}' was captured in turn {turn} and not since, but 'in_reply_to' of step"
                f" {step.name} compares with its value in this turn",
                "capture it in every turn, without 'optional'",
            )


def _capture(step: Step, payload: Json, state: FlowState) -> None:
    """Store the captures of a step.

    Raises `ProtocolError`: `capture-missing` if there is no value, `capture-repeated` if a value
    that must be new is repeated.
    """
    for name, paths in step.capture.items():
        values = [value for path in paths for value in find_all(path, payload)[:1]]
        value = next((one for one in values if one is not None and one != ""), None)
        if value is None and name in step.optional_captures:
            continue
        if value is None:
            was = "is empty" if values else "is missing"
            raise ProtocolError(
                "capture-missing",
                f"'{name}' {was} in the answer of step {step.name}:"
                f" {' or '.join(paths)} gives no usable value",
                details=(*error_in(payload), *_contract_of(state)),
            )
        state.captured[name] = value
        if step.phase in _OF_A_TURN:
            state.captured_in[name] = state.turn
        else:
            state.captured_in.pop(name, None)
        if name in step.secret_captures:
            state.know(name, value)
        if name in step.new_captures:
            _require_new(name, value, step, state)


def _require_new(name: str, value: Json, step: Step, state: FlowState) -> None:
    text = str(value)
    # In a replay, all secrets of one name have the same mark.
    if MARK.search(text):
        return
    first = state.given.get((name, text))
    if first is None:
        state.given[name, text] = f"step {step.name} in turn {state.turn}"
        return
    raise ProtocolError(
        "capture-repeated",
        f"the answer of step {step.name} repeats the '{name}' of {first}, {quote(text)},"
        " expected a new one",
        "the conversation did not continue there, or the answer came from a cache",
    )


def _contract_of(state: FlowState) -> tuple[str, ...]:
    broken = state.exchanges[-1].contract if state.exchanges else ()
    return tuple(f"violates the contract at {sentence}" for sentence in broken)
