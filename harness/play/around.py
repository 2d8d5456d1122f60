"""What failures before and after the conversation itself mean for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.conversation import Outcome
from harness.play.result import CheckResult
from harness.scenario import TurnPurpose, UserTurn


def as_around(
    checks: Sequence[CheckResult], planned: Mapping[int, UserTurn], *, is_stopped: bool
) -> Iterator[CheckResult]:
    """The checks, with those around the conversation as what they are for it.

    A failed one before it makes it BROKEN, because it could not be told. A failed one after it
    does so where nothing else went wrong; else it is SKIPPED, so that it does not stand before
    the reason. What breaks the contract of the definition stays FAILED.
    """
    parts = {number: turn.part for number, turn in planned.items()}
    is_bad_before = is_stopped or any(
        check.outcome.is_bad and parts.get(check.turn) is not TurnPurpose.TEARDOWN
        for check in checks
    )
    for check in checks:
        part = parts.get(check.turn, TurnPurpose.TURN)
        if part is TurnPurpose.TURN or not check.outcome.is_bad or check.name == "contract":
            yield check
            continue
        is_late = part is TurnPurpose.TEARDOWN and is_bad_before
        yield replace(
            check,
            outcome=Outcome.SKIPPED if is_late else Outcome.BROKEN,
            message=f"{_PARTS[part]}: {check.message}",
        )


_PARTS = {
    TurnPurpose.SETUP: "the set-up failed",
    TurnPurpose.PREFIX: "the turns before the branch failed",
    TurnPurpose.TEARDOWN: "the teardown failed",
}
