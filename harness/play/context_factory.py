"""Makes the lines of a project: to a server, to a recording, or both."""

from __future__ import annotations

import secrets as random_source
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import harness
from harness.conversation import Request
from harness.core.errors import HarnessError
from harness.core.typing import Json, is_same
from harness.play.line import Line
from harness.play.recording_files import find_recording, read_recording, recording_path
from harness.project.plan import Play
from harness.project.project import Project
from harness.providers.catalogue import definition_of
from harness.providers.definition import Definition
from harness.providers.provider import BASE_URL, Provider
from harness.scenario import Credentials, Scenario
from harness.secrets.redaction import NOTHING_SECRET, Redactor
from harness.transport import Answer, Wire
from harness.transport.address import host_and_port
from harness.transport.cassette import Cassette, CassetteHead, cassette_path
from harness.transport.limited import LimitedWire, Pace
from harness.transport.recording import Locate, RecordingWire
from harness.transport.replay import ReplayWire

if TYPE_CHECKING:
    from harness.play.forks import SharedPrefix
    from harness.play.snapshot import Snapshot
    from harness.transport.live import LiveWire

PREPARE = "prepare"
"""Names the recording of what comes once for a provider; no scenario may be called so."""

CLOSING_SECONDS = 0.5
"""What closing steps may take after a conversation that broke or was stopped."""


