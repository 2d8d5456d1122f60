"""The last answer of each step of a turn, as drift compares it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from harness.conversation import Exchange, Phase, Response, Turn
from harness.core import Json, ProtocolError, shorten
from harness.formats.json_path import find_all
from harness.play.drift.shape import with_events_read
from harness.providers.definition import Step
from harness.providers.payload import read_payload
from harness.providers.received_messages import messages_in
from harness.providers.step_plans import Encoding


def last_answers(turn: Turn) -> Mapping[str, Response]:
    """The last answer of each step. The number of requests of a poll depends on time.

    Answers of `prepare` steps belong to no conversation, even if one violated its schema.
    """
    exchanges: Iterable[Exchange] = (*turn.exchanges, *turn.looked_up)
    return {
        exchange.request.origin.step: exchange.response
        for exchange in exchanges
        if exchange.response is not None and exchange.request.origin.phase is not Phase.PREPARE
    }


def shown_status(response: Response | None) -> str:
    """The status of an answer, in words."""
    return "no request" if response is None else f"status {response.status}"


def poll_state(step: Step | None, response: Response) -> str:
    """The values that show how a poll ended; empty if the step is not a poll.

    Those at paths with a template belong to one conversation, and are not compared.
    """
    if step is None or step.poll is None:
        return ""
    try:
        payload = read_payload(response, step.answer.encoding)
    except ProtocolError:
        return "an answer that cannot be read"
    paths = dict.fromkeys((*step.poll.until, *step.fail_if))
    fixed = [path for path in paths if path not in step.path_templates]
    values = [f"{path} = {value}" for path in fixed for value in find_all(path, payload)]
    return shorten(", ".join(values)) or "no state"


def payload_of(step: Step | None, response: Response, turn: Turn) -> tuple[Json, bool]:
    """The payload of an answer, and whether it could be read."""
    if step is not None and step.stream is not None:
        payload = turn.reply.payload if turn.reply is not None else None
        return with_events_read(payload), True
    if not response.body:
        return None, True
    if step is not None and step.receive is not None:
        return messages_in(response, step.answer.encoding), True
    try:
        return read_payload(response, step.answer.encoding if step else Encoding.JSON), True
    except ProtocolError:
        return None, False


def framing_difference(name: str, recorded: Json, now: Json) -> Iterator[str]:
    """The difference in how a stream is divided into events, if there is one."""
    if isinstance(recorded, Mapping) and isinstance(now, Mapping):
        was, is_now = recorded.get("framing"), now.get("framing")
        if was != is_now:
            yield f"{name}: framing: recorded {was}, now {is_now}"
