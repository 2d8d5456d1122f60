"""The definitions that come with the package: a folder each, named after its definition."""

from __future__ import annotations

from pathlib import Path

FOLDERS: dict[str, Path] = {
    file.parent.name: file.parent for file in sorted(Path(__file__).parent.glob("*/provider.yaml"))
}
"""By name."""
