"""What earlier runs tell about the checks of scenarios."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from harness.evaluation.check_counts import CheckCounts
from harness.history.address import Address, HistoryError
from harness.scenario.check_place import CheckPlace


def ever_failed(
    address: Address | None, scenarios: Collection[str], *, project: str
) -> Mapping[CheckPlace, CheckCounts] | None:
    """How often each check of scenarios passed and failed, over all runs of the project.

    None if it is not known: no history is stored or there is none yet, or all of its runs are of a
    version that stored no checks. A check that is not in the mapping was in none of its runs. The
    value that a check compares with is not stored, so a check whose value was changed is the same.

    `project` is the name of the project's folder; a file holds the runs of one project, whatever
    its folder was called. Raises `HistoryError` if the history cannot be read.
    """
    if address is None:
        return None
    # Late: SQLAlchemy takes 200 ms to import.
    from harness.history.store import History  # noqa: PLC0415

    try:
        with History(address) as history:
            return history.checks(scenarios, project=project if history.is_shared else "")
    except HistoryError as error:
        if any(problem.code == "history-missing" for problem in error.problems):
            return None
        raise
