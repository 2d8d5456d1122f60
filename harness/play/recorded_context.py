"""Makes a live context one that is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from harness.play.context import ConversationContext
from harness.play.recorder import Recorder
from harness.play.recording_head import leftover_note
from harness.transport.cassette import CassetteHead
from harness.transport.recording import RecordingTransport


def recorded_context(
    context: ConversationContext,
    path: Path,
    head: CassetteHead,
    *,
    headers: Iterable[str],
    shown: Callable[[Path], str],
    into: Path | None,
    held_until: float,
) -> ConversationContext:
    """The context with a recorder. Raises `CassetteError` if the file cannot be written.

    `headers` are further ones of answers that are kept, `shown` gives paths as people see them,
    `into` is the file that is written instead, and `held_until` the turn after which no secret is
    captured any more.
    """
    definition = context.provider.definition
    transport = RecordingTransport(
        context.transport,
        path,
        context.redactor,
        keep_headers=definition.headers_kept.union(headers),
        display=shown(path),
        held_until=held_until,
        # A class can declare a secret at any time.
        holds_turns=definition.client is not None,
    )
    leftover = leftover_note(transport, shown)
    transport.write_head(head)
    return replace(
        context,
        transport=transport,
        recorder=Recorder(
            transport=transport,
            head=head,
            into=into,
            leftover=leftover,
            is_class=definition.client is not None,
        ),
        notes=(leftover,) if leftover else (),
    )
