"""Writes a new provider: its definition, its entry in harness.yaml, and a first scenario."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from harness.authoring.defining.config_entry import with_entry
from harness.authoring.defining.definition_draft import SCHEMA, Draft
from harness.authoring.importing.cleaning import require_clean
from harness.config import Config
from harness.core import ConfigurationError, Problem, quote
from harness.core.atomic_file import write_durably
from harness.formats.yaml.yaml_writing import write
from harness.project_file import FILE_NAME
from harness.providers.catalogue import installed
from harness.scenario.names import is_device
from harness.secrets.redaction import Redactor

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_LONGEST_NAME = 60
"""With it, the names of cassettes are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The files of a new provider."""

    name: str
    root: Path
    definition: Path
    schema: Path
    scenario: Path
    config: Path
    """The harness.yaml that the provider is added to, or the new one."""

    def shown(self, path: Path) -> str:
        """A path as people see it."""
        return path.relative_to(self.root).as_posix()


def targets_of(name: str, config: Config | None, folder: Path) -> Targets:
    """The files that are written for a name; without a project, one begins in `folder`.

    Raises `ConfigurationError` for a name that is not valid, or that is used.
    """
    if problem := _name_problem(name):
        raise _fault("wrong-definition-name", *problem)
    root = config.root if config is not None else folder.resolve()
    scenarios = config.scenarios if config is not None else root / "scenarios"
    home = root / "definitions" / name
    targets = Targets(
        name=name,
        root=root,
        definition=home / "provider.yaml",
        schema=home / "schemas" / f"{SCHEMA}.schema.json",
        scenario=scenarios / name / "first.yaml",
        config=root / FILE_NAME,
    )
    used = {known.casefold() for known in config.providers} if config is not None else set()
    if name in used:
        raise _fault(
            "provider-exists",
            f"the provider {quote(name)} is already in {FILE_NAME}",
            "choose another name, or remove it first; nothing was written",
        )
    if name in installed():
        hint = f"choose another name, or use it: definition: {name}"
        raise _fault("provider-exists", f"{quote(name)} is an installed definition", hint)
    for path in (home, targets.scenario):
        if path.exists():
            raise _fault(
                "provider-exists",
                "it already exists",
                "choose another name, or remove it first; nothing was written",
                where=targets.shown(path),
            )
    return targets


def _name_problem(name: str) -> tuple[str, str] | None:
    """Why a text cannot be the name of a provider and its folder, and what to do."""
    if not _NAME.fullmatch(name):
        hint = "use lowercase letters, digits and '-', and start with a letter or digit"
        return f"{quote(name)} is not the name of a definition", hint
    if len(name) > _LONGEST_NAME:
        return f"the name has {len(name)} characters", f"use at most {_LONGEST_NAME}"
    if "--" in name:
        return f"{quote(name)} contains '--'", "write one '-': '--' divides the names of cassettes"
    if is_device(name):
        return f"{quote(name)} is the name of a device on Windows", "choose another name"
    return None


def files_of(targets: Targets, draft: Draft, secrets: Mapping[str, str]) -> dict[Path, str]:
    """The text of each file, harness.yaml last.

    Raises `SecretInCassette` if one would contain a secret, or something that looks like one.
    """
    text = targets.config.read_text(encoding="utf-8") if targets.config.is_file() else ""
    files = {
        targets.definition: draft.definition,
        **({targets.schema: draft.schema} if draft.schema else {}),
        targets.scenario: draft.scenario,
        targets.config: with_entry(text, targets.name, draft.entry),
    }
    redactor = Redactor(secrets)
    for path, content in files.items():
        added = write(dict(draft.entry)) if path == targets.config else content
        require_clean(added, redactor, targets.shown(path))
    return files


def write_files(files: Mapping[Path, str]) -> None:
    """Write the files, and replace none but harness.yaml, which is the last one.

    Raises `ConfigurationError`; nothing that was written is then left.
    """
    with ExitStack() as undoing:
        try:
            for path, content in files.items():
                for folder in _missing_folders(path):
                    folder.mkdir()
                    undoing.callback(folder.rmdir)
                if path.name == FILE_NAME:
                    write_durably(path, content.encode())
                else:
                    with path.open("x", encoding="utf-8", newline="") as file:
                        undoing.callback(path.unlink)
                        file.write(content)
        except OSError as error:
            where = str(error.filename or FILE_NAME)
            message = f"it cannot be written: {error.strerror}"
            raise _fault("not-written", message, "nothing was written", where=where) from error
        undoing.pop_all()


def _missing_folders(path: Path) -> list[Path]:
    """The folders of a file that do not exist, the outermost first."""
    return [one for one in reversed(path.parents) if not one.exists()]


def _fault(code: str, message: str, hint: str, where: str = "NAME") -> ConfigurationError:
    return ConfigurationError(Problem(code=code, message=message, where=where, hint=hint))
