"""Makes the contexts of conversations: with a server, a recording, or both."""

from __future__ import annotations

import secrets as random_source
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harness.core import HarnessError, is_same
from harness.play.budget import Budget
from harness.play.connecting import live_transport
from harness.play.context import ConversationContext
from harness.play.recorded_context import recorded_context
from harness.play.recorded_simulation import (
    conversation_alone,
    recorded_model,
    require_same_simulation,
)
from harness.play.recorder import Replayer, last_secret_turn
from harness.play.recording_files import (
    find_recording,
    preparation_command,
    preparation_path,
    preparation_row,
    read_recording,
    record_command,
    recording_path,
)
from harness.play.recording_head import foreign_head, head_of
from harness.project.plan import Play
from harness.project.project import Project
from harness.providers.provider import BASE_URL, Provider
from harness.scenario import Scenario
from harness.secrets.redaction import NOTHING_SECRET, Redactor
from harness.transport import Transport
from harness.transport.cassette import Cassette, CassetteHead
from harness.transport.limited_transport import LimitedTransport, Pace
from harness.transport.replay import ReplayTransport
from harness.transport.side_transport import SideTransport

if TYPE_CHECKING:
    from harness.play.checkpoint import Checkpoint
    from harness.transport.live import LiveTransport

CLOSING_SECONDS = 0.5
"""The time limit of the closing steps after a conversation that broke or was stopped."""


