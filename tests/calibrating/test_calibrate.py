"""`harness calibrate`: how far a judge agrees with people."""

from __future__ import annotations

import json

import pytest

from harness.statistics.agreement import cohens_kappa
from tests.calibrating.conftest import CALIBRATION, always_yes, at_chance, data_in, person, right
from tests.judging.judging_server import Said, criteria_in


@pytest.fixture
def labelled(desk):
    """A project whose judge is right, with the labels of a person."""
    desk.record()
    desk.configure()
    desk.label(person)
    return desk


def test_a_judge_that_is_right(labelled):
    """It agrees with people, and the corrected share of yes is that of the judge."""
    figures, result = labelled.calibrate()

    assert figures["people"]["agreement"] == {"count": 12, "of": 12}
    assert figures["people"]["kappa"]["value"] == 1
    assert figures["people"]["kappa"]["interval"][0] < 0.7
    assert figures["people"]["false_yes"] == {"count": 0, "of": 6}
    assert figures["verdicts"] == {"count": 6, "of": 12}
    assert figures["corrected"]["rate"] == 0.5
    assert figures["differences"] == []
    assert result.exit_code == 0


def test_a_judge_that_always_says_yes_is_found_out(desk):
    """Kappa is 0, every no of people is a false yes, and the corrected share is that of people."""
    desk.judge(always_yes)
    desk.record()
    desk.configure(f"{CALIBRATION}, require: {{kappa: {{at_least: 0.6}}}}")
    desk.label(person)

    figures, result = desk.calibrate()

    assert figures["people"]["kappa"]["value"] == 0
    assert figures["people"]["false_yes"] == {"count": 6, "of": 6}
    assert figures["people"]["false_no"] == {"count": 0, "of": 6}
    assert figures["verdicts"] == {"count": 12, "of": 12}
    assert figures["corrected"]["rate"] == 0.5
    assert result.exit_code == 1
    assert "kappa is 0.00, and at least 0.6 is required [judge-uncalibrated]" in result.stderr


def test_a_judge_at_chance_is_found_out(desk):
    """Its verdicts have nothing to do with the labels."""
    desk.scenario(30)
    desk.judge(at_chance)
    desk.record()
    desk.configure(f"{CALIBRATION}, require: {{kappa: {{at_least: 0.6}}}}")
    desk.label(person)

    figures, result = desk.calibrate()

    assert abs(figures["people"]["kappa"]["value"]) < 0.4
    assert figures["people"]["kappa"]["interval"][1] < 0.75
    assert result.exit_code == 1


def test_kappa_is_that_of_the_labels_and_verdicts(desk):
    """The figure of the command is that of the file, by the reference in `statistics`."""
    desk.judge(lambda text: "no" if "address 1 " in data_in(text) else right(text))
    desk.record()
    desk.configure()
    desk.label(lambda shown: "n" if "address 3 " in shown else person(shown))

    figures, _ = desk.calibrate()

    pairs = [(one["label"], one["said"]["verdict"]) for one in desk.labels]
    kappa = cohens_kappa(pairs)
    assert kappa is not None
    assert figures["people"]["kappa"]["value"] == pytest.approx(kappa.value, abs=1e-6)
    assert [one["conversation"] for one in figures["differences"]] == [
        f"shipping[bot-{number}], turn 1" for number in sorted((1, 3), key=_place(desk.labels))
    ]


def _place(labels):
    rows = [one["at"]["row"] for one in labels]
    return lambda number: rows.index(str(number))


def test_labels_of_models_are_counted_apart(labelled):
    """They do not change what people say, and are not what `require` counts."""
    labelled.configure(f"{CALIBRATION}, require: {{labels: {{at_least: 20}}}}")
    labelled.label(lambda _: "y", "--model", name="gpt")

    figures, result = labelled.calibrate()

    assert figures["people"]["labelled"] == 12
    assert figures["people"]["agreement"] == {"count": 12, "of": 12}
    assert figures["models"]["agreement"] == {"count": 6, "of": 12}
    assert figures["unmet"].startswith("12 labels of people can be compared with it, and 20 are")
    assert result.exit_code == 1


def test_labellers_who_disagree(labelled):
    """Their agreement is told; a question on which they are equally many has no label."""
    labelled.label(lambda shown: "y" if "address 4 " in shown else person(shown), name="Bob")

    figures, _ = labelled.calibrate()

    assert figures["people"]["unclear"] == 1
    assert figures["people"]["agreement"]["of"] == 11
    assert 0.5 < figures["people"]["labellers"]["value"] < 1


