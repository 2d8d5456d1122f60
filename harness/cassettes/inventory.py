"""The recordings that a project's scenarios need, and the files in its cassette folder."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.conversation import Phase
from harness.core import AuthoringError, CassetteError, no_such_file
from harness.play.recording_files import (
    PREPARE,
    former_path,
    is_of_play,
    judged_path,
    preparation_path,
    recording_path,
)
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.project_file import YAML_ENDINGS
from harness.providers.catalogue import definition_of
from harness.providers.definition import Definition
from harness.scenario import ONCE, Scenario, WaiverKind, is_scenario_file, played_in
from harness.transport.cassette import Cassette, CassetteHead, read_cassette
from harness.transport.lock import is_being_written


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The recording of a play, or of the preparation of a provider."""

    path: Path
    play: Play
    """The first play that needs it, where it is a preparation."""
    scenario: Scenario
    is_wanted: bool
    """It is played when the command line names no provider."""
    is_certain: bool = True
    """A replay needs it in any case; others only if the earlier takes leave the result open."""
    is_preparation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSlot:
    """The recording of what a judge's provider answered about a play."""

    path: Path
    slot: Slot
    """That of the conversation."""
    provider: str
    """The one that was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The recordings that are planned, and the files that exist."""

    project: Project
    slots: Mapping[Path, Slot]
    """By path, in the order of the scenario files."""
    asking: Mapping[Path, Slot]
    """Those of the slots whose checks ask a judge."""
    judged: Mapping[Path, JudgedSlot]
    """The files with answers of judges, of conversations whose checks ask one."""
    files: tuple[Path, ...]
    """The cassettes, in order."""
    remains: tuple[Path, ...]
    """Files of killed runs: journals, and unfinished cassettes."""
    unreadable: tuple[AuthoringError, ...]
    """The errors of scenario files; their recordings are not known."""
    named: tuple[Path, ...]
    """The files and folders that were asked for; empty for all."""

    def judged_slot(self, path: Path) -> Slot | None:
        """The conversation whose judges' answers a file is for, even if it does not exist yet."""
        return next(
            (
                slot
                for slot in self.asking.values()
                if any(path == one for one, _ in _judged_paths(self.project, slot))
            ),
            None,
        )

    def is_asked(self, path: Path, slot: Slot | None = None) -> bool:
        """Whether a file in the cassette folder, or its scenario, was asked for."""
        if slot is None:
            slot = self.judged[path].slot if path in self.judged else self.slots.get(path)
        paths = (path, slot.play.file) if slot and not slot.is_preparation else (path,)
        return not self.named or any(
            candidate == named or named in candidate.parents
            for candidate in paths
            for named in self.named
        )

    def read(self, path: Path) -> Cassette:
        """A cassette. Raises `CassetteError`."""
        slot = self.slots.get(path)
        fixes = [self.command(slot, mode) for mode in ("record", "refresh")] if slot else []
        return read_cassette(path, self.shown(path), None, *fixes)

    def shown(self, path: Path) -> str:
        """A path as people see it."""
        return self.project.config.shown(path)

    def preparation_of(self, slot: Slot) -> Path:
        """The recording of the preparation that the slot's play needs."""
        return preparation_path(self.project, slot.play.provider, slot.scenario.credentials)

    def definition(self, slot: Slot) -> Definition:
        """The definition of the slot's provider."""
        provider = self.project.provider_config(slot.play.provider)
        return definition_of(self.project.config, provider)

    def command(self, slot: Slot, mode: str) -> str:
        """The command that records a slot again."""
        provider = "" if slot.is_wanted else f" --provider {slot.play.provider}"
        file = shlex.quote(self.shown(slot.play.file))
        return f"harness run --mode {mode}{provider} {file}"


def take_inventory(project: Project, paths: Sequence[str] = ()) -> Inventory:
    """Read every scenario of the project, and list its cassette folder.

    `paths` are scenario files, cassettes or folders of either. Raises `ScenarioError`
    `no-such-file` where one does not exist.
    """
    config = project.config
    named = tuple(Path(path).resolve() for path in paths)
    slots: dict[Path, Slot] = {}
    unreadable: list[AuthoringError] = []
    for file in _scenario_files(project, named):
        try:
            scenario = load_scenario(project, file)
        except AuthoringError as error:
            unreadable.append(error)
            continue
        for slot in _slots(project, file, scenario):
            slots.setdefault(slot.path, slot)
    asks = project.vocabulary.asks_in
    asking = {
        path: slot
        for path, slot in slots.items()
        if not slot.is_preparation and asks(slot.scenario)
    }
    for path, name in zip(named, paths, strict=True):
        if not path.exists() and path not in slots:
            raise no_such_file(name)
    return Inventory(
        project=project,
        slots=slots,
        asking=asking,
        judged={one.path: one for slot in asking.values() for one in _judged(project, slot)},
        files=tuple(sorted(_cassettes(config.cassettes))),
        remains=tuple(sorted(_remains(config.cassettes))),
        unreadable=tuple(unreadable),
        named=named,
    )


