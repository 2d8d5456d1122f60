from __future__ import annotations

from itertools import pairwise

import pytest

from tests.plugin.echo_bot import Manner
from tests.plugin.project import scenario_text

AT_ONCE = 6
LIVE = ("--harness-mode=live", "scenarios/many")


@pytest.fixture
def many(project):
    """Six scenarios of one turn each, in a folder of their own."""
    folder = project / "scenarios/many"
    folder.mkdir()
    for number in range(1, AT_ONCE + 1):
        (folder / f"n{number}.yaml").write_text(scenario_text(f"n{number}"))
    return folder


def _limit(project, line: str) -> None:
    """Add a limit to the provider `echo`, which comes first in harness.yaml."""
    config = project / "harness.yaml"
    text = config.read_text()
    config.write_text(text.replace("    settings:", f"    {line}\n    settings:", 1))


def test_live_conversations_run_at_once(run, echo, many):
    """The server answers only when all six are there: one after the other could never pass."""
    echo.meeting = AT_ONCE

    run(*LIVE).assert_outcomes(passed=AT_ONCE)

    assert echo.most_open == AT_ONCE


def test_recordings_are_made_at_once_and_not_mixed_up(run, echo, many):
    """Conversations that were recorded at once each replay with their own answers."""
    echo.meeting = AT_ONCE
    for number in range(1, AT_ONCE + 1):
        file = many / f"n{number}.yaml"
        text = scenario_text(f"n{number}", says=f"I am {number}")
        file.write_text(text.replace("'You said'", f"'I am {number}'"))

    run("--harness-mode=record", "scenarios/many").assert_outcomes(passed=AT_ONCE)
    run("scenarios/many").assert_outcomes(passed=AT_ONCE)

    assert len(echo.created) == AT_ONCE


def test_a_providers_concurrency_is_reached_and_never_exceeded(run, echo, project, many):
    """`concurrency: 2` lets two conversations be open at a time, and no third."""
    _limit(project, "concurrency: 2")
    echo.meeting = 2

    run(*LIVE).assert_outcomes(passed=AT_ONCE)

    assert echo.most_open == 2


def test_a_providers_own_limit_holds_whatever_the_option_says(run, echo, project, many):
    """What a provider allows is written in harness.yaml, so --harness-concurrency is within it."""
    _limit(project, "concurrency: 2")
    echo.meeting = 2

    run(*LIVE, "--harness-concurrency=6").assert_outcomes(passed=AT_ONCE)

    assert echo.most_open == 2


def test_one_option_limits_every_provider(run, echo, many):
    """--harness-concurrency 1 plays one conversation after the other."""
    run(*LIVE, "--harness-concurrency=1").assert_outcomes(passed=AT_ONCE)

    assert echo.most_open == 1


@pytest.mark.parametrize(
    ("line", "options", "most"),
    [("concurrency: 2", (), 2), ("concurrency: 3", ("--harness-concurrency=1",), 1)],
    ids=["of-the-provider", "of-all"],
)
def test_processes_share_a_providers_concurrency(run, echo, project, many, line, options, most):
    """Three workers of pytest-xdist hold no more conversations at once than one process would."""
    _limit(project, line)
    # As long as all workers together need to begin, so that they would overlap.
    echo.manner = Manner(seconds=0.15)

    run(*LIVE, "-n", "3", *options).assert_outcomes(passed=AT_ONCE)

    assert echo.most_open <= most


def test_a_providers_rate_is_kept_over_all_conversations(run, echo, project, many):
    """`rate: 50/s` spaces requests by 20 ms, however many conversations run at once."""
    _limit(project, "rate: 50/s")

    run(*LIVE).assert_outcomes(passed=AT_ONCE)

    times = [time for time, _ in echo.requests]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    # Single gaps shrink where a request was late; their sum cannot.
    assert len(times) == 3 * AT_ONCE
    assert sum(gaps) > 0.9 * 0.020 * len(gaps)


def test_results_come_in_pytests_order(run, echo, many):
    """Whichever conversation ends first, results are reported as collected."""
    echo.meeting = AT_ONCE

    result = run(*LIVE, "-v")

    told = [line.partition("::")[0] for line in result.outlines if " PASSED " in line]
    assert told == [f"scenarios/many/n{number}.yaml" for number in range(1, AT_ONCE + 1)]


def test_x_stops_conversations_that_were_played_ahead(run, echo, many):
    """-x ends the run, breaks off what is going on, and closes every session that was used."""
    echo.crowd = 2
    (many / "n1.yaml").write_text(scenario_text("n1", says="[[broken]]"))
    for number in range(2, AT_ONCE + 1):
        (many / f"n{number}.yaml").write_text(scenario_text(f"n{number}", says="[[wait]]"))

    result = run(*LIVE, "-x", "--harness-concurrency=3")

    result.assert_outcomes(errors=1)
    assert 3 <= len(echo.created) < AT_ONCE
    assert echo.are_closed()


def test_only_what_is_selected_is_played_ahead(run, echo, many):
    """Deselected scenarios are not played, so nothing is asked for nobody."""
    run(*LIVE, "-k", "n1 or n2").assert_outcomes(passed=2, deselected=4)

    assert len(echo.created) == 2


def test_a_lone_item_is_played_whatever_the_limits(run, echo, many):
    """More room than conversations is no harm."""
    run(*LIVE, "-k", "n3", "--harness-concurrency=50").assert_outcomes(passed=1, deselected=5)

    assert echo.most_open == 1
