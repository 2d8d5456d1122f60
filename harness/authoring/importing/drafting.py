"""The text of a scenario, made from a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from harness.authoring.proposing import checks_of, like, varying_note
from harness.conversation import Turn, json_text
from harness.core import Json, Refused, scalars
from harness.formats.template import literal
from harness.providers.recorded_values import RecordedMessage
from harness.transport.cassette.cassette_writing import flow, scalar

MOST_SCALARS = 40
"""Values in a payload that is expected as a whole."""
NOTHING: Mapping[int, Any] = MappingProxyType({})


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
    within: Mapping[int, str] = NOTHING,
    chosen: Mapping[int, Mapping[str, Json]] = NOTHING,
    branch: tuple[str, str, int] | None = None,
) -> str:
    """A scenario file. Mappings are by the turn's number, from 1.

    `answers` are what tools return, by their names. `within` says how long a turn waits for late
    messages. `chosen` are checks that an author wrote; they replace those of the same name.
    A turn that is neither in `refused` nor in `turns` expects nothing. `branch` is the file and the
    turn that the scenario continues, and how many turns it has until then.
    """
    lines = [f"scenario: {scalar(scenario)}", f"provider: {scalar(provider)}"]
    if session:
        lines.append(f"session: {flow(literal(dict(session)))}")
    if branch is not None:
        lines.append(f"branch: {flow({'file': branch[0], 'from': branch[1]})}")
    lines.append("turns:")
    for number, message in enumerate(messages, 1 + (branch[2] if branch else 0)):
        lines += [f"  - assistant: {_text(text)}" for text in message.before]
        lines.append(f"  - user: {_user(message)}")
        if given := answers.get(number):
            lines.append(f"    answers: {flow(literal(dict(given)))}")
        refusal, turn = refused.get(number), turns.get(number)
        if refusal is not None:
            checks, key = _of_refusal(refusal), "error"
        else:
            schema = schemas.get(number, "")
            checks = _of_turn(turn, schema, within.get(number, "")) if turn is not None else {}
            key = "expect"
        lines += _block(key, {**checks, **chosen.get(number, {})})
    return "\n".join([*lines, ""])


def varying_notes(
    turns: Mapping[int, Turn], chosen: Mapping[int, Mapping[str, Json]] = NOTHING
) -> list[str]:
    """How the expectations of a file treat what varies in the replies, a sentence a turn.

    What the checks in `chosen` name does not count, as it is expected as it is.
    """
    noted = {
        number: varying_note(turn.reply, json_text(dict(chosen.get(number, {}))))
        for number, turn in turns.items()
        if turn.reply is not None
    }
    return [f"turn {number}: {note}" for number, note in noted.items() if note]


def _block(key: str, checks: Mapping[str, Json]) -> Iterator[str]:
    if not checks:
        yield f"    {key}: none"
        return
    yield f"    {key}:"
    for name, value in checks.items():
        if name == "replies":
            yield from _replies(value)
        else:
            yield f"      {_pair(name, value)}"


def _replies(value: Json) -> Iterator[str]:
    """What is expected of each message, one a line; `value` is the list, or has it as a key."""
    whole = value if isinstance(value, Mapping) else {"messages": value}
    rest = {name: one for name, one in whole.items() if name != "messages"}
    yield "      replies:"
    yield from (f"        {_pair(name, one)}" for name, one in rest.items())
    margin = " " * 8
    if whole is value:
        yield f"{margin}messages:"
        margin += "  "
    messages = whole["messages"]
    assert isinstance(messages, list)  # noqa: S101  # by the format of the check
    for one in messages:
        pairs = [_pair(*pair) for pair in one.items()] if isinstance(one, Mapping) else [flow(one)]
        yield f"{margin}- {pairs[0] if len(pairs) == 1 else '{' + ', '.join(pairs) + '}'}"


def _pair(name: str, value: Json) -> str:
    """A key with its value; a pattern is in single quotes, in which a backslash is one."""
    if name == "matches" and isinstance(value, str) and value.isprintable():
        quoted = value.replace("'", "''")
        return f"{name}: '{quoted}'"
    return f"{name}: {flow(value)}"


def _user(message: RecordedMessage) -> str:
    said = message.message
    text = {"press": said.display_text} if said.display_text else {"text": said.text}
    files: list[Json] = [
        {name: part for name in ("name", "content") if (part := getattr(one, name))}
        for one in said.attachments
    ]
    rest: dict[str, Json] = {
        **({"attachments": files} if files else {}),
        **({"metadata": dict(said.metadata)} if said.metadata else {}),
    }
    if not rest:
        return _text(said.text) if "text" in text else flow(literal({**text}))
    return flow(literal({**{name: one for name, one in text.items() if one}, **rest}))


def _of_refusal(refusal: Refused) -> dict[str, Json]:
    checks: dict[str, Json] = {"status": refusal.status}
    if refusal.state:
        checks["contains"] = literal(refusal.state.rpartition(" = ")[2])
    return checks


def _of_turn(turn: Turn, schema: str, within: str) -> dict[str, Json]:
    if turn.reply is None:
        return {}
    checks = {**({"schema": schema} if schema else {}), **checks_of(turn.reply)}
    if checks.keys() <= {"schema", "messages"} and _is_short(turn.reply.payload):
        # Without texts, buttons and products, the payload is all there is.
        checks["like"] = like([turn.reply.payload])
    if within and "replies" in checks:
        checks["replies"] = {"within": within, "messages": checks["replies"]}
    elif within:
        checks["messages"] = {"count": len(turn.reply.messages), "within": within}
    return checks


def _is_short(payload: Json) -> bool:
    """Whether a payload has values, and few enough for a file that people read."""
    return 0 < sum(1 for _ in scalars(payload)) <= MOST_SCALARS


def _text(text: str) -> str:
    return scalar(str(literal(text)))
