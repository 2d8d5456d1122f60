"""`harness eval` corrects what a judge says by the labels of people."""

from __future__ import annotations

import json

from tests.calibrating.conftest import always_yes, person


def test_the_share_is_corrected(desk):
    """The judge says yes to everything, and people to half of it."""
    desk.judge(always_yes)
    desk.record()
    desk.configure()
    desk.label(person)

    result = desk.command("eval", "--takes", "1")
    (share,) = json.loads(desk.command("eval", "--takes", "1", "--json").stdout)["judged"]

    assert (share["yes"], share["verdicts"], share["labels"]) == (12, 12, 12)
    assert share["corrected"]["rate"] == 0.5
    low, high = share["corrected"]["interval"]
    assert 0.2 < low < 0.5 < high < 0.8
    assert "judge careful, with bot: 1.00 of 12 verdicts are yes; corrected" in result.stdout


def test_without_a_label_nothing_is_corrected(desk):
    """The line says why."""
    desk.record()
    desk.configure()

    result = desk.command("eval", "--takes", "1")

    assert "0.50 of 12 verdicts are yes; no label of people is about this" in result.stdout


def test_without_a_calibration_there_is_no_share(desk):
    """A judge that nobody labels is left out."""
    desk.record()

    assert "judged" not in json.loads(desk.command("eval", "--takes", "1", "--json").stdout)
