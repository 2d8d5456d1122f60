"""Parses the text of a cassette. Every fault in it has an error of its own."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from harness.core import CassetteError, YamlError
from harness.formats.yaml import Limits, load
from harness.transport.cassette.bodies import restore
from harness.transport.cassette.cassette import Cassette, Interactions, head_from
from harness.transport.cassette.cassette_writing import END
from harness.transport.cassette.foreign import foreign_interactions
from harness.transport.cassette.frames import read_frame
from harness.transport.cassette.own_layout import read_own_layout
from harness.transport.cassette.plain_interaction import (
    FIRST_FORMAT,
    FORMAT,
    OF_ANOTHER_KIND,
    PlainBreak,
    PlainInteraction,
    as_float,
    checksum,
    require_kinds,
    text_of,
)
from harness.transport.decoding import LARGEST, MEBIBYTE, BadEncoding, TooLarge, uncompressed

OWN = re.compile(r"^harness:", re.MULTILINE)
FORMATS = (FIRST_FORMAT, FORMAT)
CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
GIT_LFS = "version https://git-lfs.github.com/spec/"
LIMITS = Limits(depth=50, nodes=LARGEST, aliases=False)


def parse_cassette(content: bytes | str, path: str = "the cassette", fix: str = "") -> Cassette:
    """Read a cassette, ours or a foreign one.

    `path` is shown in messages, and `fix` is the next step that they name. Raises `CassetteError`.
    """
    reader = _Reader(path, fix or "restore it from version control, or record it again")
    text = reader.text(content)
    if OWN.search(text):
        return reader.own(text)
    interactions = foreign_interactions(text, reader.fault)
    return Cassette(path=path, interactions=Interactions(interactions))


class _Reader:
    """Reads one file. `is_whole` in its methods: the file has the mark for its end."""

    def __init__(self, path: str, fix: str) -> None:
        self._path = path
        self._fix = fix

    def fault(self, code: str, message: str, hint: str = "") -> CassetteError:
        return CassetteError(code, f"{self._path}: {message}", hint or self._fix)

    def text(self, content: bytes | str) -> str:
        """The file's text. Refuses what cannot be a cassette."""
        if isinstance(content, bytes):
            content = self._decoded(self._uncompressed(content))
        if not content.strip("\ufeff \t\r\n"):
            raise self.fault("cassette-empty", "the recording is empty")
        if content.startswith(GIT_LFS):
            raise self.fault(
                "cassette-lfs",
                "this is a Git LFS pointer, not the recording itself",
                "fetch it: git lfs pull",
            )
        if conflict := CONFLICT.search(content):
            line = content.count("\n", 0, conflict.start()) + 1
            raise self.fault(
                "cassette-conflict",
                f"line {line} is a mark of a merge conflict",
                f"keep one side, or record it again: {self._fix}",
            )
        return content.removeprefix("\ufeff")

    def own(self, text: str) -> Cassette:
        document = read_own_layout(text)
        if document is not None:
            # Where it is wrong, reading it as YAML says so, or finds it right.
            with suppress(CassetteError):
                return self._cassette(document, is_whole=True)
        is_whole = text.rstrip().endswith(f"\n{END}")
        return self._cassette(self._document(text, is_whole=is_whole), is_whole=is_whole)

    def _cassette(self, document: Mapping[str, Any], *, is_whole: bool) -> Cassette:
        head = _mapping(document.get("harness"))
        form = head.get("format")
        if document.get("version") != 1 or type(form) is not int or form not in FORMATS:
            raise self.fault(
                "cassette-version",
                f"version {document.get('version')}, format {form} is not supported, only "
                f"version 1, format {FIRST_FORMAT} or {FORMAT}",
                "a later version of the harness may have written it",
            )
        expected = head.get("interactions")
        items = document.get("interactions")
        if not isinstance(items, list) or not isinstance(expected, int):
            raise self._broken("its head", "has no list of interactions", is_whole=is_whole)
        interactions = self._interactions(items, expected, is_whole=is_whole)
        try:
            read = head_from(head)
        except ValueError as error:
            raise self.fault("cassette-damaged", f"the head {error}") from error
        self._check(interactions, expected, head, is_whole=is_whole)
        return Cassette(
            path=self._path, head=read, interactions=Interactions(interactions), format=form
        )

    def _document(self, text: str, *, is_whole: bool) -> dict[str, Any]:
        try:
            document = load(text, self._path, LIMITS, TAGS)
        except YamlError as error:
            if not is_whole:
                begun = len(re.findall(r"^- ", text, re.MULTILINE))
                part = f"interaction {begun}" if begun else "its head"
                raise self.fault("cassette-cut", f"the recording is cut inside {part}") from error
            problem = error.problems[0]
            assert problem.place is not None  # noqa: S101  # the YAML reader sets it
            where = f"line {problem.place.line}, column {problem.place.column}"
            raise self.fault("cassette-yaml", f"{where}: {problem.message}") from error
        return _mapping(document)

    def _interactions(
        self, items: list[Any], expected: int, *, is_whole: bool
    ) -> list[PlainInteraction]:
        interactions = []
        for number, item in enumerate(items, 1):
            try:
                interactions.append(_own_interaction(item))
            except OF_ANOTHER_KIND as error:
                raise self._broken(
                    f"interaction {number} of {expected}",
                    f"lacks {error}"
                    if isinstance(error, KeyError)
                    else "contains a value of the wrong type",
                    is_whole=is_whole or number < len(items),
                ) from error
        return interactions

    def _check(
        self,
        interactions: list[PlainInteraction],
        expected: int,
        head: Mapping[str, Any],
        *,
        is_whole: bool,
    ) -> None:
        content = {name: value for name, value in head.items() if name != "checksum"}
        is_first = head["format"] == FIRST_FORMAT
        found = head.get("checksum")
        try:
            is_right = checksum(interactions, None if is_first else content) == found
        except TypeError as error:
            # YAML has bytes, and JSON has not.
            raise self.fault("cassette-damaged", "it contains bytes outside of bodies") from error
        if len(interactions) == expected and is_right:
            return
        if not is_whole and len(interactions) < expected:
            raise self.fault(
                "cassette-cut",
                f"the recording ends after interaction {len(interactions)} of {expected}",
            )
        if len(interactions) != expected:
            raise self.fault(
                "cassette-count",
                f"there are {len(interactions)} interactions, but the head says {expected}",
            )
        if not is_whole:
            raise self.fault("cassette-cut", f"the recording is cut inside interaction {expected}")
        if not found:
            raise self.fault("cassette-checksum", "its head has no checksum")
        what = "the interactions" if is_first else "the head or the interactions"
        raise self.fault("cassette-checksum", f"{what} were changed after they were recorded")

    def _broken(self, part: str, reason: str, *, is_whole: bool) -> CassetteError:
        if is_whole:
            return self.fault("cassette-damaged", f"{part} {reason}")
        return self.fault("cassette-cut", f"the recording is cut inside {part}")

    def _uncompressed(self, content: bytes) -> bytes:
        """The bytes of the file; some tools compress their cassettes."""
        try:
            return uncompressed(content, LARGEST)
        except BadEncoding as error:
            raise self.fault("cassette-cut", str(error)) from error
        except TooLarge as error:
            message = f"uncompressed, it has more than {LARGEST // MEBIBYTE} MiB"
            raise self.fault("cassette-too-large", message) from error

    def _decoded(self, content: bytes) -> str:
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise self.fault(
                "cassette-not-utf-8", f"byte {error.start} is not UTF-8", ""
            ) from error
        if "\0" in text:
            raise self.fault("cassette-not-utf-8", f"byte {content.index(0)} is NUL, as in UTF-16")
        return text