class ContextFactory:
    """Makes contexts for one project. Safe for threads."""

    def __init__(self, project: Project, *, share: int = 1, holding: Path | None = None) -> None:
        """`share` is the number of processes that keep to a provider's rate together.

        Into the folder `holding`, where it is given, new recordings are written.
        """
        self._project = project
        self._holding = holding
        self.is_holding = holding is not None
        """Old recordings remain."""
        self._redactors: dict[tuple[object, ...], Redactor] = {}
        self.budget: Budget | None = None
        """What live conversations may spend together; None for no limit."""
        self.notes: dict[str, None] = {}
        """Notes for the user about the providers that were used."""
        self._paces = {
            name: Pace(config.rate, share=share)
            for name, config in project.config.providers.items()
            if config.rate is not None
        }

    def replay(
        self, scenario: Scenario, play: Play, cassette: Cassette | None = None
    ) -> ConversationContext:
        """Replay a recording: the play's own file if no cassette is given.

        Raises `CassetteError`, and `AuthoringError` for settings.
        """
        notes: tuple[str, ...] = ()
        fix = record_command(self._project, play)
        if cassette is None:
            cassette, notes = find_recording(self._project, scenario, play, fix)
        head = cassette.head or foreign_head(self._project, cassette, play)
        require_same_simulation(head.simulation, scenario.simulation, fix)
        provider = self._project.provider(
            play.provider, recorded=head.settings, credentials=scenario.credentials
        )
        own, asked = cassette, None
        if head.simulation:
            own, asked = conversation_alone(cassette, head)
        transport = self._replaying(own, provider, fix)
        session = cassette.head.session if cassette.head is not None else None
        return ConversationContext(
            provider=provider,
            transport=transport,
            redactor=NOTHING_SECRET,
            seed=head.seed,
            now=head.recorded_at,
            notes=notes,
            replayer=Replayer(transport=transport, session=session, fix=fix, asked=asked),
        )

    def simulating(self, by: str, of_bot: ConversationContext) -> ConversationContext:
        """Ask a provider as the model of a simulated user, in the recording of a conversation.

        Raises `CassetteError`, and `AuthoringError` for settings.
        """
        replayer, recorder = of_bot.replayer, of_bot.recorder
        if replayer is not None:
            asked = replayer.asked or Cassette()
            provider = self._project.provider(
                by, recorded=asked.head.settings if asked.head is not None else {}
            )
            transport = self._replaying(asked, provider, replayer.fix)
            return replace(
                of_bot,
                provider=provider,
                transport=transport,
                replayer=Replayer(transport=transport, session=None, fix=replayer.fix),
                notes=(),
            )
        context = self._live(self._project.provider(by))
        recording = recorder.transport if recorder is not None else None
        return replace(
            context,
            transport=SideTransport(context.transport, recording),
            seed=of_bot.seed,
            now=of_bot.now,
        )

    def replayed_preparing(self, scenario: Scenario, play: Play) -> ReplayTransport:
        """Replay the recorded preparation of a provider. Raises `CassetteError`."""
        path = preparation_path(self._project, play.provider, scenario.credentials)
        fix = preparation_command(self._project, scenario, play)
        cassette = read_recording(self._project, path, fix)
        provider = self._project.provider(
            play.provider,
            recorded=cassette.head.settings if cassette.head is not None else {},
            credentials=scenario.credentials,
        )
        return self._replaying(cassette, provider, fix)

    def live(
        self,
        scenario: Scenario,
        play: Play,
        *,
        is_recorded: bool,
        start: Checkpoint | None = None,
        header_names: Collection[str] = (),
    ) -> ConversationContext:
        """Converse with the server, from the checkpoint `start` of another conversation if given.

        `header_names` are answer headers that conversations continuing from this one use; lower
        case. Raises `CassetteError` if the recording cannot be written, and `BudgetUsedUp`.
        """
        if self.budget is not None:
            self.budget.require()
        provider = self._project.provider(play.provider, credentials=scenario.credentials)
        context = self._live(provider, scenario.timeout, start)
        if not is_recorded:
            return context
        head = head_of(context, play, play.row, scenario)
        if scenario.simulation is not None and scenario.simulation.by:
            model = recorded_model(self._project.provider(scenario.simulation.by))
            head = replace(head, simulation={**head.simulation, **model})
        return self._recorded(
            context,
            recording_path(self._project, play),
            head,
            {*scenario.header_names, *header_names},
            scenario,
        )

    def live_preparing(
        self, scenario: Scenario, play: Play, *, is_recorded: bool
    ) -> ConversationContext:
        """Prepare a provider with the server. Raises `CassetteError` as `live` does."""
        provider = self._project.provider(play.provider, credentials=scenario.credentials)
        context = self._live(provider)
        if not is_recorded:
            return context
        return self._recorded(
            context,
            preparation_path(self._project, play.provider, scenario.credentials),
            head_of(context, play, preparation_row(scenario.credentials)),
            scenario.header_names,
        )

    def asking(
        self, name: str, path: Path | None, head: Callable[[ConversationContext], CassetteHead]
    ) -> ConversationContext:
        """Ask a provider something that no scenario says; recorded in a file if one is given.

        Raises `CassetteError` if it cannot be written, and `AuthoringError` for settings.
        """
        provider = self._project.provider(name)
        context = self._live(provider)
        return context if path is None else self._recorded(context, path, head(context), ())

    def replayed_asking(self, name: str, cassette: Cassette, fix: str) -> ConversationContext:
        """Replay what a provider was asked, of a recording of our own. Raises as `asking` does."""
        assert cassette.head is not None  # noqa: S101  # such recordings are written with a head
        provider = self._project.provider(name, recorded=cassette.head.settings)
        transport = self._replaying(cassette, provider, fix)
        return ConversationContext(
            provider=provider,
            transport=transport,
            redactor=NOTHING_SECRET,
            seed=cassette.head.seed,
            now=cassette.head.recorded_at,
            replayer=Replayer(transport=transport, session=cassette.head.session, fix=fix),
        )

    def live_check(self, name: str) -> ConversationContext:
        """Converse with a provider without a scenario; nothing is recorded."""
        provider = self._project.provider(name)
        return self._context(provider, self._transport(provider))

    def _replaying(self, cassette: Cassette, provider: Provider, fix: str) -> ReplayTransport:
        base_url = str(provider.settings.get(BASE_URL) or "")
        transport = ReplayTransport(cassette, fix=fix, base_url=base_url)
        head, settings = cassette.head, provider.open_settings
        # An imported recording holds some of the settings only.
        if head is not None and (
            head.definition_hash != provider.definition.fingerprint
            or (head.settings.keys() == settings.keys() and not is_same(head.settings, settings))
        ):
            transport.compared_by = Redactor(provider.secrets)
        return transport

    def _live(
        self, provider: Provider, seconds: float | None = None, start: Checkpoint | None = None
    ) -> ConversationContext:
        live = self._transport(provider)
        if start is not None and start.transport is not None:
            live.resume(start.transport)
        pace = self._paces.get(provider.name)
        transport: Transport = live
        if pace is not None or seconds is not None:
            # Below a recording, so that what breaks a limit is recorded as this limit.
            transport = LimitedTransport(live, pace=pace, seconds=seconds)
        context = self._context(provider, transport, start)
        return replace(context, checkpoint=live.checkpoint, budget=self.budget)

    def _recorded(
        self,
        context: ConversationContext,
        path: Path,
        head: CassetteHead,
        headers: Iterable[str],
        scenario: Scenario | None = None,
    ) -> ConversationContext:
        """A context that is recorded; without a scenario, it records a preparation."""
        config = self._project.config
        return recorded_context(
            context,
            path,
            head,
            headers=headers,
            shown=config.shown,
            into=self._holding and self._holding / path.relative_to(config.cassettes),
            held_until=last_secret_turn(context.provider.definition, scenario),
        )

    def _context(
        self, provider: Provider, transport: Transport, start: Checkpoint | None = None
    ) -> ConversationContext:
        return ConversationContext(
            provider=provider,
            transport=transport,
            redactor=self._redactor(provider),
            # Those of the conversation that it continues.
            seed=start.seed if start else random_source.token_hex(8),
            now=start.now if start else datetime.now(UTC).isoformat(timespec="seconds"),
            closing=lambda: self._transport(provider, seconds=CLOSING_SECONDS),
        )

    def redactor(self, name: str, scenario: Scenario) -> Redactor:
        """A redactor of a provider's secrets; it redacts nothing if the settings cannot be read."""
        try:
            return self._redactor(self._project.provider(name, credentials=scenario.credentials))
        except HarnessError:
            return NOTHING_SECRET

    def _redactor(self, provider: Provider) -> Redactor:
        key = (provider.name, *provider.secrets.items())
        if key not in self._redactors:
            self._redactors[key] = Redactor(provider.secrets)
            self.notes |= dict.fromkeys(map(str, provider.short_secrets))
        return self._redactors[key]

    def _transport(self, provider: Provider, seconds: float | None = None) -> LiveTransport:
        if provider.unverified:
            self.notes[provider.unverified] = None
        return live_transport(provider, seconds)
