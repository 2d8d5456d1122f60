"""What there is to play of a project, and its division into parts: `harness.plan`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from harness import __version__
from harness.cassettes.divided_plays import divided, take_key
from harness.cassettes.recorded_seconds import RecordedTakes, estimated_seconds, recorded_takes
from harness.config import find_config, unknown_tag
from harness.core import (
    AuthoringError,
    ConfigurationError,
    Json,
    Problem,
    ScenarioError,
    no_such_file,
    value_class,
)
from harness.parallel.dividing import part_from
from harness.parallel.plan_format import VERSION, plan_hash
from harness.project.loading import entry_of
from harness.project.near_paths import nearest_path
from harness.project.plan import Entry, Play
from harness.project.planning import Planner, repeat_of
from harness.project.project import Project
from harness.project.suite_digests import suite_digests
from harness.project_file import FILE_NAME
from harness.scenario import is_scenario_file, repeat_from


@value_class(frozen=True, slots=True, kw_only=True)
class PlannedScenario:
    """A scenario to be played: in a plan once for each provider and row of its matrix."""

    id: str
    """As records have it: `scenarios/hello.yaml::hello[shop]`."""
    play: Play
    """File, provider and row; the first of its takes."""
    entry: Entry
    """What its file says beside its turns: tags, title, takes, `skip` and `xfail`."""
    takes: tuple[int, ...] = ()
    """The only takes that are played, if other parts play the rest; empty for all."""


@value_class(frozen=True, slots=True, kw_only=True)
class Plan:
    """What there is to play of a project. It pickles, so that parts can be played elsewhere."""

    config: Path
    """The project's harness.yaml."""
    scenarios: tuple[PlannedScenario, ...]
    """In the order of their files."""
    providers: tuple[str, ...] = ()
    """Those that were named."""
    tags: tuple[str, ...] = ()
    repeat: str = ""
    """The takes of every scenario, as `--repeat` has it; empty if each scenario says it."""

    def part(self, number: int, count: int) -> Plan:
        """One of `count` parts that take about as long as each other; `number` is from 1.

        Takes that decide together when they end are in one part. Raises `ValueError` for a part
        that there cannot be, and `AuthoringError` if harness.yaml is wrong.
        """
        part = part_from(f"{number}/{count}")
        plays = divided(self._recorded(self._project()), part.count).of_part(part.number)
        mine = (replace(one, takes=plays[one.id]) for one in self.scenarios if one.id in plays)
        return replace(self, scenarios=tuple(mine))

    def as_json(self, parts: int = 1) -> dict[str, Json]:
        """What `harness plan --json` prints: each play with its takes, seconds and part.

        Raises as `part` does.
        """
        count = part_from(f"1/{parts}").count
        project = self._project()
        recorded = self._recorded(project)
        seconds = estimated_seconds(recorded)
        plays = divided(recorded, count)
        content: dict[str, Json] = {
            "version": VERSION,
            "harness": __version__,
            "parts": count,
            "providers": list(self.providers),
            "tags": list(self.tags),
            "repeat": self.repeat,
            "project": dict(suite_digests(project)),
            "plays": [
                {
                    **_play_json(one, project),
                    "seconds": round(sum(seconds[one.id]), 6),
                    "takes": _takes_json(one.id, recorded[one.id], plays.takes[one.id]),
                }
                for one in self.scenarios
            ],
        }
        return {"version": VERSION, "plan": plan_hash(content), **content}

    def _project(self) -> Project:
        project = Project.at(self.config)
        project.repeat = repeat_from(self.repeat) if self.repeat else None
        return project

    def _recorded(self, project: Project) -> dict[str, RecordedTakes]:
        return {
            one.id: recorded_takes(
                project,
                one.play,
                repeat_of(project, one.entry),
                # Those of an expected failure are judged as one.
                is_divisible=not one.entry.waivers,
            )
            for one in self.scenarios
        }


