"""The closing lines of a run: what was played, by provider, and why some of it is red."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.conversation import Outcome
from harness.core.counted import counted
from harness.core.durations import format_duration
from harness.core.printable import on_one_line, printable
from harness.core.source import shorten
from harness.play.drift.drift import Drift
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.reports.classes import BROKEN, DRIFTED, FAILED
from harness.reports.tally import ProviderTally, Tally

COLUMNS = ("passed", "failed", "broken")
CLASSES = {FAILED: "FAILED", BROKEN: "BROKEN", DRIFTED: "only drifted"}
SKIPPED = "skipped"
"""A column where there are any; it holds what failed as expected, too."""
MOST_PROVIDERS = 20
"""Providers that stand in the table; beyond, those with the most red conversations."""
MOST_CODES = 10
"""Kinds of failures that are counted one by one, the commonest first."""
MOST_NOTES = 20
MOST_REASONS = 5
"""Reasons of skipped checks that are listed, the commonest first."""
MOST_DRIFTED = 50
"""Turns that drifted and are listed."""
MOST_LINES = 8
"""Lines of what differs in one of them."""


def write_summary(reporter: Any, session: ScenarioSession) -> None:  # noqa: ANN401  # pytest names no public type
    """Write a table of providers, codes of failures, and notes. Nothing where nothing played."""
    own = session.tally
    tally = own if own.providers else _told_by_workers(reporter, own.earlier)
    if {"skipped", "xfailed", "failed"} & {*reporter.stats}:
        from harness.pytest_plugin.waiving import count_waived  # noqa: PLC0415  # few runs do

        count_waived(reporter, tally)
    providers = tally.providers
    if not providers:
        return
    reporter.write_sep("-", f"conversations ({session.mode.value})")
    _write_providers(reporter, providers)
    codes = sum((one.codes for one in providers.values()), Counter[str]())
    if codes:
        listed = [f"{count} {code}" for code, count in codes.most_common(MOST_CODES)]
        rest = codes.total() - sum(count for _, count in codes.most_common(MOST_CODES))
        if rest:
            listed.append(f"and {rest} of {counted(len(codes) - MOST_CODES, 'other kind')}")
        reporter.write_line(f"why: {', '.join(listed)}")
    classes = session.classes.counts
    if {*classes} - {FAILED}:
        told = ", ".join(f"{count} {CLASSES[name]}" for name, count in classes.items())
        reporter.write_line(f"classes: {told}")
    if tally.repeated:
        kinds = (*COLUMNS, SKIPPED)
        took = ", ".join(f"{tally.takes[one]} {one}" for one in kinds if tally.takes[one])
        reporter.write_line(f"takes of {counted(tally.repeated, 'scenario')}: {took}")
    if tally.earlier:
        told = counted(tally.earlier, "earlier attempt")
        reporter.write_line(f"{told} not counted: the last one of each conversation is")
    _write_skips(reporter, tally, session)
    _write_drift(reporter, tally, session)
    _write_latencies(reporter, tally)
    for note in session.notes[:MOST_NOTES]:
        reporter.write_line(f"note: {printable(note)}")
    _write_rest(reporter, len(session.notes) - MOST_NOTES, "note", session)
    if session.reports is not None and session.reports.problem:
        reporter.write_line(f"note: {printable(session.reports.problem)}", yellow=True)


def _write_providers(reporter: Any, providers: Mapping[str, ProviderTally]) -> None:  # noqa: ANN401  # as above
    """A table of what was played, by provider; the worst where they are many, and the rest."""
    rows = sorted(providers.items())
    if len(rows) > MOST_PROVIDERS:
        rows.sort(key=lambda row: row[1].outcomes[SKIPPED] + row[1].outcomes["passed"])
        rows.sort(key=lambda row: -(row[1].outcomes["failed"] + row[1].outcomes["broken"]))
        rest = ProviderTally()
        for _, one in rows[MOST_PROVIDERS:]:
            rest.outcomes += one.outcomes
            rest.turns += one.turns
            rest.checks += one.checks
        rows[MOST_PROVIDERS:] = [(f"and {len(rows) - MOST_PROVIDERS} more", rest)]
    width = max(len("provider"), *(len(name) for name, _ in rows))
    columns: tuple[str, ...] = COLUMNS
    if any(one.outcomes[SKIPPED] for one in providers.values()):
        columns = (*COLUMNS, SKIPPED)
    heads = "".join(f"{column:>9}" for column in (*columns, "turns", "checks"))
    reporter.write_line(f"{'provider':<{width}}{heads}")
    for name, one in rows:
        counts = [one.outcomes[Outcome(column).value] for column in columns]
        cells = "".join(f"{count:>9}" for count in (*counts, one.turns, one.checks))
        is_green = counts[0] + one.outcomes[SKIPPED] == one.conversations
        reporter.write_line(f"{name:<{width}}{cells}", green=is_green, red=not is_green)


def _write_rest(reporter: Any, hidden: int, noun: str, session: ScenarioSession) -> None:  # noqa: ANN401  # as above
    """How many more there are, and where they can be read."""
    if hidden > 0:
        where = "the reports name them" if session.reports else "--harness-reports names them"
        reporter.write_line(f"and {counted(hidden, f'more {noun}')}; {where}")


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
            reporter.write_line(f"  {on_one_line(line)}")
    _write_rest(reporter, len(tally.drifted) - MOST_DRIFTED, "drifted turn", session)


def _add_chats(tally: Tally, properties: Sequence[tuple[str, Any]]) -> None:
    """Count the conversations of a Python test, whose properties stand one after another."""
    found: list[dict[str, Any]] = []
    for name, value in properties:
        if name == "conversation":
            found.append({})
        if found:
            found[-1][name] = value
    for told in found:
        is_waived = "waived" in told
        tally.add_counts(
            told["provider"],
            outcome=SKIPPED if is_waived else told["outcome"],
            turns=int(told["turns"]),
            checks=int(told["checks"]),
            codes=() if is_waived else tuple(told.get("codes", "").split()),
            skips=_skips(told),
        )


def _write_latencies(reporter: Any, tally: Tally) -> None:  # noqa: ANN401  # as above
    """How long the replies took, by provider; of the slowest where they are many."""
    measured = {name: one.latencies for name, one in tally.providers.items() if one.latencies}
    if not measured:
        return
    # Late: a replay measures nothing.
    from harness.checks.conversation_kinds import SUMMARIES  # noqa: PLC0415

    keys = ("median", "p95")
    told = {name: [SUMMARIES[key][1](times) for key in keys] for name, times in measured.items()}
    rows = sorted(told.items())
    if len(rows) > MOST_PROVIDERS:
        rows = sorted(rows, key=lambda row: -row[1][1])[:MOST_PROVIDERS]
    for name, summaries in rows:
        pairs = zip(keys, summaries, strict=True)
        shown = ", ".join(f"{key} {format_duration(seconds)}" for key, seconds in pairs)
        reporter.write_line(f"replies of {name}: {shown}")
    hidden = len(told) - len(rows)
    if hidden:
        reporter.write_line(f"and of {counted(hidden, 'provider')} that answered faster")


def _told_by_workers(reporter: Any, earlier: int) -> Tally:  # noqa: ANN401  # as above
    """Counts from the properties of reports: with xdist, other processes play.

    `earlier` are attempts that ended with their worker.
    """
    tally = Tally()
    tally.earlier = earlier
    for report in _last_attempts(reporter):
        told = dict(getattr(report, "user_properties", ()))
        if getattr(report, "when", "") == "setup" and "turns" in told:
            tally.earlier += int(told.get("attempts", 1)) - 1
            tally.add_counts(
                told["provider"],
                outcome=told["outcome"],
                turns=int(told["turns"]),
                checks=int(told["checks"]),
                codes=tuple(told.get("codes", "").split()),
                skips=_skips(told),
            )
            if "takes" in told:
                kinds = (Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED)
                takes = {kind.value: int(told.get(f"takes_{kind}", 0)) for kind in kinds}
                broken = int(told["takes"]) - sum(takes.values())
                tally.add_take_counts({**takes, Outcome.BROKEN.value: broken})
            places = told.get("drifted", "")
            tally.add_drifts(told.get("drift", "").split(), places.split("; ") if places else ())
        elif getattr(report, "when", "") == "teardown" and "conversation" in told:
            _add_chats(tally, report.user_properties)
    return tally


def _last_attempts(reporter: Any) -> Iterable[Any]:  # noqa: ANN401  # as above
    """Reports of each phase of each test, those of its last attempt.

    An attempt before it may have passed its set-up, which stands among the reports without a
    category, and its teardown.
    """
    last: dict[tuple[str, str], Any] = {}
    # Of the same phase, a report with a category is later than one without.
    for reports in (reporter.stats.get("", ()), *_with_category(reporter.stats)):
        for report in reports:
            last[getattr(report, "nodeid", ""), getattr(report, "when", "")] = report
    return last.values()


def _with_category(stats: Mapping[str, Sequence[Any]]) -> Iterable[Sequence[Any]]:
    return (reports for name, reports in stats.items() if name not in ("", "rerun"))


def _skips(told: Mapping[str, Any]) -> list[str]:
    """Names and reasons of skipped checks, each as often as it was skipped."""
    return list(Counter(json.loads(told.get("skipped_checks", "{}"))).elements())
