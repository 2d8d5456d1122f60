"""What came of a run, as JSON: written while it goes on, read by every report made afterwards."""

from harness.reports.results.reading import NoResults, Results, read_results
from harness.reports.results.record import (
    Identity,
    Record,
    conversation_record,
    crashed_record,
    takes_record,
)
from harness.reports.results.schema import RESULTS_SCHEMA, VERSION
from harness.reports.results.writing import ResultsWriter, RunHead

__all__ = [
    "RESULTS_SCHEMA",
    "VERSION",
    "Identity",
    "NoResults",
    "Record",
    "Results",
    "ResultsWriter",
    "RunHead",
    "conversation_record",
    "crashed_record",
    "read_results",
    "takes_record",
]
