"""Which scenarios use a file of a project, and all their plays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.core import value_class
from harness.play.judged_subjects import is_cut
from harness.play.recording_files import recording_path
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import entry_json, entry_of, load_scenario
from harness.project.plan import Mode, Play
from harness.project.planning import waivers_of
from harness.project.project import EARLY_SCENARIOS, Project
from harness.scenario import Scenario, is_scenario_file, kind_of, played_in


@value_class(frozen=True, slots=True, kw_only=True)
class Held:
    """One play that was replayed."""

    play: Play
    scenario: Scenario
    """As the play's row says it."""
    result: ScenarioResult

    @property
    def name(self) -> str:
        """The play's name with its take: `pink-dress[connectly-daughter]`."""
        take = f", take {self.play.take}" if self.play.take > 1 else ""
        return f"{self.play.name}{take}"


def scenarios_with(project: Project, file: Path) -> tuple[Path, ...]:
    """The scenario files that are made of a file: itself, those that include it, or its folder's.

    Raises `AuthoringError` if one that names the file cannot be read: it could not be judged.
    """
    folder = project.config.scenarios
    texts = {one: one.read_bytes() for one in sorted(folder.rglob("*")) if kind_of(one, folder)}
    texts.setdefault(file, file.read_bytes())
    named = _naming(texts, file)
    shown = project.config.shown(file)

    def is_user(one: Path) -> bool:
        is_above = file in project.folders.defaults(one).files
        return one == file or is_above or (one in named and shown in _files_of(project, one))

    return tuple(one for one in texts if is_scenario_file(one, folder) and is_user(one))


def _naming(texts: dict[Path, bytes], file: Path) -> set[Path]:
    """The files that name a file, or that name one of those, by the names alone."""
    named = {file}
    while True:
        names = [one.name.encode() for one in named]
        found = {one for one, text in texts.items() if any(name in text for name in names)}
        if found <= named:
            return named
        named |= found


def _files_of(project: Project, scenario: Path) -> set[str]:
    """The files that a scenario is made of, as people see them."""
    files = entry_json(project, scenario)[-1]
    return {str(shown) for shown, _ in files}  # type: ignore[union-attr,misc]  # as it was kept


def plays_of(project: Project, file: Path, chosen: Sequence[str]) -> Iterator[tuple[Play, str]]:
    """All plays of a scenario, each with the reason if it is not judged.

    They are those of its own or the default providers, of the chosen ones, and of every other
    provider that it is recorded with.
    """
    entry = entry_of(project, file)
    default = project.providers_of(entry.providers, ())
    every = project.providers_of(entry.providers, project.config.providers)
    for provider in dict.fromkeys((*default, *every)):
        is_wanted = provider in default or provider in chosen
        for row in entry.rows:
            play = Play(file=file, scenario=entry.scenario, provider=provider, row=row)
            for take in play.takes(entry.takes):
                if is_wanted or recording_path(project, take).is_file():
                    waivers = waivers_of(entry, take, Mode.REPLAY, project.environment)
                    yield take, "; ".join(f"{one.kind}: {one.reason}" for one in waivers)


def held_plays(
    project: Project, files: Sequence[Path], chosen: Sequence[str]
) -> tuple[list[Held], list[str]]:
    """All plays of scenarios, replayed, and sentences on those that were left out.

    Raises `AuthoringError` if a file is wrong.
    """
    # They are read once for all their plays, and again only if a file has changed.
    project.room_for_early = EARLY_SCENARIOS
    runner = Runner(project, Mode.REPLAY)
    held, left_out = [], []
    for file in files:
        for play, waived in plays_of(project, file, chosen):
            if waived:
                left_out.append(f"{play.name} is not judged, {waived}")
                continue
            scenario = played_in(load_scenario(project, file), play.row)
            held.append(Held(play=play, scenario=scenario, result=runner.run(play)))
    return held, left_out


def held_again(project: Project, plays: Sequence[Held]) -> list[Held]:
    """Plays with their scenarios as the files say them now, after expectations were changed.

    A conversation that came to its end has the replies that it had: an expectation sends nothing.
    It is replayed if a check decides how it goes on: if it ended early, waits, or is refused.
    Raises `AuthoringError` if a file is wrong.
    """
    runner = Runner(project, Mode.REPLAY)
    again = []
    for held in plays:
        scenario = played_in(load_scenario(project, held.play.file), held.play.row)
        is_kept = not is_cut(scenario, held.result.transcript) and not any(
            turn.is_patient or turn.expects_refusal for turn in scenario.user_turns
        )
        result = held.result if is_kept else runner.run(held.play)
        again.append(Held(play=held.play, scenario=scenario, result=result))
    return again
