from __future__ import annotations

from harness.cassettes.inventory import take_inventory
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.project.project import Project


def _error(here, name: str) -> str:
    project = Project.at(here.folder / "harness.yaml")
    slot = take_inventory(project).slots[here.folder / "cassettes/echo" / name]
    return str(Runner(project, Mode.REPLAY).run(slot.play).error)


def test_a_replay_of_a_stale_turn_names_it_and_the_command(here):
    """Turn, interaction, the difference, and what records it anew."""
    here.edit("scenarios/trip.yaml", "user: I go to Oslo", "user: I go to Oslo now")
    here.edit("scenarios/trip.yaml", "contains: Oslo", "contains: now")

    error = _error(here, "trip.yaml")

    assert error == (
        "cassettes/echo/trip.yaml: the user's message in turn 2 differs from the recording "
        "(interaction 3 of 5, turn 2 send.1); harness run --mode record scenarios/trip.yaml "
        "[message-changed]\n"
        "  /text: recorded 'I go to Oslo', now 'I go to Oslo now'"
    )


def test_the_check_names_the_same_turn_and_command(here):
    """What a replay stumbles over is what `cassettes check` told before."""
    here.edit("scenarios/trip.yaml", "user: I go to Oslo", "user: I go to Oslo now")

    told = here.call("check", "scenarios/trip.yaml").output

    command = "harness run --mode record scenarios/trip.yaml"
    assert "turn 2" in told
    assert command in told
    assert command in _error(here, "trip.yaml")
