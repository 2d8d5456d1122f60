"""pytest-repeat beside the harness: `--count` plays Python tests several times."""

from __future__ import annotations

import pytest

from harness.reports.results import read_results

CHATS = """
def test_chat(conversation):
    conversation("echo").say("Hello").expect(contains="You said")
    conversation("echo").say("Good-bye").expect(contains="You said")
"""
ALONE_OR_XDIST = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
IDS = [f"test_chat.py::test_chat[{number}-2]{nth}" for number in (1, 2) for nth in ("", "#2")]
NOTE = (
    "note: --count=2: it repeats Python tests, not scenarios; write 'repeat: 2' in the scenario"
    " to play it in takes [[]no-effect[]]"
)


@ALONE_OR_XDIST
def test_each_repetition_of_a_python_test_has_recordings_of_its_own(run, project, echo, workers):
    """No two of them write one cassette; they replay in the same counts."""
    (project / "test_chat.py").write_text(CHATS)
    repeated = ("test_chat.py", "--count=2", "--harness-reports=reports", *workers)

    recorded = run(*repeated, "--harness-mode=record")
    names = {file.name for file in (project / "cassettes/echo").glob("test_chat*")}
    talked_in = set(echo.talked_in)
    replayed = run(*repeated)
    ids = [record["id"] for record in read_results(project / "reports/results.json")]

    recorded.assert_outcomes(passed=2)
    replayed.assert_outcomes(passed=2)
    assert len(names) == 4
    assert ids == IDS
    assert (len(talked_in), echo.talked_in) == (4, talked_in)
    assert not list((project / "cassettes").rglob(".*"))


@ALONE_OR_XDIST
def test_count_repeats_no_scenario_and_a_note_says_so(run, workers):
    """It changes nothing about them, and names what does."""
    result = run("scenarios/greet.yaml", "--count=2", *workers)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([NOTE])
