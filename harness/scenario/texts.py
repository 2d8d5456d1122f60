"""Mistakes in texts that no schema finds: the texts are sent, but not as they were meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from harness.checks import Content, names_of
from harness.core import Json, Path, Problem, quote
from harness.formats.template import literals
from harness.formats.yaml import Document, Node
from harness.scenario.turn_names import LISTS, SubjectIn

_SAID = ("user", "text", "assistant", "press", "utterances", "say", "opening")
_TEXTS = names_of(lambda kind: kind.on == "text" and kind.content is Content.TEXT).union(
    _SAID, ("goal", "persona")
)
_NOT_FILLED = names_of(lambda kind: kind.is_free_of_variables) | {"never"}
"""Keys of texts in which `$` and braces have another meaning, or must not come from the bot."""
_OPAQUE = names_of(lambda kind: kind.on == "payload") | {"metadata", "session", "attachments"}
"""Blocks whose keys are those of a payload."""
_AT_TOP = frozenset((*LISTS, "simulate", "expect"))
"""Keys of a document with texts in their values."""
_DEFINING = ("vars", "matrix", "parameters", "capture", "knows")
_COMMENT = re.compile(r"[ \t]+(#[^\s#][^\r\n]*)")
_FOREIGN = re.compile(
    r"\{\{ *([A-Za-z_][A-Za-z0-9_]*) *\}\}"
    r"|(?<![${])\{([A-Za-z_][A-Za-z0-9_]*)\}(?!\})"
    r"|(?<![A-Za-z0-9_$\\])\$([A-Za-z_][A-Za-z0-9_]*)"
)
"""How other tools write a variable."""


def text_problems(document: Document, names: Collection[str] = ()) -> Iterator[Problem]:
    """Texts that a comment cuts, missing messages, and variables in the form of other tools.

    `names` are variables besides those that the document itself defines.
    """
    known = {*names, *_names_in(document.at())}
    subject = SubjectIn(document)
    has_comments = "#" in document.source.text
    for path, value in _texts_in(document.value, (), ""):
        if not has_comments and isinstance(value, str) and "{" not in value and "$" not in value:
            continue
        node = document.at(*path)
        problem = _cut(node, subject) if has_comments else None
        problem = problem or _missing(node, subject)
        if problem is None and isinstance(node.value, str) and _NOT_FILLED.isdisjoint(node.path):
            problem = _unfilled(node, node.value, known, subject)
        if problem is not None:
            yield problem


def _texts_in(value: Json, path: Path, key: str) -> Iterator[tuple[Path, Json]]:
    """Every scalar that is read as a text, and its path; `key` is the key that leads to it."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name not in _OPAQUE and (path or name in _AT_TOP):
                yield from _texts_in(member, (*path, name), name)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _texts_in(member, (*path, index), key)
    elif key in _TEXTS:
        yield path, value


def _names_in(node: Node) -> Iterator[str]:
    """The variables that a document defines itself."""
    for key, one in node.items():
        if key in _DEFINING and isinstance(one.value, dict):
            yield from one.value
        elif key == "simulate":
            yield from _names_in(one)
        elif key in LISTS:
            for entry in one:
                yield from _names_in(entry)


def _cut(node: Node, subject: SubjectIn) -> Problem | None:
    behind = _COMMENT.match(node.behind)
    if behind is None:
        return None
    return Problem(
        code="comment-cuts-text",
        message=f"{quote(behind[1])} is read as a comment, so it is not part of the text",
        place=node.place if node.text else node.key_place,
        subject=subject(node.path),
        hint="quote the whole text, or put a space after '#' if it is a comment",
    )


def _missing(node: Node, subject: SubjectIn) -> Problem | None:
    """A message without a value; `~` and `null` are sent as they are written."""
    key = next(part for part in reversed(node.path) if isinstance(part, str))
    if node.value is not None or node.text or key not in _SAID:
        return None
    return Problem(
        code="empty-message",
        message=f"there is nothing after '{key}:'",
        place=node.key_place,
        subject=subject(node.path),
        hint="write '' for an empty message",
    )


def _unfilled(node: Node, text: str, known: Collection[str], subject: SubjectIn) -> Problem | None:
    for literal in literals(text):
        for found in _FOREIGN.finditer(literal):
            name = next(group for group in found.groups() if group)
            if name in known:
                return Problem(
                    code="not-filled-in",
                    message=f"{quote(found.group())} is not a variable: it is sent as it is",
                    place=node.place,
                    subject=subject(node.path),
                    hint=f"write ${{{name}}}, or ${{'{found.group()}'}} for the literal text",
                )
    return None
