"""Makes the plays of a project's scenario files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.core import Problem, ScenarioError
from harness.project.loading import entry_of
from harness.project.plan import Entry, Mode, Play, amount_problem
from harness.project.project import Project
from harness.scenario import Repeat, Waiver


class Planner:
    """Makes plays. Remembers the files of a run, because each id is used only once."""

    def __init__(self, project: Project, chosen: Sequence[str]) -> None:
        """`chosen` are names of providers; without any, each scenario is played against its own."""
        self._project = project
        self._is_chosen = bool(chosen)
        self._chosen = [name for name in chosen if name in project.config.providers]
        self.providers: set[str] = set()
        """Providers that any scenario is played against."""
        self._first: dict[str, Path] = {}
        """The file in which each id was first found."""

    @property
    def has_scenarios(self) -> bool:
        """Whether there was a scenario."""
        return bool(self._first)

    def plays_of(self, file: Path, entry: Entry) -> Iterator[Play]:
        """The plays of a file.

        Raises `ScenarioError` if its id is already used, or if it makes too many conversations.
        """
        self._claim(file, entry)
        if self._is_chosen and not self._chosen:
            # The chosen providers are those of another project.
            return
        providers = self._project.providers_of(entry.providers, self._chosen)
        if message := amount_problem(
            len(entry.rows), repeat_of(self._project, entry).takes, len(providers)
        ):
            hint = "choose fewer with --harness-provider"
            raise self._bad_entry("too-many-conversations", file, entry, message, hint)
        self.providers.update(providers)
        for provider in providers:
            for row in entry.rows:
                yield Play(file=file, scenario=entry.scenario, provider=provider, row=row)

    def _claim(self, file: Path, entry: Entry) -> None:
        key = entry.scenario.casefold()
        first = self._first.setdefault(entry.scenario if key == entry.scenario else key, file)
        if first == file:
            return
        where = f"{self._project.config.shown(first)}:{entry_of(self._project, first).line}"
        message = f"the id '{entry.scenario}' is already used by {where}"
        hint = "ids name cassettes, so they must be unique, ignoring case"
        raise self._bad_entry("duplicate-scenario", file, entry, message, hint)

    def _bad_entry(self, code: str, file: Path, entry: Entry, message: str, hint: str) -> Exception:
        where = f"{self._project.config.shown(file)}:{entry.line}"
        return ScenarioError(Problem(code=code, message=message, where=where, hint=hint))


def repeat_of(project: Project, entry: Entry, mode: Mode = Mode.REPLAY) -> Repeat:
    """How often a scenario is played: as the command line says, or else the scenario.

    A mode that compares replies with recordings compares those of all takes.
    """
    repeat = project.repeat or entry.repeat
    return replace(repeat, is_whole=True) if mode.is_compared and repeat.wanted else repeat


def waivers_of(
    entry: Entry, play: Play, mode: Mode, environment: Mapping[str, str]
) -> list[Waiver]:
    """The waivers of a scenario that apply to a play."""
    return [
        waiver
        for waiver in entry.waivers
        if waiver.applies(provider=play.provider, mode=mode, row=play.row, environment=environment)
    ]
