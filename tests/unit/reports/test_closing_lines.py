"""The closing lines of a run with many providers, kinds of failures and notes."""

from types import SimpleNamespace

import pytest

from harness.checks.diff import text_difference
from harness.project.plan import Mode
from harness.pytest_plugin.closing_lines import write_closing_lines
from harness.reports.results import record_of
from harness.reports.summary import Summary
from harness.reports.tally import Tally


def summary(provider, *, outcome, codes=()):
    """What a conversation of one turn and one check comes to."""
    return Summary(
        scenario="hello", provider=provider, outcome=outcome, turns=1, checks=1, codes=codes
    )


def closing(tally, *, has_reports=False):
    """The lines."""
    lines = []
    reporter = SimpleNamespace(
        config=None,
        stats={},
        write_sep=lambda *_: None,
        write_line=lambda line, **_: lines.append(line),
    )
    classes = SimpleNamespace(counts={})
    session = SimpleNamespace(
        tally=tally,
        notes=tally.notes,
        mode=Mode.REPLAY,
        record_of=record_of if has_reports else None,
        red_tests=classes,
        problem="",
        budget=None,
    )
    write_closing_lines(reporter, session)
    return lines


def of_many():
    """500 providers of which every hundredth has red conversations, of 200 kinds."""
    tally = Tally(keeps_latencies=True)
    for number in range(500):
        name, bad = f"bot-{number:03}", number // 100 if number % 100 == 0 else 0
        for played in range(5):
            outcome = "failed" if played < bad else "passed"
            tally.add(summary(name, outcome=outcome))
        tally.providers[name].latencies = [float(number)]
    for kind in range(200):
        codes = (f"kind-{kind:03}",) * (200 - kind)
        tally.add(summary("bot-400", outcome="failed", codes=codes))
    tally.skips.update({f"language: reason {number}": 1 for number in range(8)})
    tally.drifts["wording"] = tally.repeated = 0
    tally.drifted = [(f"turn {number}", ()) for number in range(60)]
    tally.drifts["wording"] = 60
    tally.notes = [f"note {number}" for number in range(50)]
    return tally


def test_d16_of_many_providers_the_worst_are_named_with_counts():
    """The table has the twenty worst, and a row for all others together."""
    lines = closing(of_many())

    assert [line.split()[0] for line in lines[1:5]] == ["bot-400", "bot-300", "bot-200", "bot-100"]
    assert lines[21].split() == ["and", "480", "more", "2400", "0", "0", "2400", "2400"]
    assert lines[22].startswith("problems: 200 kind-000, 199 kind-001, ")
    assert lines[22].endswith(", 191 kind-009, and 18145 of 190 other kinds")
    assert sum(line.startswith("replies of ") for line in lines) == 20
    assert "replies of bot-499: median 8 min 19 s, p95 8 min 19 s" in lines
    assert "and of 480 providers that answered faster" in lines


@pytest.mark.parametrize(
    ("has_reports", "where"),
    [(False, "--harness-reports names them"), (True, "the reports name them")],
    ids=["no-report", "report"],
)
def test_d16_a_report_is_named_only_where_there_is_one(has_reports, where):
    """What is left out stands in the reports, or they can be asked for."""
    lines = closing(of_many(), has_reports=has_reports)

    assert f"and 3 more reasons; {where}" in lines
    assert f"and 10 more drifted turns; {where}" in lines
    assert lines[-1] == f"and 30 more notes; {where}"


def test_the_caret_of_a_difference_is_below_what_differs():
    """A line of a difference keeps its columns, and stays one line."""
    tally = Tally()
    tally.add(summary("a", outcome="passed"))
    tally.drifts["wording"] = 1
    lines = text_difference("Hello  you there", "Hello  you here")
    tally.drifted = [("hello.yaml:2: turn 1: wording", (*lines, "buttons: 'a\nb'"))]

    assert closing(tally)[-5:] == [
        "hello.yaml:2: turn 1: wording",
        "  - Hello  you there",
        "  + Hello  you here",
        "               ^",
        "  buttons: 'a b'",
    ]


def test_few_providers_stand_by_name():
    """Nothing is left out, and nothing sorted by what is red."""
    tally = Tally()
    tally.add(summary("b", outcome="failed", codes=("contains",)))
    tally.add(summary("a", outcome="passed"))

    assert closing(tally) == [
        "provider   passed   failed   broken    turns   checks",
        "a               1        0        0        1        1",
        "b               0        1        0        1        1",
        "problems: 1 contains",
    ]
