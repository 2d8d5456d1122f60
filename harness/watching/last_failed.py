"""Which scenarios failed in the last run of pytest."""

from __future__ import annotations

import json
from pathlib import Path

_CACHE = Path(".pytest_cache") / "v" / "cache" / "lastfailed"


def last_failed(root: Path) -> frozenset[str]:
    """The ids of the scenarios that failed or were BROKEN, as plans have them.

    Pytest's cache is in its root folder, which may be above the project. Empty if there is none.
    """
    for folder in (root, *root.parents):
        file = folder / _CACHE
        if file.is_file():
            below = root.relative_to(folder).as_posix()
            prefix = "" if below == "." else f"{below}/"
            names = _names(file)
            return frozenset(name.removeprefix(prefix) for name in names if name.startswith(prefix))
    return frozenset()


def _names(file: Path) -> list[str]:
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return []
    return list(kept) if isinstance(kept, dict) else []
