"""Finds the plays that changed files can touch, by the graph of files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from harness.checks.facts import FACT_FILES
from harness.config import ProviderConfig
from harness.core import scalars
from harness.formats.json_schema.referring import referring_files
from harness.project.config_changes import config_change
from harness.project.file_graph import Before, FileGraph, Needs, Touched
from harness.project.project import Project
from harness.project.unnamed_files import Meaning, meaning_of
from harness.project_file import FILE_NAME
from harness.providers.catalogue import SUFFIX, installed
from harness.scenario import DEFAULTS, kind_of

PREPARE = "prepare"
"""The name of the recordings of a provider's preparation."""
_TAKE = re.compile(r"\.take-\d+$")
_ID = re.compile(rb"^scenario[ \t]*:[ \t]*[\"']?([A-Za-z0-9._-]+)", re.MULTILINE)
_OF_CERTIFICATES = (".pem", ".crt", ".cer", ".key", ".p12", ".pfx")


def touched_by(
    changed: Iterable[Path],
    project: Project,
    graph: FileGraph,
    before: Before,
    outputs: Sequence[Path] = (),
    *,
    is_of_pytest: bool = True,
) -> Touched:
    """The plays that changed files can touch.

    `graph` has the needs of all scenario files, of a changed one perhaps those before and after
    the change, and `before` gives what a file contained before. `outputs` are folders that runs
    write to. What only matters to pytest touches nothing if scenarios are not played by it.
    """
    search = _Search(project, graph, before, outputs, is_of_pytest=is_of_pytest)
    for file in changed:
        search.follow(file)
    return search.touched()


def watched_folders(project: Project) -> tuple[Path, ...]:
    """The folders of a project whose files are read."""
    config = project.config
    places = (_definition_place(project, one) for one in config.providers.values())
    own = {place for place in places if place is not None and place.is_relative_to(config.root)}
    return (config.scenarios, config.schemas, config.cassettes, *sorted(own))


def is_played_in_python(project: Project) -> bool:
    """Whether Python code of the project, which may read any file, can take part in a play."""
    return bool(project.own_checks) or bool(_in_python(project))


def _in_python(project: Project) -> frozenset[str]:
    """The providers that are a class in Python."""
    places = {
        name: _definition_place(project, one) for name, one in project.config.providers.items()
    }
    return frozenset(
        name for name, place in places.items() if place is None or place.suffix == SUFFIX
    )


