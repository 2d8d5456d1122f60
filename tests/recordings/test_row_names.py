from __future__ import annotations

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Outcome
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.transport.cassette import dump_cassette
from harness.transport.cassette.cassette_reading import parse_cassette
from tests.recordings.desk import serving_desk

STEPS = """\
send:
  - request: {post: /talk, json: {text: '${message.text}', value: '${message.metadata.value}'}}
    reply: {text: $.text}
"""
SCENARIO = """\
scenario: x
matrix: {value: %s}
turns:
  - user: {text: Help me, metadata: {value: '${value}'}}
    expect: {contains: Here you are}
"""


def desk(visit) -> None:
    """Answers the same whoever asks."""
    visit.answer(json.dumps({"text": "Here you are"}).encode())


@pytest.fixture
def project(tmp_path):
    """A project with that API."""
    with serving_desk(tmp_path, desk, STEPS) as project:
        yield project


def played(project, values: str, mode: Mode):
    """What came of each row of a matrix of these values."""
    file = project.folder / "scenarios/x.yaml"
    file.write_text(SCENARIO % values)
    rows = load_scenario(project.project, file).rows
    runner = Runner(project.project, mode)
    return [
        runner.run(Play(file=file, scenario="x", provider="desk", row=row.name)) for row in rows
    ]


@pytest.mark.parametrize(
    ("recorded", "edited"),
    [
        ("[李明]", "[王芳]"),
        ("['C++']", "['C#']"),
        ("['1']", "['-1']"),
        ("[Ann]", "[Bob]"),
        ("['a b']", "['a/b']"),
        ("['!']", "['?']"),
        ("[café]", "[cafe]"),
        ("[Yes]", "['yes']"),
    ],
)
def test_a4_a_row_that_was_never_recorded_is_missing(project, recorded, edited):
    """It never passes on another row's recording."""
    played(project, recorded, Mode.RECORD)

    (result,) = played(project, edited, Mode.REPLAY)

    assert result.error.code == "cassette-missing"


def test_a4_swapped_rows_keep_their_recordings(project):
    """The order of rows decides nothing."""
    live = played(project, "['C++', 'C#', C, 李明, 'Yes', 'yes']", Mode.RECORD)

    swapped = played(project, "['yes', 李明, C, 'C#', 'C++', 'Yes']", Mode.REPLAY)

    assert len(list(project.cassettes.glob("*.yaml"))) == len(live)
    assert [(one.outcome, one.notes) for one in swapped] == [(Outcome.PASSED, ())] * len(live)


def renamed(project, new: str, old: str) -> None:
    """Move a recording to the name that its row had before."""
    file = project.cassettes / f"x--{new}.yaml"
    cassette = parse_cassette(file.read_bytes(), "x")
    file.unlink()
    text = dump_cassette(replace(cassette, head=replace(cassette.head, row=old)))
    (project.cassettes / f"x--{old}.yaml").write_text(text)


NOTE = (
    "cassettes/desk/x--{old}.yaml has the former name of this row; "
    "rename it to cassettes/desk/x--{new}.yaml"
)


@pytest.fixture
def former(project):
    """Recordings under the names that their rows had before names held every letter."""
    live = played(project, "['C++', 'C#', plain]", Mode.RECORD)
    names = [file.stem.partition("--")[2] for file in sorted(project.cassettes.iterdir())]
    of_row = {name: name for name in names}
    rows = [row.name for row in live[0].scenario.rows]
    renamed(project, rows[0], "C")
    renamed(project, rows[1], "C-2")
    assert set(rows) == of_row.keys()
    return rows


@pytest.mark.parametrize("mode", [Mode.REPLAY, Mode.RECORD])
def test_a4_recordings_under_former_names_are_found(project, former, mode):
    """Where the scenario is as it was recorded, each row has its own, with a note."""
    results = played(project, "['C++', 'C#', plain]", mode)

    assert [one.outcome for one in results] == [Outcome.PASSED] * 3
    assert [one.transcript.is_recorded for one in results] == [True] * 3
    assert [one.notes for one in results] == [
        (NOTE.format(old="C", new=former[0]),),
        (NOTE.format(old="C-2", new=former[1]),),
        (),
    ]


def test_a4_a_recording_that_was_renamed_as_the_note_says_is_replayed(project, former):
    """Its head still has the former name of the row."""
    (project.cassettes / "x--C.yaml").rename(project.cassettes / f"x--{former[0]}.yaml")

    result = played(project, "['C++', 'C#', plain]", Mode.REPLAY)[0]

    assert (result.outcome, result.error, result.notes) == (Outcome.PASSED, None, ())


def test_a4_a_recording_under_a_former_name_may_be_of_another_row(project, former):
    """Where the scenario was edited since, the message says which file it may be, and how."""
    result = played(project, "['C--', 'C#', plain]", Mode.REPLAY)[0]

    assert result.error.code == "cassette-missing"
    (detail,) = result.error.details
    assert detail == (
        "cassettes/desk/x--C.yaml has the former name of this row, and the "
        "scenario was edited since: "
        f"rename it to cassettes/desk/x--{result.scenario.rows[0].name}.yaml if it is the "
        "recording of this row"
    )
    assert former


def test_a4_check_lists_former_names_and_prune_keeps_them(project, former, monkeypatch):
    """They are recordings like others: not missing, not orphans."""
    monkeypatch.chdir(project.folder)

    check = CliRunner().invoke(app, ["cassettes", "check"])
    prune = CliRunner().invoke(app, ["cassettes", "prune", "--yes"])

    assert (check.exit_code, check.output) == (
        0,
        (
            "3 cassettes, 0 findings\n"
            "2 under a former name of their row: "
            "cassettes/desk/x--C-2.yaml, cassettes/desk/x--C.yaml; record them again with "
            "--mode refresh\n"
        ),
    )
    assert prune.output == "there is nothing to remove\n"
    assert former


def test_a4_the_file_of_another_case_is_another_rows(project):
    """Where the file system does not tell cases apart, the head does."""
    played(project, "['Yes']", Mode.RECORD)
    (project.cassettes / "x--Yes.yaml").rename(project.cassettes / "x--yes.yaml")

    (result,) = played(project, "['yes']", Mode.REPLAY)

    assert str(result.error) == (
        "cassettes/desk/x--yes.yaml: it is the recording of the row 'Yes'; "
        "harness run --mode record scenarios/x.yaml [cassette-missing]"
    )
