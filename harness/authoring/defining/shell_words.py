"""The words of a command as a shell reads it: POSIX shells, bash, and cmd of Windows."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

VARIABLE = re.compile("\ue000([A-Za-z_][A-Za-z0-9_]*)\ue001")
"""A variable in a word: private characters around its name, which no command contains."""


def as_variable(name: str) -> str:
    """A variable as it is in a word."""
    return f"\ue000{name}\ue001"


_NAME = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
_OF_CMD = re.compile(r"\^[ \t]*(?:\r?\n|$)|\^\"")
"""What only commands for cmd contain: a caret before a line end or a quotation mark."""
_SIMPLE = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "e": "\x1b",
    "E": "\x1b",
}
_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))",
    re.DOTALL,
)
"""An escape inside `$'…'`. Source: the manual of bash, 3.1.2.4 ANSI-C Quoting."""
_ENDS = frozenset("|;&<>")
"""Characters that end a command or redirect it."""


class BadCommand(ValueError):
    """A text is not one command; `str(error)` is the reason."""


class OpenQuote(BadCommand):
    """A quotation mark is not closed: more of the command may follow."""


@dataclass(slots=True)
class _Words:
    """The words so far, and the one that is being read."""

    done: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Continue the word; an empty text begins one."""
        self.parts.append(text)

    def end(self) -> None:
        """End the word, if one began."""
        if self.parts:
            self.done.append("".join(self.parts))
            self.parts.clear()


def shell_words(command: str) -> tuple[list[str], str]:
    """The words of the first command of a text, and what follows it, such as `| jq .`.

    `VARIABLE` finds the variables in a word. Raises `BadCommand` for an open quotation mark, and
    for `$(…)`, which would have to be run.
    """
    text = command.strip().removeprefix("$ ").replace("\r\n", "\n")
    text = text.replace("\ue000", "").replace("\ue001", "")
    first_quote = next((mark for mark in text if mark in "'\""), "")
    if _OF_CMD.search(text) and first_quote != "'":
        return _of_cmd(text), ""
    return _of_posix(text)


def is_continued(text: str) -> bool:
    """Whether further lines belong to the command: a line end is escaped, or inside quotes."""
    if text.rstrip(" \t").endswith(("\\", "^")):
        return True
    try:
        shell_words(text)
    except BadCommand as error:
        return isinstance(error, OpenQuote)
    return False


def _of_posix(text: str) -> tuple[list[str], str]:
    words, at = _Words(), 0
    while at < len(text):
        mark = text[at]
        if mark in _ENDS or (mark == "\n" and (words.done or words.parts)):
            words.end()
            return words.done, text[at:].strip()
        if mark.isspace():
            words.end()
            at += 1
        elif mark == "#" and not words.parts:
            at = _behind(text, "\n", at)
        else:
            at = _READERS.get(mark, _plain)(text, at, words)
    words.end()
    return words.done, ""


def _plain(text: str, at: int, words: _Words) -> int:
    words.add(text[at])
    return at + 1


def _escaped(text: str, at: int, words: _Words) -> int:
    following = text[at + 1 : at + 2]
    if following in ("", "\n"):
        # A line that continues does not end the word; nothing may follow it in what was pasted.
        return at + 2
    words.add(following)
    return at + 2


def _single(text: str, at: int, words: _Words) -> int:
    end = text.find("'", at + 1)
    if end < 0:
        raise OpenQuote("a quotation mark ' is not closed")
    words.add(text[at + 1 : end])
    return end + 1


def _double(text: str, at: int, words: _Words) -> int:
    words.add("")
    at += 1
    while at < len(text):
        mark = text[at]
        if mark == '"':
            return at + 1
        if mark == "\\" and text[at + 1 : at + 2] in ('"', "\\", "$", "`", "\n"):
            words.add(text[at + 1].replace("\n", ""))
            at += 2
        elif mark in "$`":
            at = _dollar(text, at, words, is_quoted=True)
        else:
            words.add(mark)
            at += 1
    raise OpenQuote('a quotation mark " is not closed')


def _dollar(text: str, at: int, words: _Words, *, is_quoted: bool = False) -> int:
    if text[at] == "`" or text.startswith("$(", at):
        raise BadCommand("it contains a command inside it, which is not run: write its result")
    if text.startswith("$'", at) and not is_quoted:
        return _ansi(text, at, words)
    if name := _NAME.match(text, at):
        words.add(as_variable(name[1] or name[2]))
        return name.end()
    if text.startswith("${", at):
        raise BadCommand(f"'{text[at : at + 20]}' is not a variable")
    words.add("$")
    return at + 1


_ANSI = re.compile(r"(?:[^'\\]|\\.)*'", re.DOTALL)


def _ansi(text: str, at: int, words: _Words) -> int:
    end = _ANSI.match(text, at + 2)
    if end is None:
        raise OpenQuote("a quotation mark $' is not closed")
    words.add(_ESCAPE.sub(_character, end[0][:-1]))
    return end.end()


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code or match[4]:
        number = int(code, 16) if code else int(match[4], 8)
        return chr(number) if number <= sys.maxunicode else "\ufffd"
    return _SIMPLE.get(match[5], match[5] if match[5] in "\\'\"?" else match[0])


_READERS: dict[str, Callable[[str, int, _Words], int]] = {
    "\\": _escaped,
    "'": _single,
    '"': _double,
    "$": _dollar,
    "`": _dollar,
}


def _behind(text: str, mark: str, at: int) -> int:
    end = text.find(mark, at)
    return len(text) if end < 0 else end


_QUOTE_OF_CMD = re.compile(r'(\\*)"')


def _of_cmd(text: str) -> list[str]:
    """Words as cmd and then the C runtime of Windows read them."""
    plain = "".join(_uncareted(text))
    words, at, is_quoted = _Words(), 0, False
    while at < len(plain):
        slashes = _QUOTE_OF_CMD.match(plain, at)
        if slashes:
            words.add("\\" * (len(slashes[1]) // 2))
            if len(slashes[1]) % 2:
                words.add('"')
            else:
                is_quoted = not is_quoted
            at = slashes.end()
        elif plain[at].isspace() and not is_quoted:
            words.end()
            at += 1
        else:
            words.add(plain[at])
            at += 1
    if is_quoted:
        raise OpenQuote('a quotation mark " is not closed')
    words.end()
    return words.done


def _uncareted(text: str) -> Iterator[str]:
    """The characters of a text, without the carets that protect them from cmd.

    Inside quotation marks without a caret, a caret is an ordinary character.
    """
    at, is_quoted = 0, False
    while at < len(text):
        is_quoted ^= text[at] == '"'
        if text[at] != "^" or is_quoted:
            yield text[at]
            at += 1
        elif ends := _CONTINUED.match(text, at):
            # A continued line that is empty is a line break in a word.
            yield "\n" if ends[1] else " "
            at = ends.end()
        else:
            yield text[at + 1 : at + 2]
            at += 2


_CONTINUED = re.compile(r"\^[ \t]*\n[ \t]*(\n?)")
