from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from histories import adding_to, told

from harness.cli.terminal import REGRESSED
from harness.history.address import address_of

TEXTS = Path(__file__).parent / "texts"


@pytest.fixture
def ten_runs(add_to_file):
    """One scenario alternates, one gets slower, one is repeated, and one is good but for once."""
    for number in range(10):
        is_slow = number > 4
        alternating = told("greet", "failed" if number % 3 == 1 else "passed")
        takes = [told("repeated", take=1), told("repeated", "failed", take=2)]
        add_to_file(
            number,
            alternating,
            told("slow", turns=(0.5, 3.0 if is_slow else 1.0)),
            told("repeated", takes=takes, latency=None),
            told("good", "broken" if number == 6 else "passed"),
            branch="main" if number % 2 else "topic",
        )


def compare_golden(name: str, text: str) -> None:
    file = TEXTS / f"{name}.txt"
    if os.environ.get("HARNESS_UPDATE_GOLDENS") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_history_shows_runs_flips_and_what_got_slower(harness, ten_runs):
    """The newest run stands last; a flaky scenario has the turn that flips."""
    status, said = harness("history", "--last", "10")

    assert status == 0
    compare_golden("history", said)


def test_history_shows_one_scenario_run_by_run(harness, ten_runs):
    """With the turn and the checks that failed."""
    status, said = harness("history", "--scenario", "greet", "--last", "5")

    assert status == 0
    compare_golden("history-of-one", said)


def test_history_of_a_repeated_scenario_counts_its_takes(harness, ten_runs):
    """A verdict passed, and one of its two takes did not."""
    _, said = harness("history", "--scenario", "repeated", "--last", "1")

    assert "1 of 2" in said


def test_history_can_be_narrowed_to_a_branch(harness, ten_runs):
    """Runs of other branches are neither listed nor counted."""
    _, said = harness("history", "--branch", "topic")

    assert said.startswith("5 runs\n")
    assert "main" not in said


def test_history_is_json_for_a_machine(harness, ten_runs):
    """Runs, flaky scenarios and slower ones; times are seconds."""
    _, said = harness("history", "--json")

    found = json.loads(said)
    assert [one["run"] for one in found["runs"]][-1] == "run00009"
    assert [(one["id"], one["flips"]) for one in found["flaky"]] == [
        ("scenarios/greet.yaml::greet[shop]", 6)
    ]
    assert [one["turn"] for one in found["slower"]] == [2]


def test_history_of_one_is_json_as_well(harness, ten_runs):
    """What came of the scenario in each run."""
    _, said = harness("history", "--json", "--scenario", "greet", "--last", "2")

    [runs] = json.loads(said)["conversations"].values()
    assert [one["outcome"] for one in runs] == ["passed", "passed"]


def test_history_of_an_unknown_scenario_is_told(harness, ten_runs):
    """It may lie further back."""
    status, said = harness("history", "--scenario", "nope", "--last", "3")

    assert status == 2
    assert said.startswith("--scenario: no run of the last 3 played 'nope'; use the id from ")


def test_history_that_is_not_there_is_told(harness):
    """With the next step, and no file is made."""
    status, said = harness("history")

    assert (status, Path("reports").exists()) == (2, False)
    assert said.endswith("creates it, such as `harness run` [history-missing]\n")


def test_a_history_that_is_switched_off_is_told(harness, monkeypatch):
    """It is none by the variable."""
    monkeypatch.setenv("HARNESS_HISTORY", "none")

    status, said = harness("compare")

    assert status == 2
    assert said.startswith("HARNESS_HISTORY: it is 'none', so no history is stored")


def test_prune_keeps_the_newest(harness, ten_runs):
    """And gives their number."""
    assert harness("history", "prune", "--keep", "4") == (0, "6 runs removed\n")
    assert harness("history", "prune", "--keep", "4") == (0, "0 runs removed\n")
    assert harness("history")[1].startswith("4 runs\n")


def test_prune_removes_by_age(harness, ten_runs):
    """All of these runs are older than a day."""
    assert harness("history", "prune", "--older", "1d") == (0, "10 runs removed\n")


def test_prune_wants_to_know_what(harness, ten_runs):
    """Without a limit nothing is removed."""
    status, said = harness("history", "prune")

    assert (status, said.startswith("choose the runs to remove")) == (2, True)


BEFORE = (
    told("breaks"),
    told("fails"),
    told("fixed", "failed"),
    told("gone"),
    told("known"),
    told("same", replies=("Hello", "You said no")),
    told("skipped", "skipped"),
    told("slower"),
    told("worse", "failed"),
)
AFTER = (
    told("breaks", "broken"),
    told("fails", "failed", bad=1),
    told("fixed"),
    told("known", "failed", expected_failure="known since May"),
    told("new"),
    told("same", replies=("Hello", "You said \x1b[31myes")),
    told("skipped"),
    told("slower", turns=(0.5, 4.0)),
    told("worse", "failed", codes=["contains", "latency"]),
)


def test_compare_tells_what_became_of_each_conversation(harness, write_results):
    """Of two files of results also texts that changed; it ends with its own status."""
    before, after = write_results("a.json", 1, *BEFORE), write_results("b.json", 2, *AFTER)

    status, said = harness("compare", before.name, after.name)

    assert status == REGRESSED == 6
    compare_golden("compare", said)


def test_compare_takes_runs_of_the_history(harness, add_to_file):
    """By last, previous, an id or how it begins; there are no texts to compare."""
    add_to_file(1, *BEFORE, run="aaa111")
    add_to_file(2, *AFTER, run="bbb222")

    said = {harness("compare", *runs) for runs in ((), ("previous", "last"), ("aaa", "bbb222"))}

    [(status, text)] = said
    assert status == REGRESSED
    compare_golden("compare-of-history", text)


