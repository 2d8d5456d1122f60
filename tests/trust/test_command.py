"""`harness trust`: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

import harness
from harness.history.address import address_of
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.reports.results.record import record_of
from harness.reports.run_events import Identity
from harness.transport.cassette import dump_cassette
from harness.transport.cassette.cassette_reading import parse_cassette
from tests.accepting.desk import Desk
from tests.history.histories import adding_to
from tests.trust.trusted import refused, scenarios, trust

NAME = "scenarios/order.yaml"
PAID = {"messages": [{"text": "You get a refund of 12 EUR."}], "order": {"state": "paid"}}


def _recorded(desk: Desk, expect: str, *, name: str = NAME, more: str = "") -> None:
    desk.bot.answers["hi"] = PAID
    scenario = name.rpartition("/")[2].removesuffix(".yaml")
    desk.write(name, f"scenario: {scenario}\n{more}turns:\n  - user: hi\n    expect: {expect}\n")
    desk.record(name)


def _codes(*words: str) -> list[str]:
    return [finding["code"] for finding in scenarios(*words)["order"]["findings"]]


def _recorded_in(desk: Desk, moment: str) -> None:
    """Let the recording be of another time, as a recording of that time would."""
    file = desk.folder / "cassettes/one/order.yaml"
    cassette = parse_cassette(file.read_bytes(), str(file))
    assert cassette.head is not None
    head = replace(cassette.head, recorded_at=moment)
    file.write_text(dump_cassette(replace(cassette, head=head)))


def test_the_reports_say_the_same(desk: Desk) -> None:
    """A page without a script, Markdown for a pull request, and JSON with every finding."""
    _recorded(desk, "{contains: refund, max_words: 4000}")

    result = trust()
    [written] = json.loads(desk.text("reports/trust.json"))["scenarios"]
    page, text = desk.text("reports/trust.html"), desk.text("reports/trust.md")
    assert result.exit_code == 0
    assert written == scenarios()["order"]
    assert [one["code"] for one in written["findings"]] == ["cannot-fail"]
    assert written["checks"] == {"known": 2, "ran": 2, "can_fail": 1, "ever_failed": None}
    assert '<td class="">cannot-fail</td>' in page
    assert "<script" not in page
    assert "| cannot\\-fail |" in text or "| cannot-fail |" in text
    assert "cannot-fail" in result.output


def test_a_long_page_is_cut(desk: Desk) -> None:
    """The terminal and Markdown list the lowest figures; the page and JSON list all."""
    for number in range(51):
        _recorded(desk, "none", name=f"scenarios/s{number}.yaml")

    assert "and 31 more; trust.html and trust.json list all" in trust("--processes", "1").output
    assert "and 31 more" not in trust("--processes", "1", "scenarios").output
    assert "and 1 more" in desk.text("reports/trust.md")
    assert desk.text("reports/trust.html").count("unchecked-turn") > 51
    assert desk.text("reports/trust.json").count("unchecked-turn") > 51


def test_a_figure_is_the_start_without_the_points(desk: Desk) -> None:
    """It starts from the share of noticed changes, and is 0 at least."""
    _recorded(desk, "{contains: refund of 12 EUR., min_words: 6, max_words: 4000}")
    found = scenarios()["order"]

    assert found["deductions"] == {"cannot-fail": 10}
    assert found["trust"] == int(found["from"]["percent"] - 10) > 0
    _recorded(desk, "{not_contains: sorry}", more="repeat: {takes: 5, pass: 1}\n")
    assert scenarios()["order"]["trust"] == 0


def test_a_figure_below_the_limit_ends_with_9(desk: Desk) -> None:
    """Every scenario with such a figure is named, and no other one."""
    _recorded(desk, "{not_contains: sorry}")
    _recorded(desk, "{equals: You get a refund of 12 EUR.}", name="scenarios/strong.yaml")

    result = trust("--fail-under", "50")
    assert result.exit_code == 9
    assert f"{NAME}: order: trust is 0, below 50 [too-weak]" in result.output
    assert "strong: trust is" not in result.output
    assert trust("--fail-under", "50", "scenarios/strong.yaml").exit_code == 0


def test_nothing_to_measure_is_no_pass(desk: Desk) -> None:
    """Neither without a scenario, nor if no scenario has a figure."""
    desk.write("scenarios/notes.txt", "none yet")
    assert "nothing-measured" in trust().output
    assert trust().exit_code == 1

    _recorded(desk, "{contains: never}", more="xfail: {reason: known, strict: true}\n")
    result = trust("--fail-under", "50")
    assert result.exit_code == 1
    assert "[nothing-measured]" in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("--tag", "nothing"),
        ("--provider", "third"),
        ("nowhere.yaml",),
        ("--fail-under", "101"),
        ("--fail-under", "0"),
    ],
)
def test_what_does_not_exist_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    """A misspelt tag, provider or path selects nothing, and that is an error."""
    _recorded(desk, "{contains: refund}")

    assert refused(*words)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"- 1\n", b"version: 1\ninteractions: [1, 2]\n", "é: [".encode()],
    ids=["empty", "a zero byte", "a list", "numbers", "cut"],
)
def test_a_broken_recording_proves_nothing(desk: Desk, content: bytes) -> None:
    """The scenario is named with what is wrong; the others are measured."""
    _recorded(desk, "{contains: refund}")
    _recorded(desk, "{contains: refund}", name="scenarios/other.yaml")
    desk.write("cassettes/one/order.yaml", content)
    found = scenarios()

    assert [one["code"] for one in found["order"]["findings"]] == ["not-green"]
    assert found["order"]["trust"] == 0
    assert found["other"]["trust"] > 0


def test_without_recordings_every_scenario_is_named(desk: Desk) -> None:
    """A missing recording is not a scenario without findings."""
    _recorded(desk, "{contains: refund}")
    shutil.rmtree(desk.folder / "cassettes")

    result = trust("--fail-under", "1")
    assert result.exit_code == 9
    assert "there is no recording" in result.output


def test_a_wrong_file_is_an_error(desk: Desk) -> None:
    """As with every command, its place and the problem are shown."""
    _recorded(desk, "{contains: refund}")
    desk.write("scenarios/wrong.yaml", "scenario: wrong\nturns: [{user: hi}]\n")

    assert "scenarios/wrong.yaml:2" in refused()


def test_recordings_grow_old(desk: Desk) -> None:
    """`--max-age` wins over `max_age` of harness.yaml; without both, no recording is too old."""
    _recorded(desk, "{contains: refund}")
    _recorded_in(desk, "2020-02-03T04:05:06+00:00")
    assert _codes() == []

    assert _codes("--max-age", "90d") == ["cassette-old"]
    desk.write("harness.yaml", f"max_age: 90d\n{desk.text('harness.yaml')}")
    assert _codes() == ["cassette-old"]
    assert _codes("--max-age", "99999d") == []
    assert "is not an age" in refused("--max-age", "soon")


def test_rows_and_providers_are_judged_together(desk: Desk) -> None:
    """A check that fails in one of them can fail; the figure counts the changes of all."""
    desk.bot.answers |= {"hi Ada": {**PAID, "items": []}, "hi Bob": {**PAID, "items": [1, 2]}}
    desk.write(
        NAME,
        "scenario: order\nmatrix: {who: [Ada, Bob]}\nturns:\n  - user: hi ${who}\n"
        "    expect: {json: {$.items: {none: {equals: 3}}}}\n",
    )
    desk.record(NAME)
    found = scenarios()["order"]

    assert found["conversations"] == 2
    assert found["findings"] == []
    assert found["checks"]["known"] == 1


def test_a_history_says_which_checks_ever_failed(desk: Desk) -> None:
    """Each check is known by the place that a run stores, whatever block or file it is in."""
    desk.bot.answers["hi"] = PAID
    desk.write("scenarios/fragments/ask.yaml", "turns: [{user: hi, expect: {min_words: 2}}]\n")
    desk.write(
        NAME,
        "scenario: order\nexpect: {never: {contains: sorry}, max_words: 90}\nturns:\n"
        "  - {user: hi, id: first, expect: {contains: refund, history: {contains: history}}}\n"
        "  - include: fragments/ask.yaml\n",
    )
    desk.record(NAME)
    [play] = [one.play for one in harness.plan(NAME).scenarios]
    result = Runner(desk.project(), Mode.REPLAY).run(play)
    record = record_of(Identity(id=f"{NAME}::{play.name}"), result)
    failed = {**record, "checks": [{**one, "outcome": "failed"} for one in record["checks"]]}
    assert scenarios()["order"]["checks"]["ever_failed"] is None

    add = adding_to(address_of("reports/history.sqlite", below=desk.folder))
    add(1, record)
    assert scenarios()["order"]["checks"]["ever_failed"] == 0
    add(2, failed)
    assert scenarios()["order"]["checks"] == {
        "known": 5,
        "ran": 5,
        "can_fail": 5,
        "ever_failed": 5,
    }
    assert "5 ever failed" in trust().output


def test_a_history_of_another_version_is_not_known(desk: Desk) -> None:
    """Unless it is named, the measurement goes on without it, and says so."""
    _recorded(desk, "{contains: refund}")
    desk.write("reports/history.sqlite", b"SQLite format 3\0 not quite")

    result = trust()
    assert result.exit_code == 0
    assert "note: it is not known which checks ever failed" in result.output
    assert "whether any ever failed is unknown" in result.output
    assert "history" in refused("--history", "reports/history.sqlite")


def test_processes_share_the_work(desk: Desk) -> None:
    """Two processes find what one finds."""
    for number in range(6):
        _recorded(desk, "{contains: refund, max_words: 4000}", name=f"scenarios/s{number}.yaml")

    assert scenarios("--processes", "2") == scenarios("--processes", "1")
