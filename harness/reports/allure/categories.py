"""Categories of Allure's tests: by outcome, and by the code of what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from allure_commons.model2 import Status

WRONG = "The bot was wrong"
UNTOLD = "It could not be told"

Category = Mapping[str, str | list[str]]


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
