"""Where definitions are found: built in, from installed packages, or in the project."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from harness.config import Config, ProviderConfig
from harness.errors import DefinitionError, Problem, did_you_mean, quote
from harness.providers.definition import Definition
from harness.providers.definition_reader import read_definition

GROUP = "harness.providers"
"""Entry points of this group lead to a `Path`: the folder of a definition."""


def definition_of(config: Config, provider: ProviderConfig) -> Definition:
    """The definition that an entry of harness.yaml names.

    Raises `DefinitionError` where there is none, or it is wrong.
    """
    name = provider.definition
    if "/" in name:
        folder = (config.root / name).resolve()
        if folder.is_relative_to(config.root) and folder.is_dir():
            return _read(folder, name)
        known: dict[str, EntryPoint] = {}
    else:
        known = installed()
        if name in known:
            return _read(_folder(known[name]), f"{name} (installed definition)")
    raise DefinitionError(
        Problem(
            code="unknown-definition",
            message=f"there is no definition {quote(name)}",
            place=provider.node.at("definition").place,
            subject=f"provider {provider.name}",
            hint=did_you_mean(name, known) or "a definition of your own is a folder of the project",
        )
    )


@lru_cache(maxsize=1)
def installed() -> dict[str, EntryPoint]:
    """Every definition that an installed package brings, this one included, by name."""
    return {point.name: point for point in entry_points(group=GROUP)}


def _folder(point: EntryPoint) -> Path:
    folder = point.load()
    if isinstance(folder, Path):
        return folder
    raise DefinitionError(
        Problem(
            code="wrong-entry-point",
            message=f"the entry point '{point.name}' is {type(folder).__name__}, expected a Path",
            where=point.value,
        )
    )


@lru_cache(maxsize=256)
def _read(folder: Path, shown: str) -> Definition:
    return read_definition(folder, shown)
