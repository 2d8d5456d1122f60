from __future__ import annotations

from math import log, sqrt
from random import Random

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from harness.statistics.agreement import (
    LabelLevel,
    cohens_kappa,
    krippendorffs_alpha,
    unseen_share,
)

TABLES = 1_000


def random_pairs(random: Random) -> list[tuple[int, int]]:
    """Labels of two who agree on some units, and otherwise choose by chance."""
    labels, agree = random.randint(2, 5), random.random()
    firsts = [random.randrange(labels) for _ in range(random.randint(2, 60))]
    return [(one, one if random.random() < agree else random.randrange(labels)) for one in firsts]


def random_units(random: Random, level: LabelLevel) -> list[list[float | None]]:
    """Labels of two to five people, some of whom left some units out."""
    labels, agree, missing = random.randint(2, 6), random.random(), random.choice([0, 0.1, 0.4])
    steps = sorted(random.sample(range(50), labels))
    values = [step / 4 if level is LabelLevel.INTERVAL else float(step) for step in steps]
    people = random.randint(2, 5)
    units: list[list[float | None]] = []
    for _ in range(random.randint(3, 40)):
        true = random.choice(values)
        units.append(
            [
                None
                if random.random() < missing
                else (true if random.random() < agree else random.choice(values))
                for _ in range(people)
            ]
        )
    return units


def test_kappa_is_that_of_scikit_learn() -> None:
    """On 1,000 random tables; a few of them have one label only, for which it is not defined."""
    random = Random(15)  # noqa: S311  # a simulation
    compared = 0
    for _ in range(TABLES):
        pairs = random_pairs(random)
        found = cohens_kappa(pairs)
        if found is None:
            assert len(set(pairs)) == 1
            continue
        compared += 1

        assert found.value == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)), abs=1e-9)

    assert compared > TABLES * 0.95


def test_alpha_is_that_of_krippendorff() -> None:
    """On 1,000 random tables with missing labels, of each level in turn."""
    random = Random(15)  # noqa: S311  # a simulation
    compared = 0
    for number in range(TABLES):
        level = [*LabelLevel][number % 3]
        units = random_units(random, level)
        found = krippendorffs_alpha(units, level)
        if found is None:
            continue
        compared += 1
        table = np.array([[np.nan if one is None else one for one in unit] for unit in units]).T
        theirs = krippendorff.alpha(reliability_data=table, level_of_measurement=level.value)

        assert found.value == pytest.approx(theirs, abs=1e-9)
        assert found.units == sum(
            len([one for one in unit if one is not None]) > 1 for unit in units
        )

    assert compared > TABLES * 0.95


def test_the_interval_of_kappa_is_that_of_many_units() -> None:
    """With 2,000 units, the jackknife has the standard error of Fleiss, Cohen and Everitt.

    Their formula is written out here for the logarithm of 1 - kappa.
    """
    table = {("yes", "yes"): 900, ("yes", "no"): 150, ("no", "yes"): 250, ("no", "no"): 700}
    units = sum(table.values())
    shares = {pair: count / units for pair, count in table.items()}
    first = {one: sum(shares[one, other] for other in ("yes", "no")) for one in ("yes", "no")}
    second = {one: sum(shares[other, one] for other in ("yes", "no")) for one in ("yes", "no")}
    chance = sum(first[one] * second[one] for one in first)
    kappa = (shares["yes", "yes"] + shares["no", "no"] - chance) / (1 - chance)
    variance = -((kappa - chance * (1 - kappa)) ** 2)
    for (one, other), share in shares.items():
        if one == other:
            variance += share * (1 - (first[one] + second[one]) * (1 - kappa)) ** 2
        else:
            variance += share * (1 - kappa) ** 2 * (second[one] + first[other]) ** 2
    error = sqrt(variance / units) / (1 - chance)

    found = cohens_kappa(pair for pair, count in table.items() for _ in range(count))

    assert found is not None
    assert found.value == pytest.approx(kappa)
    low, high = found.interval
    assert (log(1 - low) - log(1 - high)) / 2 == pytest.approx(
        1.961 * error / (1 - kappa), rel=2e-3
    )


def test_an_interval_contains_its_value_and_is_longer_towards_zero() -> None:
    """It is never above 1, and more units make it shorter."""
    few = cohens_kappa([("yes", "yes")] * 12 + [("no", "no")] * 5 + [("yes", "no")] * 3)
    many = cohens_kappa([("yes", "yes")] * 120 + [("no", "no")] * 50 + [("yes", "no")] * 30)

    assert few is not None
    assert many is not None
    assert few.value == pytest.approx(many.value)
    assert few.interval.low < many.interval.low < many.value < many.interval.high < 1
    assert few.value - few.interval.low > few.interval.high - few.value


@pytest.mark.parametrize("units", [5, 20, 100])
def test_labels_that_are_all_equal_do_not_show_that_they_always_are(units: int) -> None:
    """So many units may be of another kind as would be missed by a chance of 2.5 %."""
    labels = ["yes", "no"] * units
    kappa = cohens_kappa(zip(labels, labels, strict=True))
    alpha = krippendorffs_alpha(zip(labels, labels, labels, strict=True))

    assert kappa is not None
    assert alpha is not None
    assert (kappa.value, alpha.value) == (1.0, 1.0)
    assert (1 - unseen_share(2 * units)) ** (2 * units) == pytest.approx(0.025)
    assert kappa.interval == (pytest.approx(1 - 2 * unseen_share(2 * units)), 1.0)
    assert alpha.interval.low == pytest.approx(kappa.interval.low, abs=0.2 / units)


def test_one_unit_with_another_label_says_nothing() -> None:
    """Without it there is one label only, so the coefficient may be anything."""
    pairs = [("yes", "yes")] * 20 + [("yes", "no")]
    kappa, alpha = cohens_kappa(pairs), krippendorffs_alpha(pairs)

    assert kappa is not None
    assert alpha is not None
    assert kappa.interval == alpha.interval == (-1.0, 1.0)


@pytest.mark.parametrize(
    "units", [[], [(1, 1)], [(1, 2)], [(1, 1), (1, 1)], [(1, None), (2, None), (3, 3)]], ids=str
)
def test_what_is_not_defined(units: list[tuple[int, int | None]]) -> None:
    """Without a second unit, or a second label, there is nothing to agree on."""
    assert krippendorffs_alpha(units) is None
    assert cohens_kappa([unit for unit in units if None not in unit]) is None


def test_the_level_decides_how_far_labels_are_apart() -> None:
    """A near miss counts for less on a scale, and names are only equal or not."""
    near = [(1, 1), (2, 3), (3, 3), (4, 5), (5, 5), (1, 2)]
    found = {level: krippendorffs_alpha(near, level) for level in LabelLevel}
    names = krippendorffs_alpha([(str(one), str(other)) for one, other in near])

    values = [one.value for one in found.values() if one is not None]
    assert values[0] < values[1]
    assert values[0] < values[2]
    assert names == found[LabelLevel.NOMINAL]


def test_units_may_be_in_any_order() -> None:
    """Equal labels have an equal coefficient and interval."""
    random = Random(15)  # noqa: S311  # a simulation
    units = random_units(random, LabelLevel.ORDINAL)
    shuffled = random.sample(units, len(units))

    first = krippendorffs_alpha(units, LabelLevel.ORDINAL)
    second = krippendorffs_alpha(shuffled, LabelLevel.ORDINAL)

    assert first is not None
    assert second is not None
    assert second.value == pytest.approx(first.value)
    assert second.interval == pytest.approx(first.interval)
