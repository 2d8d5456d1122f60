"""What a recording says about its simulated user, and whether that is still the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from harness.core import Json, Miss
from harness.scenario import Simulation

PARTS = "parts"


def recorded_simulation(simulation: Simulation) -> dict[str, Json]:
    """What the head of a recording says: a hash of each part that decides the messages."""
    return {PARTS: {name: _hash(value) for name, value in simulation.written.items()}}


def require_same_simulation(
    recorded: Mapping[str, Json], simulation: Simulation | None, fix: str
) -> None:
    """Raise `Miss` if a recording was made with another simulated user.

    `fix` is the command that records it again. A recording of written turns has no simulated user:
    its messages are compared one by one, and so are those of a scenario that is not simulated.
    """
    if not recorded or simulation is None:
        return
    parts = recorded.get(PARTS)
    before: Mapping[str, Json] = parts if isinstance(parts, Mapping) else {}
    now = recorded_simulation(simulation)[PARTS]
    assert isinstance(now, Mapping)  # noqa: S101  # made above
    changed = [name for name in {**now, **before} if before.get(name) != now.get(name)]
    if changed:
        raise Miss(
            "simulation-changed",
            f"the recording was made with another simulated user: {', '.join(changed)} changed",
            fix,
        )


def _hash(value: Json) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()
