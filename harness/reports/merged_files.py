"""Merges what pytest wrote for JUnit and Allure next to the results of the parts of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.reports.allure.merged_folders import merge_folders
from harness.reports.divided_takes import DividedTakes
from harness.reports.merged_junit import merge_junit
from harness.reports.results import Results
from harness.reports.results.joining_takes import shown_take
from harness.reports.results.merging_parts import in_order_of_parts, played_in, positions_in

JUNIT, ALLURE = "junit.xml", "allure"
"""In the folder of the reports of `harness run`."""


def merge_files(parts: Sequence[Results], merged: Results) -> list[Path]:
    """Write JUnit's file and Allure's folder next to the merged results; returns their paths.

    A report is left out if any part that played something lacks it, because it would pass for that
    of the whole plan. Raises `OSError` and `ValueError`.
    """
    played = [part for part in in_order_of_parts(parts) if played_in(part)]
    folders = [part.path.parent for part in played]
    into = merged.path.parent
    divided = _divided(played, merged)
    made: list[Path] = []
    files = [folder / JUNIT for folder in folders]
    if files and all(file.is_file() for file in files):
        merge_junit(files, into / JUNIT, positions_in(parts), divided)
        made.append(into / JUNIT)
    sources = [folder / ALLURE for folder in folders]
    if sources and all(source.is_dir() for source in sources):
        merge_folders(sources, into / ALLURE, merged, divided)
        made.append(into / ALLURE)
    return made


def _divided(parts: Sequence[Results], merged: Results) -> Mapping[str, DividedTakes]:
    """The scenarios of which several parts have takes, by their ids."""
    takes = [part.head["plan"].get("takes", {}) for part in parts]
    names = {name for one in takes for name in one}
    divided: dict[str, DividedTakes] = {}
    for record in merged if names else ():
        name = record["id"]
        if name in names and "takes" in record:
            shown = shown_take(record["takes"], record["outcome"])["take"]
            owner = next(at for at, one in enumerate(takes) if shown in one.get(name, ()))
            divided[name] = DividedTakes(record=record, owner=owner)
    return divided
