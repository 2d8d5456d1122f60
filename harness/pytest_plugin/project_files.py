"""Where the harness.yaml files of a pytest run lie, and which files look like scenarios."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from harness.project_file import FILE_NAME, find_config
from harness.pytest_plugin.options import given_options

NO_PROJECT = "there is no harness.yaml above [no-project]"
"""Why a file that looks like a scenario is not collected."""

_HEAD_BYTES = 65_536
"""Bytes of a YAML file that are searched."""
_SCENARIO = re.compile(rb"^scenario[ \t]*:", re.MULTILINE)
_TURNS = re.compile(rb"^(turns|include)[ \t]*:", re.MULTILINE)


def given_file(config: pytest.Config) -> Path | None:
    """The file that `--harness-config` names. Raises `UsageError` where there is none."""
    given = config.getoption("--harness-config")
    if not given:
        return None
    file = Path(config.invocation_params.dir, given).resolve()
    if not file.is_file():
        raise pytest.UsageError(f"--harness-config: there is no file {given}")
    return file


def files_above(config: pytest.Config) -> list[Path]:
    """The files above pytest's root folder, the current folder, and what pytest is called with."""
    starts = (config.rootpath, config.invocation_params.dir, *_arguments(config))
    found = (find_config(start) for start in dict.fromkeys(starts))
    return list(dict.fromkeys(file for file in found if file is not None))


def files_below(config: pytest.Config, *, anywhere: bool = False) -> list[Path]:
    """The files below the folders that pytest is called with; `anywhere`: below its root folder.

    Folders of `norecursedirs` and hidden ones are left out, as pytest leaves them out.
    """
    starts = (config.rootpath,) if anywhere else (*_arguments(config),)
    patterns = [*config.getini("norecursedirs"), "__pycache__", ".*"]
    return list(dict.fromkeys(file for start in starts for file in _walk(start, patterns)))


def require_no_options(config: pytest.Config) -> None:
    """Raise `UsageError` where our options are given and there is no harness.yaml anywhere."""
    given = given_options(config)
    if given and not files_below(config, anywhere=True):
        message = f"{given[0]}: there is no {FILE_NAME} above or below the paths given to pytest"
        raise pytest.UsageError(f"{message} [no-project]")


def looks_like_scenario(file: str) -> bool:
    """Whether a YAML file names a scenario and its turns."""
    try:
        with open(file, "rb") as opened:  # noqa: PTH123  # asked for each YAML file: no path is made
            head = opened.read(_HEAD_BYTES)
    except OSError:
        return False
    return _SCENARIO.search(head) is not None and _TURNS.search(head) is not None


def _arguments(config: pytest.Config) -> Iterator[Path]:
    for argument in config.args:
        path = Path(config.invocation_params.dir, argument.partition("::")[0])
        yield Path(os.path.normpath(path))


def _walk(start: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for folder, folders, files in os.walk(start):
        folders[:] = sorted(
            name for name in folders if not any(fnmatch(name, pattern) for pattern in patterns)
        )
        if FILE_NAME in files:
            yield Path(folder, FILE_NAME)
