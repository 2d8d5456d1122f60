"""Keeps secrets out of the logs of the libraries."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOGGERS = (
    *("httpcore.connection", "httpcore.http11", "httpcore.http2"),
    *("httpcore.proxy", "httpcore.socks", "hpack.hpack", "hpack.table"),
)
"""The loggers of httpcore, and of the library that packs headers. A filter applies to one alone.

At level DEBUG they log the status line and every header of an answer, the credentials of a proxy,
and quote invalid data. httpcore has no option to prevent that.
"""

_is_ours: ContextVar[bool] = ContextVar("is_ours", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Let httpcore's log name the events of this thread, without their details."""
    token = _is_ours.set(True)
    try:
        yield
    finally:
        _is_ours.reset(token)


def _named_only(record: logging.LogRecord) -> bool:
    """Cut a log record of ours after the event's name, and leave those of others."""
    if _is_ours.get():
        record.msg, record.args = record.getMessage().partition(" ")[0], ()
    return True


for _name in LOGGERS:
    logging.getLogger(_name).addFilter(_named_only)
