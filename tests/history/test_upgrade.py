"""Histories that earlier versions wrote, as files and as dumps of their databases."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from histories import adding_to, told

from harness.history.address import Address, address_of
from harness.history.ever_failed import ever_failed
from harness.history.store import History

EARLIER = Path(__file__).parent / "earlier"
RUNS = ["run00001", "run00002", "run00003"]


@pytest.fixture(params=["first", "before-checks"])
def version(request) -> str:
    """The first version with a history, and the last one without checks."""
    return request.param


@pytest.fixture(params=["sqlite", "postgres"])
def earlier(request, folder, version) -> Address:
    """A history with three runs that an earlier version wrote."""
    if request.param == "sqlite":
        shutil.copyfile(EARLIER / f"{version}.sqlite", folder / "history.sqlite")
        return address_of("history.sqlite", below=folder)
    server = request.getfixturevalue("postgres")
    url = server.database()
    server.sql((EARLIER / f"{version}.sql").read_text(), url.rpartition("/")[2])
    return address_of(url, below=folder)


def test_it_is_read_as_it_is(earlier, version):
    """Reading changes nothing: what the version did not store is unknown, and no failure."""
    before = earlier.file.read_bytes() if earlier.file else b""

    with History(earlier) as history:
        runs = history.runs()
        conversations = history.conversations("run00002")

    assert [(run.run, run.passed, run.failed, run.checks) for run in runs] == [
        ("run00001", 1, 1, None),
        ("run00002", 1, 0, None),
        ("run00003", 1, 0, None),
    ]
    assert [(one.take, one.outcome) for one in conversations] == [
        (0, "passed"),
        (1, "passed"),
        (2, "failed"),
    ]
    assert ever_failed(earlier, ["greet", "order"], project="shop") is None
    assert (earlier.file.read_bytes() if earlier.file else b"") == before


def test_the_next_run_upgrades_it(earlier):
    """The earlier runs remain; checks are known from the new run on."""
    adding_to(earlier)(4, told("greet", "failed"), changed=True, command="harness run")

    with History(earlier) as history:
        runs = history.runs()
        turns = history.turns([("run00001", 1)])
    counts = ever_failed(earlier, ["greet", "order"], project="shop")

    assert [(run.run, run.checks) for run in runs] == [
        *((one, None) for one in RUNS),
        ("run00004", 1),
    ]
    assert [(run.is_changed, run.command) for run in runs[-2:]] == [
        (False, ""),
        (True, "harness run"),
    ]
    assert [(turn.turn, turn.outcome) for turn in turns["run00001", 1]] == [
        (1, "passed"),
        (2, "failed"),
    ]
    assert [(one.scenario, counts[one].runs, counts[one].failed) for one in counts] == [
        ("greet", 1, 1)
    ]


def test_a_run_that_is_added_again_has_checks_then(earlier):
    """As `harness report build` adds one from its results."""
    adding_to(earlier)(1, told("greet"), told("order", "failed"))

    with History(earlier) as history:
        runs = history.runs()

    assert [(run.run, run.checks) for run in runs] == [*zip(RUNS, (1, None, None), strict=True)]


def test_old_runs_can_be_removed_from_it(earlier):
    """Removing runs upgrades it as well."""
    with History(earlier, writes=True) as history:
        removed = history.prune(keep=1)
        runs = [run.run for run in history.runs()]

    assert (removed, runs) == (2, ["run00003"])


def test_costs_are_stored_from_the_next_run_on(earlier):
    """What an earlier run cost is not known, which is no zero."""
    charge = {"provider": "shop", "purpose": "bot", "replies": 1, "tokens": 9}
    adding_to(earlier)(4, told("greet", spent=[charge]))

    with History(earlier) as history:
        before, after = (history.conversations(run)[0] for run in ("run00002", "run00004"))

    assert (before.spent, before.costs.tokens, after.costs.tokens) == ("", None, 9)
