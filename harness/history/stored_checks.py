"""The checks in a history: how often each had which outcome, run by run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import sqlalchemy as sa

from harness.conversation import Outcome
from harness.evaluation.check_counts import CheckCounts
from harness.history.history_rows import CheckOutcomes, RunRow
from harness.history.tables import CHECK_OUTCOMES, CHECKS, RUNS
from harness.scenario.check_place import CheckPlace

AT_ONCE = 500
"""Scenarios that one query names; more are sorted out afterwards."""

_OUTCOMES = tuple(outcome.value for outcome in Outcome)
"""Each is a column of the outcomes."""


def add_checks(connection: sa.Connection, run: RunRow, outcomes: CheckOutcomes) -> None:
    """Add the checks of a run. The connection holds the lock of a writer."""
    counts: dict[CheckPlace, dict[str, int]] = {}
    for (place, outcome), number in outcomes.items():
        counts.setdefault(place, dict.fromkeys(_OUTCOMES, 0))[outcome.value] += number
    if not counts:
        return
    numbers = _numbers(connection, run.project, counts)
    new = [place for place in counts if place not in numbers]
    if new:
        values = [{"project": run.project, **place._asdict()} for place in new]
        connection.execute(sa.insert(CHECKS), values)
        numbers = _numbers(connection, run.project, counts)
    rows = [
        {"run": run.run, "check_id": numbers[place], **found} for place, found in counts.items()
    ]
    connection.execute(sa.insert(CHECK_OUTCOMES), rows)


def _numbers(
    connection: sa.Connection, project: str, wanted: Collection[CheckPlace]
) -> dict[CheckPlace, int]:
    """The ids of the checks that are known."""
    columns = (CHECKS.c.id, CHECKS.c.scenario, CHECKS.c.place, CHECKS.c.kind)
    rows = connection.execute(sa.select(*columns).where(CHECKS.c.project == project))
    found = ((CheckPlace(*names), number) for number, *names in rows)
    return {place: number for place, number in found if place in wanted}


def read_checks(
    connection: sa.Connection, project: str, scenarios: Collection[str]
) -> Mapping[CheckPlace, CheckCounts] | None:
    """The checks of scenarios over all runs; None if no run of the project has any stored.

    An empty project stands for all. A check that was in no run has no counts.
    """
    if not sa.inspect(connection).has_table(CHECK_OUTCOMES.name):
        return None
    runs = sa.select(RUNS.c.run).where(RUNS.c.checks.is_not(None))
    if project:
        runs = runs.where(RUNS.c.project == project)
    if connection.execute(runs.limit(1)).first() is None:
        return None
    found: dict[CheckPlace, CheckCounts] = {}
    for place, counts in _counted(connection, runs, scenarios):
        # A file has several projects if the project's folder was renamed.
        found[place] = found[place] + counts if place in found else counts
    return found


def _counted(
    connection: sa.Connection, runs: sa.Select[tuple[str]], scenarios: Collection[str]
) -> Iterator[tuple[CheckPlace, CheckCounts]]:
    failed_at = sa.case((CHECK_OUTCOMES.c.failed > 0, RUNS.c.started))
    # Grouped by number: texts would have to be sorted.
    counted = (
        sa.select(
            CHECK_OUTCOMES.c.check_id,
            sa.func.count().label("runs"),
            *(sa.func.sum(CHECK_OUTCOMES.c[name]).label(name) for name in _OUTCOMES),
            sa.func.max(failed_at, type_=RUNS.c.started.type).label("last_failed"),
        )
        .join(RUNS, RUNS.c.run == CHECK_OUTCOMES.c.run)
        .where(CHECK_OUTCOMES.c.run.in_(runs))
        .group_by(CHECK_OUTCOMES.c.check_id)
    )
    if len(scenarios) <= AT_ONCE:
        wanted = sa.select(CHECKS.c.id).where(CHECKS.c.scenario.in_(scenarios))
        counted = counted.where(CHECK_OUTCOMES.c.check_id.in_(wanted))
    one = counted.subquery()
    query = sa.select(CHECKS, one).join(one, one.c.check_id == CHECKS.c.id)
    for row in connection.execute(query).mappings():
        if row["scenario"] in scenarios:
            counts = {name: int(row[name]) for name in ("runs", *_OUTCOMES)}
            place = CheckPlace(row["scenario"], row["place"], row["kind"])
            yield place, CheckCounts(**counts, last_failed=row["last_failed"])


def remove_leftovers(connection: sa.Connection) -> None:
    """Remove outcomes whose run is gone, and checks without outcomes."""
    runs, checks = sa.select(RUNS.c.run), sa.select(CHECK_OUTCOMES.c.check_id)
    connection.execute(sa.delete(CHECK_OUTCOMES).where(CHECK_OUTCOMES.c.run.not_in(runs)))
    connection.execute(sa.delete(CHECKS).where(CHECKS.c.id.not_in(checks)))