class ContextFactory:
    """Makes lines for one project. Safe for threads."""

    def __init__(self, project: Project, *, share: int = 1, holding: Path | None = None) -> None:
        """`share` is the number of processes that keep to a provider's rate together.

        Into the folder `holding`, where it is given, new recordings are written.
        """
        self._project = project
        self._holding = holding
        self._redactors: dict[tuple[object, ...], Redactor] = {}
        self.notes: dict[str, None] = {}
        """What people should know of the providers that were talked to."""
        self._paces = {
            name: Pace(config.rate / share)
            for name, config in project.config.providers.items()
            if config.rate is not None
        }

    def replay(self, scenario: Scenario, play: Play, cassette: Cassette | None = None) -> Line:
        """A line to the recording: the play's own file where no cassette is given.

        Raises `CassetteError`, and `AuthoringError` for settings.
        """
        notes: tuple[str, ...] = ()
        if cassette is None:
            cassette, notes = find_recording(self._project, scenario, play, self._mend(play))
        head = cassette.head or self._foreign(cassette, play)
        provider = self._project.provider(
            play.provider, recorded=head.settings, credentials=scenario.credentials
        )
        wire = self._replaying(cassette, provider, self._mend(play))
        return Line(
            provider=provider,
            wire=wire,
            redactor=NOTHING_SECRET,
            seed=head.seed,
            now=head.recorded_at,
            is_recorded=True,
            replay=wire,
            head=cassette.head,
            mend=self._mend(play),
            notes=notes,
        )

    def replayed_preparing(self, scenario: Scenario, play: Play) -> ReplayedPreparation:
        """A wire to the recorded preparation, which is read when the first step asks for it."""
        path = self._path(play.provider, PREPARE, _row(scenario.credentials))
        mend = self._mend_preparation(scenario, play)

        def replaying() -> ReplayWire:
            cassette = read_recording(self._project, path, mend)
            recorded = cassette.head.settings if cassette.head is not None else {}
            provider = self._project.provider(
                play.provider, recorded=recorded, credentials=scenario.credentials
            )
            return self._replaying(cassette, provider, mend)

        return ReplayedPreparation(replaying)

    def live(
        self, scenario: Scenario, play: Play, *, is_recorded: bool, fork: SharedPrefix | None = None
    ) -> Line:
        """A line to the server; `fork` is what the play shares with others.

        Raises `CassetteError` where the recording cannot be written.
        """
        path = recording_path(self._project, play)
        return self._live(play, scenario, path if is_recorded else None, play.row, fork=fork)

    def live_preparing(self, scenario: Scenario, play: Play, *, is_recorded: bool) -> Line:
        """The same for what comes once for a provider."""
        row = _row(scenario.credentials)
        path = self._path(play.provider, PREPARE, row)
        return self._live(play, scenario, path if is_recorded else None, row, name=PREPARE)

    def live_check(self, name: str) -> Line:
        """A line to a provider, for no scenario."""
        provider = self._project.provider(name)
        return self._line(provider, self._wire(provider))

    def _replaying(self, cassette: Cassette, provider: Provider, mend: str) -> ReplayWire:
        base_url = str(provider.settings.get(BASE_URL) or "")
        wire = ReplayWire(cassette, mend=mend, base_url=base_url)
        head = cassette.head
        if head is not None and (
            head.definition_hash != provider.definition.fingerprint
            or _are_others(head.settings, provider.open_settings)
        ):
            wire.compared_by = Redactor(provider.secrets)
        return wire

    def _live(
        self,
        play: Play,
        scenario: Scenario,
        path: Path | None,
        row: str,
        *,
        name: str = "",
        fork: SharedPrefix | None = None,
    ) -> Line:
        provider = self._project.provider(play.provider, credentials=scenario.credentials)
        seconds = scenario.timeout if not name else None
        start = fork.start if fork is not None else None
        live = self._wire(provider)
        if start is not None and start.wire is not None:
            live.go_on(start.wire)
        wire: Wire = live
        pace = self._paces.get(provider.name)
        if pace is not None or seconds is not None:
            # Below a recording, so that what breaks a limit is recorded as this limit.
            wire = LimitedWire(wire, pace=pace, seconds=seconds)
        line = self._line(provider, wire, start)
        line.left = live.left
        if path is not None:
            line.head = _head(line, play, row, name, scenario)
            headers = scenario.header_names.union(fork.header_names if fork is not None else ())
            self._record(line, path, line.head, headers, None if name else scenario)
        return line

    def _record(
        self,
        line: Line,
        path: Path,
        head: CassetteHead,
        headers: Iterable[str],
        scenario: Scenario | None,
    ) -> None:
        """Let a line write a recording; without a scenario, that of what is prepared."""
        definition = line.provider.definition
        shown = self._project.config.shown
        recording = RecordingWire(
            line.wire,
            path,
            line.redactor,
            keep_headers=definition.headers_kept.union(headers),
            display=shown(path),
        )
        if recording.leftover is not None:
            left = shown(recording.leftover.path)
            mend = f"it is kept: harness cassettes recover {left}.old"
            line.left_note = f"{recording.leftover.named(left)}; {mend}"
            line.notes = (line.left_note,)
        line.wire = line.recording = recording
        # Of what is prepared, the definition's steps are all that captures.
        line.settled_from = 0 if scenario is None else _last_secret(scenario)
        line.is_never_settled = definition.has_secret_captures
        recording.is_held = line.settled_from > 0 or line.is_never_settled
        if recording.is_held:
            recording.locate = _locate(definition, scenario)
        if self._holding is not None:
            line.holding = self._holding / path.relative_to(self._project.config.cassettes)
        recording.tell(head)

    def _line(self, provider: Provider, wire: Wire, start: Snapshot | None = None) -> Line:
        def closing() -> Wire:
            return self._wire(provider, seconds=CLOSING_SECONDS)

        return Line(
            provider=provider,
            wire=wire,
            redactor=self._redactor(provider),
            # What is drawn and when it began are those of the conversation that it goes on from.
            seed=start.seed if start else random_source.token_hex(8),
            now=start.now if start else datetime.now(UTC).isoformat(timespec="seconds"),
            is_recorded=False,
            closing=closing,
        )

    def redactor(self, name: str, scenario: Scenario) -> Redactor:
        """What hides the secrets of a provider; nothing of one that cannot be read."""
        try:
            return self._redactor(self._project.provider(name, credentials=scenario.credentials))
        except HarnessError:
            return NOTHING_SECRET

    def _redactor(self, provider: Provider) -> Redactor:
        key = (provider.name, *provider.secrets.items())
        found = self._redactors.get(key)
        if found is None:
            found = self._redactors[key] = Redactor(provider.secrets)
            self.notes |= dict.fromkeys(map(str, provider.short_secrets))
        return found

    def _wire(self, provider: Provider, seconds: float | None = None) -> LiveWire:
        # Late: a replay needs no httpx, which takes 100 ms to import.
        from harness.transport.live import LiveLimits, LiveWire  # noqa: PLC0415

        limits = LiveLimits()
        if provider.config.retries is not None:
            limits = replace(limits, attempts=provider.config.retries + 1)
        total = seconds or provider.config.timeout
        if total is not None:
            attempts = 1 if seconds is not None else limits.attempts
            limits = replace(limits, total=total, attempts=attempts)
        base = host_and_port(str(provider.settings[BASE_URL]))
        return LiveWire(
            hosts=frozenset((base, *provider.config.hosts)),
            limits=limits,
            secret_headers=provider.definition.header_names,
        )

    def _foreign(self, cassette: Cassette, play: Play) -> CassetteHead:
        """What a recording of another tool tells of the settings that it was made with."""
        # Late: most replays are of our own recordings.
        from harness.providers.recorded_values import settings_in  # noqa: PLC0415

        project = self._project
        definition = definition_of(project.config, project.provider_config(play.provider))
        settings = settings_in(cassette.interactions.rows, definition)
        return CassetteHead(scenario=play.scenario, settings=settings)

    def _path(self, provider: str, scenario: str, row: str) -> Path:
        return cassette_path(self._project.config.cassettes, provider, scenario, row)

    def _mend(self, play: Play) -> str:
        file = self._project.config.shown(play.file)
        # A Python test says what it says as it goes, so a stale recording is known too late.
        mode = "refresh" if play.file.suffix == ".py" else "record"
        return f"harness run --mode {mode} {file}"

    def _mend_preparation(self, scenario: Scenario, play: Play) -> str:
        """What records a preparation anew, with all conversations that went on from the old one."""
        if play.file.suffix == ".py":
            return self._mend(play)
        named = scenario.providers or (self._project.config.provider,)
        chosen = "" if play.provider in named else f" --provider {play.provider}"
        return f"harness run --mode record{chosen}"


