"""Names the characters that differ between texts that look alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher

MOST_NAMED = 3
"""The most differences that are named one by one."""
_WINDOW = 400
"""Characters after the first difference that are searched for others."""
_CONTEXT = 16

_CONTROLS = {
    "\t": "CHARACTER TABULATION",
    "\n": "LINE FEED",
    "\r": "CARRIAGE RETURN",
    "\x00": "NULL",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
}
_LETTERS = (
    (
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u04cf\u051b\u051d",
        "aeopcyxijsdhlqw",
    ),
    (
        "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405",
        "ABEKMHOPCTYXIJS",
    ),
    ("\u03bf\u03b1\u03bd\u03c1\u03c5\u03b9", "oavpui"),
    (
        "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
        "ABEZHIKMNOPTYX",
    ),
)
"""Letters of Cyrillic and Greek, with the Latin letters that look like them."""
_ALIKE = {
    **{foreign: latin for ours in _LETTERS for foreign, latin in zip(*ours, strict=True)},
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032`\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
}
"""Characters that look like another one in many fonts. Source: a part of Unicode's confusables."""


def print_alike(text: str, other: str) -> bool:
    """Whether two different texts look the same on a screen, except for line ends and blanks."""
    if text == other:
        return False
    if text.isascii() and other.isascii() and _seen(text) != _seen(other):
        # A shortcut for most texts: this is called for every value that is not the expected one.
        return False
    return any(look(text).strip() == look(other).strip() for look in _LOOKS)


def telling(expected: str, actual: str) -> tuple[str, ...]:
    """The invisible differences of a text, in lines with names of characters; empty if visible."""
    if not print_alike(expected, actual):
        return ()
    start = first_difference(expected, actual)
    end = start + _WINDOW
    lines = list(_differences(expected[start:end], actual[start:end], expected[:start]))
    first = tuple(dict.fromkeys(lines))[:MOST_NAMED]
    return (*first, "and later") if len(lines) > len(first) else first


def first_difference(text: str, other: str) -> int:
    """The index of the first character that differs; the shorter length if none does."""
    pairs = enumerate(zip(text, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(text), len(other)))


def passage_alike(wanted: str, text: str, *, is_first: bool = False) -> tuple[int, int] | None:
    """Start and end of the last passage (or the first one) that looks like the wanted one."""
    for look in _LOOKS:
        shown = look(text)
        sought = look(wanted).strip() or " "
        at = shown.find(sought) if is_first else shown.rfind(sought)
        if at >= 0:
            # Only now, for it takes far more time and memory than the text.
            places = look.places(text)
            return places[at], places[at + len(sought) - 1] + 1
    return None


def unseen_in(text: str) -> str:
    """Each invisible character of a text, once, except for line feeds and tabs."""
    return "".join(
        dict.fromkeys(
            character for character in text if character not in "\n\t" and not _shape(character, "")
        )
    )


def without_unseen(text: str) -> str:
    """A text without its invisible characters."""
    return text.translate(dict.fromkeys(map(ord, unseen_in(text))))


def names_of(text: str) -> str:
    """Characters by code point and name: `U+200B ZERO WIDTH SPACE`; the first three."""
    shown = [_name(character) for character in text[:MOST_NAMED]]
    more = len(text) - MOST_NAMED
    return " and ".join(shown) + (f" and {more} more" if more > 0 else "")


def _seen(text: str) -> str:
    """The certainly visible part of an ASCII text, without any form of line end."""
    return _UNSURE.sub("", text)


_UNSURE = re.compile(r"[\x00-\x20\x7f]+|\\n")
_BLANKS = re.compile(r"  +")


class _Look(dict[int, str]):
    """How a text is seen: without what is invisible, with runs of blanks as one."""

    def __init__(self, line_end: str) -> None:
        self._line_end = line_end

    def __call__(self, text: str) -> str:
        return _BLANKS.sub(" ", text.translate(self))

    def __missing__(self, code_point: int) -> str:
        shape = self[code_point] = _shape(chr(code_point), self._line_end)
        return shape

    def places(self, text: str) -> list[int]:
        """For each visible character, the index of what it is in the text."""
        places: list[int] = []
        last = ""
        for at, character in enumerate(text):
            for shape in self[ord(character)]:
                if shape != " " or last != " ":
                    places.append(at)
                last = shape
        return places


def _shape(character: str, line_end: str) -> str:
    if character == "\n":
        return line_end
    if character.isascii():
        return character if character.isprintable() else " " if character == "\t" else ""
    kind = unicodedata.category(character)
    if kind in ("Cf", "Cc") or unicodedata.name(character, "").startswith("VARIATION SELECTOR"):
        return ""
    if kind in ("Zs", "Zl", "Zp"):
        return " "
    return _ALIKE.get(character) or unicodedata.normalize("NFKC", character)


def _differences(expected: str, actual: str, before: str) -> Iterator[str]:
    matcher = SequenceMatcher(a=expected, b=actual, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            continue
        if j == len(expected) == _WINDOW or m == len(actual) == _WINDOW:
            # The rest of this difference is outside the window.
            return
        lacks, has = expected[i:j], actual[k:m]
        where = _where((before + expected[:i])[-_CONTEXT:], is_end=j == len(expected))
        if not lacks:
            yield f"it has {names_of(has)}{where}"
        elif not has:
            yield f"it lacks {names_of(lacks)}{where}"
        elif lacks == "\\n":
            hint = r"\n is a line break only in double quotes"
            yield f"it has {names_of(has)}{where}, expected the letters '\\n'; {hint}"
        else:
            yield f"it has {names_of(has)}{where}, expected {names_of(lacks)}"


def _where(before: str, *, is_end: bool) -> str:
    shown = before.rpartition("\n")[2].strip()
    if shown:
        return f" after '{shown}'"
    return " at the end" if is_end and before else " at the start" if not before else ""


def _name(character: str) -> str:
    name = _CONTROLS.get(character) or unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


_LOOKS = (_Look("\\n"), _Look(" "))
"""How a line end can be shown."""
