"""The other files that a scenario is made of: fragments, rows, scenarios, and folders' defaults."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from harness.config import Config
from harness.core import Source, did_you_mean, quote, value_class
from harness.core.hashing import content_key
from harness.core.held_files import Files
from harness.formats.parsed_cache import ParsedCache
from harness.formats.yaml import Document, read
from harness.scenario import DEFAULTS, BadFile, FileKind

Examine = Callable[[Document, FileKind], None]
"""Raises `AuthoringError` if a document is not of the kind."""
LARGEST_PART = 16 * 1024 * 1024
"""Bytes of another file that a scenario names; YAML files have a limit of their own."""
Digests = list[list[str]]
"""Paths of files, relative to the project, and hashes of their content."""


@value_class(frozen=True, slots=True)
class Defaults:
    """The files of defaults that apply to the scenarios of a folder."""

    files: tuple[Path, ...] = ()
    """The nearest first."""
    digest: str = ""
    """A hash of their contents; empty if there are no files."""


NONE = Defaults()


class Folders:
    """Finds the defaults of folders, and remembers them."""

    def __init__(self, config: Config, files: Files) -> None:
        self._files = files
        self._top = str(config.scenarios)
        self._known: dict[str, Defaults] = {}

    def defaults(self, file: Path) -> Defaults:
        """The defaults of a scenario file. Raises `OSError` if they cannot be read."""
        folder = os.path.dirname(file)  # noqa: PTH120  # asked 10,000 times: a Path costs more
        found = self._known.get(folder)
        if found is None:
            found = self._known[folder] = self._found(folder)
        return found

    def _found(self, folder: str) -> Defaults:
        if folder != self._top and not folder.startswith(f"{self._top}{os.sep}"):
            return NONE
        near = Path(folder)
        above = [one for one in (near, *near.parents) if str(one).startswith(self._top)]
        files = tuple(one / DEFAULTS for one in above if (one / DEFAULTS).is_file())
        if not files:
            return NONE
        return Defaults(files, content_key("defaults", *map(self._files.read, files)))


class Parts:
    """Reads the files that one scenario names, and remembers them."""

    def __init__(
        self, config: Config, files: Files, cache: ParsedCache, examine: Examine | None = None
    ) -> None:
        """Without `examine`, the files are known to be valid."""
        self._files = files
        self._config = config
        self._cache = cache
        self._examine = examine
        self._read: dict[str, bytes] = {}
        self.documents: list[Document] = []
        """All YAML files that were read, each once."""

    @property
    def digests(self) -> Digests:
        """The paths and hashes of the files that were read."""
        return [[shown, _digest(content)] for shown, content in self._read.items()]

    @property
    def digest(self) -> str:
        """A hash of all files that were read; empty if there were none."""
        return "".join(digest for _, digest in self.digests)

    def text(self, name: str, beside: str) -> tuple[str, str]:
        """A file's path as people see it, and its text. Raises `BadFile`."""
        shown, content = self._content(name, beside)
        try:
            return shown, content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadFile(
                "not-utf8",
                f"{shown} is not UTF-8, at byte offset {error.start:,}",
                "save it as UTF-8",
            ) from error

    def document(self, name: str, beside: str, kind: FileKind) -> Document:
        """A YAML file. Raises `BadFile`, and `AuthoringError` with all that is wrong with it."""
        shown, content = self._content(name, beside)
        return self.parsed(shown, content, kind)

    def parsed(self, shown: str, content: bytes, kind: FileKind) -> Document:
        """A YAML file that was read. Raises as `document` does."""
        key = content_key("part", content)
        kept = self._cache.get(key)
        if isinstance(kept, list):
            source = Source(path=shown, text=content.decode("utf-8-sig"))
            document = Document(source=source, value=kept[0], marks=kept[1])
        else:
            document = _read(content, shown)
            self._cache.put(key, [document.value, document.marks], f"part {shown}")
        if self._examine is not None:
            self._examine(document, kind)
            self.documents.append(document)
        return document

    def _content(self, name: str, beside: str) -> tuple[str, bytes]:
        root = self._config.root
        path = Path(os.path.normpath(root / Path(beside).parent / name))
        if not path.resolve().is_relative_to(root.resolve()):
            raise BadFile(
                "outside-project",
                f"{quote(name)} is outside the project",
                "a scenario can only use files of its project",
            )
        shown = self._config.shown(path)
        try:
            size = path.stat().st_size
            if size > LARGEST_PART:
                raise BadFile(
                    "too-large",
                    f"{shown} has {size:,} bytes; the limit is {LARGEST_PART:,}",
                    "split the file",
                )
            content = self._read[shown] = self._files.read(path)
        except FileNotFoundError as error:
            known = _beside(path, root)
            raise BadFile(
                "no-such-file", f"there is no file {quote(shown)}", did_you_mean(path.name, known)
            ) from error
        except OSError as error:
            raise BadFile(
                "unreadable-file", f"{quote(shown)} cannot be read: {error.strerror}"
            ) from error
        return shown, content


def are_as_before(config: Config, files: Files, digests: Iterable[Iterable[str]]) -> bool:
    """Whether files have the content that they had when a scenario was read."""
    root = config.root
    try:
        return all(_digest(files.read(root / shown)) == digest for shown, digest in digests)
    except OSError:
        return False


def documents_of(defaults: Defaults, parts: Parts, config: Config, files: Files) -> list[Document]:
    """The defaults of a scenario. Raises `YamlError` and `ScenarioError`."""
    # Their digest is in the keys of the cache already, so they are not read as parts.
    return [
        parts.parsed(config.shown(file), files.read(file), FileKind.DEFAULTS)
        for file in defaults.files
    ]


@lru_cache(maxsize=16)
def _read(content: bytes, shown: str) -> Document:
    """A part that many scenarios have, such as defaults, is parsed once for them."""
    return read(content, shown, expect_mapping=True)


def _digest(content: bytes) -> str:
    return hashlib.blake2s(content, digest_size=12).hexdigest()


def _beside(path: Path, root: Path) -> list[str]:
    is_inside = path.parent.is_dir() and path.parent.is_relative_to(root)
    return [one.name for one in path.parent.iterdir() if one.is_file()] if is_inside else []
