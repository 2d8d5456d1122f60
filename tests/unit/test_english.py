from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, prose

pytestmark = pytest.mark.once

INSTEAD = {
    r"(?<!there )\b(is|are|was|were) no\b(?! longer)": "is not a",
    r"\banew\b": "again",
    r"\b(could not|cannot) be told\b": "could not be judged",
    r"\bcame of\b": "results of",
    r"\b(is|are|was|were) told\b(?! apart| not)": "is reported, is sent to",
    r"\bwhere left out\b": "default:",
    r"\bstands?\b(?! for\b)": "is",
    r"\bstood\b": "was",
    r"\bbeside\b": "next to",
    r"(?<!left )(?<!journal )\bbehind\b": "after",
    r"\b(take|takes|taken) (it|them|one) out\b": "remove it",
    r"\bleave (it|them) out\b": "remove it",
    r"\bmend(s|ed)?\b": "fix",
    r"\bfulfils?\b": "passes, matches",
    r"\b(broke|breaks) off\b": "was interrupted",
    r"\bheard\b": "received",
    r"\bholds? for\b": "applies to",
    r"\bsuch (a one|ones)\b": "this",
    r"\bnobody\b": "no",
    r"\b(a blank(?! line)|blanks)\b": "a space",
    r"\blies? (in|outside|beside|below)\b": "is in",
    r"\b(says|say) no\b": "refuses",
    r"\bputs? together\b": "merges",
}
"""Words and phrases that the project does not use, each with what it writes instead."""
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
SOURCES = [
    file for file in sorted((ROOT / "harness").rglob("*.py")) if "emulators" not in file.parts
]
COMMANDS = ("app.py", "groups.py")
"""Files whose functions are commands: their docstrings are help texts."""


def odd_words(text: str) -> list[str]:
    """What of a text the project writes differently."""
    words = re.sub(r"`[^`]*`|\{[^{}]*\}", "", text)
    return [
        f"'{match[0]}' (write '{instead}'): {text.strip()}"
        for phrase, instead in INSTEAD.items()
        if (match := re.search(phrase, words, re.IGNORECASE))
    ]


def sentences(file: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module that people may read: no docstrings but those of commands."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    unread = {
        id(part.value)
        for node in ast.walk(tree)
        for part in (node.body if isinstance(getattr(node, "body", None), list) else ())
        if isinstance(part, ast.Expr)
        and not (isinstance(node, ast.FunctionDef) and file.name in COMMANDS)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(_shown(part) for part in node.values)
            unread.update(map(id, node.values))
        elif isinstance(node, ast.Constant) and id(node) not in unread and " " in str(node.value):
            yield node.lineno, str(node.value)


def _shown(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "{}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_are_in_plain_english(page):
    """README, changelog and docs use none of the words that the style sheet replaces."""
    odd = [found for line in prose(page) for found in odd_words(line)]

    assert odd == []


def test_messages_and_help_texts_are_in_plain_english():
    """Messages, hints, labels and help texts use none of these words either."""
    odd = [
        f"{file.relative_to(ROOT)}:{line}: {found}"
        for file in SOURCES
        for line, text in sentences(file)
        for found in odd_words(text)
    ]

    assert odd == []


@pytest.mark.parametrize(
    "text",
    ["'500' is no duration", "1 could not be told", "record it anew", "a key stands here twice"],
)
def test_odd_words_are_found(text):
    """A sentence with such a word is refused, with what to write instead."""
    assert len(odd_words(text)) == 1


@pytest.mark.parametrize(
    "text", ["there is no such file", "it is no longer used", "`${` stands for itself"]
)
def test_usual_words_are_not_refused(text):
    """What any technical writer would write is left alone."""
    assert odd_words(text) == []
