"""The body of a step's request, filled in and encoded."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import urlencode

from harness.core import Json, ProtocolError, describe, quote
from harness.formats.multipart import MEDIA_TYPE, Part, boundary_of, write_multipart
from harness.formats.template.filters import text_of
from harness.providers.definition import Step
from harness.providers.step_plans import Encoding

CONTENT_TYPES = {
    Encoding.JSON: "application/json; charset=utf-8",
    Encoding.FORM: "application/x-www-form-urlencoded",
    Encoding.XML: "application/xml; charset=utf-8",
    Encoding.TEXT: "text/plain; charset=utf-8",
}
_FILE_TYPES: Final = {
    "csv": "text/csv",
    "gif": "image/gif",
    "htm": "text/html",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "wav": "audio/wav",
    "webp": "image/webp",
    "xml": "application/xml",
}
"""By the ending of a file's name. Python's own table differs between systems."""
_OTHER_FILE: Final = "application/octet-stream"

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_MEDIA_TYPE = re.compile(r"[!-~]+/[!-~]+(?:; ?[ -~]+)?")
_NOT_SENT: Final = "nothing was sent"


def encoded_body(step: Step, value: Json) -> tuple[bytes, str]:
    """A body as it is sent, and its content type; empty if the step sends none.

    Raises `ProtocolError` if the value violates its schema, or cannot be written in this format.
    """
    plan = step.request
    if plan.encoding is Encoding.NONE:
        return b"", ""
    _require_contract(step, value)
    if plan.encoding is Encoding.MULTIPART:
        return _multipart(step, value)
    content_type = CONTENT_TYPES[plan.encoding]
    if plan.encoding is Encoding.JSON:
        return _COMPACT.encode(value).encode(), content_type
    if plan.encoding is Encoding.FORM:
        return urlencode(pairs(value)).encode(), content_type
    if plan.encoding is Encoding.XML:
        return _xml(step, value), content_type
    return _text(step, value), content_type


def pairs(value: object) -> list[tuple[str, str]]:
    """A query or a form as names and texts; a list gives several of one name.

    A value that is null is left out.
    """
    found: list[tuple[str, str]] = []
    # `dict` first: to ask whether something is a `Mapping` takes much longer.
    for name, given in value.items() if isinstance(value, dict | Mapping) else ():
        # Nearly all are texts, and this is done several times for each request.
        if isinstance(given, str):
            found.append((name, given))
        elif isinstance(given, list | tuple):
            found += [(name, text_of(one)) for one in given if one is not None]
        elif given is not None:
            found.append((name, text_of(given)))
    return found


def file_content(text: str) -> bytes:
    """The bytes of a file, which is written in base64. Raises `ValueError` for another text."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64") from error


def _require_contract(step: Step, value: Json) -> None:
    schema = step.request.schema
    if schema is not None and not schema.is_valid(value):
        first = schema.violations(value)[0]
        raise ProtocolError(
            "request-contract",
            f"the request of step {step.name} violates its contract: {first.message}",
            f"a setting, `session:` or the definition is wrong; {_NOT_SENT}",
        )


def _text(step: Step, value: Json) -> bytes:
    if isinstance(value, Mapping | list):
        raise ProtocolError(
            "wrong-body",
            f"the body of step {step.name} is {describe(value)}, expected a text",
            f"use 'json', or ${{… | tojson}}; {_NOT_SENT}",
        )
    return b"" if value is None else text_of(value).encode()


def _xml(step: Step, value: object) -> bytes:
    # Late: its patterns take 25 ms to compile, and few systems speak XML.
    from harness.providers.xml_body import write_xml  # noqa: PLC0415

    try:
        return write_xml(value if isinstance(value, Mapping) else {})
    except ValueError as error:
        raise ProtocolError(
            "request-not-xml",
            f"the request of step {step.name} cannot be written as XML: {error}",
            f"XML cannot contain control characters, and has one root; {_NOT_SENT}",
        ) from error


def _multipart(step: Step, value: Json) -> tuple[bytes, str]:
    fields = value.items() if isinstance(value, Mapping) else ()
    try:
        parts = [part for name, given in fields for part in _parts(name, given)]
    except _WrongPart as error:
        raise ProtocolError(
            "wrong-body", f"{error} in the body of step {step.name}", f"{error.hint}; {_NOT_SENT}"
        ) from error
    boundary = boundary_of(parts)
    return write_multipart(parts, boundary), f"{MEDIA_TYPE}; boundary={boundary}"


class _WrongPart(Exception):
    """A value that cannot be a part of a form. The text is a clause for a message."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def _parts(name: str, given: Json) -> Iterator[Part]:
    """The parts of one name: several for a list, none for a value that is none."""
    for value in given if isinstance(given, list | tuple) else (given,):
        if isinstance(value, list | tuple):
            raise _WrongPart(
                f"{quote(name)} has a list in its list", "write one list of texts or files"
            )
        if isinstance(value, Mapping):
            yield from _file(name, value)
        elif value is not None:
            yield Part(name=name, content=text_of(value).encode("utf-8", "surrogatepass"))


def _file(name: str, value: Mapping[str, Json]) -> Iterator[Part]:
    """The part of a file. An attachment of the message is one as it is."""
    # The mapping has no keys whose template rendered to null.
    if not value.keys() <= {"file", "name", "content_type"} and value.keys() != _ATTACHMENT:
        raise _WrongPart(
            f"{quote(name)} is a mapping with {_listed(value)}",
            "write a text, or a file with 'file', 'name' and 'content_type'",
        )
    content = value.get("content") if value.keys() == _ATTACHMENT else value.get("file")
    if content is None:
        return
    filename = value.get("name")
    for key, one in (("file", content), ("name", filename)):
        if not isinstance(one, str):
            raise _WrongPart(
                f"'{key}' of {quote(name)} is {describe(one)}, expected a text", "see the template"
            )
    content_type = value.get("content_type") or _type_of(str(filename))
    if not isinstance(content_type, str) or not _MEDIA_TYPE.fullmatch(content_type):
        raise _WrongPart(
            f"{quote(content_type)} of {quote(name)} is not a media type",
            "write one such as application/pdf",
        )
    try:
        encoded = file_content(str(content))
    except ValueError as error:
        raise _WrongPart(
            f"the content of the file {quote(name)} is not base64", "encode it with ${… | base64}"
        ) from error
    yield Part(name=name, content=encoded, filename=str(filename), content_type=content_type)


_ATTACHMENT: Final = {"name", "content"}


def _type_of(filename: str) -> str:
    return _FILE_TYPES.get(filename.rpartition(".")[2].lower(), _OTHER_FILE)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(quote, names)) or "nothing"
