"""The paths that `harness run` is given: which files they name, and of which project."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from harness.config import Config, find_config
from harness.core import ConfigurationError, Problem, no_such_file
from harness.project_file import YAML_ENDINGS


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
        hint = _nearest(word.partition("::")[0], config)
        if not hint and is_affected:
            hint = f"to compare with another commit, write --affected={word}"
        elif not hint:
            hint = f"to choose scenarios by their ids, write -k {word}" if word.isalnum() else ""
        raise no_such_file(word, hint)


def _nearest(word: str, config: Config) -> str:
    """A hint with the scenario file or folder whose path or name is most like a word."""
    known: dict[str, str] = {}
    for path in _files_and_folders(config.scenarios):
        shown = os.path.relpath(path)
        known.setdefault(shown, shown)
        known.setdefault(path.stem, shown)
    near = [word] if word in known else get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean '{known[near[0]]}'?" if near else ""


def _files_and_folders(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in YAML_ENDINGS or path.is_dir():
            yield path
