"""Merges the JUnit files of the parts of a plan into one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

from defusedxml.ElementTree import parse

from harness.conversation.spending import Spent
from harness.core.atomic_file import replacing
from harness.reports.divided_takes import DividedTakes
from harness.reports.failure_reason import reason_in
from harness.reports.summary import properties_of, summary_from

_COUNTS = ("errors", "failures", "skipped", "tests")
_OF_A_SUMMARY = frozenset(("cause", "cause_at", "cause_turn", "codes", "pass_rate"))
"""Properties that a part has and the whole may lack."""


def merge_junit(
    files: Sequence[Path],
    into: Path,
    positions: Mapping[str, int],
    divided: Mapping[str, DividedTakes],
) -> None:
    """Write one file with all test cases, in the order of their `positions` by pytest's ids.

    Those of scenarios with `divided` takes are joined. Its time is that of all parts together.
    Properties of the whole file are kept if they are the same in all of them. Raises `OSError`, and
    `ValueError` for a file that is not JUnit's.
    """
    suites = [_suite(file) for file in files]
    root = Element("testsuites", {"name": "pytest tests"})
    attributes = dict(suites[0].attrib)
    joined: list[Element] = []
    by_id: dict[str, list[tuple[int, Element]]] = {}
    for number, suite in enumerate(suites):
        for case in suite.findall("testcase"):
            if (name := _id_of(case)) in divided:
                by_id.setdefault(name, []).append((number, case))
            else:
                joined.append(case)
    counts = Counter({n: sum(int(suite.get(n, 0)) for suite in suites) for n in _COUNTS})
    for name, cases in by_id.items():
        joined.append(_joined(cases, divided[name]))
        counts.subtract(_counted(case for _, case in cases))
        counts.update(_counted(joined[-1:]))
    attributes |= {name: str(counts[name]) for name in _COUNTS}
    attributes["time"] = f"{sum(float(suite.get('time', 0)) for suite in suites):.3f}"
    attributes["timestamp"] = min(suite.get("timestamp", "") for suite in suites)
    merged = SubElement(root, "testsuite", attributes)
    _add_properties(merged, suites)
    last = len(positions)
    merged.extend(sorted(joined, key=lambda case: positions.get(_id_of(case), last)))
    with replacing(into) as whole:
        ElementTree(root).write(whole, encoding="utf-8", xml_declaration=True)


def _joined(cases: Sequence[tuple[int, Element]], divided: DividedTakes) -> Element:
    """The test case of all takes, made of that of the part which explains the outcome."""
    record = divided.record
    base = next((case for number, case in cases if number == divided.owner), cases[0][1])
    given = [_properties(case) for _, case in cases]
    base.set("time", f"{sum(float(case.get('time', 0)) for _, case in cases):.3f}")
    summaries = [summary_from(one) for one in given]
    times = [float(one["latency_seconds"]) for one in given if "latency_seconds" in one]
    summary = replace(
        summary_from(_properties(base)),
        outcome=record["outcome"],
        codes=tuple(record.get("codes", ())),
        turns=sum(one.turns for one in summaries),
        checks=sum(one.checks for one in summaries),
        latencies=(sum(times),) if times else (),
        skips=tuple(skip for one in summaries for skip in one.skips),
        drifts=tuple(drift for one in summaries for drift in one.drifts),
        recordings=tuple(recording for one in summaries for recording in one.recordings),
        takes=Counter(take["outcome"] for take in record["takes"]),
        spent=Spent.of_record(record),
    )
    ours = dict(properties_of(summary))
    properties = base.find("properties")
    assert properties is not None  # noqa: S101  # a scenario has some
    foreign = [one for one in properties if one.get("name") not in _OF_A_SUMMARY | ours.keys()]
    properties[:] = [Element("property", {"name": k, "value": str(v)}) for k, v in ours.items()]
    properties.extend(foreign)
    for element in (*base.findall("failure"), *base.findall("error")):
        before, after = element.text or "", record.get("failure", "")
        message = element.get("message", "").replace(reason_in(before), reason_in(after))
        element.set("message", message)
        element.text = after
    return base


def _counted(cases: Iterable[Element]) -> Counter[str]:
    """What test cases add to the counts of their suite."""
    counts: Counter[str] = Counter()
    for case in cases:
        counts["tests"] += 1
        counts["failures"] += len(case.findall("failure"))
        counts["errors"] += len(case.findall("error"))
        counts["skipped"] += len(case.findall("skipped"))
    return counts


def _properties(case: Element) -> dict[str, str]:
    return {one.get("name", ""): one.get("value", "") for one in case.iterfind("properties/*")}


def _suite(file: Path) -> Element:
    try:
        suite: Element | None = parse(file).find("testsuite")
    except SyntaxError as error:
        raise ValueError(f"{file}: this is not XML: {error}") from error
    if suite is None:
        raise ValueError(f"{file}: there is no 'testsuite', so pytest did not write it")
    return suite


def _add_properties(merged: Element, suites: Sequence[Element]) -> None:
    by_suite = [
        [(one.get("name", ""), one.get("value", "")) for one in suite.iterfind("properties/*")]
        for suite in suites
    ]
    same = [pair for pair in by_suite[0] if all(pair in pairs for pairs in by_suite)]
    # Notes about providers are those of the parts in which they were made.
    notes = [pair for pairs in by_suite for pair in pairs if pair[0] == "note"]
    kept = dict.fromkeys((*same, *notes))
    if kept:
        properties = SubElement(merged, "properties")
        for name, value in kept:
            SubElement(properties, "property", {"name": name, "value": value})


def _id_of(case: Element) -> str:
    """The id of a test case, which has one with the family `xunit1`."""
    file, name = case.get("file", ""), case.get("name", "")
    module = file.removesuffix(".py").replace("/", ".")
    classes = case.get("classname", "").removeprefix(module).strip(".")
    within = classes.replace(".", "::") if file.endswith(".py") else ""
    return "::".join(filter(None, (file, within, name)))
