"""Words of other tools, and our words for the same things."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def synonyms(**words: str) -> dict[str, str]:
    """Our words by those of other tools. An argument is our word, its value a text of theirs."""
    return {other: word for word, others in words.items() for other in others.split()}


def meant(word: str, words: Mapping[str, str], known: Collection[str] = ()) -> str:
    """A hint that names our word; empty if the word is not one of another tool's.

    If `known` has the keys that are allowed, no other word is named.
    """
    name = words.get(word.lower().replace("-", "_").replace(" ", "_"), "")
    if not name.isidentifier():
        return name
    return f"did you mean '{name}'?" if not known or name in known else ""
