"""The results of the run before: kept when a run begins, read for what changed."""

from __future__ import annotations

import json
import re
from pathlib import Path

from harness.conversation import Outcome
from harness.reports.results.results_reader import NoResults, Results, id_of, read_results

PREVIOUS = "results.previous.json"
EXPECTED = "expected failure"
"""In place of an outcome, of a conversation that failed as it was expected to."""

# A quotation mark inside a text is escaped, so this finds a key; the first one is that of the
# conversation, because it stands before its checks, takes and transcript.
_OUTCOME = re.compile(r'"outcome":"([a-z]+)"')
# Of an expected failure, now and in results of an earlier version.
_MAY_BE_EXPECTED = (Outcome.SKIPPED, Outcome.FAILED)


def keep_previous(results: Path) -> None:
    """Move results aside in one step before they are rewritten. Raises OSError.

    Where they hold no conversation, those of the run before them stay.
    """
    try:
        with results.open("rb") as file:
            file.readline()
            holds_any = file.read(1) == b"{"
    except FileNotFoundError:
        return
    if holds_any:
        results.replace(results.with_name(PREVIOUS))


def previous_outcomes(results: Path) -> dict[str, str]:
    """Outcomes of the run before by the conversation's id; none where nothing was kept."""
    path = results.with_name(PREVIOUS)
    if not path.exists():
        return {}
    try:
        return outcomes_of(read_results(path))
    except NoResults:
        return {}


def outcomes_of(results: Results) -> dict[str, str]:
    """Outcomes by the conversation's id, without reading what was said. Raises `NoResults`."""
    outcomes: dict[str, str] = {}
    for line in results.lines():
        match = _OUTCOME.search(line)
        if match is None or not line.startswith('{"id":"') or match[1] in _MAY_BE_EXPECTED:
            name, outcome = _read(line, results.path)
            outcomes[name] = outcome
        else:
            outcomes[id_of(line)] = match[1]
    return outcomes


def _read(line: str, path: Path) -> tuple[str, str]:
    try:
        one = json.loads(line)
        return one["id"], EXPECTED if "expected_failure" in one else one["outcome"]
    except (ValueError, KeyError, TypeError) as error:
        raise NoResults(f"{path}: a conversation is not JSON: {error}") from error
