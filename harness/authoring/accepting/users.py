"""Which scenarios use a file of a project, and all their plays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from harness.core import value_class
from harness.play.judged_subjects import is_cut
from harness.play.recording_files import recording_path, takes_to_replay
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.file_graph import FileGraph, needs_of
from harness.project.loading import entry_of, load_scenario
from harness.project.plan import Mode, Play
from harness.project.planning import waivers_of
from harness.project.project import EARLY_SCENARIOS, Project
from harness.scenario import FileKind, Scenario, is_scenario_file, kind_of, played_in


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

    One that cannot be read is among them if it may use the file: it then cannot be judged.
    """
    folder, graph = project.config.scenarios, _graph(project)
    users = {needs.file for needs in graph.with_part(project.config.shown(file))}
    users.update(one for one in graph.files if file in project.folders.defaults(one).files)
    users.update(needs.file for needs in graph.unknown() if _may_use(needs.file, file, folder))
    return tuple(one for one in graph.files if one == file or one in users)


def scenarios_naming(project: Project, goldens: Iterable[Path]) -> tuple[Path, ...]:
    """The scenario files that may compare a reply with one of the golden files."""
    graph, users = _graph(project), set[Path]()
    for golden in goldens:
        users.update(needs.file for needs in graph.naming(golden.name))
        name = golden.name.encode()
        users.update(one.file for one in graph.unknown() if name in one.file.read_bytes())
    return tuple(one for one in graph.files if one in users)


def _graph(project: Project) -> FileGraph:
    """The graph of all scenario files, in order."""
    folder = project.config.scenarios
    # Those that are found are judged next, so what is read of them is kept.
    project.room_for_early = EARLY_SCENARIOS
    scenarios = (one for one in sorted(folder.rglob("*")) if is_scenario_file(one, folder))
    return FileGraph(needs_of(project, one) for one in scenarios)


def _may_use(unreadable: Path, file: Path, folder: Path) -> bool:
    """Whether a scenario that cannot be read may use a file: by its name, or through a fragment."""
    text = unreadable.read_bytes()
    return file.name.encode() in text or (
        kind_of(file, folder) is FileKind.FRAGMENT and b"include" in text
    )


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
            for take in takes_to_replay(project, play, entry.repeat):
                if is_wanted or recording_path(project, take).is_file():
                    waivers = waivers_of(entry, take, Mode.REPLAY, project.environment)
                    yield take, "; ".join(f"{one.kind}: {one.reason}" for one in waivers)


def held_plays(
    project: Project, files: Sequence[Path], chosen: Sequence[str]
) -> tuple[list[Held], list[str]]:
    """All plays of scenarios, replayed, and sentences on those that were left out.

    Raises `AuthoringError` if a file is wrong.
    """
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
