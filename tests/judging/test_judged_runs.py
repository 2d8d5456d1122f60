"""What pytest, its reports and several processes tell of judges."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.judging.judging_server import Said, verdicts

WITHOUT = ("-p", "no:cacheprovider", "-p", "no:randomly")


@pytest.fixture
def run(judged):
    """Runs pytest in the project; a replay has no variables but those of the system."""

    def run_pytest(*arguments, **environment):
        known = {name: value for name, value in os.environ.items() if "HARNESS" not in name}
        return subprocess.run(
            [sys.executable, "-m", "pytest", *WITHOUT, *arguments],
            cwd=judged.folder,
            env={**known, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        ).stdout

    return run_pytest


def test_processes_count_their_questions_together(judged, run):
    """By judge, if there are several; the lines are those of one process."""
    file = judged.folder / "harness.yaml"
    file.write_text(f"{file.read_text()}  strict: {{provider: referee, samples: 2}}\n")
    for number in range(4):
        by = "careful" if number else "strict"
        (judged.folder / "scenarios").mkdir(exist_ok=True)
        (judged.folder / f"scenarios/talk-{number}.yaml").write_text(
            f"scenario: talk-{number}\nturns:\n- user: What does shipping cost?\n"
            f"  expect: {{judge: {{by: {by}, criteria: It is polite.}}}}\n"
        )
    recorded = run("--harness-mode=record", **judged.environment).splitlines()

    alone = run().splitlines()
    together = run("-n", "2").splitlines()

    assert "judge strict: 2 questions, 2 asked, 22 tokens" in recorded
    assert "judge careful: 3 questions, 3 asked, 33 tokens" in recorded
    for lines in (alone, together):
        assert "judge strict: 2 questions, 2 recorded, 22 tokens" in lines
        assert "judge careful: 3 questions, 3 recorded, 33 tokens" in lines
    assert len(judged.judging.asked) == 5


def test_reports_show_what_the_judge_said(judged, run):
    """The terminal, JUnit, Markdown, Allure and results.json; control characters do no harm."""
    judged.expect("{judge: It says from which amount shipping is free.}")
    judged.judging.say = lambda text: Said(
        verdicts(text, "no", reason="No \x1b[31mamount\x07.", quote="from 50 dollars")
    )
    judged.record()

    shown = run("--harness-reports=reports", "--junit-xml=junit.xml", "--alluredir=allure")

    folder = judged.folder
    files = {
        "terminal": shown,
        "junit.xml": (folder / "junit.xml").read_text(),
        "summary.md": "".join(one.read_text() for one in (folder / "reports").glob("*.md")),
        "allure": "".join(
            one.read_text() for one in (folder / "allure").glob("*") if one.suffix != ".zip"
        ),
    }
    for name, text in files.items():
        assert "the judge 'careful' says that this is not true of the reply" in text, name
        assert "referee (m1), answer 1: no: No " in text, name
        assert "about 'from 50 dollars'" in text, name
        assert "prompt criterion@1; not calibrated" in text, name
        assert "\x1b[31mamount" not in text, name
        assert "\x07" not in text, name
    markdown = files["summary.md"]
    assert "Judge: `1 question, 1 recorded, 11 tokens`" in markdown
    [record] = json.loads((folder / "reports/results.json").read_text())["conversations"]
    assert record["checks"][0]["judged"][0]["answers"][0]["votes"]["criterion"]["verdict"] == "no"
