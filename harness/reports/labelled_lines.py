"""Texts behind labels, as a terminal of 100 columns shows them, and who said what in a turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Final

from harness.conversation import Turn
from harness.core import counted

WIDTH = 100
"""Columns of what is shown."""
LABEL = 14
"""Columns before a text that has a label, its indentation included."""
_MOST_SAID: Final = 10
"""Calls and messages of a turn that are shown at the beginning, and at the end."""
_NOUNS: Final = (("tool", "tool call"), ("assistant", "message"))


def said(turn: Turn, *, no_text: str = "(no text)") -> Iterator[tuple[str, str]]:
    """Who said what in a turn: `user`, `tool` and `assistant`, or `refused` and why."""
    yield "user", turn.user.display_text or turn.user.text
    if turn.reply is not None:
        for call in turn.reply.tools or ():
            if call.result is not None:
                failed = "failed: " if call.result.is_error else ""
                yield "tool", f"{call.name} {call.arguments_json} → {failed}{call.result.text}"
        for message in turn.reply.messages:
            yield "assistant", message.text or no_text
    elif turn.refusal is not None:
        yield "refused", turn.refusal.message


def said_in_short(turn: Turn) -> Iterator[tuple[str, str]]:
    """Who said what in a turn; of many calls and messages the first and last, and how many more."""
    lines = list(said(turn))
    first, last = lines[:_MOST_SAID], lines[max(_MOST_SAID, len(lines) - _MOST_SAID) :]
    hidden = Counter(label for label, _ in lines[len(first) : len(lines) - len(last)])
    yield from first
    if hidden:
        counts = (counted(hidden[label], f"more {noun}") for label, noun in _NOUNS if hidden[label])
        yield "…", " and ".join(counts)
    yield from last


def labelled(label: str, lines: Iterable[str], most: int) -> Iterator[str]:
    """A label and lines of a text, wrapped; further ones stand under the first, so many in all."""
    rows = [
        row
        for line in lines
        for row in wrap(line, WIDTH - LABEL, drop_whitespace=False, break_on_hyphens=False) or [""]
    ]
    if len(rows) > most:
        rows = [*rows[: most - 1], f"… {len(rows) - most + 1} more lines"]
    for index, row in enumerate(rows):
        name = f"  {label} " if index == 0 else ""
        yield f"{name:<{LABEL}}{row}".rstrip()
