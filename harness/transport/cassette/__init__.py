"""Recordings: vcrpy's format with a few keys of our own.

`reading.parse_cassette` is not exported here, because it imports PyYAML.
"""

from harness.transport.cassette.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    cassette_from_json,
    cassette_to_json,
    head_from,
    head_to_json,
)
from harness.transport.cassette.cassette_files import (
    AGAIN,
    ParsedStore,
    cassette_path,
    check_target,
    read_cassette,
    remove_unfinished,
    write_cassette,
)
from harness.transport.cassette.cassette_writing import dump_cassette
from harness.transport.cassette.plain_interaction import (
    FIRST_FORMAT,
    OF_ANOTHER_KIND,
    Break,
    PlainInteraction,
    attempts_of,
    break_of,
    bytes_of,
    request_of,
    require_kinds,
    response_of,
)

__all__ = [
    "AGAIN",
    "FIRST_FORMAT",
    "OF_ANOTHER_KIND",
    "Break",
    "Cassette",
    "CassetteHead",
    "Interaction",
    "Interactions",
    "ParsedStore",
    "PlainInteraction",
    "attempts_of",
    "break_of",
    "bytes_of",
    "cassette_from_json",
    "cassette_path",
    "cassette_to_json",
    "check_target",
    "dump_cassette",
    "head_from",
    "head_to_json",
    "read_cassette",
    "remove_unfinished",
    "request_of",
    "require_kinds",
    "response_of",
    "write_cassette",
]
