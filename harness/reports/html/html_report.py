"""Writes report.html of a run's results."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from harness.conversation import Outcome
from harness.core import Json
from harness.core.atomic_file import replacing
from harness.evaluation import wilson_interval
from harness.reports.html.large_texts import LARGEST_CONVERSATION, without_large_texts
from harness.reports.html.row import row_of
from harness.reports.results import Results
from harness.reports.results.results_writer import dump

REPORT = "report.html"
PAGE = Path(__file__).parent / "page"
SCRIPTS = ("dom", "store", "json", "charts", "overview", "list", "exchanges", "checks", "chat")
"""In the order in which the page has them; `main` follows them."""
BLOCK = 50
"""Conversations that are packed together: the browser unpacks so many when one is opened."""
LEVEL = 1
"""Of zlib. Level 6 takes five times as long and makes the file a third smaller."""

_HEAD = (
    "project",
    "mode",
    "started",
    "ended",
    "commit",
    "branch",
    "changed",
    "command",
    "run",
    "harness",
    "errors",
    "notes",
)


class HtmlReport:
    """Makes FOLDER/report.html. Conversations are packed as they come, and wait on the disk."""

    def __init__(self, folder: Path, results: Results) -> None:
        """Raises `OSError`."""
        self._path = folder / REPORT
        self._waiting = folder / f".{REPORT}.blocks"
        self._waiting.write_bytes(b"")
        self._head = {name: results.head[name] for name in _HEAD if results.head.get(name)}
        self._outcomes: dict[str, Counter[str]] = {}
        self._rows = Packer()
        self._block = Packer()

    def add(self, conversation: Mapping[str, Any], line: str) -> None:
        """Pack a conversation."""
        row = row_of(conversation)
        outcomes = self._outcomes.setdefault(conversation["provider"], Counter())
        outcomes[str(row["outcome"])] += 1
        self._rows.add(dump(row))
        is_large = len(line) > LARGEST_CONVERSATION
        self._block.add(dump(without_large_texts(conversation)) if is_large else line)
        if self._block.count == BLOCK:
            self._put_away()

    def finish(self) -> Sequence[Path]:
        """Write the page."""
        if self._block.count:
            self._put_away()
        about = Packer()
        about.add(dump({"head": self._head, "rates": rates(self._outcomes), "block": BLOCK}))
        parts = "\n".join(_read(f"{name}.js") for name in (*SCRIPTS, "main"))
        # In one function, so that no name of theirs is global.
        script = f'(() => {{\n"use strict";\n{parts}}})();\n'
        style = _read("style.css")
        environment = Environment(
            autoescape=True,
            loader=FileSystemLoader(PAGE),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        with replacing(self._path) as whole:
            environment.get_template("page.html.jinja").stream(
                title=self._head.get("project", ""),
                style=Markup(style),  # noqa: S704  # our own file
                script=Markup(script),  # noqa: S704  # our own files
                style_hash=_hash(style),
                script_hash=_hash(script),
                about=Markup(about.packed()),  # noqa: S704  # base64
                rows=Markup(self._rows.packed()),  # noqa: S704  # base64
                blocks=self._blocks(),
            ).dump(str(whole), encoding="utf-8")
        self._waiting.unlink()
        return [self._path]

    def _put_away(self) -> None:
        with self._waiting.open("a", encoding="ascii") as file:
            file.write(f"{self._block.packed()}\n")
        self._block = Packer()

    def _blocks(self) -> Iterator[Markup]:
        with self._waiting.open(encoding="ascii") as file:
            for line in file:
                yield Markup(line.rstrip("\n"))  # noqa: S704  # base64


class Packer:
    """A JSON list in the making, compressed."""

    def __init__(self) -> None:
        self.count = 0
        self._zlib = zlib.compressobj(LEVEL)
        self._bytes = bytearray()

    def add(self, text: str) -> None:
        """Add an item, which is JSON."""
        self._bytes += self._zlib.compress(f"{',' if self.count else '['}{text}".encode())
        self.count += 1

    def packed(self) -> str:
        """The list, compressed and in base64. Nothing can be added afterwards."""
        self._bytes += self._zlib.compress(b"]" if self.count else b"[]") + self._zlib.flush()
        return base64.b64encode(self._bytes).decode("ascii")


def rates(outcomes: Mapping[str, Counter[str]]) -> list[Json]:
    """By provider: passed, told (passed or failed), and the interval of the pass rate."""
    rows: list[Json] = []
    for provider, counts in sorted(outcomes.items()):
        passed = counts[Outcome.PASSED.value]
        judged = passed + counts[Outcome.FAILED.value]
        low, high = (round(rate, 4) for rate in wilson_interval(passed, judged))
        rows.append(
            {"provider": provider, "passed": passed, "told": judged, "low": low, "high": high}
        )
    return rows


def _read(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The source of a text in a Content-Security-Policy."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
