"""What the gate of a repeated scenario lets through."""

from __future__ import annotations

from collections.abc import Iterable

from harness.scenario import Repeat
from harness.statistics.exact import chance_of_passing

_RATES = (0.7, 0.8, 0.9)
"""Pass rates of the bots that a fixed number of takes is tried on."""


def gate_note(repeat: Repeat) -> str:
    """How often bots of several pass rates pass. Assumes that takes are independent."""
    gate = repeat.gate
    if gate is None:
        takes, wanted = repeat.takes, repeat.wanted
        fixed = (
            f"{_percent(rate)} in {_percent(chance_of_passing(takes, wanted, rate))}"
            for rate in _RATES
        )
        name = f"takes: {takes}, pass: {wanted}"
        return f"{name}: a bot with a pass rate of {_listed(fixed)} of runs"
    bad, good = gate.odds(repeat.bad), gate.odds(repeat.good)
    middle = gate.odds((repeat.bad + repeat.good) / 2)
    chances = (
        f"{_percent(repeat.bad)} in {_percent(bad.good)}",
        f"{_percent(repeat.good)} in {_percent(good.good)}",
    )
    return (
        f"until: decided: a bot with a pass rate of {_listed(chances)} of runs; they need"
        f" {bad.takes:.0f} and {good.takes:.0f} takes on average, and between both"
        f" {_percent(middle.undecided)} of runs stay undecided after {repeat.takes}"
    )


def _listed(chances: Iterable[str]) -> str:
    """`70 % passes in 53 %, of 80 % in 74 %, of 90 % in 92 %`."""
    first, *others = chances
    return ", of ".join((first.replace(" in ", " passes in ", 1), *others))


def _percent(rate: float) -> str:
    return f"{rate:.0%}".replace("%", " %")
