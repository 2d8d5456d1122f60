from __future__ import annotations

import pytest

from harness.conversation import Outcome, Stop, Transcript
from harness.core.errors import CassetteError
from harness.core.source import Source
from harness.evaluation import Takes
from harness.formats.template import compile_template
from harness.play.result import CheckResult, ScenarioResult
from harness.scenario import Repeat, Scenario
from harness.scenario.repeats import until_decided
from harness.statistics.intervals import wilson_interval

SCENARIO = Scenario(
    id="case",
    session=compile_template({}),
    turns=(),
    place=Source(path="case.yaml", text="scenario: case").place(),
)
MISSING = CassetteError("cassette-missing", "there is no recording")


def take(letter):
    """A take that passed (p), failed (f) or is broken (b)."""
    check = CheckResult(name="contains", outcome=Outcome.FAILED, turn=1)
    stop = Stop(turn=0, error=MISSING) if letter == "b" else None
    return ScenarioResult(
        scenario=SCENARIO,
        transcript=Transcript(scenario="case", provider="bot", stop=stop),
        checks=(check,) if letter == "f" else (),
    )


def takes(letters, wanted):
    return Takes(
        results=tuple(map(take, letters)), repeat=Repeat(takes=len(letters), wanted=wanted)
    )


@pytest.mark.parametrize(
    ("letters", "wanted", "outcome"),
    [
        ("ppppp", 5, Outcome.PASSED),
        ("ppppf", 4, Outcome.PASSED),
        ("pppff", 4, Outcome.FAILED),
        ("pppfb", 4, Outcome.BROKEN),
        ("pppbb", 3, Outcome.PASSED),
        ("ppffb", 4, Outcome.FAILED),
        ("bbbbb", 1, Outcome.BROKEN),
        ("fffff", 1, Outcome.FAILED),
    ],
)
def test_an_outcome_follows_from_the_counts(letters, wanted, outcome):
    """PASSED and FAILED are final whatever broke; BROKEN says that the broken ones decide."""
    assert takes(letters, wanted).outcome is outcome


def test_a_rate_is_over_what_could_be_told():
    """Broken takes count neither for nor against the bot."""
    found = takes("ppfbb", 4)

    assert (found.passed, found.failed, found.broken, found.judged) == (2, 1, 2, 3)
    assert found.pass_rate == pytest.approx(2 / 3)
    assert found.interval == wilson_interval(2, 3)


def test_nothing_told_has_no_rate():
    """Where every take is broken there is neither a rate nor an interval."""
    found = takes("bb", 1)

    assert (found.pass_rate, found.interval) == (None, None)


@pytest.mark.parametrize(
    ("letters", "wanted", "shown"), [("pbfpf", 5, 3), ("pfbpp", 4, 3)], ids=["failed", "broken"]
)
def test_the_take_that_is_shown_has_the_outcome(letters, wanted, shown):
    """It is the first take of the outcome of them all."""
    assert takes(letters, wanted).shown == shown


def test_codes_are_told_once_and_not_of_a_pass():
    """What went wrong in several takes is one code; takes that may fail give none."""
    assert takes("pffbf", 4).codes == ("contains", "cassette-missing")
    assert takes("pffbf", 1).codes == ()


def gate(letters, **figures):
    return Takes(results=tuple(map(take, letters)), repeat=until_decided(figures))


@pytest.mark.parametrize(
    ("letters", "outcome", "codes"),
    [
        ("p" * 18, Outcome.PASSED, ()),
        ("fff", Outcome.FAILED, ("contains",)),
        ("p" * 18 + "ff", Outcome.BROKEN, ("undecided",)),
        ("pppb", Outcome.BROKEN, ("cassette-missing",)),
    ],
)
def test_takes_until_they_decide(letters, outcome, codes):
    """A clear bot passes or fails; otherwise the scenario is BROKEN, and says why."""
    found = gate(letters, at_most=20)

    assert found.outcome is outcome
    assert found.codes == codes


def test_an_undecided_scenario_shows_a_failed_take():
    """There is no broken one that could explain it."""
    assert gate("ppf" + "p" * 15 + "fp", at_most=20).shown == 3


@pytest.mark.parametrize(
    ("found", "is_stopped"),
    [
        (takes("ppppp", 4), False),
        (Takes(results=(take("p"),) * 4, repeat=Repeat(takes=5, wanted=4)), True),
        (Takes(results=(take("b"),) * 4, repeat=Repeat(takes=5, wanted=4)), False),
        (gate("p" * 18), True),
        (gate("p" * 18 + "ff", at_most=20), False),
    ],
    ids=["all", "enough", "broken", "decided", "undecided"],
)
def test_takes_that_end_early_are_stopped(found, is_stopped):
    """When they ended depends on their outcomes, so that their pass rate is biased."""
    assert found.is_stopped is is_stopped


def test_takes_are_played_in_the_order_of_their_numbers():
    """Until the result is certain."""
    asked = []

    def play(number):
        asked.append(number)
        return take("pfpfp"[number - 1])

    found = Takes.played(Repeat(takes=5, wanted=4), play)

    assert asked == [1, 2, 3, 4]
    assert found.outcome is Outcome.FAILED
    assert list(found.unplayed) == [5]
