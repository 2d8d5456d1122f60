"""`harness cassettes` and the recordings of judges."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from harness.cli.app import app

QUESTION = "{judge: It says from which amount shipping is free.}"
SIDECAR = "cassettes/bot/judged/referee/shipping.yaml"


@pytest.fixture
def call(judged, monkeypatch):
    """`harness cassettes …` in the project, without its variables."""
    monkeypatch.chdir(judged.folder)

    def run(*arguments, **options):
        return CliRunner().invoke(app, ["cassettes", *arguments], **options)

    return run


def test_a_recording_of_answers_that_are_used_has_no_finding(judged, call):
    """It is no orphan, and `prune` keeps it."""
    judged.configure("samples: 2")
    judged.expect(QUESTION)
    judged.record()

    result = call("check")

    assert (result.exit_code, result.output) == (0, "2 cassettes, 0 findings\n")
    assert call("prune", "--yes").output == "there is nothing to remove\n"


def test_a_recording_without_a_check_that_asks_is_an_orphan(judged, call):
    """`prune` removes it, and the folders that become empty."""
    judged.expect("{judge: It is polite., contains: ship}")
    judged.record()
    judged.expect("{contains: ship}")

    found = call("check")
    pruned = call("prune", "--yes")

    assert found.exit_code == 1
    assert f"{SIDECAR}: no scenario plays this recording" in found.output
    assert pruned.output == f"{SIDECAR}\n1 file removed\n"
    assert [one.name for one in (judged.folder / "cassettes/bot").iterdir()] == ["shipping.yaml"]


def test_a_question_that_changed_makes_the_recording_stale(judged, call):
    """The finding says why, and the command that asks again."""
    judged.expect(QUESTION)
    judged.record()
    judged.expect("{judge: It is polite.}")

    result = call("check")

    assert result.exit_code == 1
    assert result.output.splitlines()[0] == (
        f"{SIDECAR}: the question to 'referee' is not recorded: the conversation, the check or the"
        " prompt changed; harness run --judge record scenarios/shipping.yaml [cassette-stale]"
    )


def test_an_answer_for_which_no_check_asks_is_told(judged, call):
    """The others are still used."""
    judged.expect("{all_of: [{judge: It is polite.}, {judge: It is short.}]}")
    judged.record()
    judged.expect("{judge: It is polite.}")

    result = call("check")

    assert result.exit_code == 1
    assert result.output.splitlines()[0] == (
        f"{SIDECAR}: no check asks for 1 of 2 answers; harness run --judge refresh"
        " scenarios/shipping.yaml [cassette-unused]"
    )


def test_answers_that_were_never_recorded_are_missing(judged, call):
    """A conversation is recorded, and its judge is not."""
    judged.configure("samples: 3")
    judged.expect(QUESTION)
    judged.record()
    judged.sidecar.unlink()

    result = call("check")

    assert result.exit_code == 1
    assert result.output.splitlines()[0] == (
        f"{SIDECAR}: there is no recording of 3 answers; harness run --judge record"
        " scenarios/shipping.yaml [cassette-missing]"
    )


def test_show_prints_each_question_with_its_answer(judged, call):
    """What no check asks for any more is shown as it was sent and received."""
    judged.expect("{all_of: [{judge: It is polite.}, {judge: It is short.}]}")
    judged.record()
    judged.expect("{judge: It is polite.}")

    result = call("show", SIDECAR)

    lines = result.output.splitlines()
    assert lines[0] == SIDECAR
    assert "answer 1, of judge careful" in lines
    assert "  question    You check one conversation between a user" in result.output
    assert 'It is polite."}' in result.output
    assert '  answer      {"criteria": {"criterion": {"reason": "It is yes."' in result.output
    assert "answer 2, for which no check asks" in lines


def test_secrets_in_a_recording_of_answers_are_found(judged, call):
    """`scan` looks at these files as at all others."""
    judged.expect(QUESTION)
    judged.record()
    judged.sidecar.write_text(
        judged.sidecar.read_text().replace("It is yes.", "AKIAIOSFODNN7EXAMPLQ is the key.")
    )

    result = call("scan", "cassettes")

    assert result.exit_code == 1
    assert f"{SIDECAR}:" in result.output


def test_unused_answers_are_not_a_finding_about_the_conversation(judged, call):
    """The recording of the conversation is still used as it is."""
    judged.expect("{all_of: [{judge: It is polite.}, {judge: It is short.}]}")
    judged.record()
    judged.expect("{judge: It is polite.}")

    assert "cassettes/bot/shipping.yaml:" not in call("check").output
