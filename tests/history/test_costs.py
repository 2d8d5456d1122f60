"""What runs cost: stored with their conversations, listed, and compared."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from histories import adding_to, told

from harness.history.address import address_of
from harness.history.store import History


def charge(tokens, cost=None, **more):
    """What a reply cost, as results.json has it."""
    money = {"cost": cost, "currency": "USD", "priced": 1} if cost else {}
    about = {"provider": "shop", "purpose": "bot", "replies": 1, "usage": {"total_tokens": tokens}}
    return {**about, "tokens": tokens, **money, **more}


@pytest.fixture
def three_runs(add_to_file):
    """A live run, its replay, and a live run that costs more; one conversation costs nothing."""
    for number, charges in enumerate(
        (
            [charge(1000, "0.25")],
            [charge(1000, "0.25", recorded=True)],
            [charge(1500, "0.375"), charge(100, "0.05", purpose="judge", name="careful")],
        )
    ):
        add_to_file(number, told("greet", spent=charges), told("order"))


def test_costs_are_stored_without_the_names_of_the_usage(address):
    """All digits of the money are kept; names come from the server, and are in no history."""
    again = [{"outcome": "broken", "spent": [charge(7, "0.0000001")]}]
    takes = [told("often", take=number, spent=[charge(5)]) for number in (1, 2)]
    add = adding_to(address)
    add(1, told("greet", spent=[charge(3, "0.1")], attempts=again))
    add(2, told("often", takes=takes, spent=[charge(10)]))

    with History(address) as history:
        [greet] = history.conversations("run00001")
        often = history.conversations("run00002")

    assert greet.costs.costs == {"USD": Decimal("0.1000001")}
    assert greet.costs.tokens == 10
    assert "total_tokens" not in greet.spent
    assert [one.costs.tokens for one in often] == [10, 5, 5]


def test_history_lists_what_each_run_paid(harness, three_runs):
    """A replay paid nothing. With `--json`, by provider and purpose."""
    _, said = harness("history")
    _, told_as_json = harness("history", "--json")

    lines = said.splitlines()
    assert lines[1].endswith("  spent")
    assert lines[2].endswith("  1,000 tokens, 0.25 USD")
    assert "USD" not in lines[3]
    assert lines[4].endswith("  1,600 tokens, 0.425 USD")
    last = json.loads(told_as_json)["runs"][-1]["spent"]
    assert [(one["purpose"], one["cost"]) for one in last] == [("bot", "0.375"), ("judge", "0.05")]


def test_history_of_a_scenario_has_its_costs(harness, three_runs):
    """Also those of recordings that were replayed."""
    _, said = harness("history", "--scenario", "greet")

    costs = [line.rpartition("  ")[2] for line in said.splitlines()[1:5]]
    assert costs == ["cost", *["1,000 tokens, 0.25 USD"] * 2, "1,600 tokens, 0.425 USD"]


def test_without_costs_there_is_no_column(harness, add_to_file):
    """Runs of providers that report no usage look as before."""
    add_to_file(1, told())

    _, said = harness("history")

    assert "spent" not in said


def test_compare_shows_how_the_costs_differ(harness, three_runs):
    """Of the conversations whose costs both runs have, with those that rose most."""
    _, said = harness("compare", "run00000", "run00002")
    _, told_as_json = harness("compare", "run00000", "run00002", "--json")

    part = said.partition("costs of 1 conversation in both runs\n")[2].splitlines()
    assert [" ".join(line.split()) for line in part[:4]] == [
        "conversation before after difference",
        "all 1,000 tokens 1,600 tokens +600 tokens (+60.0 %)",
        "all 0.25 USD 0.425 USD +0.175 USD (+70.0 %)",
        "scenarios/greet.yaml::greet[shop] 0.25 USD 0.425 USD +0.175 USD (+70.0 %)",
    ]
    assert json.loads(told_as_json)["costs"] == {
        "conversations": 1,
        "tokens": {"before": 1000, "after": 1600},
        "money": {"USD": {"before": "0.25", "after": "0.425"}},
    }


def test_compare_says_where_costs_are_those_of_recordings(harness, three_runs):
    """They were paid for when the recordings were made; equal costs are no difference."""
    _, said = harness("compare", "run00001", "run00002")
    _, equal = harness("compare", "run00000", "run00001")

    assert "replays: what their recordings had cost\n" in said
    assert "costs of" not in equal


def test_compare_takes_costs_from_results_files(harness, write_results):
    """Without a history."""
    before = write_results("before.json", 1, told("greet", spent=[charge(1000)]))
    after = write_results("after.json", 2, told("greet", spent=[charge(900)]))

    _, said = harness("compare", str(before), str(after))

    assert "-100 tokens (-10.0 %)" in said


def test_currencies_are_compared_apart(harness, folder):
    """An amount in a currency that only one run has is not compared with anything."""
    add = adding_to(address_of("reports/history.sqlite", below=folder))
    add(1, told("greet", spent=[charge(1, "1.00")]))
    add(2, told("greet", spent=[charge(1, "1.00"), charge(1, "9.00", currency="EUR")]))

    _, said = harness("compare")

    assert "EUR" not in said
