"""Words of other tools, and the word for the same thing here."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def synonyms(**words: str) -> dict[str, str]:
    """Each word of another tool, with ours; the words that stand for one of ours are one text."""
    return {other: word for word, others in words.items() for other in others.split()}


def meant(word: str, words: Mapping[str, str], known: Collection[str] = ()) -> str:
    """A hint that names our word; empty where the word is not one of another tool's.

    Where the keys that may stand there are `known`, no other one is named.
    """
    name = words.get(word.lower().replace("-", "_").replace(" ", "_"), "")
    if not name.isidentifier():
        return name
    return f"did you mean '{name}'?" if not known or name in known else ""