class ReplayedPreparation:
    """A wire that is made when the first request needs it."""

    def __init__(self, make: Callable[[], ReplayWire]) -> None:
        self._make = make
        self._wire: ReplayWire | None = None

    @property
    def changed(self) -> str:
        """As of `ReplayWire`; empty where none was made."""
        return self._wire.changed if self._wire is not None else ""

    def send(self, request: Request) -> Answer:
        """Send, making the wire first where that was not done."""
        self._wire = self._wire or self._make()
        return self._wire.send(request)

    def sleep(self, seconds: float) -> None:
        """Time does not pass in a replay."""

    def close(self) -> None:
        """Close the wire, where one was made."""
        if self._wire is not None:
            self._wire.close()


def _are_others(recorded: Mapping[str, Json], now: Mapping[str, Json]) -> bool:
    """Whether settings changed. An imported recording tells some of them only."""
    return not is_same(recorded, now) and recorded.keys() == now.keys()


def _head(line: Line, play: Play, row: str, name: str, scenario: Scenario) -> CassetteHead:
    """What a recording says of itself; `name` is that of what is prepared."""
    definition = line.provider.definition
    return CassetteHead(
        scenario=name or scenario.id,
        scenario_hash="" if name else scenario.fingerprint,
        row=row,
        take=1 if name else play.take,
        definition=definition.name,
        definition_hash=definition.fingerprint,
        settings=line.provider.open_settings,
        seed=line.seed,
        recorded_at=line.now,
        version=harness.__version__,
    )


def _last_secret(scenario: Scenario) -> int:
    """The last turn that captures a secret; 0 where none does."""
    return max((turn.number for turn in scenario.user_turns if turn.has_secrets), default=0)


def _locate(definition: Definition, scenario: Scenario | None) -> Locate:
    # Late: a replay locates nothing.
    from harness.play.secret_locations import SecretLocations  # noqa: PLC0415

    return SecretLocations(definition, scenario).found_in


def _row(credentials: Credentials) -> str:
    return "" if credentials is Credentials.VALID else credentials.value
