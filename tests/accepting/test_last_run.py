"""`harness accept --all`: what failed in the last run."""

from __future__ import annotations

from typing import Any

import pytest

from harness import plan, run
from harness.reports.results import RESULTS, ResultsWriter, run_head
from tests.accepting.desk import Desk

NAMES = ("scenarios/a.yaml", "scenarios/b.yaml", "scenarios/c.yaml")


@pytest.fixture
def three(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Three recorded scenarios, two of which fail."""
    monkeypatch.setenv("DESK_URL", desk.bot.url)
    desk.bot.answers = {"a": "Hello you.", "b": "Good night", "c": "Good day."}
    for name in NAMES:
        said = name[len("scenarios/")]
        desk.write(
            name,
            f"scenario: {said}\nturns:\n  - {{user: {said}, expect: {{contains: Good night}}}}\n",
        )
    desk.record(*NAMES)
    return desk


def _write(desk: Desk, records: list[dict[str, Any]], mode: str) -> None:
    writer = ResultsWriter(desk.folder / "reports" / RESULTS, run_head(mode))
    for record in records:
        writer.add(record)
    writer.finish()


def test_after_a_replay(three: Desk) -> None:
    """Every file with a failure is rewritten."""
    _write(three, list(run(plan())), "replay")

    result = three.accept("--all")

    assert result.exit_code == 0
    assert "contains: Hello you." in three.text(NAMES[0])
    assert "contains: Good night" in three.text(NAMES[1])
    assert "contains: Good day." in three.text(NAMES[2])


def test_after_drift(three: Desk) -> None:
    """What failed only with live replies is to be recorded first, and the command is given."""
    three.bot.answers["b"] = "Good morning."
    _write(three, list(run(plan(), mode="drift")), "drift")

    result = three.accept("--all")

    assert result.exit_code == 1
    assert (
        "scenarios/b.yaml: it passes in the recordings, and failed with live replies (drift);"
        " record those: harness run --mode refresh scenarios/b.yaml" in result.output
    )
    assert "contains: Good night" in three.text(NAMES[1])
    assert "contains: Hello you." in three.text(NAMES[0])


def test_when_nothing_failed(three: Desk) -> None:
    """Without a failure there is nothing to accept."""
    records = [one for one in run(plan()) if one["outcome"] == "passed"]
    _write(three, records, "replay")

    result = three.accept("--all")

    assert result.output == "no expectation failed in the last run; there is nothing to accept\n"
    assert result.exit_code == 0


@pytest.mark.parametrize("line", ["", ":3"], ids=["file", "line"])
def test_a_file_after_a_live_run(three: Desk, line: str) -> None:
    """A file that failed only with live replies has to be recorded first, as with `--all`."""
    three.bot.answers["b"] = "Good morning."
    _write(three, list(run(plan(), mode="live")), "live")

    result = three.accept(f"scenarios/b.yaml{line}")

    assert result.output == (
        "scenarios/b.yaml: it passes in the recordings, and failed with live replies (live);"
        " record those: harness run --mode refresh scenarios/b.yaml\n"
    )
    assert result.exit_code == 1


def test_a_file_that_passed_in_a_live_run(three: Desk) -> None:
    """A file that did not fail in the last run has nothing to accept."""
    _write(three, list(run(plan(), mode="live")), "live")

    result = three.accept("scenarios/b.yaml")

    assert "scenarios/b.yaml: no expectation failed; there is nothing to accept" in result.output
    assert result.exit_code == 0
