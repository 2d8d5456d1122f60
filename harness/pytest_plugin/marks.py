"""`skip:` and `xfail:` of scenarios, as pytest's own marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from harness.reports.run_events import ExpectedFailure
from harness.scenario import Waiver, WaiverKind


def marks_of(waivers: Iterable[Waiver], failed: type[Exception]) -> Iterator[pytest.MarkDecorator]:
    """The marks that make pytest skip a scenario, or expect that it raises `failed`."""
    for waiver in waivers:
        if waiver.kind is WaiverKind.SKIP:
            yield pytest.mark.skip(reason=waiver.reason)
        else:
            # What is BROKEN tells nothing about the bot, so that stays an error.
            yield pytest.mark.xfail(reason=waiver.reason, raises=failed, strict=waiver.strict)


def expected_failure(item: pytest.Item) -> ExpectedFailure | None:
    """What its nearest `xfail` mark says; None where it has none."""
    mark = item.get_closest_marker("xfail")
    if mark is None:
        return None
    return ExpectedFailure(reason=_reason(mark), is_strict=bool(mark.kwargs.get("strict")))


def reason_of(item: pytest.Item) -> str:
    """Why an item is skipped or expected to fail; empty for any other."""
    mark = item.get_closest_marker("skip") or item.get_closest_marker("xfail")
    return "" if mark is None else _reason(mark)


def _reason(mark: pytest.Mark) -> str:
    return str(mark.kwargs.get("reason", ""))
