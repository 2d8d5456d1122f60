"""Finds the members of `settings`, `session` and `message` that a definition's templates name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from harness.core import Json, Path, Problem, did_you_mean, quote, value_class
from harness.formats.template import expressions
from harness.formats.template.expressions import expression_with
from harness.formats.yaml import Document

MESSAGE = ("id", "text", "display_text", "attachments", "metadata")
"""The members of a message."""

_CLOSED = re.compile(r"(?<![.\w'\"])(settings|message)\.(\w+)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_ASKED = ("for_each", "when")
"""Keys whose texts are expressions, even without `${…}`."""


@value_class(frozen=True, slots=True, kw_only=True)
class Taken:
    """The members that a definition uses of the values of a scenario; None if it uses all."""

    settings: frozenset[str] | None = None
    session: frozenset[str] | None = None
    message: frozenset[str] | None = None
    metadata: frozenset[str] | None = None
    attachment: frozenset[str] | None = None


def taken_by(value: Json) -> Taken:
    """The members that the templates of a definition use; `value` is the whole definition."""
    found = [one for _, one in _expressions(value)]
    turns = _either(_elements_of("turns", value))
    # The message of an earlier turn is under `user`.
    message = r"message|\w+\.user|turns\[[^\]]*\](?:\.user|(?!\.))"
    message += rf"|(?:{turns})(?!\.)" if turns else ""
    whole = _members(message, found)
    return Taken(
        settings=_members("settings", found),
        session=_members("session", found),
        message=whole,
        metadata=whole and _members(rf"(?:{message})\.metadata", found),
        attachment=whole and _of_attachments(rf"(?:{message})\.attachments", value),
    )


def _of_attachments(files: str, value: Json) -> frozenset[str] | None:
    """The members that are used of each attachment, if a loop goes over the attachments."""
    other = re.compile(rf"(?<![.\w]){files}(?!\[)(?!\w)")
    rest = [
        one
        for path, one in _expressions(value)
        if path[-1:] != ("for_each",) or not re.fullmatch(rf"\s*{files}\s*", one)
    ]
    if any(other.search(one) for one in rest):
        return None
    each = _either(_elements_of(files, value))
    return _members(rf"{files}\[[^\]]*\]" + (f"|{each}" if each else ""), rest)


def member_problems(document: Document, settings: Iterable[str]) -> Iterator[Problem]:
    """Members that do not exist. They would be null, and left out without a message."""
    known = {"settings": tuple(settings), "message": MESSAGE}
    loops = {text for path, text in _texts(document.value) if path[-1:] == ("as",)}
    for path, expression in _expressions(document.value):
        for root, name in _CLOSED.findall(expression):
            # Another message reports members that no template may use.
            if root in loops or name in known[root] or name.startswith("__"):
                continue
            is_setting = root == "settings"
            what = f"setting {quote(name)}" if is_setting else quote(f"message.{name}")
            yield Problem(
                code="unknown-setting" if is_setting else "unknown-member",
                message=f"there is no {what}",
                place=expression_with(name, document.place(path)),
                hint=did_you_mean(name, known[root]),
            )


def names_in(value: Json) -> frozenset[str]:
    """Every word in a definition's expressions, which includes the names that they use."""
    return frozenset(name for _, one in _expressions(value) for name in _WORD.findall(one))


def _members(root: str, found: Iterable[str]) -> frozenset[str] | None:
    """The members of a variable that expressions use; None if they use the whole variable."""
    pattern = re.compile(rf"(?<![.\w])(?:{root})(?!\w)(?:\.(\w+)|\[\s*['\"](\w+)['\"]\s*\])?")
    members = [match[1] or match[2] for one in found for match in pattern.finditer(one)]
    return None if None in members else frozenset(members)


def _elements_of(root: str, value: Json) -> Iterator[str]:
    """The names that a definition gives to the elements of a variable in its loops."""
    texts = dict(_texts(value))
    for path, text in texts.items():
        if path[-1:] == ("for_each",) and re.search(rf"(?<![.\w]){root}(?!\w)", text):
            yield texts.get((*path[:-1], "as"), "turns")


def _either(names: Iterable[str]) -> str:
    """A pattern for any of the names; empty if there are none."""
    return "|".join(sorted(map(re.escape, names)))


def _expressions(value: Json) -> Iterator[tuple[Path, str]]:
    for path, text in _texts(value):
        if "${" in text:
            yield from ((path, one) for one in expressions(text))
        elif path[-1:] and path[-1] in _ASKED:
            yield path, text


def _texts(value: Json, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in a value, with its path. The path of a key is that of its value."""
    if isinstance(value, str):
        yield path, value
    if isinstance(value, Mapping):
        for key, one in value.items():
            if "${" in key:
                yield (*path, key), key
            yield from _texts(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _texts(one, (*path, index))