def test_answers_to_one_question(desk):
    """With several samples, alpha says how far they agree."""
    desk.configure(", samples: 3, calibration: labels.jsonl")
    seen: dict[str, int] = {}

    def verdict(question):
        count = seen[question] = seen.get(question, 0) + 1
        return "yes" if count == 3 else right(question)

    desk.judge(verdict)
    desk.record()
    desk.label(person)

    figures, _ = desk.calibrate()

    assert figures["people"]["agreement"] == {"count": 12, "of": 12}
    assert 0 < figures["people"]["samples"]["value"] < 1


def test_a_new_model_makes_verdicts_stale(labelled):
    """They are told, and asked again from what the labels say, without the bot."""
    old, _ = labelled.calibrate(MODEL="m2")
    reason = "the setting 'model' of 'referee' was 'm1', and is now 'm2'"
    talked = labelled.judging.talked
    labelled.judge(always_yes)

    new, _ = labelled.calibrate("--judge", "record", "--write", live=True, MODEL="m2")
    replayed, _ = labelled.calibrate(MODEL="m2")

    assert (old["stale"], old["people"]["agreement"]["of"]) == ({reason: 12}, 0)
    assert new["people"]["false_yes"] == {"count": 6, "of": 6}
    assert new["stale"] == {}
    assert replayed["people"] == new["people"]
    assert labelled.judging.talked == talked
    assert labelled.labels[0]["said"]["judge"]["providers"]["referee"]["settings"]["model"] == "m2"


def test_a_changed_criterion_makes_labels_stale(labelled):
    """What people said of other words does not count for these."""
    labelled.scenario(criteria="It says from which amount shipping costs nothing.")
    labelled.command("eval", "--takes", "1", "--mode", "refresh", live=True)

    figures, _ = labelled.calibrate("--write")

    assert figures["stale"] == {"the criterion 'criterion' changed": 12}
    assert figures["people"]["agreement"]["of"] == 0
    assert all("said" not in one for one in labelled.labels)


def test_a_changed_reply_does_not(labelled):
    """A label and its verdict are about what was said then, which the file has."""
    labelled.judging.bot = "We ship from 60 dollars."
    labelled.command("eval", "--takes", "1", "--mode", "refresh", live=True)

    figures, _ = labelled.calibrate()

    assert figures["stale"] == {}
    assert figures["people"]["agreement"] == {"count": 12, "of": 12}


def test_probes_find_a_judge_that_reads_only_the_length(desk):
    """It changes its mind about a longer reply, and stays with it for the opposite."""
    desk.judge(lambda text: "yes" if len(data_in(text)) > 150 else "no")
    desk.record()
    desk.configure()

    figures, _ = desk.calibrate("--probe", "--judge", "record", live=True)
    asked = len(desk.judging.asked)
    replayed, _ = desk.calibrate("--probe")

    probes = {one["name"]: (one["times"], one["of"]) for one in figures["probes"]}
    assert probes["criterion negated"] == (12, 12)
    assert probes["same question again"] == (0, 12)
    assert probes["reply of double length"][0] > 0
    assert probes["order of criteria"] == (0, 0)
    assert replayed == figures
    assert len(desk.judging.asked) == asked


def test_probes_find_a_judge_that_likes_the_first(desk):
    """It says yes to the first criterion and no to the second."""
    desk.scenario(6, "{criteria: {amount: It names an amount., city: It names an address.}}")
    desk.judging.say = lambda text: Said(_first_is_true(text))
    desk.record()
    desk.configure()

    figures, _ = desk.calibrate("--probe", "--judge", "record", live=True)

    (order,) = (one for one in figures["probes"] if one["name"] == "order of criteria")
    assert (order["times"], order["of"]) == (12, 12)


def _first_is_true(text):
    one = {"reason": "So it is.", "quote": ""}
    names = [*criteria_in(text)]
    said = {name: {**one, "verdict": "no" if place else "yes"} for place, name in enumerate(names)}
    return json.dumps({"criteria": said})


def test_probes_that_are_not_recorded(labelled):
    """A replay asks nothing: what was never asked is counted as not decided."""
    asked = len(labelled.judging.asked)

    figures, _ = labelled.calibrate("--probe")

    assert [one["of"] for one in figures["probes"]] == [0, 0, 0, 0]
    assert [one["undecided"] for one in figures["probes"]] == [0, 12, 12, 12]
    assert len(labelled.judging.asked) == asked


def test_without_a_label(desk):
    """The command says what to do, and fails."""
    desk.record()
    desk.configure()

    result = desk.command("calibrate")

    assert result.exit_code == 1
    assert "there are no labels: harness label careful [no-labels]" in result.stderr
