from __future__ import annotations

from harness.evaluation.gate_note import gate_note
from harness.scenario import Repeat
from harness.scenario.repeats import until_decided


def test_a_fixed_number_of_takes():
    """How often bots of three pass rates pass."""
    assert gate_note(Repeat(takes=5, wanted=4)) == (
        "takes: 5, pass: 4: a bot with a pass rate of 70 % passes in 53 %, of 80 % in 74 %,"
        " of 90 % in 92 % of runs"
    )


def test_takes_until_they_decide():
    """The exact probabilities of both decisions, and how many takes they need."""
    note = gate_note(until_decided({}))

    assert note.startswith("until: decided: a bot with a pass rate of 80 % passes in ")
    assert note.endswith("of runs stay undecided after 100")
