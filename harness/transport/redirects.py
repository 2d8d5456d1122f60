"""Redirects, and how they were followed in recordings of other tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urljoin, urlsplit

from harness.transport.cassette import PlainInteraction

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def redirect_target(interaction: PlainInteraction) -> str:
    """The URL that a recorded answer redirects to; empty where it is not a redirect.

    Only other tools record redirects: our own recordings have the answer after all redirects.
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
    """The places of the interactions that each redirect led to, in order, by its own place.

    The last of them has the answer. A redirect whose target was not recorded after it is left out.
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
    wanted = _normalized(url)
    for other in range(place + 1, len(interactions)):
        if other not in taken and _normalized(interactions[other]["uri"]) == wanted:
            return other
    return None


def _normalized(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower(), parts.path or "/", parts.query
