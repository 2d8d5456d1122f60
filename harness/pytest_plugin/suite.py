"""One project in a pytest session: which files it plays, and against which providers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.core.errors import Problem, ScenarioError
from harness.play.runner import Runner
from harness.project.loading import entry_of
from harness.project.plan import Entry, Play, amount_problem
from harness.project.project import Project
from harness.pytest_plugin.entries import Entries
from harness.scenario import is_scenario_file

if TYPE_CHECKING:
    from harness.pytest_plugin.scenario_session import ScenarioSession
    from harness.scenario import Waiver

PROVIDER_CONCURRENCY = 8
"""Conversations at once with a provider, where neither its entry nor the option says how many."""

ALL = "all providers"
"""Names the places that every conversation needs, beside those of its provider."""


class Suite:
    """One project in a pytest session."""

    def __init__(
        self, config: pytest.Config, project: Project, session: ScenarioSession, runner: Runner
    ) -> None:
        self.project = project
        self.session = session
        self.runner = runner
        self.entries = Entries(project, config)
        self._config = config
        self._folder = f"{project.config.scenarios}{os.sep}"
        # Their files are many, and none is a scenario.
        self._others = tuple(
            f"{folder}{os.sep}" for folder in (project.config.cassettes, project.config.schemas)
        )
        chosen: Sequence[str] = config.getoption("--harness-provider")
        self._is_chosen = bool(chosen)
        self._chosen = [name for name in chosen if name in project.config.providers]
        self.played: set[str] = set()
        """Providers that a collected scenario plays against."""
        self._seen: dict[str, Path] = {}
        """The file that each id was first collected from."""
        self._marks: dict[str, pytest.MarkDecorator] = {}
        self._wanted: int | None = config.getoption("--harness-concurrency")
        self._lane = hashlib.blake2s(str(project.config.root).encode(), digest_size=4).hexdigest()

    @property
    def folder(self) -> str:
        """The project's folder below pytest's root folder, with slashes; empty for that itself."""
        root, top = self.project.config.root, self._config.rootpath
        folder = root.relative_to(top) if root.is_relative_to(top) else Path()
        return "" if folder == Path() else folder.as_posix()

    @property
    def scenarios(self) -> str:
        """The folder of its scenarios, below pytest's root folder where it lies there."""
        scenarios, top = self.project.config.scenarios, self._config.rootpath
        found = scenarios.relative_to(top) if scenarios.is_relative_to(top) else scenarios
        return found.as_posix()

    @property
    def has_scenarios(self) -> bool:
        """Whether a scenario of it was collected."""
        return bool(self._seen)

    def holds(self, path: Path, file: str) -> bool:
        """Whether a YAML file lies among the project's scenarios and is one; `file` is its path."""
        return file.startswith(self._folder) and is_scenario_file(
            path, self.project.config.scenarios
        )

    def may_hold_stray(self, file: str) -> bool:
        """Whether a file that is none of its scenarios may have been meant as one."""
        return not file.startswith(self._others)

    def plays_of(self, file: Path, entry: Entry) -> Iterator[Play]:
        """What is to be played of a file.

        Raises `ScenarioError` where its id is taken, or it makes too many conversations.
        """
        self._claim(file, entry)
        if self._is_chosen and not self._chosen:
            # The chosen providers are those of another project.
            return
        providers = self.project.providers_of(entry.providers, self._chosen)
        if message := amount_problem(len(entry.rows), entry.takes, len(providers)):
            hint = "choose fewer with --harness-provider"
            raise self._bad_entry("too-many-conversations", file, entry, message, hint)
        self.played.update(providers)
        for provider in providers:
            for row in entry.rows:
                yield Play(file=file, scenario=entry.scenario, provider=provider, row=row)

    def waived(self, play: Play, waivers: Sequence[Waiver]) -> list[Waiver]:
        """Those of a scenario's waivers that are about a play."""
        environment = self.project.environment
        return [
            waiver
            for waiver in waivers
            if waiver.applies(
                provider=play.provider,
                mode=self.session.mode,
                row=play.row,
                environment=environment,
            )
        ]

    def mark_of(self, tag: str) -> pytest.MarkDecorator:
        """The marker of a tag; one for all scenarios, because there may be 10,000."""
        mark = self._marks.get(tag)
        if mark is None:
            meaning = (self.project.config.tags or {}).get(tag, "a tag of scenarios")
            self._config.addinivalue_line("markers", f"{tag}: {meaning}")
            mark = self._marks[tag] = getattr(pytest.mark, tag)
        return mark

    def lanes(self, provider: str) -> tuple[str, str]:
        """What a conversation takes a place in: its provider's places, and those of all.

        The option is about the whole session, so all projects share those places.
        """
        return f"{self._lane}-{provider}", ALL if self._wanted else f"{self._lane}-{ALL}"

    @property
    def limits(self) -> Mapping[str, int]:
        """Conversations at once in each lane."""
        config = self.project.config
        otherwise = self._wanted or PROVIDER_CONCURRENCY
        limits = {
            self.lanes(name)[0]: one.concurrency or otherwise
            for name, one in config.providers.items()
        }
        return {**limits, self.lanes("")[1]: self._wanted or config.concurrency}

    def _claim(self, file: Path, entry: Entry) -> None:
        key = entry.scenario.casefold()
        first = self._seen.setdefault(entry.scenario if key == entry.scenario else key, file)
        if first == file:
            return
        line = entry_of(self.project, first).line
        where = f"{self.project.config.shown(first)}:{line}"
        message = f"the id '{entry.scenario}' is taken by {where}"
        hint = "ids name cassettes, so each is used once, whatever its case"
        raise self._bad_entry("duplicate-scenario", file, entry, message, hint)

    def _bad_entry(self, code: str, file: Path, entry: Entry, message: str, hint: str) -> Exception:
        where = f"{self.project.config.shown(file)}:{entry.line}"
        return ScenarioError(Problem(code=code, message=message, where=where, hint=hint))
