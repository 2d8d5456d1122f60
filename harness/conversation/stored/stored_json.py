"""The form in which transcripts are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core import (
    CassetteError,
    CheckCrashed,
    InternalError,
    Interrupted,
    Json,
    PlayError,
    ProtocolError,
    Refused,
    TransportError,
)

Stored = Mapping[str, Any]
Record = dict[str, Json]

ERROR_KINDS: Mapping[str, type[PlayError]] = {
    kind.__name__: kind
    for kind in (
        *(TransportError, ProtocolError, Refused, CassetteError),
        *(CheckCrashed, InternalError, Interrupted, PlayError),
    )
}
"""The classes of errors by the names under which they are stored; others are stored as a base."""
