"""A conversation as it was after a turn, for others to go on from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.conversation import Turn
from harness.core.values import value_class
from harness.play.conversation_variables import LeftVariables
from harness.play.playing import Stage
from harness.providers.flow import FlowState
from harness.transport.kept import Kept

if TYPE_CHECKING:
    from harness.transport.live import LeftWire


@value_class(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that a conversation had come to. Those that go on from it take copies."""

    seed: str
    now: str
    """When the conversation began, ISO 8601 UTC."""
    wire: LeftWire | None
    state: FlowState
    variables: LeftVariables
    turns: tuple[Turn, ...]
    heard: tuple[Kept, ...]
    """What a recording holds of it; nothing where none is made."""
    secrets: Mapping[str, str]
    """What was prepared with: names by value."""


def snapshot_of(stage: Stage) -> Snapshot:
    """Between two turns of a conversation with a server: what it came to."""
    line = stage.line
    return Snapshot(
        seed=line.seed,
        now=line.now,
        wire=line.left() if line.left is not None else None,
        state=stage.session.left(),
        variables=stage.variables.left(),
        turns=tuple(stage.turns),
        heard=line.recording.heard if line.recording is not None else (),
        secrets=dict(line.redactor.learned),
    )


def go_on_from(snapshot: Snapshot, stage: Stage) -> None:
    """Bring a conversation that has not begun to where another one was.

    Its line was made with the snapshot. Raises `CassetteError` where the journal cannot be
    written.
    """
    line = stage.line
    line.know_all(snapshot.secrets)
    if line.recording is not None:
        line.recording.go_on(snapshot.heard)
    stage.variables.go_on(snapshot.variables)
    stage.session.go_on(snapshot.state)
    stage.turns.extend(snapshot.turns)
