"""The schemas of another revision: those of the project, and the contracts of its definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from harness.config import ProviderConfig
from harness.core import counted
from harness.evaluation.whatif.judging_again import NamedVariation
from harness.evaluation.whatif.variations import ChangedSchemas
from harness.formats.json_schema import Schema, SchemaFolder
from harness.project.git_files import Revision, files_in
from harness.project.project import Project
from harness.providers.catalogue import is_of_project
from harness.providers.definition import Definition, Step

OPTION = "--schema-at"
MOST_NAMED = 10
"""Files that a note names."""


class SchemasAt:
    """The schemas of a project as they were in a revision of git, written into a folder."""

    def __init__(self, project: Project, revision: str, into: Path) -> None:
        """Raises `ConfigurationError`, with `unknown-revision` if git does not know it."""
        self._project = project
        self._revision = Revision.of(project.config.root, revision, OPTION)
        self._into = into
        self.differing: list[str] = []
        """The files that differ from the working tree, as messages name them."""
        self.missing: set[str] = set()
        """The contracts that the revision does not have."""

    def change(self) -> NamedVariation:
        """The change that judges by these schemas. Raises `SchemaError` if one is wrong."""
        schemas = self._written(self._project.config.schemas, "schemas")
        contracts = {
            name: self._written(folder, f"contracts-{number}")
            for number, (name, folder) in enumerate(self._contract_folders())
            if self._differences(folder)
        }
        folders = (self._project.config.schemas, *(one for _, one in self._contract_folders()))
        self.differing = [file for folder in folders for file in self._differences(folder)]

        def revise(config: ProviderConfig, definition: Definition) -> Definition:
            folder = contracts.get(config.definition)
            return definition if folder is None else self._revised(definition, folder)

        return NamedVariation(
            name=f"schemas at {self._revision.name}",
            variation=ChangedSchemas(self._project.vocabulary.with_schemas(schemas)),
            revise=revise if contracts else None,
        )

    def notes(self) -> Iterator[str]:
        """What differs, and what could not be judged."""
        name = self._revision.name
        if not self.differing:
            yield f"no schema differs between {name} and the working tree"
            return
        more = len(self.differing) - MOST_NAMED
        listed = ", ".join(self.differing[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        verb = "differs" if len(self.differing) == 1 else "differ"
        yield f"{counted(len(self.differing), 'file')} {verb} from {name}: {listed}"
        for contract in sorted(self.missing):
            yield f"there is no {contract} at {name}, so its answers were not judged by it there"

    def _contract_folders(self) -> Iterator[tuple[str, Path]]:
        """The schemas of each definition that is a folder of the project, by the definition."""
        root = self._project.config.root
        names = (one.definition for one in self._project.config.providers.values())
        for name in filter(is_of_project, dict.fromkeys(names)):
            folder = (root / name).resolve()
            if folder.is_relative_to(root) and folder.is_dir():
                yield name, folder / "schemas"

    def _differences(self, folder: Path) -> list[str]:
        """The files below a folder that differ from the revision."""
        then, now = self._revision.files(folder), files_in(folder)
        names = sorted(then.keys() | now.keys())
        shown = self._project.config.shown(folder)
        return [f"{shown}/{name}" for name in names if then.get(name) != now.get(name)]

    def _written(self, folder: Path, name: str) -> SchemaFolder:
        into = self._into / name
        into.mkdir()
        self._revision.write(folder, into)
        shown = f"{self._project.config.shown(folder)} at {self._revision.name}"
        return SchemaFolder(into, shown)

    def _revised(self, definition: Definition, folder: SchemaFolder) -> Definition:
        """A definition whose answers have the contracts of a folder."""
        known = folder.names()

        def revised(step: Step) -> Step:
            schema = step.answer.schema
            if schema is None:
                return step
            return replace(step, answer=replace(step.answer, schema=other(schema)))

        def other(schema: Schema) -> Schema | None:
            if schema.name.partition("#")[0].removesuffix(".json").removesuffix(".schema") in known:
                return folder.schema(schema.name)
            self.missing.add(f"{definition.name}/{schema.name}")
            return None

        phases = {phase: tuple(map(revised, steps)) for phase, steps in definition.phases.items()}
        return replace(definition, phases=phases)
