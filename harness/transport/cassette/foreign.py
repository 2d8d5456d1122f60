"""Recordings of other tools: reads vcrpy's and HAR files, and recognises other formats."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from harness.core import CassetteError, describe
from harness.formats.strict_json import unique_keys
from harness.transport.cassette.foreign_interaction import foreign_interaction
from harness.transport.cassette.har import har_items
from harness.transport.cassette.plain_interaction import PlainInteraction
from harness.transport.decoding import LARGEST, LARGEST_BODY, MEBIBYTE, TooLarge

Fault = Callable[..., CassetteError]
"""Takes a code, a message, and a hint or nothing."""

OUR_KEY = "harness"
"""The key of what we add to a file and to each interaction."""
OUR_MARK = frozenset({"turn", "step", "message", "at", "first_byte", "seconds", "layout"})
OUR_HEAD = frozenset({"format", "scenario", "recorded_at", "interactions", "checksum"})
"""Keys of what we add to an interaction and to a file, also where `OUR_KEY` was renamed."""
BY_CHANCE = 2
"""A mapping of another tool may have this many of them."""
MOST_NODES = 200_000
"""Values that aliases may add to a file: a few bytes can become gigabytes."""
ALIAS = re.compile(r"(?:^|[\s\[{,:])\*[^\s,\[\]{}]", re.MULTILINE)
LISTS = re.compile(r"^(interactions|requests|responses)[ \t]*:", re.MULTILINE)
LIST_OF_OLD = re.compile(r"^- request: *!!python/object:vcr\.request\.Request", re.MULTILINE)
PYTHON_TAG = re.compile(r"!!(python/[\w./:]+)")
CONVERT = "convert it to vcrpy's version 1, or record it again"
OLD_VCRPY = ("this is a cassette of vcrpy before 1.0", "migrate it: python -m vcr.migration PATH")


def foreign_interactions(text: str, fault: Fault) -> list[PlainInteraction]:
    """The interactions of a cassette without our keys. Raises the errors that `fault` makes."""
    document = _document(text, fault)
    items = _items(document, fault)
    _require_foreign(document, items, fault)
    interactions, room = [], LARGEST
    for number, item in enumerate(items, 1):
        try:
            interaction, size = foreign_interaction(item, min(room, LARGEST_BODY))
            interactions.append(interaction)
            room -= size
        except TooLarge as error:
            raise fault(
                "cassette-too-large",
                f"the body of interaction {number} is too large: the limit is "
                f"{LARGEST_BODY // MEBIBYTE} MiB, and all bodies {LARGEST // MEBIBYTE} MiB",
            ) from error
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            reason = f"lacks {error}" if isinstance(error, KeyError) else f"is wrong: {error}"
            if number == len(items) and isinstance(error, KeyError):
                raise fault(
                    "cassette-cut",
                    f"the recording is cut inside interaction {number}, which {reason}",
                ) from error
            raise fault("cassette-damaged", f"interaction {number} {reason}") from error
    return interactions


def _document(text: str, fault: Fault) -> object:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text, object_pairs_hook=unique_keys)
        except (ValueError, RecursionError) as error:
            raise fault("cassette-json", f"this is not valid JSON: {error}") from error
    twice = [name for name, count in Counter(LISTS.findall(text)).items() if count > 1]
    if twice:
        # YAML's readers take the last one and lose the first.
        raise fault("cassette-damaged", f"the key '{twice[0]}' appears twice")
    try:
        if ALIAS.search(text):
            _require_modest(text, fault)
        return _deserialized(text)
    except yaml.constructor.ConstructorError as error:
        if text.lstrip().startswith("- request:") or LIST_OF_OLD.search(text):
            raise fault("cassette-dialect", *OLD_VCRPY) from error
        if python := PYTHON_TAG.search(text):
            line = text.count("\n", 0, python.start()) + 1
            raise fault(
                "cassette-dialect",
                f"line {line}: this contains a Python object, !!{python[1]}, as written by old "
                "versions of vcrpy",
                "it is not read, because it could run code: record it again, or replace it with "
                "plain values",
            ) from error
        raise fault("cassette-yaml", f"{error.problem}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise fault(
            "cassette-cut", f"the recording is cut or damaged: {where}{error.problem}"
        ) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise fault("cassette-yaml", f"this cannot be read: {error}") from error


def _deserialized(text: str) -> object:
    # PLC0415: importing vcr costs 0.2 to 0.4 s, and our own files do not need it.
    from vcr.serializers import yamlserializer  # noqa: PLC0415

    try:
        return yamlserializer.deserialize(text)
    except (AttributeError, LookupError, TypeError) as error:
        # PyYAML raises these for `!!timestamp x`, `!!float ''` and `!!bool x`.
        raise ValueError("a value is not what its tag says, such as !!float") from error


def _require_modest(text: str, fault: Fault) -> None:
    """Refuse aliases that contain themselves, and those that add more than `MOST_NODES` values."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    sizes: dict[int, int] = {}
    top: yaml.Node | None = yaml.compose(text, Loader=loader)
    waiting = [top] if top is not None else []
    open_: set[int] = set()
    while waiting:
        node = waiting[-1]
        parts = _parts(node)
        unknown = [part for part in parts if id(part) not in sizes] if id(node) not in sizes else []
        if any(id(part) in open_ for part in unknown):
            raise fault("cassette-yaml", "an alias is inside its own anchor")
        if unknown:
            open_.add(id(node))
            waiting += unknown
            continue
        waiting.pop()
        open_.discard(id(node))
        sizes[id(node)] = 1 + sum(sizes[id(part)] for part in parts)
        if sizes[id(node)] > len(sizes) + MOST_NODES:
            raise fault("cassette-too-large", f"its aliases add more than {MOST_NODES:,} values")


