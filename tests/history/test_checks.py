"""The checks of earlier runs: which of them ever failed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from histories import FIRST, adding_to, told

from harness.evaluation.check_counts import CheckCounts
from harness.history.address import HistoryError, address_of
from harness.history.ever_failed import ever_failed
from harness.history.store import History
from harness.history.tables import CHECK_OUTCOMES, CHECKS, METADATA
from harness.scenario.check_place import CheckPlace

CONTAINS = CheckPlace("greet", "turns[1].expect", "contains")
NEVER = CheckPlace("greet", "expect.never", "never matches")


def _check(outcome: str, place: CheckPlace = CONTAINS, turn: int = 2) -> dict:
    return {"name": place.kind, "outcome": outcome, "turn": turn, "place": place.place}


def _greet(*checks: dict, **more: object) -> dict:
    return told("greet", checks=list(checks), **more)


def test_the_outcomes_of_a_check_are_counted_over_runs(add, address):
    """A check that is judged in several turns of a run is one check."""
    add(1, _greet(_check("passed"), _check("passed", NEVER, 1), _check("failed", NEVER, 2)))
    add(2, _greet(_check("broken"), _check("passed", NEVER, 1), _check("skipped", NEVER, 2)))

    assert ever_failed(address, ["greet"], project="shop") == {
        CONTAINS: CheckCounts(runs=2, passed=1, broken=1),
        NEVER: CheckCounts(
            runs=2, passed=2, failed=1, skipped=1, last_failed=FIRST + timedelta(days=1)
        ),
    }


def test_rows_providers_and_takes_count_together(add, address):
    """They are the same check; the takes of a repeated scenario are counted, not its verdict."""
    takes = [_greet(_check("passed"), take=1), _greet(_check("failed"), take=2)]
    verdict = _greet(takes=takes, outcome="failed", provider="other")
    add(1, _greet(_check("passed"), row="red"), verdict)

    counts = ever_failed(address, ["greet"], project="shop")

    assert counts is not None
    assert [(one.runs, one.passed, one.failed) for one in counts.values()] == [(1, 2, 1)]


def test_a_check_without_a_place_is_known_by_its_turn(add, address):
    """As those of Python tests, and those in results of an earlier version."""
    checks = [
        {"name": "contains", "outcome": "failed", "turn": 2},
        {"name": "contract", "outcome": "failed", "turn": 0},
    ]
    add(1, _greet(*checks))

    assert ever_failed(address, ["greet"], project="shop").keys() == {
        CheckPlace("greet", "turn 2", "contains"),
        CheckPlace("greet", "conversation", "contract"),
    }


def test_only_the_scenarios_and_the_project_that_are_asked_for(add, address, request):
    """A file holds one project, so there its name does not matter."""
    add(1, _greet(_check("failed")), told("order", "failed"))
    add(2, _greet(_check("failed")), project="bank")
    is_server = "postgres" in request.node.name

    shop = ever_failed(address, ["greet"], project="shop")
    many = ever_failed(address, {"greet", *map(str, range(600))}, project="shop")

    assert shop is not None
    assert many == shop
    assert [(one.runs, one.failed) for one in shop.values()] == [(1, 1) if is_server else (2, 2)]


def test_a_replaced_run_has_the_checks_of_the_last_time(add, address):
    """Merged shards replace the first of them."""
    add(1, _greet(_check("failed")))
    add(1, _greet(_check("passed")))

    assert ever_failed(address, ["greet"], project="shop") == {
        CONTAINS: CheckCounts(runs=1, passed=1)
    }


def test_checks_go_with_their_runs(add, address):
    """What no remaining run contains is removed from both tables."""
    add(1, _greet(_check("failed", NEVER)))
    add(2, _greet(_check("passed")))

    with History(address, writes=True) as history:
        history.prune(keep=1)

    assert ever_failed(address, ["greet"], project="shop") == {
        CONTAINS: CheckCounts(runs=1, passed=1)
    }
    assert _rows(address, CHECKS) == 1
    assert _rows(address, CHECK_OUTCOMES) == 1


def test_the_tables_hold_no_text(add, address):
    """Neither what was expected, nor what was said, nor why it failed."""
    add(1, _greet(_check("failed") | {"message": "s4id", "expected": "s4id", "actual": "s4id"}))

    with sa.create_engine(address.url, poolclass=sa.pool.NullPool).connect() as connection:
        names = sa.inspect(connection).get_table_names()
        rows = [
            tuple(row)
            for table in METADATA.sorted_tables
            for row in connection.execute(sa.select(table))
        ]

    assert sorted(names) == sorted(METADATA.tables)
    assert "turns[1].expect" in str(rows)
    assert "s4id" not in str(rows)


def test_without_a_history_it_is_not_known(address, folder):
    """No address, no file, a database without tables: none of them is a history without failures.

    Asking does not create one.
    """
    assert ever_failed(None, ["greet"], project="shop") is None
    assert ever_failed(address, ["greet"], project="shop") is None
    assert list(folder.iterdir()) == []


def test_a_scenario_that_was_never_played_is_not_in_a_history(add, address):
    """A mapping without it differs from no history."""
    add(1, _greet(_check("passed")))

    assert ever_failed(address, ["order"], project="shop") == {}


def test_a_history_that_cannot_be_read_is_an_error(add, address):
    """It is not taken for a missing one."""
    add(1, _greet(_check("passed")))
    _execute(address, "UPDATE harness_schema SET version = 2")

    with pytest.raises(HistoryError, match=r"\[history-version\]"):
        ever_failed(address, ["greet"], project="shop")


def test_a_run_that_an_earlier_version_replaced_has_no_checks(add, address):
    """It leaves those of the run before, which are not counted and go with the run."""
    add(1, _greet(_check("failed")))
    add(2, _greet(_check("passed")))
    _execute(address, "UPDATE harness_runs SET checks = NULL WHERE run = 'run00001'")

    before = ever_failed(address, ["greet"], project="shop")
    _execute(address, "UPDATE harness_runs SET checks = NULL")

    assert before == {CONTAINS: CheckCounts(runs=1, passed=1)}
    assert ever_failed(address, ["greet"], project="shop") is None


def test_many_runs_need_little_room(folder):
    """A run of 2,000 checks adds less than 64 bytes for each, whatever their names are."""
    address = address_of("history.sqlite", below=folder)
    add = adding_to(address)
    places = [CheckPlace("greet", f"turns[{number}].expect", "contains") for number in range(2000)]
    record = _greet(*(_check("passed", place) for place in places), turns=())

    add(1, record)
    first = address.file.stat().st_size
    for number in range(2, 12):
        add(number, record)

    assert address.file.stat().st_size - first < 10 * 2000 * 64


def _execute(address, statement: str) -> None:
    with sa.create_engine(address.url, poolclass=sa.pool.NullPool).begin() as connection:
        connection.exec_driver_sql(statement)


def _rows(address, table: sa.Table) -> int:
    with sa.create_engine(address.url, poolclass=sa.pool.NullPool).connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
