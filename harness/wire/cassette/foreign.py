"""Cassettes of other tools: read where their meaning is known, else named as what they are."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import yaml

from harness.conversation import Origin, Request, Response
from harness.errors import CassetteError
from harness.typing import describe
from harness.wire.cassette.rows import Row, make_row
from harness.wire.decoding import BadEncoding, Decoder

Fault = Callable[..., CassetteError]
"""Takes a code, a message, and a hint or nothing."""

ENCODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that are no longer true once a body is decoded."""
OUR_MARK = frozenset({"turn", "step"})
OUR_HEAD = frozenset({"format", "scenario", "recorded_at", "interactions", "checksum"})
"""Keys of what we add to an interaction and to the file, whatever name it stands under."""
FEW_OF_HEAD = 2
"""Keys of our head that another tool's mapping may hold."""
MOST_NODES = 200_000
"""Of a parsed body: aliases can make a few bytes into gigabytes."""
LIST_OF_OLD = re.compile(r"^- request: *!!python/object:vcr\.request\.Request", re.MULTILINE)
PYTHON_TAG = re.compile(r"!!(python/[\w./:]+)")
CONVERT = "convert it to vcrpy's version 1, or record it again"


def foreign_rows(text: str, fault: Fault) -> list[Row]:
    """The interactions of a cassette without our keys. Raises what `fault` makes."""
    document = _document(text, fault)
    items = _items(document, fault)
    _require_foreign(document, items, fault)
    rows = []
    for number, item in enumerate(items, 1):
        try:
            rows.append(_row(item))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"lacks {error}" if isinstance(error, KeyError) else f"is wrong: {error}"
            if number == len(items) and isinstance(error, KeyError):
                message = f"the recording is cut inside interaction {number}, which {reason}"
                raise fault("cassette-cut", message) from error
            raise fault("cassette-damaged", f"interaction {number} {reason}") from error
    return rows


