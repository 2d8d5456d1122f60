"""Numbers of things, as a sentence names them."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """`1 turn`, `2 turns`; `noun` is one that takes an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
