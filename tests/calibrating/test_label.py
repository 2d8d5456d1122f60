"""`harness label`: people say what is true, and do not see what the judge says."""

from __future__ import annotations

import itertools
import json

import pytest

from harness.calibration import read_labels, write_labels
from tests.calibrating.conftest import person
from tests.judging.judging_server import Said


@pytest.fixture
def recorded(desk):
    """A project whose judge was asked."""
    desk.record()
    desk.configure()
    return desk


def test_the_verdict_is_not_shown(recorded):
    """Neither the judge's verdict nor its reason is in what a labeller reads."""
    shown = recorded.command("label", "--labeller", "Ada", typed="s\n" * 12).stdout

    assert "12 of 12" in shown
    assert "It is yes." not in shown
    assert "It is no." not in shown
    assert "It says from which amount shipping is free." in shown


def test_each_answer_is_a_line(recorded):
    """With what was asked, who said it, and what the judge said."""
    recorded.command("label", "--labeller", "Ada", typed="u\nq\n")

    (label,) = recorded.labels
    assert label["label"] == "unknown"
    assert (label["labeller"], label["kind"]) == ("Ada", "person")
    assert label["criteria"] == {"criterion": "It says from which amount shipping is free."}
    assert label["seen"] == "the bot's reply to the user's message"
    assert label["said"]["judge"]["providers"]["referee"]["settings"]["model"] == "m1"
    assert "sk-referee-key-1" not in str(label)
    assert "base_url" not in str(label)


def test_what_is_labelled_is_not_asked_again(recorded):
    """A labeller goes on; another one begins at the first."""
    first = recorded.command("label", "--labeller", "Ada", typed="y\nn\ns\nq\n").stdout
    second = recorded.command("label", "--labeller", "Ada", typed="q\n").stdout
    other = recorded.command("label", "--labeller", "Bob", typed="q\n").stdout

    skipped = first.split("3 of 12\n")[1].partition("yes, no")[0]
    assert skipped in second
    assert "1 of 12" in other
    assert len(recorded.labels) == 2


def test_both_verdicts_are_drawn(desk):
    """Although eleven of twelve verdicts are yes, the only no is among those drawn."""
    desk.judge(lambda text: "no" if "address 7 " in text else "yes")
    desk.record()
    desk.configure()

    desk.label(person, "--count", "4")

    assert sorted(one["said"]["verdict"] for one in desk.labels) == ["no", "yes", "yes", "yes"]


def test_the_order_says_nothing_about_the_verdict(recorded):
    """Yes and no do not alternate, and one is not before the other."""
    recorded.label(person)

    said = [one["said"]["verdict"] for one in recorded.labels]
    assert sorted(said) == ["no"] * 6 + ["yes"] * 6
    assert said != sorted(said)
    assert any(one == two for one, two in itertools.pairwise(said))


def test_a_wrong_key_is_asked_again(recorded):
    """It is no label, and the same question comes once more."""
    result = recorded.command("label", "--labeller", "Ada", typed="maybe\nyes\n")

    assert "'maybe' is not an answer; type y, n, u, s or q" in result.stdout
    assert [one["label"] for one in recorded.labels] == ["yes"]
    assert result.exit_code == 0


def test_nothing_is_recorded(desk):
    """Without a verdict there is nothing to label, and the message says what records one."""
    desk.configure()

    result = desk.command("label", "--labeller", "Ada")

    assert result.exit_code == 1
    assert "no verdict of the judge 'careful' is recorded" in result.stderr


def test_a_judge_without_a_file(desk):
    """The message names the key to add."""
    result = desk.command("label", "--labeller", "Ada")

    assert result.exit_code != 0
    assert "add 'calibration: calibration/careful.jsonl'" in str(result.exception)


def test_a_file_without_an_end_of_line(recorded):
    """The next label is a line of its own."""
    recorded.command("label", "--labeller", "Ada", typed="y\n")
    file = recorded.folder / "labels.jsonl"
    file.write_bytes(file.read_bytes().rstrip())

    recorded.command("label", "--labeller", "Ada", typed="y\n")

    assert len(recorded.labels) == 2


def test_a_scale_is_labelled(desk):
    """The levels and those that pass are shown; the label says whether it passes."""
    desk.scenario(2, "{scale: {1: rude, 5: warm}, at_least: 4, reference: Hello}")
    level = {"reason": "So it is.", "quote": "", "level": 5}
    desk.judging.say = lambda _: Said(json.dumps({"criteria": {"scale": level}}))
    desk.record()
    desk.configure()

    shown = desk.command("label", "--labeller", "Ada", typed="y\nn\n").stdout

    assert "Does this level describe the bot's reply to the user's message: at least 4" in shown
    assert "  1  rude\n  5  warm\n" in shown
    assert "A reply that would be right:\n  Hello\n" in shown
    assert [one["said"]["verdict"] for one in desk.labels] == ["yes", "yes"]
    figures, _ = desk.calibrate()
    assert figures["people"]["false_yes"] == {"count": 1, "of": 1}


def test_labels_are_written_as_they_are_read(recorded):
    """A file that is read and written again is the same, byte by byte."""
    recorded.label(person, "--model", name="gpt")
    content = (recorded.folder / "labels.jsonl").read_bytes()

    labels = read_labels(content, "labels.jsonl")

    assert {one.kind for one in labels} == {"model"}
    assert write_labels(labels) == content
