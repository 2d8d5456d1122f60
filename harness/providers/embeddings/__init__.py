"""The definitions of models that give the vector of a text: a folder each, named after it."""

from __future__ import annotations

from pathlib import Path

EMBEDDINGS: dict[str, Path] = {
    file.parent.name: file.parent for file in sorted(Path(__file__).parent.glob("*/provider.yaml"))
}
"""By name. No bot is asked with them, so that no list of chat APIs has them."""
