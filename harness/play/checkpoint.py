"""The state of a live conversation, from which others continue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.conversation import Turn, UserMessage
from harness.core import value_class
from harness.providers.flow import FlowState
from harness.transport.recorded_interactions import RecordedInteraction

if TYPE_CHECKING:
    from harness.transport.live import LiveCheckpoint


@value_class(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a live conversation after a turn. Those that resume it take copies."""

    seed: str
    now: str
    """When the conversation began, ISO 8601 UTC."""
    transport: LiveCheckpoint | None
    flow: FlowState
    turns: tuple[Turn, ...]
    messages: Mapping[int, UserMessage]
    """What a replay says in turns whose message has a secret in it, by number."""
    recorded: tuple[RecordedInteraction, ...]
    """The content of its recording; empty if it is not recorded."""
    secrets: Mapping[str, str]
    """The secrets that are known: names by value."""
