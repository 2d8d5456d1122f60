"""The project of the current folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from harness.cli.terminal import no_project
from harness.config import Config, find_config, read_config
from harness.config.env_file import environment_of
from harness.formats.parsed_cache import ParsedCache
from harness.history.address import Address, address_in
from harness.project.project import Project


def config_here(paths: Sequence[str] = ()) -> Config | None:
    """The harness.yaml of the current folder, or else of the first path; None if there is none."""
    starts = (Path.cwd(), *(Path(path).resolve() for path in paths[:1]))
    file = next(filter(None, map(find_config, starts)), None)
    return read_config(file) if file is not None else None


def project_here(paths: Sequence[str] = (), *, is_cached: bool = False) -> Project:
    """The project of the current folder, or else of the first path.

    With `is_cached`, it takes what was parsed before from the cache of its runs, whose `close`
    writes what is new. Raises `ConfigurationError` if there is none.
    """
    config = config_here(paths)
    if config is None:
        raise no_project()
    return Project(config, cache=cache_in(config.root) if is_cached else None)


def cache_in(root: Path) -> ParsedCache:
    """The cache of parsed files of a project, in the folder where pytest keeps it."""
    return ParsedCache(root / ".pytest_cache" / "d" / "harness" / "parsed.sqlite")


def history_here(folder: Path, given: str = "") -> Address | None:
    """The history of the current folder's project, or that of a folder of reports.

    `given` is the value of an option. None if no history is wanted. Raises `ConfigurationError`.
    """
    config = config_here()
    environment = os.environ if config is None else environment_of(config.root, os.environ)
    return address_in(config, folder, environment, given=given)
