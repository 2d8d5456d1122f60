"""One project in a pytest session: which files it plays, and against which providers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.parallel.workers import Lanes
from harness.play.runner import Runner
from harness.project.planning import Planner
from harness.project.project import Project
from harness.pytest_plugin.entries import Entries
from harness.scenario import is_scenario_file, repeat_from


class Suite:
    """One project in a pytest session."""

    def __init__(self, config: pytest.Config, project: Project, runner: Runner) -> None:
        if text := config.getoption("--harness-repeat"):
            project.repeat = repeat_from(text)
            project.command += f" --repeat {text}"
        self.project = project
        self.runner = runner
        self.lanes = Lanes(project.config, config.getoption("--harness-concurrency"))
        self.planner = Planner(project, config.getoption("--harness-provider"))
        self.entries = Entries(project, config)
        self._config = config
        self._folder = f"{project.config.scenarios}{os.sep}"
        # They have many files, and none is a scenario.
        self._others = tuple(
            f"{folder}{os.sep}" for folder in (project.config.cassettes, project.config.schemas)
        )
        self._marks: dict[str, pytest.MarkDecorator] = {}

    @property
    def folder(self) -> str:
        """The project's folder below pytest's root folder, with slashes; empty for that itself."""
        root, top = self.project.config.root, self._config.rootpath
        folder = root.relative_to(top) if root.is_relative_to(top) else Path()
        return "" if folder == Path() else folder.as_posix()

    def folders_of(self, file: Path) -> tuple[str, ...]:
        """The project's folder and those below its scenarios' folder that a scenario lies in.

        The scenarios' folder itself where it lies directly in that.
        """
        scenarios = self.project.config.scenarios
        parts = file.parent.relative_to(scenarios).parts if file.is_relative_to(scenarios) else ()
        return (*((self.folder,) if self.folder else ()), *(parts or (scenarios.name,)))

    @property
    def scenarios(self) -> str:
        """The folder of its scenarios, relative to pytest's root folder if it is below that."""
        scenarios, top = self.project.config.scenarios, self._config.rootpath
        below = scenarios.relative_to(top) if scenarios.is_relative_to(top) else scenarios
        return below.as_posix()

    def holds(self, path: Path, file: str) -> bool:
        """Whether a YAML file lies among the project's scenarios and is one; `file` is its path."""
        return file.startswith(self._folder) and is_scenario_file(
            path, self.project.config.scenarios
        )

    def may_hold_stray(self, file: str) -> bool:
        """Whether a file that is not among its scenarios may have been meant as one."""
        return not file.startswith(self._others)

    def mark_of(self, tag: str) -> pytest.MarkDecorator:
        """The marker of a tag; one for all scenarios, because there may be 10,000."""
        mark = self._marks.get(tag)
        if mark is None:
            meaning = (self.project.config.tags or {}).get(tag, "a tag of scenarios")
            self._config.addinivalue_line("markers", f"{tag}: {meaning}")
            mark = self._marks[tag] = getattr(pytest.mark, tag)
        return mark
