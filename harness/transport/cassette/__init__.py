"""Recordings: vcrpy's format with a few keys of our own.

`reading.parse_cassette` is not among these names, as it imports PyYAML.
"""

from harness.transport.cassette.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    cassette_from_json,
    cassette_to_json,
)
from harness.transport.cassette.files import (
    ParsedStore,
    cassette_path,
    check_target,
    read_cassette,
    remove_unfinished,
    write_cassette,
)
from harness.transport.cassette.writing import dump_cassette

__all__ = [
    "Cassette",
    "CassetteHead",
    "Interaction",
    "Interactions",
    "ParsedStore",
    "cassette_from_json",
    "cassette_path",
    "cassette_to_json",
    "check_target",
    "dump_cassette",
    "read_cassette",
    "remove_unfinished",
    "write_cassette",
]
