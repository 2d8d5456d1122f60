"""`skip:` and `xfail:` of scenarios, as pytest's own marks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from harness.conversation import Outcome
from harness.reports.tally import Tally
from harness.scenario import WaiverKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.project.plan import Play
    from harness.scenario import Waiver

STRICT = "[XPASS(strict)]"
"""How pytest begins the text of such a failure."""
UNEXPECTED = "unexpected-pass"
"""The code of what passed although `xfail:` with `strict: true` says that it fails."""


def marks_of(waivers: Iterable[Waiver], failed: type[Exception]) -> Iterator[pytest.MarkDecorator]:
    """The marks that make pytest skip a scenario, or expect that it raises `failed`."""
    for waiver in waivers:
        if waiver.kind is WaiverKind.SKIP:
            yield pytest.mark.skip(reason=waiver.reason)
        else:
            # What is BROKEN tells nothing about the bot, so that stays an error.
            yield pytest.mark.xfail(reason=waiver.reason, raises=failed, strict=waiver.strict)


def properties_of_skipped(play: Play, waivers: Iterable[Waiver]) -> list[tuple[str, object]]:
    """What JUnit's properties say of a scenario that is not played; nothing of one that is."""
    reasons = [waiver.reason for waiver in waivers if waiver.kind is WaiverKind.SKIP]
    return [
        (name, value)
        for reason in reasons
        for name, value in (
            ("scenario", play.scenario),
            ("provider", play.provider),
            ("outcome", Outcome.SKIPPED.value),
            ("reason", reason),
        )
    ]


def is_skipped(item: pytest.Item) -> bool:
    """Whether pytest will skip it for a mark, so that there is nothing to play."""
    return item.get_closest_marker("skip") is not None


def count_waived(reporter: Any, tally: Tally) -> None:  # noqa: ANN401  # pytest names no public type
    """Count what was skipped, and what failed as expected, as skipped.

    What passed although a strict `xfail:` says that it fails, counts as failed.
    """
    for report in reporter.stats.get("skipped", ()):
        told = dict(getattr(report, "user_properties", ()))
        # What was skipped in its call was played, and is counted already.
        is_played = getattr(report, "when", "") != "setup"
        if told.get("outcome") == Outcome.SKIPPED and "provider" in told and not is_played:
            tally.add_counts(told["provider"], outcome=Outcome.SKIPPED, turns=0, checks=0, codes=())
    for report in reporter.stats.get("xfailed", ()):
        told = dict(report.user_properties)
        provider = tally.providers.get(told.get("provider", ""))
        if provider is not None:
            provider.outcomes[Outcome.FAILED.value] -= 1
            provider.outcomes[Outcome.SKIPPED.value] += 1
            provider.codes -= Counter(told.get("codes", "").split())
    for report in reporter.stats.get("failed", ()):
        told = dict(getattr(report, "user_properties", ()))
        provider = tally.providers.get(told.get("provider", ""))
        is_unexpected = str(getattr(report, "longrepr", "")).startswith(STRICT)
        # A Python test may hold several conversations; what came of each stays as it is.
        if provider is not None and is_unexpected and "conversation" not in told:
            provider.outcomes[Outcome.PASSED.value] -= 1
            provider.outcomes[Outcome.FAILED.value] += 1
            provider.codes[UNEXPECTED] += 1
