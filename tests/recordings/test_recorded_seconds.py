"""How long recorded conversations took, read from their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cassettes.recorded_seconds import (
    UNKNOWN,
    RecordedTakes,
    estimated_seconds,
    recorded_takes,
    seconds_in,
)
from harness.conversation import Origin, Request, Response
from harness.project.loading import entry_of
from harness.project.planning import Planner, repeat_of
from harness.project.project import Project
from harness.scenario import is_scenario_file
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    dump_cassette,
    read_cassette,
)

ROOT = Path(__file__).resolve().parents[2]
CASSETTES = sorted((ROOT / "cassettes").rglob("*.yaml"))


def parsed_seconds(file: Path) -> float | None:
    """The same of the parsed recording."""
    ends: list[float] = []
    for row in read_cassette(file, file.name, None).interactions.plain:
        ends.append(row["started"] + (row["seconds"] or 0.0))
        ends += [frame["at"] for frame in row.get("frames", ())]
    return round(max(ends), 6) if ends else None


@pytest.mark.parametrize("file", CASSETTES, ids=lambda file: file.stem)
def test_a_search_finds_what_a_parser_reads(file: Path) -> None:
    """In every recording of the example suite, streams and WebSockets among them."""
    assert seconds_in(file.read_bytes()) == parsed_seconds(file)


def test_no_body_is_taken_for_a_time() -> None:
    """Not even one whose lines look like those of a recording."""
    body = (
        b"- harness: {turn: 1, at: 900.0, seconds: 9.0}\n    at: 800.0\n    - {turn: 1, at: 700.0}"
    )
    interaction = Interaction(
        request=Request(
            method="POST",
            url="https://api.example.com/chat",
            headers=(("content-type", "text/plain"),),
            body=body,
            origin=Origin(turn=1, step="send.1", message="0" * 16),
        ),
        response=Response(status=200, reason="OK", body=body, started=0.000009, seconds=0.5),
    )
    head = CassetteHead(scenario="long", version="0.1.0")

    text = dump_cassette(Cassette(head=head, interactions=Interactions.of([interaction])))

    assert seconds_in(text.encode()) == 0.500009


def test_a_recording_of_another_tool_has_no_times() -> None:
    """It is estimated."""
    assert seconds_in(b"interactions:\n- request:\n    method: GET\nversion: 1\n") is None


def test_what_is_not_recorded_counts_as_the_mean_of_its_provider() -> None:
    """Or as that of all, if its provider has no recording."""
    takes = {
        "a": RecordedTakes(provider="slow", seconds=(4.0, 2.0)),
        "b": RecordedTakes(provider="slow", seconds=(None,)),
        "c": RecordedTakes(provider="quick", seconds=(0.5, 0.5)),
        "d": RecordedTakes(provider="new", seconds=(None, None)),
    }

    assert estimated_seconds(takes) == {
        "a": (4.0, 2.0),
        "b": (3.0,),
        "c": (0.5, 0.5),
        "d": (1.75, 1.75),
    }


def test_without_any_recording_each_take_counts_the_same() -> None:
    """So that parts have the same number of them."""
    takes = {"a": RecordedTakes(provider="x", seconds=(None, None))}

    assert estimated_seconds(takes) == {"a": (UNKNOWN, UNKNOWN)}


def test_every_play_of_the_example_suite_has_its_time() -> None:
    """But for the conversations that ended before anything was sent."""
    project = Project.at(ROOT / "harness.yaml")
    planner = Planner(project, ())
    files = sorted((ROOT / "scenarios").rglob("*.yaml"))
    scenarios = [file for file in files if is_scenario_file(file, project.config.scenarios)]

    unknown = [
        play.scenario
        for file in scenarios
        for entry in [entry_of(project, file)]
        for play in planner.plays_of(file, entry)
        if None in recorded_takes(project, play, repeat_of(project, entry)).seconds
    ]

    assert unknown == ["mister-turing-without-key", "mister-turing-wrong-key"]
