"""`harness strength`: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

import harness
from harness.conversation import Outcome
from harness.reports.results.results_writer import ResultsWriter, run_head
from tests.accepting.desk import Desk
from tests.strength.measured import NAME, recorded, refused, strength

REFUND = "You get a refund of 12 EUR. It is on its way. Thank you for waiting so long."
PAID = {"messages": [{"text": REFUND}], "order": {"state": "paid"}}


def _results(desk: Desk) -> Any:
    return json.loads(desk.text("reports/strength.json"))


def test_survivors_are_listed_with_the_cheapest_check(desk: Desk) -> None:
    """The terminal names the file, the figures, what survived, and a check."""
    recorded(desk, "{contains: refund}", PAID)

    result = strength()
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("1 conversation, ")
    assert any(line.startswith("scenarios/order.yaml order[one]  said ") for line in lines)
    assert any("cheapest check: " in line and "would kill" in line for line in lines)


def test_the_reports_have_every_mutant(desk: Desk) -> None:
    """JSON has the records, the page and the Markdown have the replies and the checks."""
    recorded(desk, "{contains: refund}", PAID)
    strength()
    results = _results(desk)

    [conversation] = results["conversations"]
    page = desk.text("reports/strength.html")
    assert results["said"]["of"] == conversation["said"]["of"] > 0
    assert {"turn 1 / negated / 1"} < {one["id"] for one in conversation["mutants"]}
    assert '<span class="unseen">' in page
    assert "http://" not in page
    assert "- turn 1: " in desk.text("reports/strength.md")
    assert sorted(file.name for file in (desk.folder / "reports").iterdir()) == [
        "strength.html",
        "strength.json",
        "strength.md",
    ]


def test_texts_of_a_bot_cannot_change_the_reports(desk: Desk) -> None:
    """Control characters, line ends, markup and backticks of a reply are shown, not obeyed."""
    hostile = "\x1b[31mRED 7\x00\x1b[0m `it` is <script>alert(1)</script>\u202e | here."
    recorded(desk, "{min_words: 1}", {"messages": [{"text": hostile}]})
    strength()

    for name in ("strength.html", "strength.md"):
        text = desk.text(f"reports/{name}")
        assert "RED" in text
        assert not {"\x1b", "\x00", "\u202e"} & set(text)
    assert "<script>alert" not in desk.text("reports/strength.html")


def test_a_folder_that_cannot_be_written_is_named(desk: Desk) -> None:
    """Before anything is measured."""
    recorded(desk, "{contains: refund}", PAID)
    desk.write("taken", "a file")

    assert "taken: the file could not be written: File exists" in refused("--reports", "taken")


def test_commands_that_measure_at_once_do_not_mix(desk: Desk) -> None:
    """Each writes the reports of what it measured itself, and leaves nothing else."""
    recorded(desk, "{contains: refund}", PAID)
    strength()
    alone = _results(desk)
    command = [sys.executable, "-m", "harness", "strength"]

    running = [subprocess.Popen(command, cwd=desk.folder, stdout=subprocess.DEVNULL) for _ in "ab"]

    assert [one.wait(timeout=60) for one in running] == [0, 0]
    assert _results(desk) == alone
    assert not [one.name for one in (desk.folder / "reports").iterdir() if one.name[0] == "."]


def test_written_checks_make_the_score_higher(desk: Desk) -> None:
    """`--write` adds to the file, which stays green, and keeps its comments."""
    desk.bot.answers["hi"] = PAID
    desk.write(
        NAME,
        "scenario: order  # the id\nturns:\n  - user: hi\n    expect:\n"
        "      contains: refund  # as little as this\n",
    )
    desk.record(NAME)
    strength()
    before = _results(desk)["said"]["share"]

    assert strength("--write", "--yes").exit_code == 0
    strength()
    text = desk.text(NAME)
    assert desk.replay(NAME) == [Outcome.PASSED]
    assert _results(desk)["said"]["share"] > before
    assert "scenario: order  # the id" in text
    assert "# as little as this" in text


def test_without_consent_nothing_is_written(desk: Desk) -> None:
    """The changes are shown, and the file stays."""
    recorded(desk, "{contains: refund}", PAID)
    before = desk.text(NAME)

    result = strength("--write", typed="n\n")
    assert result.exit_code == 1
    assert "Nothing was written." in result.output
    assert desk.text(NAME) == before


def test_a_check_that_a_row_does_not_pass_is_not_written(desk: Desk) -> None:
    """What holds in one row alone stays a proposal."""
    desk.bot.answers |= {
        "hi Ada": "Hello Ada, we have 3 shirts.",
        "hi Bob": "Hello Bob, none left.",
    }
    desk.write(
        NAME,
        "scenario: order\nmatrix: {who: [Ada, Bob]}\nturns:\n  - user: hi ${who}\n"
        "    expect: {contains: Hello}\n",
    )
    desk.record(NAME)

    result = strength("--write", "--yes")
    assert result.exit_code == 0
    assert "it does not hold in all plays" in result.output
    assert desk.replay(NAME) == [Outcome.PASSED] * 2


@pytest.mark.parametrize("limit", [("--fail-under", "0"), ("--fail-brittle-over", "100")])
def test_a_limit_that_decides_nothing_is_refused(desk: Desk, limit: tuple[str, str]) -> None:
    """No figure is below 0 or above 100, so such a condition would never fail."""
    recorded(desk, "{contains: refund}", PAID)

    assert f"{' '.join(limit)} never fails; write a figure" in refused(*limit)


def test_what_is_measured_is_named(desk: Desk) -> None:
    """A misspelt path has a hint, and a folder without scenarios says so."""
    recorded(desk, "{contains: refund}", PAID)
    desk.write("scenarios/later/notes.txt", "none yet")

    hint = "there is no such file; did you mean 'scenarios/order.yaml'?"
    assert hint in refused("scenarios/ordr.yaml")
    assert hint in refused("order")
    assert "there is no scenario to measure" in strength("scenarios/later").output


def test_a_figure_below_the_limit_ends_with_9(desk: Desk) -> None:
    """`--fail-under` is about what a person gets; other fields may be anything."""
    recorded(desk, "{contains: refund}", PAID)

    result = strength("--fail-under", "99")
    assert result.exit_code == 9
    assert "[too-weak]" in result.output
    recorded(desk, f"{{equals: '{REFUND}'}}", PAID)
    assert strength("--fail-under", "90").exit_code == 0


def test_too_many_harmless_changes_noticed_end_with_9(desk: Desk) -> None:
    """`--fail-brittle-over` is about checks that fail where nobody minds."""
    recorded(desk, f"{{equals: '{REFUND}'}}", PAID)

    result = strength("--fail-brittle-over", "10")
    assert result.exit_code == 9
    assert "brittle is 66.67 %, over 10 % [too-brittle]" in result.output
    recorded(desk, "{contains: refund of 12 EUR}", PAID)
    assert strength("--fail-brittle-over", "0").exit_code == 0


def test_conversations_without_figures_are_counted_and_named(desk: Desk) -> None:
    """A conversation that fails is in no share, which the first line says."""
    recorded(desk, "{contains: refund}", PAID)
    desk.write(
        "scenarios/failing.yaml",
        "scenario: failing\nturns:\n  - user: hi\n    expect: {contains: goods}\n",
    )
    desk.record("scenarios/failing.yaml")

    lines = strength().output.splitlines()
    assert lines[0].endswith("; 1 more not measured")
    assert any("failing[one]: not measured, its replay is failed" in line for line in lines)


@pytest.mark.parametrize(("waiver", "status"), [("", 1), ("skip: {reason: later}\n", 0)])
def test_a_limit_does_not_hold_for_what_was_not_measured(
    desk: Desk, waiver: str, status: int
) -> None:
    """A conversation without a recording is no reason for a green gate; a skipped one is told."""
    recorded(desk, f"{{equals: '{REFUND}'}}", PAID)
    text = f"scenario: missing\n{waiver}turns:\n  - user: hi\n    expect: {{contains: goods}}\n"
    desk.write("scenarios/missing.yaml", text)

    result = strength("--fail-under", "90")

    assert result.exit_code == status
    assert ("1 conversation could not be measured" in result.output) == bool(status)
    assert strength().exit_code == 0


def test_of_a_payload_with_very_many_fields_the_first_are_changed(desk: Desk) -> None:
    """A note says how many there are."""
    many = {f"field{number}": number for number in range(300)}
    recorded(desk, "{contains: Done}", {"messages": [{"text": "Done."}], **many})

    output = strength().output

    mutants = json.loads((desk.folder / "reports/strength.json").read_text())["conversations"]
    dropped = [one for one in mutants[0]["mutants"] if "field dropped" in one["id"]]
    assert len(dropped) == 200
    assert "fields of an answer, the first 200 are changed" in output


def test_one_mutant_is_shown_as_a_failure(desk: Desk) -> None:
    """Place, id, what the bot would have said, and what notices it."""
    recorded(desk, "{contains: refund}", PAID)

    survived = strength("--show", "turn 1 / negated / 1")
    killed = strength("--show", "order[one] / turn 1 / emptied / 1")
    assert survived.exit_code == 1
    assert "scenarios/order.yaml:3:5: turn 1: negated: no expectation notices it" in survived.output
    assert "It is not on its way" in survived.output
    assert killed.exit_code == 0
    assert "by          scenarios/order.yaml:4 contains" in killed.output


def test_an_unknown_mutant_is_refused(desk: Desk) -> None:
    """With the id that is most like it."""
    recorded(desk, "{contains: refund}", PAID)

    message = refused("--show", "turn 1 / negate / 1")
    assert "no conversation has this mutant" in message
    assert "did you mean 'turn 1 / negated / 1'?" in message


@pytest.mark.parametrize("where", ["harness.yaml", "scenario"])
def test_an_ignored_path_that_leads_nowhere_is_an_error(desk: Desk, where: str) -> None:
    """So that a misspelt path does not pass for one that is ignored."""
    ignore = "strength: {ignore: [$.trase]}\n"
    if where == "harness.yaml":
        desk.write("harness.yaml", desk.text("harness.yaml") + ignore)
    recorded(desk, "{contains: refund}", PAID, more="" if where == "harness.yaml" else ignore)

    result = strength()
    assert result.exit_code == 1
    assert "'$.trase' leads nowhere in the recorded replies" in result.output
    assert "[ignored-nothing]" in result.output


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("strength: {ignore: ['order']}", "'order' is not a JSONPath: it does not start with '$'"),
        ("strength: {ignored: [$.a]}", "did you mean 'ignore'?"),
        ("strength: {ignore: []}", "ignore"),
    ],
    ids=["path", "name", "empty"],
)
def test_a_wrong_key_is_refused_in_both_files(desk: Desk, key: str, message: str) -> None:
    """With its place, as every key."""
    recorded(desk, "{contains: refund}", PAID)
    config, scenario = desk.text("harness.yaml"), desk.text(NAME)
    desk.write("harness.yaml", f"{key}\n{config}")
    in_config = refused()
    desk.write("harness.yaml", config)
    desk.write(NAME, f"{key}\n{scenario}")
    in_scenario = refused()

    assert in_config.startswith("harness.yaml:1:")
    assert in_scenario.startswith(f"{NAME}:1:")
    assert message in in_config
    assert message in in_scenario


def test_only_what_a_change_touches_is_measured(desk: Desk) -> None:
    """`--affected` measures the scenarios that a change since a revision can touch."""
    recorded(desk, "{contains: refund}", PAID)
    text = desk.text(NAME).replace("order\n", "other\n", 1)
    desk.write("scenarios/other.yaml", text)
    desk.record("scenarios/other.yaml")
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.email=a@b", "-c", "user.name=a", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", *words], cwd=desk.folder, check=True)  # git itself
    untouched = strength("--affected")
    desk.write("scenarios/other.yaml", text.replace("refund", "12 EUR"))

    result = strength("--affected")
    assert untouched.exit_code == 0
    assert "nothing-measured" in untouched.output
    assert [one["scenario"] for one in _results(desk)["conversations"]] == ["other"]
    assert result.exit_code == 0


def test_processes_measure_what_one_measures(desk: Desk) -> None:
    """The results are the same, in the same order."""
    for number in range(6):
        desk.bot.answers[f"hi {number}"] = f"Order {number} is on its way. You get {number} EUR."
        desk.write(
            f"scenarios/s{number}.yaml",
            f"scenario: s{number}\nturns:\n  - user: hi {number}\n    expect: {{contains: way}}\n",
        )
        desk.record(f"scenarios/s{number}.yaml")
    strength("--processes", "1")
    alone = _results(desk)
    strength("--processes", "3")

    assert _results(desk) == alone


def test_nothing_to_measure_is_no_success(desk: Desk) -> None:
    """A scenario without a recording is named, and the command ends with 1."""
    desk.write(NAME, "scenario: order\nturns:\n  - user: hi\n    expect: {contains: a}\n")

    result = strength()
    assert result.exit_code == 1
    assert "not measured" in result.output
    assert "[nothing-measured]" in result.output


def test_a_check_is_written_into_the_fragment_of_its_turn(desk: Desk) -> None:
    """The file that the turn is written in gets it, and all its users are judged."""
    desk.bot.answers["hi"] = PAID
    desk.write(
        "scenarios/fragments/hi.yaml",
        "turns:\n  - user: hi\n    expect: {contains: refund}\n",
    )
    for name in ("order", "other"):
        desk.write(
            f"scenarios/{name}.yaml",
            f"scenario: {name}\nturns:\n  - include: fragments/hi.yaml\n",
        )
        desk.record(f"scenarios/{name}.yaml")
    before = desk.text(NAME)

    result = strength(NAME, "--write", "--yes")
    assert result.exit_code == 0
    assert "12 EUR" in desk.text("scenarios/fragments/hi.yaml")
    assert desk.text(NAME) == before
    assert desk.replay(NAME, "scenarios/other.yaml") == [Outcome.PASSED] * 2


def test_a_field_that_a_live_run_disagrees_on_is_left_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The results of a drift run show what is volatile."""
    monkeypatch.setenv("DESK_URL", desk.bot.url)
    recorded(desk, "{contains: refund}", {**PAID, "trace": 3})
    desk.bot.answers["hi"] = {**PAID, "trace": 9}
    records = harness.run(harness.plan(config=desk.folder / "harness.yaml"), mode="drift")
    writer = ResultsWriter(desk.folder / "reports/results.json", run_head("drift"))
    for record in records:
        writer.add(record)
    writer.finish(exit_status=0)
    strength()

    [conversation] = _results(desk)["conversations"]
    fates = {one["fate"] for one in conversation["mutants"] if one["paths"] == ["$.trace"]}
    assert fates == {"left out"}


def test_only_the_weakest_are_listed(desk: Desk) -> None:
    """Without a path, 20 conversations are listed, and how many more there are."""
    desk.bot.answers["hi"] = PAID
    for number in range(22):
        desk.write(
            f"scenarios/s{number:02}.yaml",
            f"scenario: s{number:02}\nturns:\n  - user: hi\n    expect: {{contains: refund}}\n",
        )
        desk.record(f"scenarios/s{number:02}.yaml")

    listed = strength("--processes", "1").output
    assert listed.count("[one]  said ") == 20
    assert "2 more conversations; the reports have all" in listed
    assert strength("scenarios").output.count("[one]  said ") == 22
