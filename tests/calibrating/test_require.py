"""`require:` of a judge: verdicts that nobody has reason to believe do not count."""

from __future__ import annotations

import json

import pytest

from harness.core import ConfigurationError
from harness.project.project import Project
from tests.calibrating.conftest import CALIBRATION, person

REQUIRE = f"{CALIBRATION}, require: {{labels: {{at_least: 12}}, kappa: {{at_least: 0.6}}}}"


@pytest.fixture
def required(desk):
    """A project whose judge was asked before anything was labelled."""
    desk.configure(REQUIRE)
    desk.record()
    return desk


def judge_of(desk, **environment):
    """The judge of a project, with what its calibration says."""
    config = Project.at(desk.folder / "harness.yaml").config
    return Project(config, environment=environment).vocabulary.judges.named["careful"]


def test_without_labels_its_verdicts_do_not_count(required):
    """Every scenario is BROKEN; the judge was asked, so that there is something to label."""
    assert required.codes == {"judge-uncalibrated"}
    assert len(required.judging.asked) == 12
    assert judge_of(required).uncalibrated == (
        "the judge 'careful' is not calibrated: 0 labels of people can be compared with it, and 12"
        " are required; harness label careful"
    )


def test_with_enough_labels_they_count(required):
    """Nothing is asked for that; the failures of the judge are failures again."""
    required.label(person)

    assert required.codes == set()
    judge = judge_of(required)
    assert judge.uncalibrated == ""
    assert judge.calibration.startswith("kappa 1.00 (")
    assert judge.calibration.endswith(" on 12 labels")
    assert required.calibrate()[1].exit_code == 0


def test_eleven_of_twelve_are_not_enough(required):
    """The reason counts what can be compared."""
    required.label(lambda shown: "u" if "address 4 " in shown else person(shown))

    assert required.codes == {"judge-uncalibrated"}
    assert "11 labels of people can be compared" in judge_of(required).uncalibrated


def test_a_judge_that_people_contradict(required):
    """Kappa below the limit, although there are labels enough."""
    required.label(lambda shown: "y" if person(shown) == "n" else "n")

    assert "kappa is -1.00, and at least 0.6 is required" in judge_of(required).uncalibrated


def test_a_stale_calibration_does_not_count(required):
    """Another model, or another prompt, was not compared with anybody."""
    required.label(person)

    other = judge_of(required, MODEL="m2")
    assert "the setting 'model' of 'referee' was 'm1', and is now 'm2'" in other.uncalibrated
    assert "harness calibrate careful --judge record --write" in other.uncalibrated
    (required.folder / "mine.txt").write_text("$seen $criteria $delimiter $data $delimiter")
    required.configure(f", prompt: mine.txt{REQUIRE}")
    assert "the prompt was criterion@1, and is now mine.txt" in (judge_of(required).uncalibrated)


def test_a_stale_calibration_is_told_without_a_requirement(required):
    """The failure screen has it, where it says how far to believe the judge."""
    required.label(person)
    required.configure()

    judge = judge_of(required, MODEL="m2")

    assert judge.uncalibrated == ""
    assert "12 labels compared with another judge" in judge.calibration


def test_a_changed_criterion_does_not_count(required):
    """People said nothing about its new words."""
    required.label(person)
    required.scenario(criteria="It says from which amount shipping costs nothing.")
    required.command("eval", "--takes", "1", "--mode", "refresh", live=True)

    assert required.codes == {"judge-uncalibrated"}


def test_verdicts_must_be_written_before_they_count(required):
    """A run goes by the file: the command says so, and fails until it is written."""
    required.label(person)
    environment = {"MODEL": "m2"}

    _, before = required.calibrate("--judge", "record", live=True, **environment)
    _, after = required.calibrate("--judge", "record", "--write", live=True, **environment)

    assert before.exit_code == 1
    assert "write the verdicts of now: harness calibrate careful --write" in before.stderr
    assert after.exit_code == 0
    assert judge_of(required, **environment).uncalibrated == ""


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (", require: {labels: {at_least: 5}}", "missing-key", "'require' needs a file with labels"),
        (", calibration: labels.json", "no-calibration", "No such file or directory; did you"),
        (", calibration: ../labels.jsonl", "no-calibration", "is not in the project"),
        (", calibration: '.'", "no-calibration", "Is a directory"),
        (f"{CALIBRATION}, require: {{label: {{at_least: 5}}}}", "unknown-key", "label"),
        (f"{CALIBRATION}, require: {{kappa: 0.6}}", "wrong-value", "kappa"),
        (
            f"{CALIBRATION}, require: {{kappa: {{at_least: 2}}}}",
            "wrong-value",
            "expected at most 1",
        ),
    ],
)
def test_what_is_written_wrongly(desk, more, code, message):
    """It is an error with its place."""
    desk.configure(more)

    with pytest.raises(ConfigurationError) as caught:
        Project.at(desk.folder / "harness.yaml")

    (problem,) = caught.value.problems
    assert problem.code == code
    assert message.partition(";")[0] in str(problem)
    assert str(problem).startswith("harness.yaml:8:")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text[:100], "at character"),
        (lambda text: text.replace('"label": "yes"', '"label": "ja"'), "ja"),
        (lambda text: text.replace('"label": "yes"', '"label": "yes", "note": ""'), "note"),
        (lambda text: text.replace('"kind"', '"label"'), "twice"),
        (lambda text: text.replace('"criterion": "criterion"', '"criterion": "x"'), "criteria"),
    ],
    ids=["cut off", "unknown label", "unknown key", "key twice", "unknown criterion"],
)
def test_a_damaged_file(required, change, reason):
    """The line is named; nothing is judged by the others."""
    required.command("label", "--labeller", "Ada", typed="y\ny\n")
    file = required.folder / "labels.jsonl"
    first, second = file.read_text().splitlines()
    file.write_text(f"{first}\n{change(second)}\n")

    with pytest.raises(ConfigurationError) as caught:
        Project.at(required.folder / "harness.yaml")

    (problem,) = caught.value.problems
    assert (problem.code, str(problem.place)) == ("damaged-label", "labels.jsonl:2:1")
    assert reason in problem.message


def test_a_file_that_is_not_utf_8(desk):
    """It is named with the byte."""
    desk.configure()
    (desk.folder / "labels.jsonl").write_bytes(b"\xff")

    with pytest.raises(ConfigurationError, match=r"labels\.jsonl: the file is not UTF-8"):
        Project.at(desk.folder / "harness.yaml")


def test_labels_without_a_conversation(desk):
    """A file from elsewhere has no verdicts: they are asked, and recorded next to it."""
    desk.configure()
    file = desk.folder / "labels.jsonl"
    lines = [
        {
            "criterion": "amount",
            "criteria": {"amount": "It names an amount."},
            "seen": "the bot's reply",
            "data": {"reply": {"text": f"It is {price}."}},
            "label": label,
            "labeller": "Ada",
            "kind": "person",
        }
        for price, label in (("10 dollars", "yes"), ("free", "no"), ("cheap", "no"))
    ]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    first, _ = desk.calibrate()
    second, _ = desk.calibrate("--judge", "record", live=True)
    third, _ = desk.calibrate()

    assert first["stale"] == {"the judge was not asked": 3}
    assert second["people"]["agreement"] == {"count": 3, "of": 3}
    assert third == second
    assert (desk.folder / "labels" / "referee.yaml").is_file()
    assert "sk-referee" not in (desk.folder / "labels" / "referee.yaml").read_text()
