"""The golden texts: what the harness says, word by word."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
UPDATE = "HARNESS_UPDATE_GOLDENS"
SECRET = "pl4nted-s3cret"
"""The value of every secret setting; no text may hold it."""


def compare(name: str, text: str) -> None:
    """Assert that a text is the golden one; HARNESS_UPDATE_GOLDENS=1 writes it anew before."""
    file = TEXTS / f"{name}.txt"
    if os.environ.get(UPDATE) == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert SECRET not in text
    assert text == file.read_text(encoding="utf-8")


def stale(folder: str, names: Collection[str]) -> set[str]:
    """The golden texts below a folder that no case of these names makes."""
    top = TEXTS / folder
    there = {file.relative_to(top).with_suffix("").as_posix() for file in top.rglob("*.txt")}
    return there - set(names)


def without_what_varies(text: str) -> str:
    """The text with ports, waits and durations replaced."""
    text = re.sub(r"(127\.0\.0\.1|localhost):\d{2,5}\b", r"\1:PORT", text)
    return re.sub(r"waited [\d.]+ m?s", "waited N s", text)
