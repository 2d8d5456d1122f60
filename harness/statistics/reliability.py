"""How reliably a bot passes: all of several takes."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb

from harness.statistics.intervals import TakeCounts


def pass_power(scenarios: Iterable[TakeCounts], takes: int) -> float | None:
    """pass^k: how likely all of k takes of a scenario pass, on average over scenarios.

    For a scenario with c passes among n takes it is C(c, k) / C(n, k), the share of its subsets of
    k takes that all passed, which is unbiased. Scenarios with fewer takes cannot tell and are left
    out; None if all of them are. Assumes that the takes of a scenario are independent.

    Source: S. Yao, N. Shinn, P. Razavi, K. Narasimhan, tau-bench: a benchmark for tool-agent-user
    interaction in real-world domains (2024), section 3.
    """
    shares = [
        comb(counts.passed, takes) / comb(counts.judged, takes)
        for counts in scenarios
        if counts.judged >= takes
    ]
    return sum(shares) / len(shares) if shares else None
