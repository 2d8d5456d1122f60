from __future__ import annotations

from golden_texts import compare

from harness.play.drift.drift import TurnDrift
from tests.unit.engine.drift.test_accepted import OPTIONAL, drift_of, said

EXPECTATIONS = {
    "none": "none",
    "optional message": OPTIONAL,
    "count": "{messages: {count: {between: [1, 2]}}}",
    "exact count": "{messages: {count: 2}}",
    "unordered": "{replies: {unordered: true, messages: [{contains: Welcome}, {contains: Hello}]}}",
}
NOW = {
    "the same": said("Welcome", "Hello"),
    "the first message gone": said("Hello"),
    "gone and reworded": said("Hello!"),
    "moved": said("Hello", "Welcome"),
    "without its button": said("Welcome", "Hello", actions={}),
}


def test_drift_with_expectations_says_this():
    """Which differences each expectation accepts, and the lines of those that remain."""
    recorded = {
        name: said("Welcome", "Hello", actions={"Yes": "y"} if "button" in name else {})
        for name in NOW
    }
    lines = [
        f"{expectation}, {name}: {_shown(drift_of(written, recorded[name], now))}"
        for expectation, written in EXPECTATIONS.items()
        for name, now in NOW.items()
    ]

    compare("drift/accepted", "\n".join(lines) + "\n")


def _shown(drift: TurnDrift) -> str:
    return "".join((drift.kind, *(f"\n  {line}" for line in drift.lines)))