def _own_interaction(item: Mapping[str, Any]) -> PlainInteraction:
    ours, request, response = item.get("harness") or {}, item["request"], item["response"]
    sent, sent_is_base64 = _body(request["body"], ours.get("request_layout", ""))
    body, body_is_base64 = _body(response["body"]["string"], ours.get("layout", ""))
    interaction = PlainInteraction(
        is_ours=bool(ours),
        turn=ours.get("turn", 0),
        step=ours.get("step", ""),
        message=str(ours.get("message", "")),
        method=request["method"],
        uri=request["uri"],
        sent_headers=_headers(request["headers"], ours.get("request_order")),
        sent=sent,
        sent_is_base64=sent_is_base64,
        is_stream=ours.get("stream", False),
        status=response["status"]["code"],
        reason=response["status"]["message"],
        headers=_headers(response["headers"], ours.get("order")),
        body=body,
        body_is_base64=body_is_base64,
        started=float(ours.get("at", 0.0)),
        first_byte=as_float(ours.get("first_byte")),
        seconds=as_float(ours.get("seconds")),
        chunks=[[float(at), length] for at, length in ours.get("chunks", ())],
        attempts=ours.get("attempts", []),
    )
    if "now" in ours:
        interaction["now"] = float(ours["now"])
    if "frames" in ours:
        interaction["frames"] = [read_frame(one) for one in ours["frames"]]
    if "broken" in ours:
        interaction["broken"] = _break(ours["broken"])
    require_kinds(interaction)
    return interaction


def _break(item: Mapping[str, Any]) -> PlainBreak:
    broken = PlainBreak(code=item["code"], reason=item["reason"])
    if "details" in item:
        broken["details"] = list(item["details"])
    return broken


def _body(content: str | bytes, layout: str) -> tuple[str, bool]:
    if isinstance(content, bytes):
        return text_of(content)
    return restore(content, layout), False


def _headers(grouped: Mapping[str, list[str]], order: list[str] | None) -> list[list[str]]:
    if not order:
        return [[name, value] for name, values in grouped.items() for value in values]
    rest = {name: iter(values) for name, values in grouped.items()}
    return [[name, next(rest[name])] for name in order]


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError as error:
        raise ValueError(f"base64 that is not valid: {error}") from error


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


TAGS = {"tag:yaml.org,2002:binary": _base64}
