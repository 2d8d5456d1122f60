"""How requests are spaced to keep to a rate."""

from __future__ import annotations

import pytest

from harness.transport.limited_transport import Pace


@pytest.mark.parametrize(("share", "gap"), [(1, 0.25), (2, 0.5), (3, 0.75)])
def test_processes_keep_to_a_rate_together(share, gap):
    """Each of them waits as much longer as there are processes."""
    pace = Pace(4.0, share=share, clock=lambda: 10.0)

    assert [pace.reserve() for _ in range(3)] == [0.0, gap, 2 * gap]


def test_who_comes_late_enough_does_not_wait():
    """Time that passed without a request is not saved up for later ones."""
    times = iter([0.0, 60.0, 60.0])
    pace = Pace(2.0, clock=lambda: next(times))

    assert [pace.reserve() for _ in range(3)] == [0.0, 0.0, 0.5]
