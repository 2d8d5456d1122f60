"""One live conversation of at most one message, with what each step sent and read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

from harness.conversation import Exchange, Reply, UserMessage
from harness.core import Json, PlayError, value_class
from harness.play.context_factory import ContextFactory
from harness.play.conversation_state import ConversationState
from harness.play.preparing import prepare_on
from harness.project.project import Project
from harness.providers.definition import Step
from harness.providers.session import Prepared, Session
from harness.secrets.redaction import Redactor


@value_class(frozen=True, slots=True, kw_only=True)
class StepRun:
    """What a step sent and received, and what was read from its answer."""

    name: str
    """Phase and number, such as `send.2`."""
    exchanges: tuple[Exchange, ...]
    """As they were; they may contain secrets."""
    shown: tuple[Exchange, ...]
    """The same, redacted."""
    step: Step | None = None
    """With its templates filled in; None if no answer could be read, or for a Python class."""
    payload: Json = None
    captured: Mapping[str, Json] = field(default_factory=dict)


@value_class(frozen=True, slots=True, kw_only=True)
class LiveCheck:
    """A conversation that was held, or that an error ended."""

    runs: tuple[StepRun, ...]
    reply: Reply | None
    """None without a message, and if it was not answered."""
    error: PlayError | None
    notes: tuple[str, ...]
    redactor: Redactor
    """Knows the secrets of the answers."""

    @property
    def may_be_silent(self) -> bool:
        """Whether the definition allows the reply to have no message."""
        plans = (run.step.reply for run in self.runs if run.step is not None)
        return any(plan is not None and plan.are_messages_optional for plan in plans)


@dataclass(slots=True)
class _Seen:
    """What is seen while the steps run."""

    read: dict[str, tuple[Step, Json, Mapping[str, Json]]] = field(default_factory=dict)
    prepared: tuple[Exchange, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    reply: Reply | None = None

    def observe(self, step: Step, payload: Json, captured: Mapping[str, Json]) -> None:
        """Take what a step read."""
        self.read[step.name] = (step, payload, captured)


def check_live(project: Project, name: str, message: str) -> LiveCheck:
    """Open a conversation with a provider, send a message unless it is empty, and close it."""
    context = ContextFactory(project).live_check(name)
    state = ConversationState(context)
    seen = _Seen()

    def prepare() -> Prepared:
        values = prepare_on(state, seen.observe)
        seen.prepared = values.exchanges
        return values

    session = Session(
        context.provider,
        context.transport,
        seed=context.seed,
        prepare=prepare,
        know=state.know,
        hides=state.hides,
    )
    session.observe(seen.observe)
    error: PlayError | None = None
    try:
        _converse(session, message, seen)
    except PlayError as raised:
        error = raised
        seen.exchanges += session.take_exchanges()
        with suppress(PlayError), context.closing_transport() as transport:
            session.close(transport)
    finally:
        context.transport.close()
    return LiveCheck(
        runs=tuple(_runs(seen, state)),
        reply=seen.reply,
        error=error,
        notes=state.notes,
        redactor=state.redactor,
    )


def _converse(session: Session, message: str, seen: _Seen) -> None:
    if message:
        seen.reply = session.say(UserMessage(text=message), 1)
    else:
        session.open()
    seen.exchanges += session.take_exchanges()
    session.close()
    seen.exchanges += session.take_exchanges()


def _runs(seen: _Seen, state: ConversationState) -> Iterator[StepRun]:
    # What prepared the conversation is among its exchanges if it broke a contract or failed.
    told = {id(one.request) for one in seen.prepared}
    every = (*seen.prepared, *(one for one in seen.exchanges if id(one.request) not in told))
    shown = state.redact(every)
    for name, pairs in groupby(zip(every, shown, strict=True), key=_step_name):
        raw, redacted = zip(*pairs, strict=True)
        step, payload, captured = seen.read.get(name, (None, None, {}))
        yield StepRun(
            name=name,
            exchanges=raw,
            shown=redacted,
            step=step,
            payload=payload,
            captured=captured,
        )


def _step_name(pair: Sequence[Exchange]) -> str:
    return pair[0].request.origin.step
