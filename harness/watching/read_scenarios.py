"""The scenarios of a watched project, as they were last read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from harness.core import AuthoringError
from harness.plans import PlannedScenario
from harness.project.file_graph import Before, FileGraph, Needs, Touched, needs_from
from harness.project.loading import entry_from, entry_json
from harness.project.plan import Entry
from harness.project.planning import Planner
from harness.project.project import Project
from harness.project.touching import touched_by
from harness.watching.rounds import Selection


class ReadScenarios:
    """Scenario files with what they depend on, and what is planned of them.

    What a changed file touches is found without a look at each of the others.
    """

    def __init__(self) -> None:
        self.graph = FileGraph()
        self.entries: dict[Path, Entry | AuthoringError] = {}
        self._planned: dict[Path, list[PlannedScenario]] = {}

    def __iter__(self) -> Iterator[PlannedScenario]:
        """All that are planned, in the order of their files."""
        return chain.from_iterable(self._planned.values())

    def read(self, project: Project | None, files: Iterable[Path]) -> bool:
        """Read files; forget those that are gone, and all of them without a project.

        Returns whether there is anything else to be planned than before.
        """
        wanted = tuple(files)
        before = [self.entries.get(file) for file in wanted]
        for file in wanted:
            for needs in self.graph.of(file):
                self.graph.discard(needs)
            if project is None or not file.is_file():
                self.entries.pop(file, None)
                continue
            try:
                kept = entry_json(project, file)
            except AuthoringError as error:
                self.graph.add(Needs(file=file, is_known=False))
                self.entries[file] = error
            else:
                self.graph.add(needs_from(file, kept))
                self.entries[file] = entry_from(kept)
        return before != [self.entries.get(file) for file in wanted]

    def plan(self, project: Project | None, selection: Selection) -> dict[str, str]:
        """Plan all scenarios, from what was read. Gives the files that are wrong, and why."""
        self._planned.clear()
        wrong: dict[str, str] = {}
        if project is None:
            return wrong
        planner = Planner(project, selection.providers)
        for file, entry in sorted(self.entries.items(), key=lambda item: item[0]):
            shown = project.config.shown(file)
            try:
                if isinstance(entry, AuthoringError):
                    raise entry
                plays = tuple(planner.plays_of(file, entry))
            except AuthoringError as error:
                wrong[shown] = str(error)
                continue
            if not selection.tags or not {*selection.tags}.isdisjoint(entry.tags):
                self._planned[file] = [
                    PlannedScenario(id=f"{shown}::{play.name}", play=play, entry=entry)
                    for play in plays
                ]
        return wrong

    def touched_by(
        self, changed: Collection[Path], project: Project, before: Before, old: Sequence[Needs]
    ) -> Touched:
        """What changed files touch; `old` are the needs that those among them had before."""
        for needs in old:
            self.graph.add(needs)
        touched = touched_by(changed, project, self.graph, before, is_of_pytest=False)
        for needs in old:
            self.graph.discard(needs)
        return touched

    def read_by(self, touched: Touched, project: Project) -> set[Path]:
        """The files to be read again, because of what they depend on."""
        if touched.because is not None:
            return {*self.graph.files}
        found = {*touched.files} & self.graph.files
        if touched.providers:
            found |= {
                needs.file
                for needs in self.graph
                if not touched.providers.isdisjoint(project.providers_of(needs.providers, ()))
            }
        return found

    def chosen(self, touched: Touched) -> Iterator[PlannedScenario]:
        """The planned scenarios that are touched."""
        if touched.because is not None or touched.providers:
            yield from (one for one in self if touched.includes(one.play))
            return
        for file in sorted(touched.files | {file for file, _, _ in touched.recordings}):
            yield from (one for one in self._planned.get(file, ()) if touched.includes(one.play))
