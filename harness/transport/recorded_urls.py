"""URLs as a recording is matched by them: by what stands behind the host."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.secrets.secret_marks import MARK, mark
from harness.transport.cassette import Cassette


def path_and_query(url: str) -> str:
    """Path and query: the part that a recording is matched by."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def base_urls(cassette: Cassette, now: str) -> tuple[str, str]:
    """The base URLs of a recording and of today; the first is its mark where it is a secret."""
    settings = cassette.head.settings if cassette.head is not None else {}
    recorded = str(settings.get("base_url") or mark("base_url"))
    return recorded.rstrip("/"), now.rstrip("/")


def below(url: str, base: str) -> str:
    """What of a URL stands below a base; all of it where it is elsewhere."""
    rest = url.removeprefix(base)
    return rest if rest != url and rest[:1] in ("/", "?", "") else url


@lru_cache(maxsize=1024)
def fits(recorded: str, now: str) -> bool:
    """Same path, and same names in the query. A redacted part of the path fits anything."""
    if recorded == now:
        return True
    old, new = urlsplit(recorded), urlsplit(now)
    before, after = _parts(old.path), _parts(new.path)
    if len(before) != len(after):
        return False
    if any(one != two and not MARK.search(one) for one, two in zip(before, after, strict=True)):
        return False
    return _names(old.query) == _names(new.query)


def _parts(path: str) -> list[str]:
    # Encoded or not, a slash in a value is the same: it was sent unencoded once. One at the end is
    # no difference, as servers redirect to the form that they want.
    return unquote(path).rstrip("/").split("/")


def _names(query: str) -> list[str]:
    return sorted(name for name, _ in parse_qsl(query, keep_blank_values=True))


def vcr_key(method: str, url: str) -> object:
    """The match of vcrpy, without scheme, host and port: a base URL may differ."""
    parts = urlsplit(url)
    return ("vcr", method.upper(), parts.path or "/", tuple(sorted(parse_qsl(parts.query))))
