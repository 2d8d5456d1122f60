"""The paths that `harness run` is given: which files they name, and of which project."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.config import Config, find_config
from harness.core import ConfigurationError, Problem, no_such_file
from harness.project.near_paths import nearest_path


def named_places(words: Sequence[str]) -> dict[str, Path]:
    """The words that are files, folders or node ids, without options of pytest and their values."""
    places = {word: Path.cwd() / word.partition("::")[0] for word in words}
    return {word: Path(os.path.normpath(place)) for word, place in places.items() if place.exists()}


def project_of(places: Mapping[str, Path]) -> Path | None:
    """The harness.yaml above the paths, or else that above the current folder.

    Raises `ConfigurationError` if the paths belong to several projects.
    """
    here = find_config(Path.cwd())
    found: dict[Path | None, str] = {}
    for word, place in places.items():
        found.setdefault(find_config(place) or here, word)
    if len(found) <= 1:
        return next(iter(found), here)
    projects = ", ".join(
        f"{word} of {os.path.relpath(file.parent)}" for file, word in found.items() if file
    )
    raise ConfigurationError(
        Problem(
            code="several-projects",
            message=f"`harness run` plays one project, found {projects}",
            hint="run each separately, or all of them with pytest",
        )
    )


def require_places(
    words: Sequence[str], places: Mapping[str, Path], config: Config, *, is_affected: bool
) -> None:
    """Raise `ScenarioError` `no-such-file` for a path that does not exist.

    A word after an option may be its value, which only pytest knows. `is_affected` says that
    `--affected` was given without a revision, which may be the word that is no path.
    """
    if "--pyargs" in words:
        return
    for before, word in zip(("", *words), words, strict=False):
        is_value = before.startswith("-") and "=" not in before
        if word in places or word.startswith(("-", "@")) or is_value:
            continue
        hint = nearest_path(word.partition("::")[0], config.scenarios)
        if not hint and is_affected:
            hint = f"to compare with another commit, write --affected={word}"
        elif not hint:
            hint = f"to choose scenarios by their ids, write -k {word}" if word.isalnum() else ""
        raise no_such_file(word, hint)
