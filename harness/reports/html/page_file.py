"""Writes a page that needs no network: its scripts, its styles, and packed data."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from harness.core import Json, printable, value_class
from harness.core.atomic_file import replacing
from harness.reports.results.results_writer import dump

PAGE = Path(__file__).parent / "page"
BLOCK = 50
"""Conversations that are packed together: the browser unpacks so many when one is opened."""
LEVEL = 1
"""Of zlib. Level 6 takes five times as long and makes the file a third smaller."""


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


class PackedBlocks:
    """Blocks of items, each packed. They wait on the disk, next to the page; a context manager."""

    def __init__(self, page: Path) -> None:
        """Raises `OSError`."""
        self._waiting = page.with_name(f".{page.name}.blocks")
        self._waiting.write_bytes(b"")
        self._block = Packer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def add(self, text: str) -> None:
        """Add an item, which is JSON."""
        self._block.add(text)
        if self._block.count == BLOCK:
            self._put_away()

    def __iter__(self) -> Iterator[str]:
        """The blocks in base64; nothing can be added afterwards."""
        if self._block.count:
            self._put_away()
        with self._waiting.open(encoding="ascii") as file:
            for line in file:
                yield line.rstrip("\n")

    def remove(self) -> None:
        """Remove the file in which they wait."""
        self._waiting.unlink(missing_ok=True)

    def _put_away(self) -> None:
        with self._waiting.open("a", encoding="ascii") as file:
            file.write(f"{self._block.packed()}\n")
        self._block = Packer()


@value_class(frozen=True, slots=True, kw_only=True)
class PageParts:
    """The files of the folder `page` that a page consists of."""

    template: str
    scripts: Sequence[str]
    """In the order in which the page has them."""
    styles: Sequence[str]


def write_page(
    path: Path,
    page: PageParts,
    *,
    title: str,
    head: Mapping[str, Json],
    rows: Packer,
    blocks: PackedBlocks,
) -> None:
    """Write a page with what it knows at once (`head` and `rows`) and the rest in blocks.

    Raises `OSError`.
    """
    packed = Packer()
    packed.add(dump({**head, "block": BLOCK}))
    parts = "\n".join(_read(f"{name}.js") for name in page.scripts)
    # In one function, so that no name of theirs is global.
    script = f'(() => {{\n"use strict";\n{parts}}})();\n'
    style = "\n".join(_read(f"{name}.css") for name in page.styles)
    with replacing(path) as whole:
        page_environment().get_template(page.template).stream(
            title=title,
            style=Markup(style),  # noqa: S704  # our own files
            script=Markup(script),  # noqa: S704  # our own files
            style_hash=source_hash(style),
            script_hash=source_hash(script),
            about=Markup(packed.packed()),  # noqa: S704  # base64
            rows=Markup(rows.packed()),  # noqa: S704  # base64
            blocks=map(Markup, blocks),  # base64
        ).dump(str(whole), encoding="utf-8")


def page_environment() -> Environment:
    """What makes pages of the templates in the folder `page`; it escapes all texts."""
    return Environment(
        autoescape=True,
        finalize=_shown,
        loader=FileSystemLoader(PAGE),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: object) -> object:
    """A text without control characters, which are no characters of a page."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _read(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def plain_style(name: str) -> str:
    """The style of a page without scripts: what such pages share, and its own."""
    return _read("plain.css") + _read(f"{name}.css")


def source_hash(text: str) -> str:
    """The source of a text in a Content-Security-Policy."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
