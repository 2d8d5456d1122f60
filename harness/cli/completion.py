"""What a shell may complete: names of the project of the current folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.project_file import YAML_ENDINGS, find_config
from harness.run_options import MODES


def complete_modes(incomplete: str) -> list[str]:
    """The modes that begin with the text."""
    return _beginning(incomplete, MODES)


def complete_providers(incomplete: str) -> list[str]:
    """The providers of harness.yaml that begin with the text."""
    return _beginning(incomplete, _top_keys("providers"))


def complete_judges(incomplete: str) -> list[str]:
    """The judges of harness.yaml that begin with the text."""
    return _beginning(incomplete, _top_keys("judges"))


def complete_tags(incomplete: str) -> list[str]:
    """The tags that harness.yaml declares and that begin with the text."""
    return _beginning(incomplete, _top_keys("tags"))


def complete_scenarios(incomplete: str) -> list[str]:
    """The scenario files and folders that begin with the text, one level at a time."""
    folder, _, name = incomplete.rpartition("/")
    start = Path(folder or ".")
    if not start.is_dir():
        return []
    found = []
    for path in sorted(start.iterdir()):
        is_wanted = path.is_dir() or path.name.endswith(YAML_ENDINGS)
        if is_wanted and path.name.startswith(name) and not path.name.startswith("."):
            shown = f"{folder}/{path.name}" if folder else path.name
            found.append(f"{shown}/" if path.is_dir() else shown)
    return found


def _beginning(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def _top_keys(key: str) -> Iterator[str]:
    """The keys below a key of harness.yaml; none if it cannot be read."""
    file = find_config(Path.cwd())
    if file is None:
        return
    # Late: only completion needs it, and help does not.
    from harness.core import AuthoringError  # noqa: PLC0415
    from harness.formats.yaml import read  # noqa: PLC0415

    try:
        value = read(file.read_bytes(), file.name, expect_mapping=True).value
    except (AuthoringError, OSError):
        return
    below = value.get(key) if isinstance(value, dict) else None
    yield from below if isinstance(below, dict) else ()
