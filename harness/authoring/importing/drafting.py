"""The text of a scenario, made from a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.authoring.proposing import checks_of
from harness.conversation import Turn
from harness.core import Json, Refused
from harness.formats.template import literal
from harness.providers.recorded_values import RecordedMessage
from harness.transport.cassette.cassette_writing import flow, scalar


def draft(  # noqa: PLR0913  # one parameter a part of the file
    *,
    scenario: str,
    provider: str,
    session: Mapping[str, Json],
    messages: Sequence[RecordedMessage],
    refused: Mapping[int, Refused],
    answers: Mapping[int, Mapping[str, Json]],
    turns: Mapping[int, Turn],
    schemas: Mapping[int, str],
) -> str:
    """A scenario file. Mappings are by the turn's number, from 1.

    `answers` are what tools return, by their names.
    A turn that is neither in `refused` nor in `turns` expects nothing.
    """
    lines = [f"scenario: {scalar(scenario)}", f"provider: {scalar(provider)}"]
    if session:
        lines.append(f"session: {flow(literal(dict(session)))}")
    lines.append("turns:")
    for number, message in enumerate(messages, 1):
        lines += [f"  - assistant: {_text(text)}" for text in message.before]
        lines.append(f"  - user: {_user(message)}")
        if given := answers.get(number):
            lines.append(f"    answers: {flow(literal(dict(given)))}")
        lines += _expected(refused.get(number), turns.get(number), schemas.get(number, ""))
    return "\n".join([*lines, ""])


def _user(message: RecordedMessage) -> str:
    if message.message.display_text:
        return f"{{press: {_text(message.message.display_text)}}}"
    return _text(message.message.text)


def _expected(refusal: Refused | None, turn: Turn | None, schema: str) -> Iterator[str]:
    if refusal is not None:
        yield "    error:"
        yield f"      status: {refusal.status}"
        if refusal.state:
            yield f"      contains: {_text(refusal.state.rpartition(' = ')[2])}"
        return
    if turn is None or turn.reply is None:
        yield "    expect: none"
        return
    yield "    expect:"
    if schema:
        yield f"      schema: {scalar(schema)}"
    for name, value in checks_of(turn.reply).items():
        yield f"      {name}: {flow(value)}"


def _text(text: str) -> str:
    return scalar(str(literal(text)))
