"""Keeps what passes over our transports out of httpcore's debug log.

At level DEBUG httpcore logs the status line and every header of an answer, cookies and redirects
included, and quotes what it could not read. There is no option against it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOGGERS = ("httpcore.connection", "httpcore.http11")
"""Those that write about a connection without a proxy; a filter holds for one logger alone."""

_is_ours: ContextVar[bool] = ContextVar("is_ours", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """While it lasts, httpcore's log names what happens in this thread, and says no more."""
    token = _is_ours.set(True)
    try:
        yield
    finally:
        _is_ours.reset(token)


def _named_only(record: logging.LogRecord) -> bool:
    """Cut a record of ours behind the event's name; those of others stay as they are."""
    if _is_ours.get():
        record.msg, record.args = record.getMessage().partition(" ")[0], ()
    return True


for _name in LOGGERS:
    logging.getLogger(_name).addFilter(_named_only)
