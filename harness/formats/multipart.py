"""Forms in parts, `multipart/form-data`. Source: RFC 7578, and the HTML standard for names."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from harness.core import Json, value_class

MEDIA_TYPE = "multipart/form-data"

_BOUNDARY = "harness-boundary"
_FIRST_LINE = re.compile(rb"--([!-~]{1,70})\r\n")
_DISPOSITION = re.compile(r'(?i)content-disposition: *form-data; *name="([^"]*)"(.*)')
_FILENAME = re.compile(r'; *filename="([^"]*)"')
_ESCAPES = (('"', "%22"), ("\r", "%0D"), ("\n", "%0A"))


@value_class(frozen=True, slots=True, kw_only=True)
class Part:
    """A field of a form, or a file."""

    name: str
    content: bytes
    filename: str | None = None
    """None for a field."""
    content_type: str = ""
    """Empty for a field of plain text."""


def boundary_of(parts: Sequence[Part]) -> str:
    """A boundary that occurs in none of the parts.

    The same parts always have the same boundary, and nearly all forms share one, so that a form
    with a redacted secret has the boundary of the one that was sent.
    """
    numbered = (f"{_BOUNDARY}-{number}" for number in count(1))
    boundaries = (_BOUNDARY, *(next(numbered) for _ in parts))
    return next(one for one in boundaries if not any(one.encode() in p.content for p in parts))


def write_multipart(parts: Iterable[Part], boundary: str) -> bytes:
    """The form as it is sent."""
    lines: list[bytes] = []
    for part in parts:
        disposition = f'Content-Disposition: form-data; name="{_escaped(part.name)}"'
        if part.filename is not None:
            disposition += f'; filename="{_escaped(part.filename)}"'
        lines += [f"--{boundary}".encode(), disposition.encode("utf-8", "surrogatepass")]
        if part.content_type:
            lines.append(f"Content-Type: {part.content_type}".encode())
        lines += [b"", part.content]
    return b"\r\n".join([*lines, f"--{boundary}--".encode(), b""])


def read_multipart(body: bytes) -> tuple[Part, ...] | None:
    """The parts of a form, whose boundary is its first line; None for another body."""
    first = _FIRST_LINE.match(body)
    if first is None:
        return None
    line = b"\r\n--" + first[1]
    head, end, _ = body.rpartition(line + b"--")
    if not end:
        return None
    parts = tuple(_parts(head[first.end() :].split(line + b"\r\n")))
    return None if None in parts else tuple(part for part in parts if part is not None)


def values_of(parts: Iterable[Part]) -> Json:
    """The fields and files by name, as a definition writes them; several of a name as a list."""
    values: dict[str, Json] = {}
    for part in parts:
        value = _value_of(part)
        if part.name not in values:
            values[part.name] = value
            continue
        earlier = values[part.name]
        values[part.name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
    return values


def _value_of(part: Part) -> Json:
    if part.filename is None:
        return part.content.decode("utf-8", "replace")
    content = base64.b64encode(part.content).decode("ascii")
    return {"file": content, "name": part.filename, "content_type": part.content_type}


def _parts(pieces: Iterable[bytes]) -> Iterator[Part | None]:
    for piece in pieces:
        head, blank, content = piece.partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace").split("\r\n")
        found = next(filter(None, map(_DISPOSITION.fullmatch, lines)), None)
        if found is None or not blank:
            yield None
            continue
        filename = _FILENAME.match(found[2])
        types = (line.partition(":") for line in lines)
        yield Part(
            name=_unescaped(found[1]),
            content=content,
            filename=_unescaped(filename[1]) if filename else None,
            content_type=next((v.strip() for k, _, v in types if k.lower() == "content-type"), ""),
        )


def _escaped(name: str) -> str:
    for plain, escape in _ESCAPES:
        name = name.replace(plain, escape)
    return name


def _unescaped(name: str) -> str:
    for plain, escape in _ESCAPES:
        name = name.replace(escape, plain)
    return name
