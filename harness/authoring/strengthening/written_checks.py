"""Writes proposed checks into scenario files, as long as every play that uses the file stays green.

Comments and everything else of a file stay as they are written.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path as FilePath

from harness.authoring.accepting.users import held_plays, scenarios_with
from harness.conversation import Outcome
from harness.core import AuthoringError, Json, Path, Place, value_class
from harness.evaluation.strength import CheapestCheck, MeasuredPlay
from harness.formats.yaml import Document, Node, read
from harness.formats.yaml.yaml_adding import with_key
from harness.formats.yaml.yaml_editing import CannotEdit, with_value
from harness.project.loading import load_scenario
from harness.project.project import Project

OF_TEXTS = ("contains", "not_contains")
"""Checks that take a list of texts."""


@value_class(frozen=True, slots=True, kw_only=True)
class StrengthenedFile:
    """A file with further checks."""

    file: FilePath
    shown: str
    before: bytes
    after: bytes
    written: tuple[str, ...]
    """The checks, each with its line in the file before: `12 contains: refund of 12 EUR`."""
    left_out: tuple[str, ...]
    """The same of those that do not hold in all plays, or cannot be written."""


def strengthened_files(
    project: Project, measured: Iterable[MeasuredPlay]
) -> Iterator[StrengthenedFile]:
    """The files that get checks, with their new texts; nothing is written.

    Raises `AuthoringError` if a file that uses one of them is wrong.
    """
    for shown, checks in _by_file(project, measured).items():
        yield _Writer(project, project.config.root / shown).with_checks(checks)


_Placed = tuple[Place, CheapestCheck]


def _by_file(project: Project, measured: Iterable[MeasuredPlay]) -> Mapping[str, list[_Placed]]:
    """All checks by the file that their turn is written in, each once."""
    files: dict[str, dict[tuple[int, str], _Placed]] = {}
    for one in measured:
        if not one.checks:
            continue
        scenario = load_scenario(project, one.play.file)
        places = {turn.number: turn.place for turn in scenario.user_turns}
        for check in one.checks:
            place = places[check.turn]
            known = files.setdefault(place.source.path, {})
            known.setdefault((place.line, str(check)), (place, check))
    return {shown: list(checks.values()) for shown, checks in files.items()}


class _Writer:
    """Adds checks to one file."""

    def __init__(self, project: Project, file: FilePath) -> None:
        self._project = project
        self._file = file
        self._shown = project.config.shown(file)
        self._content = file.read_bytes()
        self._document = read(self._content, self._shown, expect_mapping=True)
        self._users = scenarios_with(project, file)

    def with_checks(self, checks: Sequence[_Placed]) -> StrengthenedFile:
        """The file with those checks that hold in all plays."""
        paths = {place.line: _path_of(self._document, place) for place, _ in checks}
        document, written, left_out = self._all_at_once(checks, paths)
        if document is None:
            document, written, left_out = self._one_by_one(checks, paths)
        return StrengthenedFile(
            file=self._file,
            shown=self._shown,
            before=self._content,
            after=self._encoded(document),
            written=tuple(written),
            left_out=tuple(left_out),
        )

    def _all_at_once(
        self, checks: Sequence[_Placed], paths: Mapping[int, Path | None]
    ) -> tuple[Document | None, list[str], list[str]]:
        """All checks; the document is None if one cannot be written, or does not hold."""
        document = self._document
        for place, check in checks:
            new = self._added(document, paths[place.line], check)
            if new is None:
                return None, [], []
            document = new
        return (document if self._is_green(document) else None), list(map(_named, checks)), []

    def _one_by_one(
        self, checks: Sequence[_Placed], paths: Mapping[int, Path | None]
    ) -> tuple[Document, list[str], list[str]]:
        document, written, left_out = self._document, list[str](), list[str]()
        for placed in checks:
            new = self._added(document, paths[placed[0].line], placed[1])
            if new is not None and self._is_green(new):
                document = new
                written.append(_named(placed))
            else:
                left_out.append(_named(placed))
        return document, written, left_out

    def _added(
        self, document: Document, path: Path | None, check: CheapestCheck
    ) -> Document | None:
        """The document with one more check; None if it cannot be written."""
        if path is None:
            return None
        with suppress(CannotEdit, AuthoringError):
            text = with_check(document, path, check.name, check.value)
            return read(text.encode(), self._shown, expect_mapping=True)
        return None

    def _is_green(self, document: Document) -> bool:
        """Whether every play that uses the file passes with this text."""
        try:
            with self._project.holding({self._file.resolve(): self._encoded(document)}):
                held, _ = held_plays(self._project, self._users, ())
        except AuthoringError:
            return False
        return all(one.result.outcome is Outcome.PASSED for one in held)

    def _encoded(self, document: Document) -> bytes:
        mark = codecs.BOM_UTF8 if self._content.startswith(codecs.BOM_UTF8) else b""
        return mark + document.source.text.encode()


def with_check(document: Document, turn: Path, name: str, value: Json) -> str:
    """The text of a document in which a turn expects one thing more. Raises `CannotEdit`."""
    node = document.at(*turn)
    expect = node.get("expect")
    if expect is None:
        return with_key(document, turn, "expect", {name: value})
    path = expect.path
    if not expect.has(name):
        return with_key(document, path, name, value)
    written = expect.at(name)
    if name in OF_TEXTS:
        texts = written.as_written if isinstance(written.value, list) else [written.as_written]
        return with_value(document, written.path, [*_items(texts), value])
    if name == "json" and isinstance(value, Mapping) and isinstance(written.value, dict):
        ((key, wanted),) = value.items()
        if key not in written.value:
            return with_key(document, written.path, key, wanted)
    raise CannotEdit(f"the turn has '{name}' already")


def _items(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list) else [value]


def _path_of(document: Document, place: Place) -> Path | None:
    """The path of the turn whose `user:` is at a place."""
    return next((node.path for node in _turns(document) if _is_at(node, place)), None)


def _turns(document: Document) -> Iterator[Node]:
    return (node for node in document.at().walk() if node.has("user"))


def _is_at(node: Node, place: Place) -> bool:
    key = node.at("user").key_place
    return (key.line, key.column) == (place.line, place.column)


def _named(placed: _Placed) -> str:
    place, check = placed
    return f"{place.line} {check}"
