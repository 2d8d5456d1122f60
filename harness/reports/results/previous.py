"""The results of the previous run: moved aside when a run begins, read for what changed."""

from __future__ import annotations

import re
from pathlib import Path

from harness.conversation import Outcome
from harness.reports.results.results_reader import NoResults, Results, Stored, id_of, read_results

PREVIOUS = "results.previous.json"
EXPECTED = "expected failure"
"""In place of an outcome: the conversation failed, as it was expected to."""

# A quotation mark inside a text is escaped, so this finds a key; the first one is that of the
# conversation, because it precedes those of its checks, takes and transcript.
_OUTCOME = re.compile(r'"outcome":"([a-z]+)"')
# An expected failure has one of them, the second in results of an earlier version.
_MAY_BE_EXPECTED = (Outcome.SKIPPED, Outcome.FAILED)


def keep_previous(results: Path) -> bool:
    """Move results aside in one step before they are rewritten. Raises `OSError`.

    If they contain no conversation, those of the run before stay, and the result is false.
    """
    try:
        with results.open("rb") as file:
            file.readline()
            has_any = file.read(1) == b"{"
    except FileNotFoundError:
        return False
    if has_any:
        results.replace(results.with_name(PREVIOUS))
    return has_any


def restore_previous(results: Path) -> None:
    """Move results back that `keep_previous` moved aside. Raises `OSError`."""
    results.with_name(PREVIOUS).replace(results)


def previous_outcomes(results: Path) -> dict[str, str]:
    """Outcomes of the previous run by the conversation's id; empty if they cannot be read."""
    try:
        return outcomes_of(read_results(results.with_name(PREVIOUS)))
    except (NoResults, KeyError, TypeError):
        return {}


def outcomes_of(results: Results) -> dict[str, str]:
    """Outcomes by the conversation's id, without parsing what was said. Raises `NoResults`."""
    outcomes: dict[str, str] = {}
    for line in results.lines():
        match = _OUTCOME.search(line)
        if match is None or not line.startswith('{"id":"') or match[1] in _MAY_BE_EXPECTED:
            record = results.parsed(line)
            outcomes[record["id"]] = outcome_of(record)
        else:
            outcomes[id_of(line)] = match[1]
    return outcomes


def outcome_of(record: Stored) -> str:
    """The outcome of a conversation, or `EXPECTED`."""
    return EXPECTED if "expected_failure" in record else str(record["outcome"])


def failed_files(results: Results, root: Path) -> list[Path]:
    """The files with a check that failed, in order; a record names them from pytest's folder.

    `root` is the project. Raises `NoResults`.
    """
    names: dict[str, None] = {}
    for record in results:
        if record.get("outcome") != Outcome.FAILED:
            continue
        for take in record.get("takes", (record,)):
            failed = (c for c in take.get("checks", ()) if c["outcome"] == Outcome.FAILED)
            names |= dict.fromkeys(check.get("file", record["file"]) for check in failed)
    return [
        next((f for f in (Path(name), root / name) if f.is_file()), Path(name)) for name in names
    ]
