"""Completes a scenario's test in Allure: what it is called, where it belongs, why it is red."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator

from allure_commons.model2 import (
    Label,
    Link,
    Parameter,
    Status,
    StatusDetails,
    TestResult,
)
from allure_commons.types import LabelType, LinkType, Severity

from harness.conversation import Outcome
from harness.evaluation import Takes
from harness.reports.allure.case import AllureCase
from harness.reports.allure.clean_text import clean

SEVERITIES = tuple(severity.value for severity in Severity)
"""Tags that say how grave it is where the scenario fails, the gravest first."""
PLACED = frozenset(
    {
        LabelType.PARENT_SUITE,
        LabelType.SUITE,
        LabelType.SUB_SUITE,
        LabelType.EPIC,
        LabelType.FEATURE,
        LabelType.STORY,
    }
)
_CODE = re.compile(r" *\[[\w-]+\]$")


def complete(test: TestResult, case: AllureCase) -> None:
    """Write over what allure-pytest tells of any test."""
    play = case.play
    test.name = clean(case.name)
    test.fullName = play.scenario
    test.titlePath = list(case.file.split("/"))
    project = (case.folder,) if case.folder else ()
    test.testCaseId = digest(*project, play.scenario)
    test.historyId = digest(*project, play.scenario, play.provider, play.row)
    test.description = clean(_description(case))
    test.parameters = list(_parameters(case))
    kept = [label for label in test.labels if label.name not in PLACED]
    test.labels = [*_labels(case), *kept]
    test.links = list(_links(case))
    _explain(test, case)


def digest(*parts: str) -> str:
    """The same for the same parts, on any machine."""
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def _description(case: AllureCase) -> str:
    scenario = case.scenario
    line = f":{scenario.place.line}" if scenario else ""
    place = f"`{case.file}{line}`"
    return f"{scenario.description}\n\n{place}" if scenario and scenario.description else place


def _parameters(case: AllureCase) -> Iterator[Parameter]:
    yield Parameter(name="provider", value=case.play.provider)
    if case.play.row:
        yield Parameter(name="row", value=case.play.row)
    if isinstance(case.result, Takes):
        # Excluded: with more takes it is still the same test.
        yield Parameter(name="takes", value=str(len(case.result.results)), excluded=True)


def _labels(case: AllureCase) -> Iterator[Label]:
    parent, *others = case.folders
    yield Label(name=LabelType.PARENT_SUITE, value=parent)
    if others:
        yield Label(name=LabelType.SUITE, value=others[0])
    if others[1:]:
        yield Label(name=LabelType.SUB_SUITE, value="/".join(others[1:]))
    yield Label(name=LabelType.EPIC, value=case.play.provider)
    yield Label(name=LabelType.FEATURE, value="/".join(case.folders))
    yield Label(name=LabelType.STORY, value=clean(case.name))
    tags = case.scenario.tags if case.scenario else ()
    severity = next((one for one in SEVERITIES if one in tags), None)
    if severity:
        yield Label(name=LabelType.SEVERITY, value=severity)


def _links(case: AllureCase) -> Iterator[Link]:
    for link in case.scenario.links if case.scenario else ():
        yield Link(type=LinkType.LINK, url=clean(link.url), name=clean(link.name or link.url))


def _explain(test: TestResult, case: AllureCase) -> None:
    """Say why it is red or was not played, with the codes that the categories look for."""
    trace = clean((test.statusDetails.trace or "") if test.statusDetails else "")
    codes = f" [{', '.join(case.codes)}]" if case.codes else ""
    headline = f"{_CODE.sub('', trace.partition(chr(10))[0])}{codes}"
    if test.status == Status.SKIPPED and case.outcome is None:
        test.statusDetails = StatusDetails(message=clean(case.reason) or "it was not played")
    elif case.skip_reason:
        message = clean(f"nothing was measured: {case.skip_reason}")
        test.statusDetails = StatusDetails(message=message)
    elif test.status == Status.SKIPPED:
        message = f"expected to fail: {clean(case.reason)}\n{headline}"
        test.statusDetails = StatusDetails(message=message, trace=trace)
    elif case.outcome is Outcome.PASSED and case.reason:
        message = f"expected to fail, and passed: {clean(case.reason)}"
        test.statusDetails = StatusDetails(message=message)
    elif trace and case.outcome is not Outcome.PASSED:
        message = headline if case.codes else trace.partition("\n")[0]
        test.statusDetails = StatusDetails(message=message, trace=trace)
