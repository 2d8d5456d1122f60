"""Compares URLs with recorded ones, by the part after the host."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.secrets.secret_marks import MARK, mark
from harness.transport.cassette import Cassette


def path_and_query(url: str) -> str:
    """Path and query of a URL, which replays match; the path is at least `/`."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def base_urls(cassette: Cassette, now: str) -> tuple[str, str]:
    """The base URL of a recording, or its mark where it is a secret, and that of today."""
    settings = cassette.head.settings if cassette.head is not None else {}
    recorded = str(settings.get("base_url") or mark("base_url"))
    return recorded.rstrip("/"), now.rstrip("/")


def below(url: str, base: str) -> str:
    """The part of a URL below a base; all of it where the URL is elsewhere."""
    rest = url.removeprefix(base)
    return rest if rest != url and rest[:1] in ("/", "?", "") else url


@lru_cache(maxsize=1024)
def fits(recorded: str, now: str) -> bool:
    """Whether two URLs have the same path and the same names in the query.

    A redacted part of the recorded path fits anything.
    """
    old, new = urlsplit(recorded), urlsplit(now)
    before, after = _parts(old.path), _parts(new.path)
    return (
        len(before) == len(after)
        and all(one == two or MARK.search(one) for one, two in zip(before, after, strict=True))
        and _names(old.query) == _names(new.query)
    )


def _parts(path: str) -> list[str]:
    # A slash in a value is the same encoded or not: older versions sent it unencoded. One at the
    # end makes no difference, because servers redirect to the form that they expect.
    return unquote(path).rstrip("/").split("/")


def _names(query: str) -> list[str]:
    return sorted(name for name, _ in parse_qsl(query, keep_blank_values=True))


def vcr_key(method: str, url: str) -> object:
    """What vcrpy matches, without scheme, host and port: the base URL may differ."""
    parts = urlsplit(url)
    return ("vcr", method.upper(), parts.path or "/", tuple(sorted(parse_qsl(parts.query))))
