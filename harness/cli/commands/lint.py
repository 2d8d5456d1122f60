"""`harness lint`: checks files of scenarios and definitions without playing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from harness.cli.here import project_here
from harness.cli.terminal import echo
from harness.config import FILE_NAME
from harness.core import (
    AuthoringError,
    ConfigurationError,
    Problem,
    ScenarioError,
    counted,
    no_such_file,
)
from harness.evaluation.gate_note import gate_note
from harness.formats.yaml import read
from harness.history.address import address_in
from harness.project.fitting_providers import blind_checks
from harness.project.impossible import impossible_checks
from harness.project.loading import load_scenario
from harness.project.near_paths import nearest_path
from harness.project.parts import Parts, documents_of
from harness.project.project import Project
from harness.project.verifying import doubts_about, problems_of
from harness.project.verifying_providers import doubts_in, project_problems, provider_doubts
from harness.project_file import YAML_ENDINGS
from harness.providers.definition_reader import read_definition
from harness.scenario import (
    FileKind,
    Repeat,
    Scenario,
    kind_of,
    names_of_defaults,
    odd_cells,
    order_doubts,
    overwritten_names,
    read_part,
    unused_defaults,
    unused_names,
    unused_parameters,
)

DEFINITION = "provider.yaml"
"""The file of a provider's definition, whose name is that of its folder."""

Files = dict[Path, FileKind]
Key = tuple[str, str, str]
"""Code, message and place of a problem."""
Findings = tuple[list[Problem], list[Problem]]
"""Problems and doubts."""


def lint_files(paths: Sequence[str], *, strict: bool = False) -> int:
    """Print every problem of the files; without paths, of all files in the folder of scenarios.

    The project is that of the current folder, or else of the first path. The problems of a
    fragment are reported with a scenario that includes it. The providers of harness.yaml are
    always checked, and the definitions below the paths. What may have no effect, such as a name
    that is never used, is a warning, or a problem if `strict`. Returns the number of problems.
    """
    project = project_here(paths)
    files, definitions = _files(project, paths)
    linter = _Linter(project, strict=strict, is_all=not paths)
    linter.look_at_providers(definitions)
    for file, kind in sorted(files.items(), key=lambda item: item[1] is not FileKind.SCENARIO):
        linter.look_at(file, kind)
    linter.tell_gates()
    scenarios = sum(kind is FileKind.SCENARIO for kind in files.values())
    counts = {
        "scenario file": scenarios,
        "other file": len(files) - scenarios,
        "definition": len(definitions),
        "problem": len(linter.problems),
        "warning": len(linter.warned),
    }
    always = ("scenario file", "problem")
    echo(", ".join(counted(n, noun) for noun, n in counts.items() if n or noun in always))
    return len(linter.problems)


class _Linter:
    """Checks the files of a project, and collects what it finds."""

    def __init__(self, project: Project, *, strict: bool, is_all: bool) -> None:
        """`is_all` says whether all files of the project are checked."""
        self.problems: list[Problem] = []
        self.warned: set[Key] = set()
        self._project = project
        self._strict = strict
        self._is_all = is_all
        self._ids: dict[str, str] = {}
        """The first place of each scenario id, ignoring case."""
        self._included: set[str] = set()
        self._gates: Counter[Repeat] = Counter()
        """How many scenarios have which gate."""
        self._used: dict[str, set[str]] = {}
        """For each file of defaults, by its path, the names that scenarios use from it."""

    def look_at_providers(self, folders: Sequence[Path]) -> None:
        """Check the providers of harness.yaml, and the definitions in these folders."""
        self.problems += _provider_problems(self._project, folders)
        doubts = [*_provider_doubts(self._project, folders)]
        doubts += _misnamed(self._project) if self._is_all else ()
        strict = [doubt for doubt in doubts if self._strict and doubt.code in _STRICT]
        self.problems += strict
        self._warn(doubt for doubt in doubts if doubt not in strict)
        if self.problems:
            echo(str(ConfigurationError(self.problems)))

    def look_at(self, file: Path, kind: FileKind) -> None:
        """Check one file of the scenarios."""
        try:
            look = self._scenario if kind is FileKind.SCENARIO else partial(self._part, kind)
            problems, doubts = look(file)
            if problems or (self._strict and doubts):
                raise ScenarioError([*problems, *(doubts if self._strict else ())])
            self._warn(doubts)
        except AuthoringError as error:
            known = {_key(problem) for problem in self.problems}
            new = [problem for problem in error.problems if _key(problem) not in known]
            self.problems += new
            if new:
                echo(str(ScenarioError(new)))

    def _scenario(self, file: Path) -> Findings:
        scenario = load_scenario(self._project, file)
        self._included.update(shown for shown, _ in scenario.files)
        first = self._ids.setdefault(scenario.id.casefold(), str(scenario.place))
        if first != str(scenario.place):
            raise ScenarioError(
                Problem(
                    code="duplicate-scenario",
                    message=f"the id '{scenario.id}' is already used by {first}",
                    place=scenario.place,
                    hint="ids name cassettes, so they must be unique, ignoring case",
                )
            )
        if scenario.repeat is not None and scenario.repeat.is_repeated:
            self._gates[replace(scenario.repeat, place=None)] += 1
        problems = list(_blind_problems(self._project, scenario))
        return problems, _doubtful(self._project, file, scenario, self._used)

    def tell_gates(self) -> None:
        """Print what the gates of repeated scenarios let through, each once."""
        for repeat, count in self._gates.items():
            echo(f"note: {counted(count, 'scenario')} with {gate_note(repeat)}")

    def _part(self, kind: FileKind, file: Path) -> Findings:
        """A fragment or defaults; the problems of an included one were reported before."""
        project, shown = self._project, self._project.config.shown(file)
        parts = Parts(project.config, project.files, project.cache, project.require_format)
        document = parts.parsed(shown, file.read_bytes(), kind)
        part, problems = read_part(document, kind, parts)
        doubts = list(unused_parameters(part, document))
        is_included = shown in self._included
        # The includes of a scenario with a problem are not known.
        if self._is_all and not self.problems and kind is FileKind.DEFAULTS:
            doubts += unused_defaults(document, self._used.get(shown, ()))
        elif self._is_all and not self.problems and not is_included:
            doubts.append(
                Problem(
                    code="unused-file",
                    message="no scenario includes this fragment",
                    where=shown,
                    hint="include it, or remove the file",
                )
            )
        if is_included:
            return [], doubts
        return [*problems, *problems_of(project, part, parts.documents)], doubts

    def _warn(self, doubts: Iterable[Problem]) -> None:
        """Print warnings that were not printed yet."""
        for doubt in doubts:
            if _key(doubt) not in self.warned:
                self.warned.add(_key(doubt))
                echo(f"warning: {doubt}")


