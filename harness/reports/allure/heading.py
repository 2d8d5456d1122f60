"""Completes a scenario's test in Allure: its name, where it belongs, why it is red."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
from harness.play.result import ScenarioResult
from harness.project.plan import Play
from harness.reports.allure.clean_text import clean
from harness.reports.spent_text import short_text
from harness.scenario import Scenario

SEVERITIES = tuple(severity.value for severity in Severity)
"""Tags that say how serious a failure of the scenario is, the most serious first."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AllureCase:
    """What is known of a scenario's test when Allure writes its result."""

    play: Play
    file: str
    """As people see it."""
    folder: str = ""
    """Of the project, below pytest's root folder; two projects may use the same ids."""
    folders: tuple[str, ...]
    """The project's folder, and those below the folder of the scenarios; that folder's own name if
    the file is directly in it."""
    scenario: Scenario | None = None
    """None if the file could not be read."""
    result: ScenarioResult | Takes | None = None
    """None if it was not played."""
    reason: str = ""
    """Why it is skipped or expected to fail; empty for any other."""

    @property
    def name(self) -> str:
        """The title, or the id if it has no title."""
        return (self.scenario.title if self.scenario else "") or self.play.scenario

    @property
    def outcome(self) -> Outcome | None:
        """The outcome; None if it was not played."""
        return self.result.outcome if self.result else None

    @property
    def skip_reason(self) -> str:
        """Why nothing was measured; empty if anything was."""
        result = self.result
        return result.skip_reason if result and result.outcome is Outcome.SKIPPED else ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of what went wrong."""
        return self.result.codes if self.result else ()


def complete(test: TestResult, case: AllureCase) -> None:
    """Replace what allure-pytest writes for any test."""
    play = case.play
    test.name = clean(case.name)
    test.fullName = play.scenario
    test.titlePath = list(case.file.split("/"))
    project = (case.folder,) if case.folder else ()
    test.testCaseId = digest(*project, play.scenario)
    test.historyId = digest(*project, play.scenario, play.provider, play.row)
    test.description = clean(_description(case))
    test.parameters = list(_parameters(case))
    others = (label for label in test.labels if label.name not in PLACED)
    test.labels = [*_labels(case), *others]
    test.links = list(_links(case))
    _explain(test, case)


def digest(*parts: str) -> str:
    """A digest of parts, which is the same on any machine."""
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def headline_of(trace: str, codes: Sequence[str]) -> str:
    """The first line of what the terminal shows, with the codes that categories look for."""
    listed = f" [{', '.join(codes)}]" if codes else ""
    return f"{_CODE.sub('', trace.partition(chr(10))[0])}{listed}"


def _description(case: AllureCase) -> str:
    if case.scenario is None:
        return f"`{case.file}`"
    place = f"`{case.file}:{case.scenario.place.line}`"
    return "\n\n".join(filter(None, (case.scenario.description, place)))


def _parameters(case: AllureCase) -> Iterator[Parameter]:
    yield Parameter(name="provider", value=case.play.provider)
    if case.play.row:
        yield Parameter(name="row", value=case.play.row)
    if case.result is not None and (spent := short_text(case.result.spent)):
        yield Parameter(name="spent", value=spent, excluded=True)
    if isinstance(case.result, Takes):
        # Excluded: with more takes it is still the same test.
        yield Parameter(name="takes", value=str(len(case.result.results)), excluded=True)


def _labels(case: AllureCase) -> Iterator[Label]:
    tags = case.scenario.tags if case.scenario else ()
    values = {
        LabelType.PARENT_SUITE: case.folders[0],
        LabelType.SUITE: "".join(case.folders[1:2]),
        LabelType.SUB_SUITE: "/".join(case.folders[2:]),
        LabelType.EPIC: case.play.provider,
        LabelType.FEATURE: "/".join(case.folders),
        LabelType.STORY: clean(case.name),
        LabelType.SEVERITY: next((severity for severity in SEVERITIES if severity in tags), ""),
    }
    yield from (Label(name=name, value=value) for name, value in values.items() if value)


def _links(case: AllureCase) -> Iterator[Link]:
    for link in case.scenario.links if case.scenario else ():
        yield Link(type=LinkType.LINK, url=clean(link.url), name=clean(link.name or link.url))


def _explain(test: TestResult, case: AllureCase) -> None:
    """Say why it is red or was not played, with the codes that the categories look for."""
    trace = clean((test.statusDetails.trace or "") if test.statusDetails else "")
    headline = headline_of(trace, case.codes)
    reason = clean(case.reason)
    if test.status == Status.SKIPPED and case.outcome is None:
        details = StatusDetails(message=reason or "it was not played")
    elif case.skip_reason:
        details = StatusDetails(message=clean(f"nothing was measured: {case.skip_reason}"))
    elif test.status == Status.SKIPPED:
        details = StatusDetails(message=f"expected to fail: {reason}\n{headline}", trace=trace)
    elif case.outcome is Outcome.PASSED and reason:
        details = StatusDetails(message=f"expected to fail, and passed: {reason}")
    elif trace and case.outcome is not Outcome.PASSED:
        message = headline if case.codes else trace.partition("\n")[0]
        details = StatusDetails(message=message, trace=trace)
    else:
        return
    test.statusDetails = details
