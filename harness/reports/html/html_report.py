"""Writes report.html of a run's results."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from harness.conversation import Outcome
from harness.core import Json
from harness.core.atomic_file import replacing
from harness.evaluation import wilson_interval
from harness.reports.html.row import row_of
from harness.reports.results import Results
from harness.reports.results.results_writer import dump

REPORT = "report.html"
PAGE = Path(__file__).parent / "page"
SCRIPTS = ("dom", "store", "json", "charts", "overview", "list", "exchanges", "checks", "chat")
"""In the order in which they stand in the page; `main` follows them."""
BLOCK = 50
"""Conversations that are packed together: the browser unpacks so many when one is opened."""
LEVEL = 1
"""Of zlib. Level 6 takes five times as long and makes the file a third smaller."""

_HEAD = ("project", "mode", "started", "ended", "commit", "branch", "run", "harness", "errors")


class HtmlReport:
    """Makes FOLDER/report.html. Conversations are packed as they come, and wait on the disk."""

    def __init__(self, folder: Path, results: Results) -> None:
        """Raises OSError."""
        self._path = folder / REPORT
        self._waiting = folder / f".{REPORT}.blocks"
        self._waiting.write_bytes(b"")
        self._head = {name: results.head[name] for name in _HEAD if results.head.get(name)}
        self._rates = Rates()
        self._rows = Packer()
        self._block = Packer()

    def add(self, conversation: Mapping[str, Any], line: str) -> None:
        """Pack a conversation."""
        row = row_of(conversation)
        self._rates.add(conversation["provider"], str(row["outcome"]))
        self._rows.add(dump(row))
        self._block.add(line)
        if self._block.count == BLOCK:
            self._put_away()

    def finish(self) -> Sequence[Path]:
        """Write the page."""
        if self._block.count:
            self._put_away()
        about = Packer()
        about.add(dump({"head": self._head, "rates": self._rates.json(), "block": BLOCK}))
        with replacing(self._path) as whole:
            _template().stream(
                title=self._head.get("project", ""),
                style=_style(),
                script=_script(),
                style_hash=_hash(_style()),
                script_hash=_hash(_script()),
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


class Rates:
    """Counts outcomes by provider while conversations go by."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def add(self, provider: str, outcome: str) -> None:
        """Count a conversation."""
        self._counts.setdefault(provider, Counter())[outcome] += 1

    def json(self) -> list[Json]:
        """By provider: passed, told (passed or failed) and the interval of the rate."""
        return [_rate(name, counts) for name, counts in sorted(self._counts.items())]


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
        """The list, deflated and in base64. Nothing can be added afterwards."""
        end = b"]" if self.count else b"[]"
        self._bytes += self._zlib.compress(end) + self._zlib.flush()
        return base64.b64encode(self._bytes).decode("ascii")


def _rate(provider: str, counts: Counter[str]) -> Json:
    passed = counts[Outcome.PASSED.value]
    judged = passed + counts[Outcome.FAILED.value]
    low, high = wilson_interval(passed, judged)
    return {
        "provider": provider,
        "passed": passed,
        "told": judged,
        "low": round(low, 4),
        "high": round(high, 4),
    }


def _template() -> Template:
    environment = Environment(
        autoescape=True,
        loader=FileSystemLoader(PAGE),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja")


def _style() -> Markup:
    return Markup(_ours("style.css"))  # noqa: S704  # our own file


def _script() -> Markup:
    parts = "\n".join(_ours(f"{name}.js") for name in (*SCRIPTS, "main"))
    # One function around all: what they name is theirs alone.
    return Markup(f'(() => {{\n"use strict";\n{parts}}})();\n')  # noqa: S704  # our own files


def _ours(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As Content-Security-Policy names a text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
