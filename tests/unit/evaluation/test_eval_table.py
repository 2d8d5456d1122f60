from __future__ import annotations

import pytest

from harness.core.sections import plain
from harness.evaluation.eval_table import EvalTable
from harness.evaluation.take_counts import count_takes
from harness.evaluation.two_bots import compare_takes

CODES = {"f": ("failed", ["contains"]), "b": ("broken", ["read-timeout"])}
CODES |= {"m": ("broken", ["cassette-missing"]), "p": ("passed", []), "s": ("skipped", [])}


def stored(scenario: str, provider: str, letters: str, **repeat: int) -> dict[str, object]:
    """A conversation of results.json whose takes passed (p), failed (f), broke (b) or miss (m)."""
    takes = [
        {"scenario": scenario, "outcome": CODES[one][0], "codes": CODES[one][1], "take": number}
        for number, one in enumerate(letters, 1)
    ]
    return {"scenario": scenario, "provider": provider, "takes": takes, "repeat": repeat}


def table_of(providers: str, rows: dict[str, tuple[str, ...]]) -> EvalTable:
    """A table of five takes."""
    names = providers.split()
    table = EvalTable(tuple(names), 5)
    for scenario, cells in rows.items():
        for provider, letters in zip(names, cells, strict=True):
            table.add(f"a.yaml::{scenario}", stored(scenario, provider, letters))
    return table


PAIR = {
    "refund": ("ppfff", "ppppp"),
    "order": ("ppppp", "ppppb"),
    "hello": ("pppmm", "ppppp"),
    "price": ("ppppf", "pppff"),
}


def test_the_table_of_two_providers():
    """Takes that passed, rates, pass^k, the comparison, and what is not judged or recorded."""
    table = table_of("shop next", PAIR)

    text = plain([table.section(table.compared(), ["harness eval --takes 5 --mode record"])])

    assert text.splitlines() == [
        "4 scenarios, 5 takes each",
        "  scenario            shop                 next                 difference",
        "  refund              2/5                  5/5                  +0.60",
        "  order               5/5                  4/4                  +0.00",
        "  hello               3/3                  5/5                  +0.00",
        "  price               4/5                  3/5                  -0.20",
        "  all, 95 % interval  0.78 (0.27 to 0.97)  0.89 (0.37 to 0.99)",
        "  pass^1              0.80                 0.90",
        "  pass^3              0.60                 0.78",
        "  pass^5              0.33                 0.67",
        "  next - shop: +0.10 (-0.45 to +0.65), p = 1, 4 scenarios: within chance",
        "  to see 0.05 with 80 % power: about 379 scenarios",
        "  not judged: 3 takes (2 cassette-missing, 1 read-timeout)",
        "  not recorded: 2 takes, such as hello with shop: take 4, 5",
        "    harness eval --takes 5 --mode record",
    ]


def test_one_provider_has_no_difference():
    """There is nothing to compare."""
    table = table_of("shop", {"refund": ("ppfff",)})

    assert table.compared() is None
    assert "difference" not in table.section(None, []).heads


def test_pass_k_needs_enough_takes():
    """A scenario with fewer judged takes is left out."""
    table = table_of("shop", {"refund": ("ppppp",), "order": ("pfbbb",)})

    assert table.powers("shop") == {1: pytest.approx(0.75), 3: 1.0, 5: 1.0}


def test_nothing_judged_has_no_rate():
    """There is no figure rather than a wrong one."""
    table = table_of("shop", {"refund": ("mmmmm",)})

    assert (table.rate("shop"), table.powers("shop"), table.judged) == (None, {}, 0)
    assert table.json(None)["providers"] == {"shop": {}}


def test_json_has_the_figures():
    """Counts by scenario and provider, rates, and the comparison."""
    table = table_of("shop next", PAIR)

    found = table.json(table.compared())

    assert found["scenarios"][0] == {
        "id": "a.yaml::refund",
        "providers": {"shop": {"passed": 2, "judged": 5}, "next": {"passed": 5, "judged": 5}},
    }
    assert found["unjudged"] == {"cassette-missing": 2, "read-timeout": 1}
    assert found["compared"]["effect"] == pytest.approx(0.1)
    assert found["compared"]["verdict"] == "same"
    assert found["providers"]["shop"]["pass_power"].keys() == {"1", "3", "5"}


def test_stopped_takes_are_not_counted():
    """When they ended depends on their outcomes."""
    sides = [
        {
            name: count_takes(stored(name, "shop", letters, **more))
            for name, letters, more in (
                ("a", first, {}),
                ("b", "ppp", {}),
                ("c", "ff", {"stopped": 5}),
            )
        }
        for first in ("ppf", "ppp")
    ]

    found = compare_takes(("before", "after"), *sides)

    assert (found.stopped, found.test.scenarios) == (1, 2)
    assert found.lines[1] == (
        "left out: 1 conversation whose takes stopped when the result was certain"
    )


def test_one_scenario_cannot_be_compared():
    """It says what is needed."""
    side = {"a": count_takes(stored("a", "shop", "ppf"))}

    found = compare_takes(("before", "after"), side, side)

    assert found.lines == ["after - before: at least two scenarios of both are needed"]
    assert not found.is_worse


def test_an_expected_failure_is_a_failure_of_the_bot():
    """What the author expects does not change how often it passes."""
    found = count_takes({"scenario": "a", "outcome": "skipped", "expected_failure": "known"})

    assert found.counts == (0, 1)


def test_rows_of_a_scenario_are_one_in_the_comparison():
    """They resemble each other, so that they are no independent scenarios."""
    rows = {
        f"a[{row}]": count_takes(stored("a", "shop", "ppf")) for row in ("red", "blue", "green")
    }
    found = compare_takes(("before", "after"), rows, rows)

    assert found.test is None
