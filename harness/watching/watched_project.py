"""A project whose scenarios are played again when files change."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import harness
from harness.config import unknown_tag
from harness.core import AuthoringError, ConfigurationError
from harness.formats.parsed_cache import ParsedCache
from harness.plans import PlannedScenario
from harness.play.runner import Runner
from harness.project.plan import Entry, Mode
from harness.project.project import Project
from harness.project.touching import is_played_in_python, watched_folders
from harness.project_file import FILE_NAME
from harness.providers.catalogue import forget_definitions
from harness.reports.failure import failure_screen
from harness.running import PlanPlayer
from harness.scenario import is_scenario_file
from harness.watching.known_files import KnownFiles
from harness.watching.read_scenarios import ReadScenarios
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
        self._scenarios = ReadScenarios()
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
        parts = {self._file.parent / part for part in self._scenarios.graph.parts}
        return (self._file.parent, *sorted({part.parent for part in parts}))

    def start(self, only: Collection[str] | None = None) -> Round:
        """Read all scenarios, and play them, or only those with one of the ids.

        Raises `ConfigurationError` if no scenario has a selected tag.
        """
        began = time.perf_counter()
        self._scenarios.read(self._project, self._files())
        if self._project is not None:
            self._require_tags(self._project)
        self._plan()
        chosen = [one for one in self._scenarios if only is None or one.id in only]
        return self._round((), chosen, began)

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
        before, scenarios = self._content, self._scenarios
        was_open, is_opened_again = self._project is not None, False
        if not was_open or any(not self._is_read_anew(path) for path in changed):
            is_opened_again = True
            self._open(modules=any(path.suffix == ".py" for path in changed))
        if self._project is None or not was_open or is_all:
            scenarios.read(self._project, {*scenarios.graph.files, *self._files()})
            self._plan()
            return self._round(shown, [*scenarios], began)
        own = [path for path in changed if path in scenarios.graph or self._is_scenario(path)]
        old = [needs for path in own for needs in scenarios.graph.of(path)]
        is_other = scenarios.read(self._project, own)
        touched = scenarios.touched_by(
            changed, self._project, lambda path: before if path == self._file else None, old
        )
        further = scenarios.read_by(touched, self._project) - {*own}
        is_other |= scenarios.read(self._project, further)
        # Planning 1,000 scenarios takes longer than to replay one.
        if is_other or is_opened_again:
            self._plan()
        return self._round(shown, [*scenarios.chosen(touched)], began)

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
        read = (one for one in self._scenarios.entries.values() if isinstance(one, Entry))
        known = {*(project.config.tags or ()), *(tag for entry in read for tag in entry.tags)}
        # A tag may be in a file that is wrong now.
        are_read = all(isinstance(one, Entry) for one in self._scenarios.entries.values())
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

    def _plan(self) -> None:
        """Plan all scenarios again, from what was read of them."""
        wrong = self._scenarios.plan(self._project, self._selection)
        if self._project is None:
            wrong[FILE_NAME] = self._wrong
        ids = {one.id for one in self._scenarios}
        self._outcomes = {id_: one for id_, one in self._outcomes.items() if id_ in ids}
        self._reds = {name: red for name, red in self._reds.items() if name in self._outcomes}
        for name, screen in wrong.items():
            self._reds[name] = RedEntry(name=name, outcome="wrong", screen=screen)

    def _round(
        self, changed: Sequence[str], chosen: Sequence[PlannedScenario], began: float
    ) -> Round:
        """Play the chosen scenarios, and say what is red now."""
        if self._project is not None:
            player = PlanPlayer(self._project, Runner(self._project, Mode.REPLAY), Mode.REPLAY)
            for scenario in chosen:
                self._play(scenario, player)
        played = {scenario.id for scenario in chosen}
        # What is wrong with a file keeps its scenarios from being played.
        fresh = [red for red in self._reds.values() if red.outcome not in RED or red.name in played]
        others = [red for red in self._reds.values() if red not in fresh]
        counts = dict.fromkeys(("passed", "failed", "broken", "skipped"), 0)
        counts |= Counter(self._outcomes.values())
        return Round(
            changed=tuple(changed),
            played=len(chosen) if self._project is not None else 0,
            seconds=time.perf_counter() - began,
            counts=counts,
            reds=(*fresh, *others),
            fresh=len(fresh),
        )

    def _play(self, scenario: PlannedScenario, player: PlanPlayer) -> None:
        name = scenario.id
        record, result = player.played(scenario)
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
