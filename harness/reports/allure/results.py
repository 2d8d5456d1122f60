"""Completes what allure-pytest writes into its folder, and adds what it leaves out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import allure_commons
from allure_commons.model2 import (
    ATTACHMENT_PATTERN,
    Attachment,
    Label,
    Status,
    StatusDetails,
    TestResult,
)
from allure_commons.types import AttachmentType, LabelType
from allure_commons.utils import now, uuid4

from harness.conversation import Outcome
from harness.core.atomic_file import replacing
from harness.core.python_file import own_traceback
from harness.play.result import ScenarioResult
from harness.reports.allure.categories import categories
from harness.reports.allure.environment import properties
from harness.reports.allure.heading import complete, digest
from harness.reports.allure.steps import Steps
from harness.reports.allure.texts import clean, encoded
from harness.reports.allure.told import AllureCase
from harness.reports.failure import failure_screen

_CODE = re.compile(r"\[([a-z][a-z0-9-]*)\]$", re.MULTILINE)


class AllureResults:
    """The results of one process of a run. A plugin of allure_commons."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        """`tell` takes what people should know at the end."""
        self._folder = folder
        self._tell = tell
        self._told: AllureCase | None = None
        self._chats: Sequence[ScenarioResult] = ()
        self._failed: set[str] = set()
        self._broken: set[str] = set()
        self._errors: set[str] = set()

    def open(self) -> None:
        """See results before they are written."""
        allure_commons.plugin_manager.register(self)

    def close(self) -> None:
        """See no more of them."""
        allure_commons.plugin_manager.unregister(self)

    def begin(self, environment: Mapping[str, str]) -> None:
        """Write what is known before the first test."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write("environment.properties", properties(environment))
        self._write_categories()

    def expect(self, told: AllureCase) -> None:
        """The next result that is written is that of this test."""
        self._told = told

    def expect_chats(self, results: Sequence[ScenarioResult]) -> None:
        """The next result that is written is that of a Python test with these conversations."""
        self._chats = results

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: TestResult) -> None:
        """Complete the result of a scenario; others stay as they are."""
        told, self._told = self._told, None
        chats, self._chats = self._chats, ()
        try:
            self._complete(result, told, chats)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # what allure-pytest wrote of it stands
            self._tell(lacking(str(result.fullName), error))

    def _complete(
        self, result: TestResult, told: AllureCase | None, chats: Sequence[ScenarioResult]
    ) -> None:
        if chats:
            result.steps = [*result.steps, *Steps(attach, result.start).of_chats(chats)]
        if told is None:
            return
        complete(result, told)
        steps = Steps(attach, result.start)
        if told.takes is not None:
            result.steps = steps.of_takes(told.takes)
        elif told.result is not None:
            result.steps = steps.of(told.result)

    def note(self, outcome: str, codes: Iterable[str]) -> None:
        """Take up codes that the categories shall have."""
        known = self._failed if outcome == Outcome.FAILED else self._broken
        if not known.issuperset(codes):
            known.update(codes)
            self._write_categories()

    def add_unwritten(self, told: AllureCase) -> None:
        """Write the whole result of a BROKEN scenario of which allure-pytest tells nothing."""
        time = now()
        screen = failure_screen(told.result) if told.result else ""
        result = TestResult(
            uuid=uuid4(),
            status=Status.BROKEN,
            statusDetails=StatusDetails(trace=clean(screen)),
            labels=[Label(name=LabelType.FRAMEWORK, value="pytest")],
            start=time,
            stop=time,
        )
        self.expect(told)
        allure_commons.plugin_manager.hook.report_result(result=result)

    def add_error(self, file: str, text: str) -> None:
        """Write a file that could not be collected as a broken test; once, however often told."""
        if file in self._errors:
            return
        self._errors.add(file)
        codes = tuple(dict.fromkeys(_CODE.findall(text)))
        self.note(Outcome.BROKEN, codes)
        first = text.strip().partition("\n")[0]
        message = f"{first} [{', '.join(codes)}]" if codes else first
        time = now()
        error = TestResult(
            uuid=uuid4(),
            name=f"{file} cannot be read",
            fullName=file,
            testCaseId=digest(file),
            historyId=digest(file),
            titlePath=file.split("/"),
            status=Status.BROKEN,
            statusDetails=StatusDetails(message=clean(message), trace=clean(text)),
            labels=[
                Label(name=LabelType.PARENT_SUITE, value="files that cannot be read"),
                Label(name=LabelType.FRAMEWORK, value="pytest"),
            ],
            start=time,
            stop=time,
        )
        allure_commons.plugin_manager.hook.report_result(result=error)

    def _write_categories(self) -> None:
        listed = categories(self._failed, self._broken)
        self._write("categories.json", json.dumps(listed, indent=1))
        # Allure 3 takes categories from its configuration alone.
        self._write("allurerc.json", json.dumps({"categories": listed}, indent=1))

    def _write(self, name: str, text: str) -> None:
        with replacing(self._folder / name) as whole:
            whole.write_text(text, encoding="utf-8")


def lacking(name: str, error: Exception) -> str:
    """That Allure's result of a test is not whole, and where that went wrong."""
    lines = own_traceback(error, is_whole=True)
    first = f"Allure's result of {name} lacks its turns [internal-error]"
    return "\n  ".join((first, *lines))


def attach(name: str, text: str) -> Attachment:
    """Write a text beside the results."""
    kind = AttachmentType.TEXT
    source = ATTACHMENT_PATTERN.format(prefix=uuid4(), ext=kind.extension)
    allure_commons.plugin_manager.hook.report_attached_data(body=encoded(text), file_name=source)
    return Attachment(name=name, source=source, type=kind.mime_type)
