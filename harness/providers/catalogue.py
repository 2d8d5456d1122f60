"""Finds definitions: built in, in installed packages, or in the project."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.config import Config, ProviderConfig
from harness.core import DefinitionError, Problem, nearest_word, quote
from harness.providers.builtin import FOLDERS
from harness.providers.definition import Definition
from harness.providers.definition_reader import read_definition
from harness.providers.embeddings import EMBEDDINGS

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "harness.providers"
"""The group of entry points. Each is a `Path`, the folder of a definition, or a class."""
SUFFIX = ".py"
"""The suffix of a definition that is a Python file of the project."""


def definition_of(config: Config, provider: ProviderConfig) -> Definition:
    """The definition that an entry of harness.yaml names.

    Raises `DefinitionError` if it does not exist or is wrong.
    """
    name = provider.definition
    if is_of_project(name):
        folder = (config.root / name).resolve()
        if folder.is_relative_to(config.root) and folder.is_dir():
            return _read(folder, name)
        if folder.is_relative_to(config.root) and folder.is_file() and name.endswith(SUFFIX):
            # Imported only here: most providers are data.
            from harness.providers.python_class import read_class_file  # noqa: PLC0415

            return read_class_file(folder, name)
        known: dict[str, Path | EntryPoint] = {}
    else:
        known = {**installed(), **EMBEDDINGS}
        if name in known:
            return _installed(name, known[name])
    own = "your own definition is a folder of the project"
    hint = nearest_word(name, known) or "'harness providers list' shows their names"
    raise DefinitionError(
        Problem(
            code="unknown-definition",
            message=f"there is no definition {quote(name)}",
            place=provider.node.at("definition").place,
            subject=f"provider {provider.name}",
            hint=hint if known else own,
        )
    )


def is_of_project(name: str) -> bool:
    """Whether a name of a definition is a path in the project, not that of an installed one."""
    return "/" in name or name.endswith(SUFFIX)


def forget_definitions() -> None:
    """Read definitions again that were read before: their files may have changed."""
    _read.cache_clear()


def definition_key(config: Config, provider: ProviderConfig) -> str:
    """A text that changes when the definition of a provider changes.

    For a definition in the project, it depends on the content; for an installed one, on the name.
    """
    name = provider.definition
    place = (config.root / name).resolve()
    file = place if name.endswith(SUFFIX) else place / "provider.yaml"
    if not place.is_relative_to(config.root) or not file.is_file():
        return name
    return f"{name} {hashlib.blake2s(file.read_bytes(), digest_size=8).hexdigest()}"


@lru_cache(maxsize=1)
def installed() -> dict[str, Path | EntryPoint]:
    """Every definition that is built in, or that an installed package brings, by name.

    No package can replace a built-in one.
    """
    # Late: importing it takes 10 ms, and definitions of the project do not need it.
    from importlib.metadata import entry_points  # noqa: PLC0415

    return {**{point.name: point for point in entry_points(group=GROUP)}, **FOLDERS}


def installed_definition(name: str) -> Definition:
    """The definition of a name in `installed()`. Raises `DefinitionError` if it is wrong."""
    return _installed(name, installed()[name])


def _installed(name: str, point: Path | EntryPoint) -> Definition:
    shown = f"{name} (installed definition)"
    if isinstance(point, Path):
        return _read(point, shown)
    found = point.load()
    if isinstance(found, Path):
        return _read(found, shown)
    if isinstance(found, type):
        from harness.providers.python_class import definition_of_class  # noqa: PLC0415  # as above

        return definition_of_class(found, point.value)
    kind = type(found).__name__
    raise DefinitionError(
        Problem(
            code="wrong-entry-point",
            message=f"the entry point '{point.name}' is {kind}, expected a Path or a class",
            where=point.value,
        )
    )


@lru_cache(maxsize=256)
def _read(folder: Path, shown: str) -> Definition:
    return read_definition(folder, shown)
