"""Redirects: which answers are one, and what another tool recorded of where they lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urljoin, urlsplit

from harness.transport.cassette.plain_interaction import PlainInteraction

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def redirect_target(interaction: PlainInteraction) -> str:
    """The URL that a recorded answer leads to; empty where it is an answer of its own.

    Only of what other tools recorded: our own recordings hold the answer behind all redirects.
    """
    if interaction["is_ours"] or interaction["status"] not in REDIRECTS:
        return ""
    location = next(
        (value for name, value in interaction["headers"] if name.lower() == "location"), ""
    )
    try:
        return urljoin(interaction["uri"], location) if location else ""
    except ValueError:
        return ""


def followed(interactions: Sequence[PlainInteraction]) -> Mapping[int, tuple[int, ...]]:
    """The interactions that each redirected one led to, by their places; the last has the answer.

    A redirect whose target was not recorded behind it is left out.
    """
    taken: set[int] = set()
    found: dict[int, tuple[int, ...]] = {}
    for place in range(len(interactions)):
        led: list[int] = []
        at: int | None = place
        while (
            at is not None and place not in taken and (target := redirect_target(interactions[at]))
        ):
            at = _next(interactions, at, target, taken)
            if at is not None:
                led.append(at)
        if led and at is not None:
            found[place] = tuple(led)
            taken.update(led)
    return found


def _next(
    interactions: Sequence[PlainInteraction], place: int, url: str, taken: set[int]
) -> int | None:
    wanted = _plain(url)
    behind = range(place + 1, len(interactions))
    free = (other for other in behind if other not in taken)
    return next((other for other in free if _plain(interactions[other]["uri"]) == wanted), None)


def _plain(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower(), parts.path or "/", parts.query
