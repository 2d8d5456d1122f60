"""Writes records into a folder as results.json, and the reports that are made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from harness.core import Json
from harness.reports.build import build_all
from harness.reports.classes import class_of
from harness.reports.results import RESULTS, Record, ResultsWriter, read_results
from harness.reports.results.previous import keep_previous


class RecordReports:
    """The reports of conversations that are played without pytest. Raises `OSError`."""

    def __init__(self, folder: Path, head: Mapping[str, Json]) -> None:
        """`head` is that of the results, see `run_head`. Earlier results are moved aside."""
        self._folder = folder
        self._classes: Counter[str] = Counter()
        folder.mkdir(parents=True, exist_ok=True)
        keep_previous(folder / RESULTS)
        self._writer = ResultsWriter(folder / RESULTS, head)

    def add(self, record: Record) -> None:
        """Add a conversation. It is on disk even if the process is killed."""
        codes = record.get("codes")
        name = class_of(str(record["outcome"]), codes if isinstance(codes, list) else ())
        self._classes[name] += 1
        self._writer.add(record)

    def finish(self) -> list[Path]:
        """Complete the results and make the other reports. Raises `ReportCrashed`."""
        del self._classes[""]
        self._writer.finish(classes=self._classes)
        results = read_results(self._folder / RESULTS)
        return [results.path, *build_all(results, self._folder)]

    def abandon(self) -> None:
        """Close the results without their end, as if the process had been killed."""
        self._writer.abandon()