class _Search:
    """Collects what changed files touch."""

    def __init__(
        self,
        project: Project,
        graph: FileGraph,
        before: Before,
        outputs: Sequence[Path],
        *,
        is_of_pytest: bool,
    ) -> None:
        self._is_of_pytest = is_of_pytest
        self._project = project
        self._config = project.config
        self._graph = graph
        self._before = before
        self._outputs = outputs
        self._because: Path | None = None
        # What is wrong with an unreadable file may be in any other file.
        self._files = {needs.file for needs in graph.unknown()}
        self._providers: set[str] = set()
        self._recordings: set[tuple[Path, str, str | None]] = set()
        self._definitions = {
            name: _definition_place(project, provider)
            for name, provider in project.config.providers.items()
        }
        self._python = _in_python(project)

    def touched(self) -> Touched:
        """What was found."""
        return Touched(
            because=self._because,
            files=frozenset(self._files),
            providers=frozenset(self._providers),
            recordings=frozenset(self._recordings),
        )

    def follow(self, file: Path) -> None:
        """Add what one changed file touches."""
        config = self._config
        if file == config.root / FILE_NAME:
            self._follow_config(file)
            return
        if self._is_repository(file):
            self._because = self._because or file
            return
        if file.is_relative_to(config.cassettes):
            self._follow_recording(file)
            return
        is_named = any(
            [
                self._follow_scenario(file),
                self._follow_part(file),
                self._follow_read_by_check(file),
                self._follow_schema(file),
                self._follow_definition(file),
                self._is_own(file),
            ]
        )
        if file.is_relative_to(config.scenarios) and kind_of(file, config.scenarios):
            return
        meaning = meaning_of(file, config, self._outputs, is_of_pytest=self._is_of_pytest)
        if meaning is Meaning.EVERYTHING and not is_named:
            self._because = self._because or file
        elif meaning is not Meaning.NOTHING:
            self._follow_python()

    def _is_repository(self, file: Path) -> bool:
        """Whether it is a repository in the project, of which git lists no files."""
        if not file.is_dir() or file.is_symlink():
            return False
        folders = watched_folders(self._project)
        return any(file.is_relative_to(one) or one.is_relative_to(file) for one in folders)

    def _follow_config(self, file: Path) -> None:
        change = config_change(self._config, self._before(file), file.read_bytes())
        if change.is_everything:
            self._because = self._because or file
            return
        self._providers |= change.providers
        for needs in self._graph:
            if (
                (change.is_default_other and not needs.providers)
                or (change.all_tags and needs.tags)
                or not change.tags.isdisjoint(needs.tags)
            ):
                self._files.add(needs.file)

    def _follow_scenario(self, file: Path) -> bool:
        """A scenario file, or one of defaults. Two files with one id touch each other."""
        is_own = file in self._graph
        if not is_own and not self._is_yaml_of_scenarios(file):
            return False
        if file.name == DEFAULTS:
            self._files.update(one for one in self._graph.files if one.is_relative_to(file.parent))
        ids = {needs.id for needs in self._graph.of(file)}
        ids.update(os.fsdecode(found) for found in _ID.findall(self._before(file) or b""))
        for scenario in ids:
            self._add(self._graph.with_id(scenario))
        if is_own:
            self._files.add(file)
        return True

    def _add(self, found: Iterable[Needs]) -> bool:
        """Add scenario files; whether there are any."""
        files = {needs.file for needs in found}
        self._files |= files
        return bool(files)

    def _is_yaml_of_scenarios(self, file: Path) -> bool:
        folder = self._config.scenarios
        return file.is_relative_to(folder) and kind_of(file, folder) is not None

    def _follow_part(self, file: Path) -> bool:
        return self._add(self._graph.with_part(self._config.shown(file)))

    def _follow_read_by_check(self, file: Path) -> bool:
        """A golden file, or a file of facts."""
        if not file.name.endswith(FACT_FILES) or not file.is_relative_to(self._config.root):
            return False
        found = self._graph.naming(file.name)
        return self._add(needs for needs in found if self._may_name(needs, file))

    def _may_name(self, needs: Needs, file: Path) -> bool:
        """Whether a check may name a file, relative to a file with turns or to the schemas."""
        if needs.named.is_any:
            return True
        names = [name for name in needs.named.names if name.rpartition("/")[2] == file.name]
        if not names:
            return False
        # Relative to the file that a turn is written in; defaults are in a folder above.
        written_in = [needs.file, *(self._config.root / part for part in needs.parts)]
        folders = [*(one.parent for one in written_in), *needs.file.parents, self._config.schemas]
        return any(
            os.path.normpath(folder / name) == str(file) for folder in folders for name in names
        )

    def _follow_schema(self, file: Path) -> bool:
        folder = self._config.schemas
        if not file.is_relative_to(folder):
            return False
        names = referring_files(folder, file.relative_to(folder).as_posix())
        for needs in self._graph:
            if needs.named.is_any or any(
                name.partition("#")[0] in names for name in needs.named.names
            ):
                self._files.add(needs.file)
        return True

    def _follow_definition(self, file: Path) -> bool:
        found = [
            name
            for name, place in self._definitions.items()
            if (place is not None and file.is_relative_to(place))
            or _is_certificate(file, self._config.providers[name])
        ]
        self._providers.update(found)
        return bool(found)

    def _is_own(self, file: Path) -> bool:
        """Whether it is a file with checks, or one that only scenarios could read."""
        root, scenarios = self._config.root, self._config.scenarios
        checks = (os.path.normpath(root / str(node.value)) for node in self._config.checks)
        is_data = file.is_relative_to(scenarios) and file.suffix != SUFFIX
        return is_data or str(file) in checks

    def _follow_python(self) -> None:
        self._providers |= self._python
        self._files.update(needs.file for needs in self._graph if needs.named.has_own_checks)

    def _follow_recording(self, file: Path) -> None:
        """A recording is of one row; with a former name of a row, perhaps of any."""
        parts = file.relative_to(self._config.cassettes).parts
        if len(parts) != 2 or file.suffix != ".yaml":  # noqa: PLR2004  # the provider, and the file
            return
        stem = _TAKE.sub("", file.stem).casefold()
        providers = [one for one in self._config.providers if one.casefold() == parts[0].casefold()]
        if stem == PREPARE or stem.startswith(f"{PREPARE}--"):
            self._providers.update(providers)
        for needs in self._graph:
            for row in _rows_recorded_as(needs, stem):
                self._recordings.update((needs.file, name, row) for name in providers)


def _rows_recorded_as(needs: Needs, stem: str) -> Iterator[str | None]:
    name = needs.id.casefold()
    if not needs.is_known or not stem.startswith(name):
        return
    if stem == name:
        yield from (row for row in needs.rows if not row)
    elif stem.startswith(f"{name}--"):
        rows = [row for row in needs.rows if f"{name}--{row.casefold()}" == stem]
        yield from rows or (None,)


def _definition_place(project: Project, provider: ProviderConfig) -> Path | None:
    """The folder or file of a definition; None for a class of an installed package."""
    name = provider.definition
    if "/" in name or name.endswith(SUFFIX):
        return Path(os.path.normpath(project.config.root / name))
    found = installed().get(name)
    return found if isinstance(found, Path) else None


def _is_certificate(file: Path, provider: ProviderConfig) -> bool:
    """Whether the `network:` of a provider may name a file."""
    for _, text in scalars(provider.network.value) if provider.network is not None else ():
        if isinstance(text, str) and "${" in text and file.name.endswith(_OF_CERTIFICATES):
            return True
        if isinstance(text, str) and os.path.normpath(provider.folder / text) == str(file):
            return True
    return False
