"""The sessions in the tutorial: which block shows which, and what varies in them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.stories.terminal import COLUMNS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r"(?s)(<!-- session: ([\w-]+) -->\n```console\n)(.*?)(```\n)")
_VARYING = (
    # Which plugins are installed, and where.
    (re.compile(r"(?m)^(?:platform|Using --randomly-seed|rootdir:|configfile:|plugins:).*\n"), ""),
    (re.compile(r"(?m)^collecting .*(collected \d+ items?) *$"), r"\1"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:8765"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "1b60ac26-…"),
    (re.compile(r"(?m)^\d\d:\d\d:\d\d  (.*) in \d+ m?s$"), r"12:00:00  \1 in 20 ms"),
    (re.compile(r"median [\d.]+ m?s, p95 [\d.]+ m?s"), "median 2 ms, p95 2 ms"),
)
_END = re.compile(r"(?m)^=+ (\d.*) in [\d.]+s(?: \(.*\))? =+$")


def without_what_varies(session: str) -> str:
    """A session as the tutorial shows it."""
    for pattern, instead in _VARYING:
        session = pattern.sub(instead, session)
    return _END.sub(lambda match: f" {match[1]} in 0.10s ".center(COLUMNS, "="), session)


def shown_sessions() -> dict[str, str]:
    """The sessions on the page, by name."""
    return {match[2]: match[3] for match in _BLOCK.finditer(PAGE.read_text(encoding="utf-8"))}


def update_sessions(sessions: dict[str, str]) -> None:
    """Write what the stories showed into the page."""
    text = PAGE.read_text(encoding="utf-8")
    changed = _BLOCK.sub(lambda match: f"{match[1]}{sessions[match[2]]}{match[4]}", text)
    PAGE.write_text(changed, encoding="utf-8")
