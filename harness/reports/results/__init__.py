"""What came of a run, as JSON: written while it goes on, read by every report made afterwards."""

from harness.reports.results.record import (
    Record,
    crashed_record,
    expected_record,
    record_of,
    skipped_record,
)
from harness.reports.results.results_reader import NoResults, Results, read_results
from harness.reports.results.results_schema import RESULTS_SCHEMA, VERSION
from harness.reports.results.results_writer import ResultsWriter, RunHead

__all__ = [
    "RESULTS_SCHEMA",
    "VERSION",
    "NoResults",
    "Record",
    "Results",
    "ResultsWriter",
    "RunHead",
    "crashed_record",
    "expected_record",
    "read_results",
    "record_of",
    "skipped_record",
]
