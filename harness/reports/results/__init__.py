"""The results of a run as JSON: written during the run, and read to make every report."""

from harness.reports.results.previous import failed_files
from harness.reports.results.record import (
    Record,
    crashed_record,
    expected_record,
    record_of,
    skipped_record,
)
from harness.reports.results.results_reader import NoResults, Results, read_results
from harness.reports.results.results_schema import RESULTS_SCHEMA, VERSION
from harness.reports.results.results_writer import RESULTS, ResultsWriter, run_head

__all__ = [
    "RESULTS",
    "RESULTS_SCHEMA",
    "VERSION",
    "NoResults",
    "Record",
    "Results",
    "ResultsWriter",
    "crashed_record",
    "expected_record",
    "failed_files",
    "read_results",
    "record_of",
    "run_head",
    "skipped_record",
]
