"""The closing lines of a run: what was played, by provider, and why some of it is red."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.conversation import Outcome
from harness.core import Problem, counted, format_duration, on_one_line, printable, shorten
from harness.play.drift.drift import Drift
from harness.play.result import RecordingUse
from harness.project_file import COMMAND_VARIABLE, HELD_PREFIX
from harness.pytest_plugin.next_steps import next_steps
from harness.pytest_plugin.run_budget import budget_line
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.reports.classes import BROKEN, DRIFTED, FAILED
from harness.reports.run_events import UNEXPECTED_PASS
from harness.reports.simulated_users import faults_of, faults_text
from harness.reports.spent_text import judge_lines, spent_lines
from harness.reports.summary import summary_from
from harness.reports.tally import ProviderTally, Tally
from harness.reports.unused_prices import unused_prices
from harness.run_options import OF_PYTEST

COLUMNS = ("passed", "failed", "broken")
CLASSES = {FAILED: "FAILED", BROKEN: "BROKEN", DRIFTED: "only drifted"}
SKIPPED = "skipped"
"""A column if there are any, including conversations that failed as expected."""
MOST_PROVIDERS = 20
"""Providers in the table; if there are more, those with the most red conversations."""
MOST_CODES = 10
"""Kinds of failures that are counted separately, the most frequent first."""
MOST_NOTES = 20
MOST_REASONS = 5
"""Reasons of skipped checks that are listed, the most frequent first."""
MOST_DRIFTED = 50
"""Drifted turns that are listed."""
MOST_LINES = 8
"""Lines that are shown of the differences of one of them."""
_BLANK = re.compile(r"\s")
STRICT = "[XPASS(strict)]"
"""The start of pytest's text for a test that passed although it was expected to fail."""


def write_closing_lines(reporter: Any, session: ScenarioSession) -> None:  # noqa: ANN401  # pytest names no public type
    """Write a table of providers, codes of failures, and notes; nothing if nothing was played."""
    own = session.tally
    tally = own if own.providers else _tally_of_workers(reporter, own.earlier)
    _count_waived(reporter, tally)
    providers = tally.providers
    if not providers:
        return
    reporter.write_sep("-", f"conversations ({session.mode.value})")
    _write_providers(reporter, providers)
    _write_problems(reporter, providers, session)
    _write_recordings(reporter, tally, session)
    if tally.repeated:
        kinds = (*COLUMNS, SKIPPED)
        took = ", ".join(f"{tally.takes[one]} {one}" for one in kinds if tally.takes[one])
        reporter.write_line(f"takes of {counted(tally.repeated, 'scenario')}: {took}")
    if tally.earlier:
        reporter.write_line(
            f"{counted(tally.earlier, 'earlier attempt')} not counted: "
            "only the last one of each conversation counts"
        )
    _write_skips(reporter, tally, session)
    _write_drift(reporter, tally, session)
    _write_latencies(reporter, tally)
    for heading, text in (*judge_lines(tally.spent), *spent_lines(tally.spent)):
        reporter.write_line(f"{heading}: {text}")
    if session.budget is not None:
        reporter.write_line(budget_line(session.budget, tally))
    for problem in _unused_prices(tally, session):
        reporter.write_line(f"note: {printable(str(problem))}")
    for note in session.notes[:MOST_NOTES]:
        reporter.write_line(f"note: {printable(note)}")
    _write_rest(reporter, len(session.notes) - MOST_NOTES, "note", session)
    if session.problem:
        reporter.write_line(f"note: {printable(session.problem)}", yellow=True)
    for command in next_steps(reporter.config, session):
        reporter.write_line(f"next: {printable(command)}")


def _unused_prices(tally: Tally, session: ScenarioSession) -> Iterable[Problem]:
    if not any(charge.currency for charge in tally.spent.charges):
        return ()
    configs = (suite.project.config.providers.values() for suite in session.suites)
    return unused_prices((one for providers in configs for one in providers), tally.spent)


