"""Completes what allure-pytest writes into its folder, and adds what it leaves out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import allure_commons
from allure_commons.model2 import Label, Status, StatusDetails, TestResult
from allure_commons.types import LabelType
from allure_commons.utils import now, uuid4

from harness.conversation import Outcome
from harness.core.atomic_file import replacing
from harness.core.python_file import crash_text
from harness.evaluation import Takes
from harness.play.result import ScenarioResult
from harness.reports.allure.clean_text import clean
from harness.reports.allure.heading import AllureCase, complete, digest
from harness.reports.allure.steps import Steps

_CODE = re.compile(r"\[([a-z][a-z0-9-]*)\]$", re.MULTILINE)
_ESCAPED = re.compile(r"[\\\r\n\t\f]")
_NAMES = {"\\": "\\\\", "\r": "\\r", "\n": "\\n", "\t": "\\t", "\f": "\\f"}

WRONG = "The bot was wrong"
UNTOLD = "It could not be judged"
ENVIRONMENT = "environment.properties"

Category = Mapping[str, str | list[str]]


class AllureResults:
    """The results of one process of a run. A plugin of allure_commons."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        """`tell` is called with what people should know at the end of the run."""
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
        """See no further results."""
        allure_commons.plugin_manager.unregister(self)

    def clean(self) -> None:
        """Remove the results of earlier runs, as `--clean-alluredir` of allure-pytest does."""
        for file in self._folder.glob("*"):
            if file.is_file():
                file.unlink()

    def begin(self, environment: Mapping[str, str]) -> None:
        """Write what is known before the first test."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write(ENVIRONMENT, properties(environment))
        self._write_categories()

    def expect(self, case: AllureCase) -> None:
        """The next result that Allure writes is that of this test."""
        self._case = case

    def expect_chats(self, results: Sequence[ScenarioResult]) -> None:
        """The next result that Allure writes is that of a Python test with these conversations."""
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
        except Exception as error:  # noqa: BLE001  # what allure-pytest wrote stays
            self._tell(lacking(str(result.fullName), error))

    def _complete(
        self, result: TestResult, case: AllureCase | None, chats: Sequence[ScenarioResult]
    ) -> None:
        steps = Steps(result.start)
        if chats:
            result.steps = [*result.steps, *steps.of_chats(chats)]
        if case is None:
            return
        complete(result, case)
        if isinstance(case.result, Takes):
            result.steps = steps.of_takes(case.result)
        elif case.result is not None:
            result.steps = steps.of(case.result)

    def note(self, outcome: str, codes: Iterable[str]) -> None:
        """Add categories for these codes."""
        known = self._failed if outcome == Outcome.FAILED else self._broken
        if not known.issuperset(codes):
            known.update(codes)
            self._write_categories()

    def add_unwritten(self, case: AllureCase, screen: str) -> None:
        """Write the whole result of a BROKEN scenario that allure-pytest does not report."""
        self.expect(case)
        _write_broken(StatusDetails(trace=clean(screen)))

    def add_error(self, file: str, text: str) -> None:
        """Write a file that could not be collected as a broken test; once for each file."""
        if file in self._errors:
            return
        self._errors.add(file)
        codes = tuple(dict.fromkeys(_CODE.findall(text)))
        self.note(Outcome.BROKEN, codes)
        first = text.strip().partition("\n")[0]
        message = f"{first} [{', '.join(codes)}]" if codes else first
        _write_broken(
            StatusDetails(message=clean(message), trace=clean(text)),
            Label(name=LabelType.PARENT_SUITE, value="files that cannot be read"),
            name=f"{file} cannot be read",
            fullName=file,
            testCaseId=digest(file),
            historyId=digest(file),
            titlePath=file.split("/"),
        )

    def _write_categories(self) -> None:
        listed = categories(self._failed, self._broken)
        self._write("categories.json", json.dumps(listed, indent=1))
        # Allure 3 takes categories from its configuration alone.
        self._write("allurerc.json", json.dumps({"categories": listed}, indent=1))

    def _write(self, name: str, text: str) -> None:
        with replacing(self._folder / name) as whole:
            whole.write_text(text, encoding="utf-8")


def _write_broken(details: StatusDetails, *labels: Label, **fields: object) -> None:
    """Write a BROKEN result with the current time, as allure-pytest writes its own."""
    time = now()
    framework = Label(name=LabelType.FRAMEWORK, value="pytest")
    result = TestResult(
        uuid=uuid4(),
        status=Status.BROKEN,
        statusDetails=details,
        labels=[*labels, framework],
        start=time,
        stop=time,
        **fields,
    )
    allure_commons.plugin_manager.hook.report_result(result=result)


def categories(failed: Iterable[str], broken: Iterable[str]) -> list[Category]:
    """Categories for the codes of this run, followed by those for any other.

    The message of a test ends with its codes. Allure 3 puts a test into the first category
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
    r"""The text of a properties file, a line for each value. Names are plain words.

    Source: java.util.Properties, whose files are Latin-1 with the rest as `\uXXXX`.
    """
    return "".join(f"{name} = {_escaped(value)}\n" for name, value in values.items())


def _escaped(value: str) -> str:
    text = _ESCAPED.sub(lambda match: _NAMES[match.group()], value)
    # In the machine's byte order, after a mark that says which it is.
    units = memoryview(text.encode("utf-16", "surrogatepass")).cast("H")[1:]
    return "".join(chr(unit) if unit < ord("\x7f") else f"\\u{unit:04x}" for unit in units)


def lacking(name: str, error: Exception) -> str:
    """The message that Allure's result of a test has no turns, with the traceback."""
    return crash_text(f"Allure's result of {name} has no turns", error)