def is_of_python(head: CassetteHead) -> bool:
    """Whether a Python test made the recording: it has no scenario file with a hash."""
    return not head.scenario_hash and head.scenario != PREPARE


def cassette_of(remains: Path) -> Path:
    """The cassette of a journal or of an unfinished file."""
    return remains.with_name(f"{remains.name[1:].partition('.yaml.')[0]}.yaml")


def _scenario_files(project: Project, named: Sequence[Path]) -> Iterator[Path]:
    config = project.config
    inside = sorted(f for f in config.scenarios.rglob("*") if is_scenario_file(f, config.scenarios))
    yield from inside
    for path in named:
        is_cassette = path.is_relative_to(config.cassettes)
        is_yaml = path.is_file() and path.suffix.lower() in YAML_ENDINGS
        if is_yaml and path not in inside and not is_cassette:
            yield path


def _slots(project: Project, file: Path, scenario: Scenario) -> Iterator[Slot]:
    """The slots of a scenario, also for providers that only the command line can name."""
    config = project.config
    wanted = project.providers_of(scenario.providers, ())
    for provider in wanted if scenario.providers else config.providers:
        is_wanted = provider in wanted
        definition = definition_of(config, project.provider_config(provider))
        rows = [row.name for row in scenario.rows]
        for row in rows:
            play = Play(file=file, scenario=scenario.id, provider=provider, row=row)
            repeat = scenario.repeat or ONCE
            certain = repeat.needed(0, 0)
            for take in play.takes(repeat.takes):
                yield Slot(
                    path=_path_of(project, scenario, take),
                    play=take,
                    scenario=played_in(scenario, row),
                    is_wanted=is_wanted and not _is_skipped(project, scenario, take),
                    is_certain=take.take <= certain,
                )
        if definition.phases[Phase.PREPARE]:
            yield Slot(
                path=preparation_path(project, provider, scenario.credentials),
                play=Play(file=file, scenario=scenario.id, provider=provider, row=rows[0]),
                scenario=scenario,
                is_wanted=is_wanted,
                is_preparation=True,
            )


def _judged(project: Project, slot: Slot) -> Iterator[JudgedSlot]:
    """The files with what was asked about a play, whatever judges harness.yaml names today."""
    for path, provider in _judged_paths(project, slot):
        if path.is_file():
            yield JudgedSlot(path=path, slot=slot, provider=provider)


def _judged_paths(project: Project, slot: Slot) -> Iterator[tuple[Path, str]]:
    for provider in project.config.providers:
        yield judged_path(project, slot.play, provider), provider


def _path_of(project: Project, scenario: Scenario, play: Play) -> Path:
    """The recording of a play; that under its row's former name if a replay uses it."""
    path = recording_path(project, play)
    former = None if path.is_file() else former_path(project, scenario, play)
    if former is None:
        return path
    try:
        cassette = read_cassette(former)
    except CassetteError:
        return path
    return former if is_of_play(cassette, scenario) else path


def _is_skipped(project: Project, scenario: Scenario, play: Play) -> bool:
    """Whether a replay skips the play, so that it needs no recording."""
    return any(
        waiver.kind is WaiverKind.SKIP
        and waiver.applies(
            provider=play.provider,
            mode=Mode.REPLAY,
            row=play.row,
            environment=project.environment,
        )
        for waiver in scenario.waivers
    )


def _cassettes(folder: Path) -> Iterator[Path]:
    """The cassettes below a folder, without those that a refresh holds in hidden folders."""
    for file in folder.rglob("*.yaml"):
        is_hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.is_file() and not is_hidden:
            yield file


def _remains(folder: Path) -> Iterator[Path]:
    """The files of killed runs: no writer holds the lock of their cassettes."""
    for file in folder.rglob(".*.yaml.*"):
        is_ours = file.name.endswith((".journal", ".journal.old", ".tmp"))
        if is_ours and file.is_file() and not is_being_written(cassette_of(file)):
            yield file
