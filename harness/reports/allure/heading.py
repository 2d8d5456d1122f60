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
from harness.reports.allure.texts import clean
from harness.reports.allure.told import AllureCase

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


def complete(test: TestResult, told: AllureCase) -> None:
    """Write over what allure-pytest tells of any test."""
    play = told.play
    test.name = clean(told.name)
    test.fullName = play.scenario
    test.titlePath = list(told.file.split("/"))
    project = (told.folder,) if told.folder else ()
    test.testCaseId = digest(*project, play.scenario)
    test.historyId = digest(*project, play.scenario, play.provider, play.row)
    test.description = clean(_description(told))
    test.parameters = list(_parameters(told))
    kept = [label for label in test.labels if label.name not in PLACED]
    test.labels = [*_labels(told), *kept]
    test.links = list(_links(told))
    _explain(test, told)


def digest(*parts: str) -> str:
    """The same for the same parts, on any machine."""
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def _description(told: AllureCase) -> str:
    scenario = told.scenario
    line = f":{scenario.place.line}" if scenario else ""
    place = f"`{told.file}{line}`"
    return f"{scenario.description}\n\n{place}" if scenario and scenario.description else place


def _parameters(told: AllureCase) -> Iterator[Parameter]:
    yield Parameter(name="provider", value=told.play.provider)
    if told.play.row:
        yield Parameter(name="row", value=told.play.row)
    if told.takes is not None:
        # Excluded: with more takes it is still the same test.
        yield Parameter(name="takes", value=str(len(told.takes.results)), excluded=True)


def _labels(told: AllureCase) -> Iterator[Label]:
    parent, *others = told.folders
    yield Label(name=LabelType.PARENT_SUITE, value=parent)
    if others:
        yield Label(name=LabelType.SUITE, value=others[0])
    if others[1:]:
        yield Label(name=LabelType.SUB_SUITE, value="/".join(others[1:]))
    yield Label(name=LabelType.EPIC, value=told.play.provider)
    yield Label(name=LabelType.FEATURE, value="/".join(told.folders))
    yield Label(name=LabelType.STORY, value=clean(told.name))
    tags = told.scenario.tags if told.scenario else ()
    severity = next((one for one in SEVERITIES if one in tags), None)
    if severity:
        yield Label(name=LabelType.SEVERITY, value=severity)


def _links(told: AllureCase) -> Iterator[Link]:
    for link in told.scenario.links if told.scenario else ():
        yield Link(type=LinkType.LINK, url=clean(link.url), name=clean(link.name or link.url))


def _explain(test: TestResult, told: AllureCase) -> None:
    """Say why it is red or was not played, with the codes that the categories look for."""
    trace = clean((test.statusDetails.trace or "") if test.statusDetails else "")
    codes = f" [{', '.join(told.codes)}]" if told.codes else ""
    headline = f"{_CODE.sub('', trace.partition(chr(10))[0])}{codes}"
    if test.status == Status.SKIPPED and told.outcome is None:
        test.statusDetails = StatusDetails(message=clean(told.reason) or "it was not played")
    elif told.skip_reason:
        message = clean(f"nothing was measured: {told.skip_reason}")
        test.statusDetails = StatusDetails(message=message)
    elif test.status == Status.SKIPPED:
        message = f"expected to fail: {clean(told.reason)}\n{headline}"
        test.statusDetails = StatusDetails(message=message, trace=trace)
    elif told.outcome is Outcome.PASSED and told.reason:
        message = f"expected to fail, and passed: {clean(told.reason)}"
        test.statusDetails = StatusDetails(message=message)
    elif trace and told.outcome is not Outcome.PASSED:
        message = headline if told.codes else trace.partition("\n")[0]
        test.statusDetails = StatusDetails(message=message, trace=trace)
