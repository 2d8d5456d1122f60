"""A project whose scenarios are played again when files change."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import harness
from harness.config import unknown_tag
from harness.core import AuthoringError, ConfigurationError
from harness.formats.parsed_cache import ParsedCache
from harness.play.runner import Runner
from harness.project.file_graph import Needs, needs_of
from harness.project.loading import entry_of
from harness.project.plan import Entry, Mode
from harness.project.planning import Planner
from harness.project.project import Project
from harness.project.touching import is_played_in_python, touched_by, watched_folders
from harness.project_file import FILE_NAME
from harness.providers.catalogue import forget_definitions
from harness.reports.failure import failure_screen
from harness.running import PlannedScenario, PlanPlayer
from harness.scenario import is_scenario_file
from harness.watching.known_files import KnownFiles
from harness.watching.rounds import RED, RedEntry, Round, Selection

_PACKAGE = Path(harness.__file__).parent


class WatchedProject:
    """Keeps a project open, and plays what a change can touch."""

    def __init__(self, file: Path, selection: Selection, cache: ParsedCache | None = None) -> None:
        """`file` is the harness.yaml."""
        self._file = file
        self._selection = selection
        self._cache = cache
        self._content = b""
        """Of harness.yaml, when it was last read."""
        self._project: Project | None = None
        self._wrong = ""
        """What is wrong with harness.yaml."""
        self._graph: dict[Path, Needs] = {}
        self._entries: dict[Path, Entry | AuthoringError] = {}
        self._planned: dict[str, PlannedScenario] = {}
        self._outcomes: dict[str, str] = {}
        """The last outcome of each planned scenario."""
        self._reds: dict[str, RedEntry] = {}
        self._known_files = KnownFiles(())

    def open(self) -> None:
        """Read harness.yaml; what is wrong with it is in the first round.

        Raises `ConfigurationError` if it has not the selected providers.
        """
        self._open(modules=False)
        if self._project is not None:
            self._require_providers(self._project)

    @property
    def below(self) -> tuple[Path, ...]:
        """The folders to be watched with all folders in them."""
        root = self._file.parent
        if self._project is None:
            return (root / "scenarios", root / "schemas")
        # Python code may read any file.
        own = (root,) if is_played_in_python(self._project) else ()
        return (*watched_folders(self._project), *own)

    @property
    def directly(self) -> tuple[Path, ...]:
        """The folders of which only the files are watched."""
        parts = {self._file.parent / part for one in self._graph.values() for part in one.parts}
        return (self._file.parent, *sorted({part.parent for part in parts}))

    def start(self, only: Collection[str] | None = None) -> Round:
        """Read all scenarios, and play them, or only those with one of the ids.

        Raises `ConfigurationError` if no scenario has a selected tag.
        """
        began = time.perf_counter()
        self._read(self._files())
        if self._project is not None:
            self._require_tags(self._project)
        self._plan()
        return self._round((), {one for one in self._planned if only is None or one in only}, began)

    def after(self, changed: Collection[Path]) -> Round:
        """Read again what changed, and play what that can touch."""
        began = time.perf_counter()
        files, is_folder_gone = self._known_files.followed(changed)
        shown = tuple(sorted(map(self._shown, files)))
        if not files:
            return self._round((), (), began)
        return self._after(files, shown, began, is_all=is_folder_gone)

    def _after(
        self, changed: frozenset[Path], shown: Sequence[str], began: float, *, is_all: bool
    ) -> Round:
        before, old = self._content, dict(self._graph)
        was_open, is_opened_again = self._project is not None, False
        if not was_open or any(not self._is_read_anew(path) for path in changed):
            is_opened_again = True
            self._open(modules=any(path.suffix == ".py" for path in changed))
        if self._project is None or not was_open or is_all:
            self._read({*self._graph, *self._files()})
            self._plan()
            return self._round(shown, set(self._planned), began)
        own = [path for path in changed if path in old or self._is_scenario(path)]
        is_other = self._read(own)
        graph = [*old.values(), *(self._graph.get(path, Needs(file=path)) for path in changed)]
        touched = touched_by(
            changed,
            self._project,
            graph,
            lambda path: before if path == self._file else None,
            is_of_pytest=False,
        )
        others = [
            file
            for file in self._graph.keys() - {*own}
            if touched.because or file in touched.files or self._is_of(file, touched.providers)
        ]
        is_other |= self._read(others)
        # Planning 1,000 scenarios takes longer than to replay one.
        if is_other or is_opened_again:
            self._plan()
        chosen = {name for name, one in self._planned.items() if touched.includes(one.play)}
        return self._round(shown, chosen, began)

    def _open(self, *, modules: bool) -> None:
        """Open the project again, with Python code of it if its `modules` may have changed."""
        forget_definitions()
        if modules:
            _forget_modules(self._file.parent)
        try:
            self._content = self._file.read_bytes()
            self._project = Project.at(self._file, cache=self._cache)
        except OSError as error:
            self._project, self._wrong = None, f"{FILE_NAME} cannot be read: {error.strerror}"
        except AuthoringError as error:
            self._project, self._wrong = None, str(error)
        else:
            self._wrong = ""
        self._known_files = KnownFiles(self.below, self.directly)

    def _require_providers(self, project: Project) -> None:
        unknown = [one for one in self._selection.providers if one not in project.config.providers]
        if unknown:
            raise ConfigurationError(map(project.unknown_provider, unknown))

    def _require_tags(self, project: Project) -> None:
        read = (one for one in self._entries.values() if isinstance(one, Entry))
        known = {*(project.config.tags or ()), *(tag for entry in read for tag in entry.tags)}
        # A tag may be in a file that is wrong now.
        are_read = all(isinstance(one, Entry) for one in self._entries.values())
        unknown = [tag for tag in self._selection.tags if tag not in known]
        if unknown and are_read:
            raise ConfigurationError(unknown_tag(tag, known) for tag in unknown)

    def _files(self) -> Iterator[Path]:
        """The scenario files of the selection."""
        if self._project is None:
            return
        folder = self._project.config.scenarios
        named = [path for path in self._selection.paths if path.is_file()]
        inside = (path for path in sorted(folder.rglob("*")) if is_scenario_file(path, folder))
        yield from dict.fromkeys((*named, *filter(self._selection.has_file, inside)))

    def _is_scenario(self, path: Path) -> bool:
        if self._project is None or not path.is_file() or not self._selection.has_file(path):
            return False
        folder = self._project.config.scenarios
        is_inside = path.is_relative_to(folder) and is_scenario_file(path, folder)
        return is_inside or path in self._selection.paths

    def _is_read_anew(self, path: Path) -> bool:
        """Whether a file is read each time that it is used, so that the project can stay open."""
        if self._project is None or path == self._file or path.is_dir():
            return False
        config = self._project.config
        return path.is_relative_to(config.cassettes) or (
            path.is_relative_to(config.scenarios) and is_scenario_file(path, config.scenarios)
        )

    def _is_of(self, file: Path, providers: Collection[str]) -> bool:
        if not providers or self._project is None:
            return False
        return not {*self._project.providers_of(self._graph[file].providers, ())}.isdisjoint(
            providers
        )

    def _read(self, files: Iterable[Path]) -> bool:
        """Read scenario files, and what they depend on; forget those that are gone.

        Returns whether there is anything else to be planned than before.
        """
        wanted = tuple(files)
        before = [self._entries.get(file) for file in wanted]
        for file in wanted:
            if self._project is None or not file.is_file():
                self._graph.pop(file, None)
                self._entries.pop(file, None)
                continue
            self._graph[file] = needs_of(self._project, file)
            try:
                self._entries[file] = entry_of(self._project, file)
            except AuthoringError as error:
                self._entries[file] = error
        return before != [self._entries.get(file) for file in wanted]

    def _plan(self) -> None:
        """Plan all scenarios again, from what was read of them."""
        self._planned.clear()
        self._reds = {name: red for name, red in self._reds.items() if red.outcome in RED}
        if self._project is None:
            self._add_wrong(FILE_NAME, self._wrong)
            return
        planner = Planner(self._project, self._selection.providers)
        for file, entry in sorted(self._entries.items(), key=lambda item: item[0]):
            shown = self._project.config.shown(file)
            try:
                if isinstance(entry, AuthoringError):
                    raise entry
                plays = tuple(planner.plays_of(file, entry))
            except AuthoringError as error:
                self._add_wrong(shown, str(error))
                continue
            if not self._selection.tags or not {*self._selection.tags}.isdisjoint(entry.tags):
                for play in plays:
                    id_ = f"{shown}::{play.name}"
                    self._planned[id_] = PlannedScenario(id=id_, play=play, entry=entry)

    def _add_wrong(self, name: str, screen: str) -> None:
        self._reds[name] = RedEntry(name=name, outcome="wrong", screen=screen)

    def _round(self, changed: Sequence[str], chosen: Collection[str], began: float) -> Round:
        """Play the chosen scenarios, and say what is red now."""
        if self._project is not None:
            player = PlanPlayer(self._project, Runner(self._project, Mode.REPLAY), Mode.REPLAY)
            for name in chosen:
                self._play(name, player)
        for name in [one for one in self._outcomes if one not in self._planned]:
            del self._outcomes[name]
            self._reds.pop(name, None)
        # What is wrong with a file keeps its scenarios from being played.
        fresh = [red for red in self._reds.values() if red.outcome not in RED or red.name in chosen]
        others = [red for red in self._reds.values() if red not in fresh]
        counts = dict.fromkeys(("passed", "failed", "broken", "skipped"), 0)
        for outcome in self._outcomes.values():
            counts[outcome] += 1
        return Round(
            changed=tuple(changed),
            played=len(chosen) if self._project is not None else 0,
            seconds=time.perf_counter() - began,
            counts=counts,
            reds=(*fresh, *others),
            fresh=len(fresh),
        )

    def _play(self, name: str, player: PlanPlayer) -> None:
        record, result = player.played(self._planned[name])
        outcome = str(record["outcome"])
        self._outcomes[name] = outcome
        self._reds.pop(name, None)
        if outcome in RED:
            screen = str(record.get("failure", ""))
            if result is not None and result.outcome.is_bad:
                screen = failure_screen(result)
            self._reds[name] = RedEntry(name=name, outcome=outcome, screen=screen)

    def _shown(self, path: Path) -> str:
        root = self._file.parent
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _forget_modules(root: Path) -> None:
    """Let Python import the modules of a project again. The package itself stays as it is."""
    for name, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        if name == "__main__" or file.is_relative_to(_PACKAGE) or "site-packages" in file.parts:
            continue
        if file.is_relative_to(root):
            del sys.modules[name]
