from __future__ import annotations

from datetime import UTC, datetime
from math import inf
from random import Random

import pytest

from harness.transport.live.repeating import FIRST_WAIT, LONGEST_WAIT, retry_after, wait_before

RANDOM = Random(1)  # noqa: S311  jitter guards nothing
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Fri, 02 Jan 2026 03:04:15 GMT", 10.0),
        ("Fri, 02 Jan 2026 03:04:15 -0000", 10.0),
        ("Fri, 02 Jan 2026 03:04:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("9" * 400, inf),
        ("٣", None),
        ("1e3", None),
        (f"Mon, 01 Jan 2024 00:00:00 +{'9' * 20}", None),
        (f"Mon, 01 Jan 2024 00:00:00 -{'9' * 20}", None),
        ("Mon, 01 Jan 99999 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 251635064094.0),
        ("Mon, 32 Jan 2026 00:00:00 GMT", None),
        (", , ,", None),
        ("Mon", None),
        ("", None),
    ],
)
def test_retry_after(value, seconds):
    """Seconds and HTTP dates are read; what is neither is ignored."""
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize("asked", [0.0, 7.0, LONGEST_WAIT])
def test_the_server_is_obeyed(asked):
    """What the server asks for is waited."""
    assert wait_before(1, asked, RANDOM) == asked


def test_waits_grow_and_vary():
    """Without a wish of the server the wait is random below a bound that doubles."""
    waits = [[wait_before(attempt, None, RANDOM) for _ in range(200)] for attempt in (1, 3, 20)]

    assert all(0 <= one <= FIRST_WAIT for one in waits[0])
    assert FIRST_WAIT < max(waits[1]) <= FIRST_WAIT * 4
    assert max(waits[2]) <= LONGEST_WAIT
    assert len(set(waits[0])) > 100