def plan(
    *paths: str | os.PathLike[str],
    config: str | os.PathLike[str] | None = None,
    providers: Iterable[str] = (),
    tags: Iterable[str] = (),
    repeat: str = "",
) -> Plan:
    """Read scenarios and say what there is to play of them.

    `paths` are scenario files, and folders of such; all scenarios of the project if left out.
    `config` is the project's harness.yaml, by default the nearest one above the current folder.
    `providers` are those to play against, as `--harness-provider` names them. Of `tags` a scenario
    has at least one. Either can be a single name. `repeat` is how often every scenario is played,
    as `--repeat` has it, such as `5` or `4/5`.

    Raises `AuthoringError` with all that is wrong with these files, and for a provider or tag that
    nothing has, and `ValueError` for a wrong `repeat`.
    """
    file = find_config(Path.cwd()) if config is None else Path(config).resolve()
    if file is None:
        message = "there is no harness.yaml in the current folder or above"
        hint = "change into a project, or start one: harness init"
        raise ConfigurationError(Problem(code="no-project", message=message, hint=hint))
    return replace(plan_of(Project.at(file), paths, providers, tags, repeat), config=file)


def plan_of(
    project: Project,
    paths: Sequence[str | os.PathLike[str]],
    providers: Iterable[str] = (),
    tags: Iterable[str] = (),
    repeat: str = "",
) -> Plan:
    """What `plan` gives, for a project that is open already. Raises as it does."""
    project.repeat = repeat_from(repeat) if repeat else None
    chosen, wanted = _names(providers), _names(tags)
    unknown = [name for name in chosen if name not in project.config.providers]
    if unknown:
        raise ConfigurationError(map(project.unknown_provider, unknown))
    planned: list[PlannedScenario] = []
    problems: list[Problem] = []
    planner = Planner(project, chosen)
    for path in _files(project, paths):
        try:
            planned += _planned(project, planner, path)
        except AuthoringError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    known = {*(project.config.tags or ()), *(tag for one in planned for tag in one.entry.tags)}
    if missing := [tag for tag in wanted if tag not in known]:
        raise ConfigurationError(unknown_tag(tag, known) for tag in missing)
    scenarios = (one for one in planned if not wanted or {*wanted} & {*one.entry.tags})
    return Plan(
        config=project.config.root / FILE_NAME,
        scenarios=tuple(scenarios),
        providers=chosen,
        tags=wanted,
        repeat=repeat,
    )


def _play_json(scenario: PlannedScenario, project: Project) -> dict[str, Json]:
    play = scenario.play
    row: dict[str, Json] = {"row": play.row} if play.row else {}
    return {
        "id": scenario.id,
        "file": project.config.shown(play.file),
        "scenario": play.scenario,
        "provider": play.provider,
        **row,
    }


def _takes_json(name: str, takes: RecordedTakes, parts: Sequence[int]) -> list[Json]:
    listed: list[Json] = []
    for number, (seconds, part) in enumerate(zip(takes.seconds, parts, strict=True), 1):
        known: dict[str, Json] = {} if seconds is None else {"seconds": seconds}
        listed.append({"key": take_key(name, number), "take": number, **known, "part": part})
    return listed


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """Names as a program gives them; a text is one name, not its letters."""
    return (given,) if isinstance(given, str) else tuple(given)


def _planned(project: Project, planner: Planner, path: Path) -> list[PlannedScenario]:
    entry, shown = entry_of(project, path), project.config.shown(path)
    return [
        PlannedScenario(id=f"{shown}::{play.name}", play=play, entry=entry)
        for play in planner.plays_of(path, entry)
    ]


def _files(project: Project, paths: Sequence[str | os.PathLike[str]]) -> Iterator[Path]:
    """The scenario files among paths, and below the folders among them; each once."""
    folder = project.config.scenarios
    found: dict[Path, None] = {}
    for given in paths or (folder,):
        path = Path(given).resolve()
        if given is not folder and not path.exists():
            raise no_such_file(str(given), nearest_path(str(given), folder))
        # A file that is named is a scenario, wherever it lies.
        inside = sorted(path.rglob("*")) if path.is_dir() else ()
        named = () if path.is_dir() else (path,)
        found |= dict.fromkeys(named)
        found |= dict.fromkeys(file for file in inside if is_scenario_file(file, folder))
    yield from found
