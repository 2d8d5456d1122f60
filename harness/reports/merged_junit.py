"""Merges the JUnit files of the parts of a plan into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

from defusedxml.ElementTree import parse

from harness.core.atomic_file import replacing

_COUNTS = ("errors", "failures", "skipped", "tests")


def merge_junit(files: Sequence[Path], into: Path, positions: Mapping[str, int]) -> None:
    """Write one file with all test cases, in the order of their `positions` by pytest's ids.

    Its time is that of all parts together. Properties of the whole file are kept if they are the
    same in all of them. Raises `OSError`, and `ValueError` for a file that is not JUnit's.
    """
    suites = [_suite(file) for file in files]
    root = Element("testsuites", {"name": "pytest tests"})
    attributes = dict(suites[0].attrib)
    for name in _COUNTS:
        attributes[name] = str(sum(int(suite.get(name, 0)) for suite in suites))
    attributes["time"] = f"{sum(float(suite.get('time', 0)) for suite in suites):.3f}"
    attributes["timestamp"] = min(suite.get("timestamp", "") for suite in suites)
    merged = SubElement(root, "testsuite", attributes)
    _add_properties(merged, suites)
    cases = [case for suite in suites for case in suite.findall("testcase")]
    last = len(positions)
    merged.extend(sorted(cases, key=lambda case: positions.get(_id_of(case), last)))
    with replacing(into) as whole:
        ElementTree(root).write(whole, encoding="utf-8", xml_declaration=True)


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
