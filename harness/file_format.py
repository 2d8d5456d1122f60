"""Holds an author's file against the JSON Schema of its format, and names what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.errors import AuthoringError, Problem, did_you_mean, quote
from harness.json_schema import Schema, Violation, explain
from harness.source import Place
from harness.typing import Path
from harness.yaml_reader import Document

Subject = Callable[[Path], str]
"""Says where a path is in the reader's terms, such as `turn 2 "confirm date"`."""


def hold_against(
    document: Document,
    schema: Schema,
    *,
    error: type[AuthoringError],
    subject: Subject = lambda _path: "",
) -> None:
    """Raise `error` with every problem of the file, unless the document fits the schema."""
    if schema.is_valid(document.value):
        return
    raise error(list(problems(document, schema, subject)))


def problems(document: Document, schema: Schema, subject: Subject) -> Iterator[Problem]:
    """Every way in which a document departs from a schema, with its place."""
    for violation in explain(document.value, schema):
        yield Problem(
            code=violation.keyword if violation.keyword in CODES else "wrong-value",
            message=_message(violation),
            place=_place(document, violation),
            subject=subject(violation.path),
            hint=_hint(violation),
        )


CODES = frozenset({"unknown-key", "missing-key"})


def _message(violation: Violation) -> str:
    if violation.keyword == "unknown-key":
        return f"unknown {_noun(violation.path)} {quote(str(violation.path[-1]))}"
    return violation.message


def _noun(path: Path) -> str:
    parent = next((part for part in reversed(path[:-1]) if isinstance(part, str)), "")
    nouns = {"expect": "check", "error": "check", "providers": "provider", "settings": "setting"}
    return nouns.get(parent, "key")


def _place(document: Document, violation: Violation) -> Place:
    if violation.keyword == "unknown-key":
        return document.key_place(violation.path)
    if violation.keyword == "missing-key" and violation.path:
        return document.key_place(violation.path)
    return document.place(violation.path)


def _hint(violation: Violation) -> str:
    if violation.keyword == "unknown-key":
        return did_you_mean(str(violation.path[-1]), violation.known)
    return ""