def _write_providers(reporter: Any, providers: Mapping[str, ProviderTally]) -> None:  # noqa: ANN401  # as above
    """A table of what was played, by provider; if there are many, the worst and the rest."""
    rows = sorted(providers.items())
    if len(rows) > MOST_PROVIDERS:
        rows.sort(key=lambda row: (-row[1].red, row[1].conversations))
        rest = ProviderTally()
        for _, tally in rows[MOST_PROVIDERS:]:
            rest.outcomes += tally.outcomes
            rest.turns += tally.turns
            rest.checks += tally.checks
        rows[MOST_PROVIDERS:] = [(f"and {len(rows) - MOST_PROVIDERS} more", rest)]
    width = max(len("provider"), *(len(name) for name, _ in rows))
    has_skipped = any(tally.outcomes[SKIPPED] for tally in providers.values())
    columns = (*COLUMNS, SKIPPED) if has_skipped else COLUMNS
    heads = "".join(f"{column:>9}" for column in (*columns, "turns", "checks"))
    reporter.write_line(f"{'provider':<{width}}{heads}")
    for name, tally in rows:
        counts = (*(tally.outcomes[column] for column in columns), tally.turns, tally.checks)
        cells = "".join(f"{count:>9}" for count in counts)
        is_green = not tally.red
        reporter.write_line(f"{name:<{width}}{cells}", green=is_green, red=not is_green)


def _write_problems(
    reporter: Any,  # noqa: ANN401  # as above
    providers: Mapping[str, ProviderTally],
    session: ScenarioSession,
) -> None:
    """What is wrong, by code, and the classes of red tests unless all of them FAILED."""
    codes = sum((provider.codes for provider in providers.values()), Counter[str]())
    if codes:
        common, others = codes.most_common()[:MOST_CODES], codes.most_common()[MOST_CODES:]
        listed = [f"{count} {code}" for code, count in common]
        if others:
            rest = sum(count for _, count in others)
            listed.append(f"and {rest} of {counted(len(others), 'other kind')}")
        reporter.write_line(f"problems: {', '.join(listed)}")
        if text := faults_text({code: codes[code] for code in faults_of(codes)}):
            reporter.write_line(f"simulated users: {text}")
    classes = session.red_tests.counts
    if {*classes} - {FAILED}:
        counts = ", ".join(f"{count} {CLASSES[name]}" for name, count in classes.items())
        reporter.write_line(f"red tests: {counts}")


def _write_recordings(reporter: Any, tally: Tally, session: ScenarioSession) -> None:  # noqa: ANN401  # as above
    """How many recordings a run that records wrote, and what records the others again."""
    if not session.mode.is_recorded:
        return
    held = reporter.config.getoption("--harness-holding") or ""
    if Path(held).name.startswith(HELD_PREFIX):
        # The command asks whether to write them, and then says so.
        return
    counts = tally.recordings
    kinds = (RecordingUse.NEW.value, RecordingUse.REPLACED.value)
    written = sum(counts[kind] for kind in kinds)
    listed = ", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind])
    line = f"recordings: {written} written"
    line += f" to {held}" if held else ""
    line += f" ({listed})" if listed and not held else ""
    if replayed := counts[RecordingUse.REPLAYED.value]:
        option = OF_PYTEST["--harness-mode"]
        is_ours = COMMAND_VARIABLE in os.environ
        refresh = f"{option.of_harness} refresh" if is_ours else f"{option.of_pytest}=refresh"
        line += f", {replayed} replayed; the same command with {refresh} records those again"
    reporter.write_line(line)


def _write_rest(reporter: Any, hidden: int, noun: str, session: ScenarioSession) -> None:  # noqa: ANN401  # as above
    """How many more there are, and where they are listed."""
    if hidden > 0:
        where = "the reports name" if session.record_of is not None else "--harness-reports names"
        reporter.write_line(f"and {counted(hidden, f'more {noun}')}; {where} them")


def _write_skips(reporter: Any, tally: Tally, session: ScenarioSession) -> None:  # noqa: ANN401  # as above
    """How many checks were skipped, and why."""
    if not tally.skips:
        return
    count = tally.skips.total()
    reporter.write_line(f"{count} check{'s were' if count > 1 else ' was'} skipped")
    for reason, times in tally.skips.most_common(MOST_REASONS):
        reporter.write_line(f"  {times} {shorten(on_one_line(reason))}")
    _write_rest(reporter, len(tally.skips) - MOST_REASONS, "reason", session)


def _write_drift(reporter: Any, tally: Tally, session: ScenarioSession) -> None:  # noqa: ANN401  # as above
    """How many turns differ from their recordings, and each of them."""
    if not tally.drifts:
        return
    counts = [(tally.drifts[kind.value], kind.value) for kind in reversed(Drift)]
    listed = ", ".join(f"{count} {kind}" for count, kind in counts if count)
    reporter.write_line(f"turns against their recordings: {listed}")
    for place, lines in tally.drifted[:MOST_DRIFTED]:
        reporter.write_line(on_one_line(place))
        shown = lines if len(lines) <= MOST_LINES else (*lines[: MOST_LINES - 1], "…")
        for line in shown:
            # A `^` must stay below the character that it points to.
            reporter.write_line(f"  {_BLANK.sub(' ', printable(line)).rstrip()}")
    _write_rest(reporter, len(tally.drifted) - MOST_DRIFTED, "drifted turn", session)


