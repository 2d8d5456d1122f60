from __future__ import annotations

import multiprocessing
from datetime import timedelta

import pytest
import sqlalchemy as sa
from histories import FIRST, add_some, told

from harness.history.address import HistoryError, address_of
from harness.history.history_rows import RunRow
from harness.history.store import History


def test_a_run_is_read_as_it_was_added(add, address):
    """Run, conversations and turns come back with outcome, latency and codes, the time in UTC."""
    add(3, told("greet", "failed"), told("order", row="red"))

    with History(address) as history:
        [run] = history.runs()
        conversations = history.conversations(run.run)
        turns = history.turns([(run.run, 0)])

    assert run == RunRow(
        run="run00003",
        started=FIRST + timedelta(days=3),
        ended=FIRST + timedelta(days=3, seconds=9),
        mode="live",
        project="shop",
        commit="c0000003abc",
        branch="main",
        harness="0.1.0",
        passed=1,
        failed=1,
        exit_status=0,
        checks=1,
    )
    assert [(one.id, one.outcome, one.row) for one in conversations] == [
        ("scenarios/greet.yaml::greet[shop]", "failed", ""),
        ("scenarios/order.yaml::order[shop]", "passed", "red"),
    ]
    assert [(one.turn, one.outcome, one.latency, one.codes) for one in turns["run00003", 0]] == [
        (1, "passed", 0.5, ""),
        (2, "failed", 1.0, "contains"),
    ]


def test_a_run_that_is_added_again_takes_the_place_of_the_first(add, address):
    """It stands there once, with what came last: of merged shards, say."""
    add(1, told("greet"), told("order"))
    add(1, told("greet", "failed"))

    with History(address) as history:
        [run] = history.runs()
        [conversation] = history.conversations(run.run)

    assert (run.failed, run.passed, conversation.outcome) == (1, 0, "failed")


def test_takes_stand_behind_the_verdict_and_are_not_counted(add, address):
    """A repeated scenario counts once; its takes are there with their turns."""
    takes = [told(take=1), told("greet", "failed", take=2, bad=1)]
    verdict = told(takes=takes, repeat={"passed": 1, "told": 2, "wanted": 1})
    del verdict["transcript"]
    add(1, verdict)

    with History(address) as history:
        [run] = history.runs()
        rows = history.conversations(run.run)
        turns = history.turns([(run.run, one.number) for one in rows])

    assert run.passed == 1
    assert [(one.take, one.outcome) for one in rows] == [
        (0, "passed"),
        (1, "passed"),
        (2, "failed"),
    ]
    assert turns["run00001", 2][0].outcome == "failed"


def test_an_expected_failure_is_counted_among_what_was_skipped(add, address):
    """The pass rate is told without it."""
    add(1, told("greet", "failed", expected_failure="known"), told("order"))

    with History(address) as history:
        [run] = history.runs()

    assert (run.passed, run.failed, run.skipped, run.pass_rate) == (1, 0, 1, 1.0)


def test_names_that_no_database_takes_are_made_safe(add, address):
    """A NUL and half a surrogate pair, as a strange file name may hold, are replaced."""
    add(1, told(id="scenarios/a\0b\udcff.yaml::a"))

    with History(address) as history:
        [row] = history.conversations("run00001")

    assert row.id == "scenarios/a�b?.yaml::a"


def test_old_runs_are_removed_by_count_and_by_age(add, address):
    """The newest stay; what was removed is gone with its conversations and turns."""
    for number in range(6):
        add(number, told())

    with History(address, writes=True) as history:
        removed = history.prune(keep=3), history.prune(before=FIRST + timedelta(days=4, hours=1))
        left = [run.run for run in history.runs()]
        rest = history.conversations("run00002"), history.turns([("run00002", 0)])

    assert removed == (3, 2)
    assert left == ["run00005"]
    assert rest == ([], {})


def test_only_runs_of_the_project_are_removed(add, address):
    """A server's database may hold the runs of several projects."""
    add(1, told(), project="other")
    add(2, told())

    with History(address, writes=True) as history:
        removed = history.prune(keep=0, project="shop")
        left = [run.project for run in history.runs()]

    assert (removed, left) == (1, ["other"])


def test_several_processes_add_at_once(address):
    """Four runs of two processes, the first of which makes the tables, are all there."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=add_some, args=(address, first)) for first in (0, 2)]

    for process in processes:
        process.start()
    for process in processes:
        process.join()

    with History(address) as history:
        counts = [(run.run, len(history.conversations(run.run))) for run in history.runs()]
    assert [process.exitcode for process in processes] == [0, 0]
    assert counts == [(f"run{number:05}", 30) for number in range(4)]


def test_a_run_that_cannot_be_added_whole_is_not_added(add, address):
    """What stood there before stays: it is one transaction."""
    add(1, told())

    with pytest.raises(HistoryError):
        add(1, told(), told("order", latency="much"))

    with History(address) as history:
        assert len(history.conversations("run00001")) == 1


def test_tables_of_another_version_are_refused(add, address):
    """The error names both versions, whether it is read or written."""
    add(1, told())
    engine = sa.create_engine(address.url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE harness_schema SET version = 9")

    with pytest.raises(HistoryError, match=r"have version 9, .* knows version 1; upgrade it"):
        History(address)
    with pytest.raises(HistoryError, match=r"have version 9, .* knows version 1; upgrade it"):
        add(2, told())


def test_what_is_not_there_is_told(address):
    """To read a history makes none."""
    with pytest.raises(HistoryError, match=r"there is no history yet.*\[history-missing\]"):
        History(address)


def test_a_file_that_is_no_database_is_told(folder):
    """The message is the driver's, with the file."""
    (folder / "history.sqlite").write_text("hello " * 500)

    with pytest.raises(HistoryError, match=r"^history.sqlite: .* is not a database \[history-"):
        History(address_of("history.sqlite", below=folder))


def test_a_folder_that_cannot_be_made_is_told(folder):
    """A file stands where the folder should be."""
    (folder / "taken").write_text("")

    with pytest.raises(HistoryError, match=r"taken/history.sqlite: the history cannot be used: "):
        History(address_of("taken/history.sqlite", below=folder), writes=True)
