"""Merges Allure's folders of the parts of a plan into one."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.core.atomic_file import replacing
from harness.reports.allure.allure_results import ENVIRONMENT, AllureResults

_OF_A_RUN = (ENVIRONMENT, "categories.json", "allurerc.json")
"""Files of which each run writes its own."""


def merge_folders(
    folders: Sequence[Path], into: Path, records: Iterable[Mapping[str, Any]]
) -> None:
    """Copy all results and attachments, and write what is known of the whole run.

    What lay in the folder before is removed. `records` are the merged conversations, for the
    categories of what went wrong. Raises `OSError`.
    """
    results = AllureResults(into, print)
    results.clean()
    results.begin({})
    for record in records:
        if codes := record.get("codes"):
            results.note(str(record["outcome"]), codes)
    texts = [(folder / ENVIRONMENT).read_text("latin-1").splitlines() for folder in folders]
    same = [line for line in texts[0] if all(line in lines for lines in texts)]
    with replacing(into / ENVIRONMENT) as whole:
        whole.write_text("".join(f"{line}\n" for line in same), encoding="latin-1")
    for folder in folders:
        for file in sorted(folder.iterdir()):
            if file.is_file() and file.name not in _OF_A_RUN:
                shutil.copyfile(file, into / file.name)
