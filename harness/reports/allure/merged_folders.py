"""Merges Allure's folders of the parts of a plan into one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.conversation.spending import Spent
from harness.core.atomic_file import replacing
from harness.reports.allure.allure_results import ENVIRONMENT, AllureResults
from harness.reports.allure.clean_text import clean
from harness.reports.allure.heading import headline_of
from harness.reports.divided_takes import DividedTakes
from harness.reports.spent_text import short_text

_OF_A_RUN = (ENVIRONMENT, "categories.json", "allurerc.json")
"""Files of which each run writes its own."""


def merge_folders(
    folders: Sequence[Path],
    into: Path,
    records: Iterable[Mapping[str, Any]],
    divided: Mapping[str, DividedTakes],
) -> None:
    """Copy all results and attachments, and write what is known of the whole run.

    Results of scenarios with `divided` takes are joined. What lay in the folder before is removed.
    `records` are the merged conversations, for the categories of what went wrong. Raises `OSError`.
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
    if divided:
        _join([(folder, into) for folder in folders], divided)


def _join(folders: Sequence[tuple[Path, Path]], divided: Mapping[str, DividedTakes]) -> None:
    """Put the results of divided takes, each copied from its folder into another, together."""
    known = {one.key: one for one in divided.values()}
    found: dict[tuple[str, str, str, str], dict[int, tuple[Path, dict[str, Any]]]] = {}
    for number, (folder, into) in enumerate(folders):
        for file in folder.glob("*-result.json"):
            result = json.loads(file.read_text("utf-8"))
            key = _key(result)
            if key in known:
                # A test that was run again has one for each attempt; the last one counts.
                before = found.setdefault(key, {}).get(number)
                if before is None or before[1].get("stop", 0) < result.get("stop", 0):
                    found[key][number] = into / file.name, result
    for key, by_folder in found.items():
        one = known[key]
        kept, base = by_folder.get(one.owner) or next(iter(by_folder.values()))
        joined = _joined(base, [result for _, result in by_folder.values()], one.record)
        for file, _ in by_folder.values():
            file.unlink()
        with replacing(kept) as whole:
            whole.write_text(json.dumps(joined, ensure_ascii=False), encoding="utf-8")


def _key(result: Mapping[str, Any]) -> tuple[str, str, str, str]:
    named = {one["name"]: one["value"] for one in result.get("parameters", ())}
    file = "/".join(result.get("titlePath") or ())
    return file, result.get("fullName", ""), named.get("provider", ""), named.get("row", "")


def _joined(
    base: Mapping[str, Any], results: Sequence[Mapping[str, Any]], record: Mapping[str, Any]
) -> dict[str, Any]:
    """The result of all takes, made of that of the part which explains the outcome."""
    steps = [step for result in results for step in result.get("steps", ())]
    values = {"takes": str(len(record["takes"])), "spent": short_text(Spent.of_record(record))}
    parameters = [
        {**one, "value": values.get(one["name"]) or one["value"]}
        for one in base.get("parameters", ())
    ]
    joined = {
        **base,
        "steps": sorted(steps, key=_take_of),
        "parameters": parameters,
        "start": min(result["start"] for result in results),
        "stop": max(result["stop"] for result in results),
    }
    if failure := record.get("failure"):
        trace = clean(failure)
        headline = headline_of(trace, record.get("codes", ()))
        joined["statusDetails"] = {
            **base.get("statusDetails", {}),
            "message": headline,
            "trace": trace,
        }
    return joined


def _take_of(step: Mapping[str, Any]) -> int:
    return next(int(one["value"]) for one in step["parameters"] if one["name"] == "take")
