"""Reads one long line of a stream, again and again.

`python -m benchmarks.reading_line COUNT KIBIBYTES` takes it in chunks of that size, `… COUNT
KIBIBYTES --joined` only puts the chunks together.
"""

from __future__ import annotations

import sys

from harness.providers.event_stream import EventReader

LINE = b'data: {"text": "' + b"Your order is on its way. " * (8 * 1024 * 1024 // 26) + b'"}\n\n'
"""8 MiB."""


def main(count: int, kibibytes: int, *, is_joined: bool) -> None:
    """Print how often it was read."""
    size = kibibytes * 1024
    chunks = [LINE[start : start + size] for start in range(0, len(LINE), size)]
    times = 0
    for _ in range(count):
        if is_joined:
            times += b"".join(chunks) == LINE
            continue
        reader = EventReader()
        for chunk in chunks:
            reader.feed(chunk)
        reader.finish()
        times += len(reader.events)
    print(f"{times} times")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), is_joined="--joined" in sys.argv)