def _write_latencies(reporter: Any, tally: Tally) -> None:  # noqa: ANN401  # as above
    """How long the replies took, by provider; if there are many, of the slowest."""
    measured = {
        name: provider.latencies for name, provider in tally.providers.items() if provider.latencies
    }
    if not measured:
        return
    # Late: a replay measures nothing.
    from harness.checks.whole_conversation import SUMMARIES  # noqa: PLC0415

    median, p95 = SUMMARIES["median"][1], SUMMARIES["p95"][1]
    rows = sorted((name, median(times), p95(times)) for name, times in measured.items())
    hidden = len(rows) - MOST_PROVIDERS
    if hidden > 0:
        rows = sorted(rows, key=lambda row: -row[2])[:MOST_PROVIDERS]
    for name, *seconds in rows:
        middle, slow = map(format_duration, seconds)
        reporter.write_line(f"replies of {name}: median {middle}, p95 {slow}")
    if hidden > 0:
        reporter.write_line(f"and of {counted(hidden, 'provider')} that answered faster")


def _tally_of_workers(reporter: Any, earlier: int) -> Tally:  # noqa: ANN401  # as above
    """Counts from the properties of reports: with xdist, other processes play.

    `earlier` are attempts that ended with their worker.
    """
    tally = Tally()
    tally.earlier = earlier
    for report in _last_attempts(reporter):
        properties = dict(getattr(report, "user_properties", ()))
        when = getattr(report, "when", "")
        if when == "setup" and "turns" in properties:
            tally.earlier += int(properties.get("attempts", 1)) - 1
            tally.add(summary_from(properties))
        elif when == "teardown" and "conversation" in properties:
            for chat in _chats(report.user_properties):
                tally.add(summary_from(chat))
    return tally


def _chats(properties: Sequence[tuple[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """The properties of each conversation of a Python test, which follow one another."""
    chats: list[dict[str, Any]] = []
    for name, value in properties:
        if name == "conversation":
            chats.append({})
        if chats:
            chats[-1][name] = value
    return chats


def _last_attempts(reporter: Any) -> Iterable[Any]:  # noqa: ANN401  # as above
    """The reports of each phase of each test, those of its last attempt.

    An earlier attempt may have passed its set-up and its teardown, whose reports have no category.
    """
    last: dict[tuple[str, str], Any] = {}
    # Of the same phase, a report with a category is later than one without.
    for reports in (reporter.stats.get("", ()), *_with_category(reporter.stats)):
        for report in reports:
            last[getattr(report, "nodeid", ""), getattr(report, "when", "")] = report
    return last.values()


def _with_category(stats: Mapping[str, Sequence[Any]]) -> Iterable[Sequence[Any]]:
    return (reports for name, reports in stats.items() if name not in ("", "rerun"))


def _count_waived(reporter: Any, tally: Tally) -> None:  # noqa: ANN401  # pytest names no public type
    """Count what was skipped, and what failed as expected, as skipped.

    What passed although a strict `xfail:` says that it fails, counts as failed.
    """
    for report, properties in _with_properties(reporter, "skipped"):
        # What was skipped in its call was played, and is already counted.
        is_unplayed = getattr(report, "when", "") == "setup" and "provider" in properties
        if is_unplayed and properties.get("outcome") == Outcome.SKIPPED:
            tally.add(summary_from(properties))
    for _, properties in _with_properties(reporter, "xfailed"):
        provider = tally.providers.get(properties.get("provider", ""))
        if provider is not None:
            provider.outcomes[Outcome.FAILED.value] -= 1
            provider.outcomes[Outcome.SKIPPED.value] += 1
            provider.codes -= Counter(properties.get("codes", "").split())
    for report, properties in _with_properties(reporter, "failed"):
        provider = tally.providers.get(properties.get("provider", ""))
        is_unexpected = str(getattr(report, "longrepr", "")).startswith(STRICT)
        # A Python test may have several conversations; the outcome of each stays as it is.
        if provider is not None and is_unexpected and "conversation" not in properties:
            provider.outcomes[Outcome.PASSED.value] -= 1
            provider.outcomes[Outcome.FAILED.value] += 1
            provider.codes[UNEXPECTED_PASS] += 1


def _with_properties(reporter: Any, category: str) -> Iterable[tuple[Any, dict[str, Any]]]:  # noqa: ANN401  # as above
    reports = reporter.stats.get(category, ())
    return ((report, dict(getattr(report, "user_properties", ()))) for report in reports)