def _provider_problems(project: Project, folders: Sequence[Path]) -> list[Problem]:
    """The problems of harness.yaml, its providers and the definitions in these folders."""
    found = [*project_problems(project)]
    try:
        address_in(project.config, project.config.root, {})
    except AuthoringError as error:
        found += error.problems
    for folder in folders:
        try:
            read_definition(folder, project.config.shown(folder))
        except AuthoringError as error:
            found += error.problems
    return list({_key(problem): problem for problem in found}.values())


def _provider_doubts(project: Project, folders: Sequence[Path]) -> Sequence[Problem]:
    """What may have no effect in harness.yaml and in definitions, in order of place."""
    found = [*provider_doubts(project)]
    found += [doubt for folder in folders for doubt in doubts_in(project, folder)]
    return ConfigurationError({_key(doubt): doubt for doubt in found}.values()).problems


_STRICT = ("no-effect", "token-stream", "tracked-secrets", "undescribed-key", "unread-file")
"""Codes of the doubts about providers that are problems if linting is strict."""


def _misnamed(project: Project) -> Iterator[Problem]:
    """Files among the scenarios that are not read, as their ending is nearly that of YAML."""
    for file in sorted(project.config.scenarios.rglob("*.*")):
        ending = file.suffix.lower()
        is_near = get_close_matches(ending, YAML_ENDINGS, n=1, cutoff=_NEAR)
        if is_near and ending not in YAML_ENDINGS and file.is_file():
            yield Problem(
                code="unread-file",
                message=f"files that end in '{file.suffix}' are not read",
                where=project.config.shown(file),
                hint=f"rename it to '{file.stem}{YAML_ENDINGS[0]}'",
            )


_NEAR = 0.78
"""The similarity from which an ending counts as misspelt: `.ymal` does, `.xml` does not."""


def _key(problem: Problem) -> Key:
    """A problem without the reason to read its file: several scenarios can include it."""
    return problem.code, problem.message, str(problem.place or problem.where)


def _blind_problems(project: Project, scenario: Scenario) -> Iterator[Problem]:
    """Problems that playing does not report; prints notes on checks that are always skipped."""
    for blind in blind_checks(project, scenario):
        if blind.code:
            yield blind
        else:
            where = f"{blind.place}: {blind.subject}" if blind.subject else str(blind.place)
            echo(f"note: {where}: {blind.message}; {blind.hint}")
    yield from impossible_checks(project, scenario)


def _doubtful(
    project: Project, file: Path, scenario: Scenario, used: dict[str, set[str]]
) -> list[Problem]:
    """Parts of a scenario's file that have no effect, and checks that hardly fail.

    Adds to `used` the names that the scenario uses from each file of defaults, by its path.
    """
    document = read(file.read_bytes(), project.config.shown(file))
    names = names_of_defaults(scenario, document)
    parts = Parts(project.config, project.files, project.cache)
    folders = documents_of(project.folders.defaults(file), parts, project.config, project.files)
    for defaults in folders:
        own = {name for name, _ in defaults.at().entries("vars")}
        used.setdefault(defaults.source.path, set()).update(names & own)
        names -= own
    found = [*unused_names(scenario, document), *odd_cells(scenario, document)]
    found += [*overwritten_names(scenario, document), *order_doubts(scenario, document, folders)]
    return list(ScenarioError([*found, *doubts_about(project, scenario)]).problems)


def _files(project: Project, paths: Sequence[str]) -> tuple[Files, list[Path]]:
    """The scenarios and their parts, and the folders of definitions, at or below the paths."""
    config = project.config
    top = config.scenarios.resolve()
    found: Files = {}
    definitions: list[Path] = []
    for path in [Path(path) for path in paths] or [top]:
        resolved = path.resolve()
        if not resolved.exists():
            raise no_such_file(str(path), nearest_path(str(path), top))
        for file in sorted(resolved.rglob("*")) if resolved.is_dir() else (resolved,):
            kind = kind_of(file, top if file.is_relative_to(top) else resolved.parent)
            if file.name == DEFINITION and not file.is_relative_to(top):
                definitions.append(file.parent)
            elif file.name == FILE_NAME or file.is_relative_to(config.cassettes):
                continue
            elif kind is not None and not file.is_dir():
                found[file] = kind
            elif file == resolved:
                found[file] = FileKind.SCENARIO
    return found, definitions
