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
from harness.evaluation import Takes
from harness.play.result import ScenarioResult
from harness.reports.allure.case import AllureCase
from harness.reports.allure.clean_text import clean, encoded
from harness.reports.allure.heading import complete, digest
from harness.reports.allure.steps import Steps

_CODE = re.compile(r"\[([a-z][a-z0-9-]*)\]$", re.MULTILINE)
_ESCAPED = re.compile(r"[\\\r\n\t\f]")
_NAMES = {"\\": "\\\\", "\r": "\\r", "\n": "\\n", "\t": "\\t", "\f": "\\f"}

WRONG = "The bot was wrong"
UNTOLD = "It could not be judged"

Category = Mapping[str, str | list[str]]


class AllureResults:
    """The results of one process of a run. A plugin of allure_commons."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        """`tell` takes what people should know at the end."""
        self._folder = folder
        self._tell = tell
        self._case: AllureCase | None = None
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

    def expect(self, case: AllureCase) -> None:
        """The next result that is written is that of this test."""
        self._case = case

    def expect_chats(self, results: Sequence[ScenarioResult]) -> None:
        """The next result that is written is that of a Python test with these conversations."""
        self._chats = results

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: TestResult) -> None:
        """Complete the result of a scenario; others stay as they are."""
        case, self._case = self._case, None
        chats, self._chats = self._chats, ()
        try:
            self._complete(result, case, chats)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # what allure-pytest wrote of it stands
            self._tell(lacking(str(result.fullName), error))

    def _complete(
        self, result: TestResult, case: AllureCase | None, chats: Sequence[ScenarioResult]
    ) -> None:
        if chats:
            result.steps = [*result.steps, *Steps(attach, result.start).of_chats(chats)]
        if case is None:
            return
        complete(result, case)
        steps = Steps(attach, result.start)
        if isinstance(case.result, Takes):
            result.steps = steps.of_takes(case.result)
        elif case.result is not None:
            result.steps = steps.of(case.result)

    def note(self, outcome: str, codes: Iterable[str]) -> None:
        """Take up codes that the categories shall have."""
        known = self._failed if outcome == Outcome.FAILED else self._broken
        if not known.issuperset(codes):
            known.update(codes)
            self._write_categories()

    def add_unwritten(self, case: AllureCase, screen: str) -> None:
        """Write the whole result of a BROKEN scenario of which allure-pytest tells nothing."""
        time = now()
        result = TestResult(
            uuid=uuid4(),
            status=Status.BROKEN,
            statusDetails=StatusDetails(trace=clean(screen)),
            labels=[Label(name=LabelType.FRAMEWORK, value="pytest")],
            start=time,
            stop=time,
        )
        self.expect(case)
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


def categories(failed: Iterable[str], broken: Iterable[str]) -> list[Category]:
    """Categories for codes that were met, and behind them those for any other.

    A test's codes stand at the end of its message. Allure 3 puts a test into the first category
    that fits, Allure 2 into all.
    """
    return [
        _category("Expected to fail", Status.SKIPPED, r"expected to fail: [\s\S]*"),
        _category("Nothing was measured", Status.SKIPPED, r"nothing was measured: [\s\S]*"),
        _category("Not played", Status.SKIPPED, r"[\s\S]*"),
        _category("Passed although expected to fail", Status.FAILED, r"expected to fail, [\s\S]*"),
        *(_by_code(WRONG, Status.FAILED, code) for code in sorted(failed)),
        *(_by_code(UNTOLD, Status.BROKEN, code) for code in sorted(broken)),
        _category(WRONG, Status.FAILED, r"[\s\S]*\[[\w, -]+\]"),
        _category(UNTOLD, Status.BROKEN, r"[\s\S]*\[[\w, -]+\]"),
    ]


def _by_code(name: str, status: str, code: str) -> Category:
    # Whole and anchored, because Allure 2 compares whole texts and Allure 3 searches in them.
    pattern = rf"[\s\S]*\[(?:[\w-]+, )*{re.escape(code)}(?:, [\w-]+)*\]"
    return _category(f"{name}: {code}", status, pattern)


def _category(name: str, status: str, pattern: str) -> Category:
    return {"name": name, "matchedStatuses": [status], "messageRegex": f"^{pattern}$"}


def properties(values: Mapping[str, str]) -> str:
    r"""A line for each value. Names are plain words.

    Source: java.util.Properties, whose files are Latin-1 with the rest as `\uXXXX`.
    """
    return "".join(f"{name} = {_escaped(value)}\n" for name, value in values.items())


def _escaped(value: str) -> str:
    text = _ESCAPED.sub(lambda found: _NAMES[found.group()], value)
    units = text.encode("utf-16-be", "surrogatepass")
    pairs = (units[index : index + 2] for index in range(0, len(units), 2))
    return "".join(
        chr(unit) if unit < ord("\x7f") else f"\\u{unit:04x}"
        for unit in (int.from_bytes(pair) for pair in pairs)
    )


def lacking(name: str, error: Exception) -> str:
    """That Allure's result of a test is not whole, and where that went wrong."""
    lines = own_traceback(error, is_whole=True)
    first = f"Allure's result of {name} has no turns [internal-error]"
    return "\n  ".join((first, *lines))


def attach(name: str, text: str) -> Attachment:
    """Write a text beside the results."""
    kind = AttachmentType.TEXT
    source = ATTACHMENT_PATTERN.format(prefix=uuid4(), ext=kind.extension)
    allure_commons.plugin_manager.hook.report_attached_data(body=encoded(text), file_name=source)
    return Attachment(name=name, source=source, type=kind.mime_type)
