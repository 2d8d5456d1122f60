from __future__ import annotations

from harness.transport.cassette import Cassette, Interactions, dump_cassette
from harness.transport.cassette.plain_interaction import checksum


def in_first_format(cassette: Cassette) -> str:
    """The text of a cassette as it was written before the head came under the checksum."""
    rows = [
        {**row, "message": row["message"].partition("-")[0]} for row in cassette.interactions.plain
    ]
    text = dump_cassette(
        Cassette(path=cassette.path, head=cassette.head, interactions=Interactions(rows))
    )
    lines = text.replace("  format: 2\n", "  format: 1\n", 1).split("\n")
    place = next(n for n, line in enumerate(lines) if line.startswith("  checksum: "))
    lines[place] = f'  checksum: "{checksum(rows)}"'
    return "\n".join(lines)