def _document(text: str, fault: Fault) -> object:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise fault("cassette-json", f"this is no valid JSON: {error}") from error
    # PLC0415: importing vcr costs 0.2 to 0.4 s, and our own files do not need it.
    from vcr.serializers import yamlserializer  # noqa: PLC0415

    try:
        return yamlserializer.deserialize(text)
    except yaml.constructor.ConstructorError as error:
        if text.lstrip().startswith("- request:") or LIST_OF_OLD.search(text):
            raise fault("cassette-dialect", *_old_vcrpy()) from error
        python = PYTHON_TAG.search(text)
        if python is not None:
            line = text.count("\n", 0, python.start()) + 1
            raise fault("cassette-dialect", *_python_objects(line, python[1])) from error
        raise fault("cassette-yaml", f"{error.problem}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        message = f"the recording is cut or damaged: {where}{error.problem}"
        raise fault("cassette-cut", message) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise fault("cassette-yaml", f"this cannot be read: {error}") from error


def _items(document: object, fault: Fault) -> list[Any]:
    """The interactions of any dialect that we read."""
    if isinstance(document, list):
        raise _list_fault(document, fault)
    if not isinstance(document, Mapping):
        found = "nothing but null" if document is None else describe(document)
        raise fault("cassette-not-a-mapping", f"there is {found} where a recording should stand")
    for key, name in (
        ("log", "a HAR file"),
        ("http_interactions", "a cassette of Ruby's VCR or of Betamax"),
    ):
        if key in document:
            raise fault("cassette-dialect", f"this is {name}, which is not read", CONVERT)
    version = document.get("version", 1)
    if version != 1:
        raise fault(
            "cassette-version", f"version {version} of vcrpy's format is not known, only version 1"
        )
    requests, responses = document.get("requests"), document.get("responses")
    if isinstance(requests, list) and isinstance(responses, list):
        if len(requests) != len(responses):
            message = f"{len(requests)} requests stand against {len(responses)} responses"
            raise fault("cassette-count", message)
        return [
            {"request": one, "response": two} for one, two in zip(requests, responses, strict=True)
        ]
    items = document.get("interactions")
    if not isinstance(items, list):
        raise fault("cassette-cut", "the recording ends before its list of interactions")
    return items


def _require_foreign(document: object, items: list[Any], fault: Fault) -> None:
    """Refuse a file of ours whose head was renamed or moved: nobody would ask its checksum."""
    for number, item in enumerate(items, 1):
        for key, value in item.items() if isinstance(item, Mapping) else ():
            if isinstance(value, Mapping) and value.keys() >= OUR_MARK:
                message = f"interaction {number} is of the harness, as '{key}' says"
                raise fault("cassette-damaged", f"{message}, but the file's head is not in place")
    for key, value in document.items() if isinstance(document, Mapping) else ():
        if isinstance(value, Mapping) and len(value.keys() & OUR_HEAD) > FEW_OF_HEAD:
            message = f"what stands under '{key}' is the head of a recording of the harness"
            raise fault("cassette-damaged", message)


def _list_fault(document: list[Any], fault: Fault) -> CassetteError:
    first = document[0] if document else None
    if isinstance(first, Mapping) and "request" in first:
        return fault("cassette-dialect", *_old_vcrpy())
    if isinstance(first, Mapping) and "scope" in first:
        return fault("cassette-dialect", "this is a recording of nock, which is not read", CONVERT)
    return fault("cassette-not-a-mapping", "there is a list where a recording should stand")


def _old_vcrpy() -> tuple[str, str]:
    return (
        "this is a cassette of vcrpy before 1.0",
        "bring it up to date: python -m vcr.migration PATH",
    )


def _python_objects(line: int, tag: str) -> tuple[str, str]:
    return (
        f"line {line}: this holds a Python object, !!{tag}, as old versions of vcrpy wrote them",
        "it is not read, as it could run code: record it again, or write plain values in its place",
    )


def _row(item: Mapping[str, Any]) -> Row:
    sent, response = item["request"], item["response"]
    # vcrpy before 4.2 kept httpx's answers in keys of their own.
    is_old_httpx = "status_code" in response
    status = {"code": response["status_code"]} if is_old_httpx else response["status"]
    headers = list(_headers(response.get("headers")))
    content = response["content"] if is_old_httpx else response.get("body")
    request = Request(
        method=sent["method"],
        url=sent["uri"],
        headers=tuple(_headers(sent.get("headers"))),
        body=_content(sent.get("body"), sent),
        origin=Origin(turn=0, step=""),
    )
    body, headers = _decoded(_content(content, response), headers)
    answer = Response(
        status=int(status["code"]),
        reason=str(status.get("message") or ""),
        headers=tuple(headers),
        body=body,
    )
    return make_row(request, answer, is_ours=False)


def _headers(found: object) -> Iterable[tuple[str, str]]:
    """Headers, whose values other tools keep as lists or as single texts."""
    if not isinstance(found, Mapping):
        return
    for name, values in found.items():
        for value in values if isinstance(values, list | tuple) else [values]:
            yield _header_text(name), _header_text(value)


def _header_text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _content(body: object, holder: Mapping[str, Any]) -> bytes:
    """A body: text, bytes, a file, parts of it, or parsed JSON."""
    if isinstance(body, Mapping):
        if "base64_string" in body:
            return base64.b64decode(body["base64_string"], validate=True)
        body = body.get("string")
    if body is None:
        return _dumped(holder["parsed_body"]) if "parsed_body" in holder else b""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    parts = body.read() if hasattr(body, "read") else list(body)  # type: ignore[call-overload]  # vcrpy keeps iterators
    return parts if isinstance(parts, bytes) else b"".join(parts)


def _dumped(content: object) -> bytes:
    nodes = 0
    waiting = [content]
    while waiting:
        nodes += 1
        if nodes > MOST_NODES:
            message = f"its parsed_body has more than {MOST_NODES} parts"
            raise ValueError(message)
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _decoded(body: bytes, headers: list[tuple[str, str]]) -> tuple[bytes, list[tuple[str, str]]]:
    """The body without its gzip; other tools keep it as it travelled, or as it was read."""
    encoding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    kept = [pair for pair in headers if pair[0].lower() not in ENCODED]
    try:
        decoder = Decoder(encoding)
        content = b"".join(decoder.feed(body))
        decoder.end()
    except BadEncoding:
        return body, kept
    return content, kept