def test_compare_ends_well_where_nothing_got_worse(harness, write_results):
    """A repair is none, and a run beside itself shows that nothing changed."""
    before = write_results("a.json", 1, *BEFORE[1:3])
    after = write_results("b.json", 2, told("fails"), told("fixed"))

    repaired, same = (harness("compare", one.name, after.name) for one in (before, after))

    assert repaired[0] == 0
    assert (same[0], same[1].endswith("nothing changed\n")) == (0, True)


def test_compare_is_json_for_a_machine(harness, write_results):
    """Each change with its turn and codes."""
    before, after = write_results("a.json", 1, *BEFORE), write_results("b.json", 2, *AFTER)

    status, said = harness("compare", before.name, after.name, "--json")

    found = json.loads(said)
    assert status == REGRESSED
    assert found["changes"][0] == {
        "id": "scenarios/breaks.yaml::breaks[shop]",
        "change": "regression",
        "before": "passed",
        "after": "broken",
        "turn": 2,
        "codes": ["timed-out"],
    }
    assert [one["turn"] for one in found["reworded"]] == [2]
    assert [one["after"] for one in found["slower"]] == [4.5]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param(
            "run", "2 runs have an id that starts like this: run00001, run00002", id="several"
        ),
        pytest.param("nope", "no run of the history has an id that starts like this", id="none"),
        pytest.param("b.json", "there is no such file", id="no file"),
    ],
)
def test_compare_of_an_unknown_run_is_told(harness, add_to_file, name, reason):
    """Wrong use ends with 2, not with the status of a regression."""
    add_to_file(1, told())
    add_to_file(2, told())

    status, said = harness("compare", "last", name)

    assert status == 2
    assert reason in said


OF_TWO = (
    told("greet", replies=("Hello", "Bye")),
    told("order", row="red"),
    {**told("greet", replies=("Hello", "So long")), "provider": "bank"},
    {**told("order", "failed", row="red"), "provider": "bank"},
    {**told("only"), "provider": "bank"},
)


def test_compare_writes_a_page_of_two_runs(harness, write_results, folder):
    """Next to what it prints; the message about the file is not among the JSON."""
    before, after = write_results("a.json", 1, *BEFORE), write_results("b.json", 2, *AFTER)

    status, said = harness("compare", before.name, after.name, "--html", "out/compare.html")

    assert status == REGRESSED
    assert "wrote out/compare.html" in said
    assert "<title>before and after" in (folder / "out/compare.html").read_text()
    assert [file.name for file in (folder / "out").iterdir()] == ["compare.html"]


def test_compare_takes_two_providers_of_a_run(harness, write_results, folder):
    """Conversations are paired without the provider's name, and their texts compared."""
    run = write_results("a.json", 1, *OF_TWO)

    status, said = harness(
        "compare", run.name, "--providers", "shop, bank", "--html", "compare.html"
    )

    assert status == REGRESSED
    compare_golden("compare-of-providers", said)
    assert "<title>shop and bank" in (folder / "compare.html").read_text()


def test_compare_of_providers_of_a_run_in_the_history(harness, add_to_file):
    """The last run, if none is named."""
    add_to_file(1, *OF_TWO)

    status, said = harness("compare", "--providers=bank,shop")

    assert status == 0
    assert "repairs: 1" in said


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--providers=shop",), "--providers takes two different names"),
        (("--providers=shop,shop",), "--providers takes two different names"),
        (("--providers=shop,bank,c",), "--providers takes two different names"),
        (("a.json", "a.json", "--providers=shop,bank"), "remove the second run"),
        (("a.json", "--providers=shop,bnk"), "with the provider 'bnk'; did you mean 'bank'?"),
        (("last", "a.json", "--html=x.html"), "the history has no texts"),
        (("a.json", "a.json", "--html=."), "is a directory"),
    ],
    ids=["one", "twice", "three", "two-runs", "unknown", "history", "folder"],
)
def test_compare_of_what_cannot_be_compared_is_told(
    harness, write_results, add_to_file, arguments, reason
):
    """Wrong use ends with 2, before anything is written."""
    write_results("a.json", 1, *OF_TWO)
    add_to_file(1, told())

    status, said = harness("compare", *arguments)

    assert (status, reason in " ".join(said.split())) == (2, True), said
    assert not Path("x.html").exists()


def test_compare_of_one_run_is_told(harness, add_to_file):
    """There is none before it."""
    add_to_file(1, told())

    status, said = harness("compare")

    assert (status, "the history contains 1 run" in said) == (2, True)


def test_a_servers_runs_are_those_of_the_project(harness, postgres, folder, monkeypatch):
    """In a database of several projects the current one's are shown, or those of a named one."""
    url = postgres.database()
    monkeypatch.setenv("HARNESS_HISTORY", url)
    (folder / "harness.yaml").write_text("providers: {shop: {definition: connectly}}\n")
    add = adding_to(address_of(url, below=folder))
    add(1, told(), project=folder.name)
    add(2, told(), project="other")

    own, others = harness("history")[1], harness("history", "--project", "other")[1]

    assert "run00001" in own
    assert "run00002" not in own
    assert "run00002" in others


def test_a_terminal_gets_tables(harness, ten_runs, monkeypatch):
    """Rich draws them; NO_COLOR leaves colours out."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")

    _, said = harness("history", "--last", "3", is_terminal=True)

    assert "────" in said
    assert "run00009" in said
