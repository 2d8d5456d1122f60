"""Reads foreign recordings that were changed at random, in a process that may not fail.

`python -m tests.reliability.foreign_files COUNT SEED` ends with 0, and prints what was read. A
traceback, a kill for memory, or a stack of who hung say that something is wrong; the case stands
before it.
"""

from __future__ import annotations

import faulthandler
import gzip
import resource
import sys
import zlib
from base64 import b64encode
from collections import Counter
from pathlib import Path
from random import Random

from harness.conversation import Origin, Request
from harness.core.errors import PlayError
from harness.transport.cassette.cassette_reading import parse_cassette
from harness.transport.replay import ReplayTransport

SECONDS = 5
GROWTH = 500 * 1024 * 1024
"""Bytes that reading one file may take beside what the process has."""
PIECES = (
    *("&a ", "*a ", "*a, *a, ", "<<: *a\n", "!!binary ", "!!python/tuple ", "!!float ", "? ", "- "),
    *("[", "]", "{", "}", "'", '"', "|\n", ">\n", "%", "#", "---\n", "...\n", "\t", "\0", "\ufeff"),
    *("interactions:\n", "version: 2\n", "harness:\n", "requests: ", "null", "~", ".inf", "-.nan"),
    *("12", "1e999", "0x1F", "2024-02-30", "true", "12:30:45", "\ud800", "é", "\r", "\u2028"),
    *("content-encoding: [gzip]", "content-encoding: [br, zstd]", "base64_string: '%%'", "uri: 12"),
    *("[" * 1200, "{a: " * 1200, "a" * 100_000, "\n- request:\n", "parsed_body: [*a, *a]"),
)
SAMPLES = [
    path.read_bytes()
    for path in sorted((Path(__file__).parents[1] / "recordings/dialects").iterdir())
]


def bomb(random: Random) -> bytes:
    """Lists of aliases of lists of aliases, and a body that unpacks to much more than it has."""
    width, levels = random.randint(2, 40), random.randint(2, 12)
    opening, closing = random.choice(["[]", ("{<<: [", "]}"), ("{a: [", "]}")])
    lines = ["k0: &k0 {x: 1}"] + [
        f"k{n}: &k{n} {opening}{', '.join([f'*k{n - 1}'] * width)}{closing}"
        for n in range(1, levels)
    ]
    size = random.choice([10, 60, 400]) * 1024 * 1024
    packed = zlib.compressobj(wbits=31)
    body = b"".join(packed.compress(bytes(1024 * 1024)) for _ in range(size // 1024**2))
    body = gzip.compress(body + packed.flush()) if random.random() < 0.5 else body + packed.flush()
    place = random.choice(["headers", "body", "parsed_body", "uri"])
    lines += [
        "interactions:",
        f"- request: {{method: GET, uri: 'https://x/', {place}: *k{levels - 1}}}",
        "  response: {status: {code: 200, message: OK}, headers: {content-encoding: 'gzip, gzip'},",
        f"    body: {{string: !!binary {b64encode(body).decode()}}}}}",
    ]
    return "\n".join(lines).encode()


def changed(content: bytes, random: Random) -> bytes:
    """A sample with a few changes, as text or as bytes, and perhaps packed."""
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    text = content.decode("utf-8", "replace")
    for _ in range(random.choice([1, 1, 2, 4])):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice([0, 0, 1, 4, 40]))
        piece = random.choice([*PIECES, text[start : start + random.randint(1, 400)]])
        text = text[:start] + piece + text[end:]
    found = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.1:
        packed = gzip.compress(found)
        cut = random.randrange(len(packed))
        found = random.choice([packed, packed[:cut], packed + packed, packed + b"PK"])
    return found


def read(content: bytes) -> str:
    """Read a file and ask for all that it holds; gives the code of what was wrong."""
    try:
        cassette = parse_cassette(content, "x.yaml")
        wire = ReplayTransport(cassette)
        for number, one in enumerate(cassette.interactions, 1):
            request = Request(
                method=one.request.method,
                url=one.request.url,
                origin=Origin(turn=number, step="send.1"),
            )
            list(wire.send(request).chunks)
        wire.unused()
    except PlayError as error:
        return error.code if str(error) else "silent"
    return "read"


def main(count: int, seed: int) -> None:
    """Read so many files."""
    random = Random(seed)  # noqa: S311  # it guards nothing
    found: Counter[str] = Counter()
    # Once, so that what is imported is not counted.
    for sample in SAMPLES:
        read(sample)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + GROWTH,) * 2)
    for number in range(count):
        content = bomb(random) if number % 40 == 0 else changed(random.choice(SAMPLES), random)
        Path("case").write_bytes(content)
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        found[read(content)] += 1
        faulthandler.cancel_dump_traceback_later()
    sys.stdout.write(f"{dict(found)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
