"""What a scenario's file says that makes a green run prove less. Plays nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.core import Place, Problem
from harness.evaluation.trust.vacuity import Vacuity
from harness.formats.yaml import read
from harness.project.plan import Mode
from harness.project.project import Project
from harness.scenario import (
    Repeat,
    Scenario,
    TurnPurpose,
    UserTurn,
    WaiverKind,
    turn_subject,
)
from harness.statistics.exact import chance_of_passing

COIN = 0.5
"""The pass rate of a bot whose takes pass by chance."""


def written_findings(project: Project, file: Path, scenario: Scenario) -> Iterator[Problem]:
    """Turns that nothing checks, a gate that lets everything through, and endless failures."""
    if not scenario.expectations:
        turns = scenario.user_turns
        for turn, following in zip(turns, (*turns[1:], None), strict=True):
            if _is_unchecked(turn, following):
                yield Vacuity.UNCHECKED_TURN.at(
                    turn.place,
                    "nothing is expected of the reply",
                    turn_subject(turn.number, turn.id),
                )
    if scenario.repeat is not None and (chance := chance_of_a_coin(scenario.repeat)) > COIN:
        shown = f"{chance:.0%}".replace("%", " %")
        message = f"a bot of which half of the takes fail passes in {shown} of runs"
        yield Vacuity.GATE.at(scenario.repeat.place or scenario.place, message)
    if _is_always_skipped(project, scenario):
        place = waiver_place(project, file, scenario, WaiverKind.SKIP)
        yield Vacuity.ALWAYS_SKIPPED.at(place, "no conversation of it is ever replayed")
    for waiver in scenario.waivers:
        if waiver.kind is WaiverKind.XFAIL and not waiver.strict:
            message = "the expected failure has no end: no run fails once the bot is right"
            place = waiver_place(project, file, scenario, waiver.kind)
            yield Vacuity.XFAIL_WITHOUT_END.at(place, message)


def _is_always_skipped(project: Project, scenario: Scenario) -> bool:
    """Whether no conversation of a scenario is replayed, whatever the environment says."""
    skips = [
        waiver for waiver in scenario.waivers if waiver.kind is WaiverKind.SKIP and not waiver.env
    ]
    return all(
        any(
            waiver.applies(provider=provider, mode=Mode.REPLAY, row=row.name, environment={})
            for waiver in skips
        )
        for provider in project.providers_of(scenario.providers, ())
        for row in scenario.rows
    )


def chance_of_a_coin(repeat: Repeat) -> float:
    """How often a bot of which half of the takes fail passes.

    Assumes that takes are independent.
    """
    gate = repeat.gate
    if gate is not None:
        return gate.odds(COIN).good
    return chance_of_passing(repeat.takes, repeat.wanted, COIN)


def waiver_place(project: Project, file: Path, scenario: Scenario, kind: WaiverKind) -> Place:
    """Where `skip` or `xfail` is in a scenario's file."""
    top = read(file.read_bytes(), project.config.shown(file)).at()
    return top.at(kind.value).key_place if top.has(kind.value) else scenario.place


def _is_unchecked(turn: UserTurn, following: UserTurn | None) -> bool:
    # A button that is pressed next must be there.
    is_pressed = following is not None and following.message.press is not None
    is_checked = turn.expectations or turn.expects_refusal or turn.captures or is_pressed
    return turn.part is TurnPurpose.TURN and not is_checked
