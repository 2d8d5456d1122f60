"""The labelled conversations of the package find out judges that cannot judge."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from harness.calibration import built_in_labels
from harness.checks.judge.criteria import BUILT_IN
from tests.calibrating.conftest import always_yes, at_chance
from tests.judging.judging_server import criteria_in

LABELS = built_in_labels()


def knowing(question):
    """A judge that knows the labels."""
    (words,) = criteria_in(question).values()
    known = {(one.asked.words, one.data_line): one.label for one in map(_Lined, LABELS)}
    return known[words, question.splitlines()[-2]]


class _Lined:
    """A label with the line of data of its question."""

    def __init__(self, label):
        self.asked, self.label = label.asked, label.label
        self.data_line = json.dumps(label.asked.data, ensure_ascii=False)


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_criterion_has_as_many_yes_as_no(name):
    """Sixteen different conversations each, with the words of the criterion."""
    labels = [one for one in LABELS if one.asked.words == BUILT_IN[name]]

    assert Counter(one.label for one in labels) == {"yes": 8, "no": 8}
    assert len({one.asked.key for one in labels}) == 16
    assert {one.kind for one in labels} == {"author"}


def test_there_are_no_others():
    """Every file is of a criterion that exists."""
    assert {one.asked.words for one in LABELS} == {*BUILT_IN.values()}


@pytest.mark.parametrize(
    ("judge", "least", "most"),
    [(knowing, 1, 1), (always_yes, 0, 0), (at_chance, -0.25, 0.25)],
    ids=["right", "always yes", "at chance"],
)
def test_calibrate_tells_judges_apart(desk, judge, least, most):
    """By kappa; in a replay as when they were asked. Labels and recordings are not needed."""
    desk.judge(judge)

    figures, result = desk.calibrate("--built-in", "--judge", "record", live=True)
    replayed, _ = desk.calibrate("--built-in")

    assert least <= figures["people"]["kappa"]["value"] <= most
    assert figures["people"]["agreement"]["of"] == 96
    assert len(figures["criteria"]) == 6
    assert replayed == figures
    assert result.exit_code == 0


def test_nothing_was_asked(desk):
    """Without a recording, the command fails, and names the one that asks."""
    result = desk.command("calibrate", "--built-in")

    assert result.exit_code == 1
    assert "ask: harness calibrate careful --judge record --built-in" in result.stdout


def test_built_in_labels_are_not_written(desk):
    """They belong to the package."""
    result = desk.command("calibrate", "--built-in", "--write")

    assert result.exit_code == 2
    assert "--write has no effect with --built-in" in result.stderr
