from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections import Counter
from itertools import islice

import jsonschema_rs
import pytest

from harness.reports.build import build
from harness.reports.html import HtmlReport
from harness.reports.html.comparison_report import SCRIPTS as COMPARING
from harness.reports.html.html_report import SCRIPTS, rates
from harness.reports.html.page_file import PAGE
from harness.reports.html.row import row_of
from harness.reports.results import RESULTS_SCHEMA, read_results
from tests.browser import sample


@pytest.fixture
def made(tmp_path):
    """Makes report.html of conversations and gives its text."""

    def page(conversations):
        results = read_results(sample.write_results(tmp_path / "results.json", conversations))
        [path] = build(results, [HtmlReport(tmp_path, results)])
        return path.read_text()

    return page


def unpacked(page: str, name: str) -> list:
    found = re.search(f'id="packed-{name}">([^<]*)<', page)
    assert found
    return json.loads(zlib.decompress(base64.b64decode(found[1])))


def test_the_sample_of_the_browser_tests_is_a_file_of_results(tmp_path):
    """What those tests show is what a run could have written."""
    path = sample.write_results(tmp_path / "results.json", sample.shop())

    jsonschema_rs.validate(RESULTS_SCHEMA, json.loads(path.read_text()))


def test_the_page_holds_every_conversation_as_stored(made):
    """They are packed by the fifty, in their order, and nothing of them is lost."""
    page = made(sample.many(120, turns=1))

    blocks = [unpacked(page, str(number)) for number in range(3)]
    assert [len(block) for block in blocks] == [50, 50, 20]
    assert [one for block in blocks for one in block] == list(sample.many(120, turns=1))


def test_the_page_names_nothing_outside(made):
    """No address is loaded, and the policy allows nothing but the page's own style and script."""
    page = made(sample.shop())

    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert re.findall(r'(?:src|href)="(?!#|data:)', page) == []
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag, kind in (("style", "style"), ("script", "script")):
        [text] = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_no_script_of_the_page_reads_html():
    """Texts become text nodes: nothing writes HTML or runs a text."""
    texts = "\n".join(file.read_text() for file in PAGE.glob("*.js"))

    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(", texts)
        == []
    )
    assert {file.stem for file in PAGE.glob("*.js")} == {*SCRIPTS, "main", *COMPARING}


def test_nothing_is_left_beside_the_page(made, tmp_path):
    """What waited on the disk is gone."""
    made(sample.many(60, turns=1))

    assert sorted(file.name for file in tmp_path.iterdir()) == ["report.html", "results.json"]


def test_a_rate_counts_what_could_be_told():
    """Broken and skipped conversations tell nothing of a bot."""
    outcomes = Counter(("passed", "passed", "failed", "broken", "skipped"))

    [rate] = rates({"shop": {"order": outcomes}})

    assert (rate["passed"], rate["told"]) == (2, 3)


def test_rows_of_one_scenario_are_no_independent_trials():
    """Five rows that pass and five that fail tell less than ten scenarios do."""
    passed, failed = Counter({"passed": 5}), Counter({"failed": 5})
    apart = {str(number): Counter({"passed": 1}) for number in range(5)}
    apart |= {str(number): Counter({"failed": 1}) for number in range(5, 10)}

    [rows] = rates({"shop": {"order": passed, "refund": failed}})
    [scenarios] = rates({"shop": apart})

    assert (rows["passed"], rows["told"]) == (scenarios["passed"], scenarios["told"])
    assert rows["low"] < scenarios["low"]
    assert rows["high"] > scenarios["high"]


def test_a_row_tells_the_first_problem_in_short():
    """Name, turn, expected and actual of the first check that did not hold; how many more."""
    row = row_of(sample.failed())

    assert row["problem"] == {
        "name": "contains",
        "turn": 2,
        "expected": "a text with 'pink'",
        "actual": "'Here are two dresses in red that she will love.'",
        "more": 1,
    }
    assert row["latencies"] == [[1, 0.62], [2, 1.94]]


def test_a_row_of_takes_tells_the_first_that_explains_it():
    """The take is named, and every take's latencies are there."""
    row = row_of(sample.repeated())

    assert row["takes"] == [3, 5, 4]
    assert row["problem"]["take"] == 2
    assert row["latencies"][1] == [1, 0.7, 2]


def test_what_was_expected_to_fail_is_known_and_what_was_skipped_says_why():
    """Neither is an alarm."""
    skipped, known = (row_of(one) for one in sample.waived())

    assert skipped["problem"] == {"message": "the returns desk is being rebuilt"}
    assert known["outcome"] == "known"


def test_a_long_text_is_cut_in_its_row():
    """The row stays small; the conversation has the whole text."""
    wrong = {**sample.failed(), "outcome": "failed"}
    wrong["checks"] = [sample.check("contains", 1, 3, "failed", actual="x" * 5_000)]

    assert len(row_of(wrong)["problem"]["actual"]) < 300


def test_an_empty_run_has_a_page(made):
    """No conversation is no error."""
    page = made(islice(sample.many(1), 0))

    assert unpacked(page, "rows") == []
