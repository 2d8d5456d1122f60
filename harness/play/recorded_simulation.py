"""What a recording says about its simulated user, and whether that is still the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from harness.core import Json, Miss
from harness.play.simulating.prompt import PROMPT, prompt_text
from harness.providers.provider import Provider
from harness.scenario import Simulation
from harness.transport.cassette import Cassette, CassetteHead
from harness.transport.side_transport import without_asked

PARTS, MODEL = "parts", "model"


def recorded_simulation(simulation: Simulation) -> dict[str, Json]:
    """What the head of a recording says: a hash of each part that decides the messages."""
    return {PARTS: _parts(simulation)}


def recorded_model(model: Provider) -> dict[str, Json]:
    """What the head says of the provider whose model was asked."""
    return {
        MODEL: {
            "definition": model.definition.name,
            "definition_hash": model.definition.fingerprint,
            "settings": dict(model.open_settings),
        }
    }


def conversation_alone(cassette: Cassette, head: CassetteHead) -> tuple[Cassette, Cassette]:
    """The recording of a conversation alone, and that of what its simulated user's model said."""
    own, asked = without_asked(cassette)
    return own, replace(cassette, head=_head_of_model(head), interactions=asked)


def _head_of_model(head: CassetteHead) -> CassetteHead:
    model = head.simulation.get(MODEL)
    recorded: Mapping[str, Json] = model if isinstance(model, Mapping) else {}
    settings = recorded.get("settings")
    return CassetteHead(
        scenario=head.scenario,
        definition=str(recorded.get("definition", "")),
        definition_hash=str(recorded.get("definition_hash", "")),
        settings=settings if isinstance(settings, Mapping) else {},
        seed=head.seed,
        recorded_at=head.recorded_at,
    )


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
    now = _parts(simulation)
    changed = [name for name in {**now, **before} if before.get(name) != now.get(name)]
    if changed:
        raise Miss(
            "simulation-changed",
            f"the recording was made with another simulated user: {', '.join(changed)} changed",
            fix,
        )


def _parts(simulation: Simulation) -> dict[str, Json]:
    parts: dict[str, Json] = {name: _hash(value) for name, value in simulation.written.items()}
    if simulation.by:
        parts["prompt"] = f"{PROMPT} {_hash(prompt_text())}"
    return parts


def _hash(value: Json) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()
