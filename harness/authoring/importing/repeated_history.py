"""The histories that the requests to a language model repeat."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.authoring.importing.model_history import HistoryItem, Unplaced, read_history
from harness.conversation import Phase
from harness.core import Json
from harness.providers.definition import Definition
from harness.providers.recorded_steps import Match
from harness.transport.cassette.plain_interaction import PlainInteraction, bytes_of

REFUSES = 400
"""The lowest status of an answer that refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedHistory:
    """A recorded request with the history that it repeats."""

    place: int
    """Of the interaction, from 0."""
    said: tuple[HistoryItem, ...]
    is_streamed: bool
    is_refused: bool


def histories_in(
    definition: Definition, matches: Sequence[Match], rows: Sequence[PlainInteraction]
) -> list[RepeatedHistory]:
    """The histories of the requests that a definition sends, if its requests repeat them.

    Empty for every other definition or recording. Raises `Unplaced`.
    """
    steps = [step for phase in (Phase.SEND, Phase.TOOLS) for step in definition.phases[phase]]
    others = (Phase.OPEN, Phase.CLOSE, Phase.PREPARE)
    names = frozenset().union(*(step.request.body.names for step in steps))
    if any(definition.phases[phase] for phase in others) or not names & {"turns", "transcript"}:
        return []
    found = []
    for match in matches:
        if match.step.phase not in (Phase.SEND, Phase.TOOLS):
            return []
        row = rows[match.place]
        body = json_of(bytes_of(row["sent"], is_base64=row["sent_is_base64"]))
        try:
            said = read_history(body)
        except Unplaced as error:
            error.interaction = match.place
            raise
        if said is None:
            return []
        found.append(
            RepeatedHistory(
                place=match.place,
                said=said,
                is_streamed=isinstance(body, Mapping) and body.get("stream") is True,
                is_refused=row["status"] >= REFUSES,
            )
        )
    return found


def json_of(content: bytes) -> Json:
    """The JSON of a body; None if it is not JSON."""
    try:
        value: Json = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value
