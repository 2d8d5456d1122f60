from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden_texts import compare, stale
from jsonschema import Draft7Validator, ValidationError
from report_cases import BEFORE, HOSTILE, UNREAD, USUAL, failed, passed, write_results

from harness.reports.annotations import AnnotationsReport
from harness.reports.build import build
from harness.reports.markdown import MarkdownReport
from harness.reports.results import Results

SARIF = Path(__file__).parents[1] / "unit/reports/sarif/sarif-schema-2.1.0.json"
HOSTILE_RUN = [failed("hostile", message=HOSTILE, actual=HOSTILE)]
RUNS = {
    "usual": (USUAL, BEFORE, []),
    "hostile": (HOSTILE_RUN, [], []),
    "unread": ([], [], UNREAD),
    "green": ([passed("plain"), passed("other")], [passed("plain"), passed("other")], []),
}
FILES = {
    "summary": "summary.md",
    "github": "github-annotations.txt",
    "gitlab": "code-quality.json",
    "sarif": "results.sarif",
}


def make(folder: Path, results: Results, environment: dict[str, str]) -> None:
    annotations = AnnotationsReport(folder, results, environment)
    build(results, [annotations, MarkdownReport(folder, results, environment)])


@pytest.fixture(params=RUNS)
def made(request, tmp_path, monkeypatch):
    """The name of a run, and the folder with its reports."""
    monkeypatch.chdir(tmp_path)
    conversations, before, errors = RUNS[request.param]
    if before:
        write_results(tmp_path / "results.previous.json", before)
    results = write_results(tmp_path / "results.json", conversations, errors=errors)
    make(tmp_path, results, {"GITHUB_ACTIONS": "true"})
    return request.param, tmp_path


@pytest.mark.parametrize("kind", FILES)
def test_the_report_says_this(made, kind):
    """Word by word: what is red, why, in which turn, on which line, and since when."""
    run, folder = made

    text = (folder / FILES[kind]).read_text(encoding="utf-8")

    compare(f"reports/{run}-{kind}", text)


def test_sarif_fits_its_schema(made):
    """The schema is that of OASIS."""
    schema = Draft7Validator(json.loads(SARIF.read_text(encoding="utf-8")))
    log = json.loads((made[1] / "results.sarif").read_text())

    schema.validate(log)
    with pytest.raises(ValidationError):
        schema.validate({**log, "runs": [{}]})


def test_no_text_is_left_over():
    """Each golden text of a report belongs to a run."""
    names = {f"{run}-{kind}" for run in RUNS for kind in FILES}

    assert stale("reports", names) == set()
