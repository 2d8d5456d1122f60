"""The heads of recordings, and the note about a journal that a killed run left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import harness
from harness.play.context import ConversationContext
from harness.play.recorded_simulation import recorded_simulation
from harness.play.recording_files import PREPARE
from harness.project.plan import Play
from harness.project.project import Project
from harness.providers.catalogue import definition_of
from harness.scenario import Scenario
from harness.transport.cassette import Cassette, CassetteHead
from harness.transport.recording import RecordingTransport


def foreign_head(project: Project, cassette: Cassette, play: Play) -> CassetteHead:
    """A head for a recording of another tool, with the settings that its requests show."""
    # Late: most replays are of our own recordings.
    from harness.providers.recorded_values import settings_in  # noqa: PLC0415

    definition = definition_of(project.config, project.provider_config(play.provider))
    return CassetteHead(
        scenario=play.scenario,
        settings=settings_in(cassette.interactions.plain, definition),
    )


def head_of(
    context: ConversationContext, play: Play, row: str, scenario: Scenario | None = None
) -> CassetteHead:
    """The head of a recording; without a scenario, of the recording of a preparation."""
    definition = context.provider.definition
    simulation = scenario.simulation if scenario is not None else None
    return CassetteHead(
        scenario=PREPARE if scenario is None else scenario.id,
        scenario_hash="" if scenario is None else scenario.fingerprint,
        row=row,
        take=1 if scenario is None else play.take,
        definition=definition.name,
        definition_hash=definition.fingerprint,
        settings=context.provider.open_settings,
        simulation={} if simulation is None else recorded_simulation(simulation),
        seed=context.seed,
        recorded_at=context.now,
        version=harness.__version__,
    )


def leftover_note(transport: RecordingTransport, shown: Callable[[Path], str]) -> str:
    """What to do with the journal of a run that was killed; empty if there is none."""
    if transport.leftover is None:
        return ""
    path = shown(transport.leftover.path)
    return f"{transport.leftover.named(path)}; it is kept: harness cassettes recover {path}.old"
