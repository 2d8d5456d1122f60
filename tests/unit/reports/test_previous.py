"""Results of the run before: put aside, and read without what was said."""

from __future__ import annotations

from pathlib import Path

from harness.reports.results import ResultsWriter, read_results, run_head
from harness.reports.results.previous import keep_previous, outcomes_of, previous_outcomes


def written(folder: Path, **outcomes: str) -> Path:
    path = folder / "results.json"
    writer = ResultsWriter(path, run_head("replay"))
    for name, outcome in outcomes.items():
        # A text that looks like a key, before the outcome and behind it.
        trap = '"outcome":"broken"'
        writer.add({"id": f'{name} "x"', "title": trap, "outcome": outcome, "notes": [trap]})
    writer.finish()
    return path


def test_results_are_put_aside_when_a_run_begins(tmp_path: Path) -> None:
    """The run that comes next can be compared with them."""
    path = written(tmp_path, a="passed", b="failed", c="skipped")

    keep_previous(path)

    assert not path.exists()
    assert previous_outcomes(path) == {'a "x"': "passed", 'b "x"': "failed", 'c "x"': "skipped"}


def test_results_without_a_conversation_do_not_replace_those_before(tmp_path: Path) -> None:
    """A run that ended at a misspelt key says nothing of what changed."""
    keep_previous(written(tmp_path, a="passed"))

    keep_previous(written(tmp_path))

    assert previous_outcomes(tmp_path / "results.json") == {'a "x"': "passed"}


def test_a_first_run_has_none_before_it(tmp_path: Path) -> None:
    """Nothing is kept, and nothing is compared."""
    path = tmp_path / "results.json"

    keep_previous(path)

    assert previous_outcomes(path) == {}


def test_a_file_that_is_no_results_is_not_compared(tmp_path: Path) -> None:
    """It does not keep the reports of this run from being made."""
    (tmp_path / "results.previous.json").write_text("no results")

    assert previous_outcomes(tmp_path / "results.json") == {}


def test_results_that_were_laid_out_anew_are_read_as_well(tmp_path: Path) -> None:
    """Another tool's order of keys does not matter."""
    path = tmp_path / "results.json"
    path.write_text(
        '{"version": 1, "conversations": [{"outcome": "failed", "expected_failure": "x", '
        '"transcript": {"outcome": "passed"}, "id": "a"}]}'
    )

    assert outcomes_of(read_results(path)) == {"a": "expected failure"}
