"""Finds a secret that begins in earlier messages of a WebSocket and ends in later ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from harness.conversation import Direction, Frame
from harness.core import Json, Path, scalars
from harness.secrets.conversation_redaction import parsed_content
from harness.secrets.redaction import Redactor
from harness.secrets.secret_forms import latin

_Group = tuple[Direction, Path]
"""Texts that a secret may be split over: of one direction, under the same keys."""


class EarlierFrames:
    """The ends of the texts in earlier messages.

    They are as long as a secret may be, so that the work for a message does not depend on how many
    there were before it.
    """

    def __init__(self) -> None:
        self._ends: dict[_Group, str] = {}

    def continue_in(self, frames: Iterable[Frame], redactor: Redactor) -> bool:
        """Whether a secret that begins in an earlier message ends in one of these."""
        return any(
            redactor.is_split(self._ends[group] + text, len(self._ends[group]))
            for group, text in _texts_of(frames).items()
            if self._ends.get(group)
        )

    def add(self, frames: Iterable[Frame], redactor: Redactor) -> None:
        """Take further messages as earlier ones."""
        for group, text in _texts_of(frames).items():
            self._ends[group] = (self._ends.get(group, "") + text)[-redactor.reach :]


def _texts_of(frames: Iterable[Frame]) -> dict[_Group, str]:
    """The texts of messages, joined as a secret may be split over them."""
    texts: defaultdict[_Group, list[str]] = defaultdict(list)
    for frame in frames:
        for path, text in _texts(parsed_content(frame.content)):
            # In any place of a list, and in the same place of each.
            anywhere = tuple(key for key in path if not isinstance(key, int))
            for group in {anywhere, path}:
                texts[frame.direction, group].append(latin(text))
    return {group: "".join(parts) for group, parts in texts.items()}


def _texts(value: Json) -> Iterator[tuple[Path, str]]:
    """Each text of a value with its path; also those in a text that is JSON itself."""
    for path, text in scalars(value):
        if not isinstance(text, str):
            continue
        yield path, text
        inner = parsed_content(text) if text[:1] in ("{", "[") and path else None
        if not isinstance(inner, str):
            yield from (
                ((*path, *below), one) for below, one in scalars(inner) if isinstance(one, str)
            )