def _parts(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _items(document: object, fault: Fault) -> list[Any]:
    """The interactions of a document, in any of the layouts that we read."""
    if isinstance(document, list):
        raise _list_fault(document, fault)
    if not isinstance(document, Mapping):
        found = "nothing but null" if document is None else describe(document)
        raise fault("cassette-not-a-mapping", f"the file contains {found} instead of a recording")
    if isinstance(document.get("log"), Mapping):
        return _har_items(document["log"], fault)
    if "http_interactions" in document:
        name = "a cassette of Ruby's VCR or of Betamax"
        raise fault("cassette-dialect", f"this is {name}, which is not supported", CONVERT)
    version = document.get("version", 1)
    if version != 1:
        raise fault(
            "cassette-version",
            f"version {version} of vcrpy's format is not supported, only version 1",
        )
    requests, responses = document.get("requests"), document.get("responses")
    if isinstance(requests, list) and isinstance(responses, list):
        if len(requests) != len(responses):
            raise fault(
                "cassette-count",
                f"there are {len(requests)} requests but {len(responses)} responses",
            )
        return [
            {"request": one, "response": two} for one, two in zip(requests, responses, strict=True)
        ]
    items = document.get("interactions")
    if not isinstance(items, list):
        raise fault("cassette-cut", "the recording ends before its list of interactions")
    return items


def _har_items(log: Mapping[str, Any], fault: Fault) -> list[Any]:
    try:
        return har_items(log)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise fault("cassette-damaged", f"this HAR file is damaged: {reason}") from error


def _require_foreign(document: object, items: list[Any], fault: Fault) -> None:
    """Refuse a file of ours whose head was renamed or moved: its checksum would not be checked."""
    for number, item in enumerate(items, 1):
        for key, value in item.items() if isinstance(item, Mapping) else ():
            is_marked = isinstance(value, Mapping) and len(value.keys() & OUR_MARK) > BY_CHANCE
            if is_marked or key == OUR_KEY:
                raise fault(
                    "cassette-damaged",
                    f"interaction {number} was recorded by the harness, as '{key}' shows, but the "
                    "file's head is not in place",
                )
    for key, value in document.items() if isinstance(document, Mapping) else ():
        if isinstance(value, Mapping) and len(value.keys() & OUR_HEAD) > BY_CHANCE:
            raise fault(
                "cassette-damaged", f"'{key}' contains the head of a recording of the harness"
            )


def _list_fault(document: list[Any], fault: Fault) -> CassetteError:
    first = document[0] if document else None
    if isinstance(first, Mapping) and "request" in first:
        return fault("cassette-dialect", *OLD_VCRPY)
    if isinstance(first, Mapping) and "scope" in first:
        return fault(
            "cassette-dialect", "this is a recording of nock, which is not supported", CONVERT
        )
    return fault("cassette-not-a-mapping", "the file contains a list instead of a recording")
