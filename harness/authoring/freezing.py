"""Writes a recorded conversation of a simulated user as a plain scenario, with its recording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.authoring.init.initial_files import with_modeline
from harness.cassettes.scanning import project_secrets
from harness.conversation import Turn
from harness.core import CassetteError, Json, Problem, ScenarioError
from harness.formats.template import literal
from harness.formats.yaml import Node
from harness.formats.yaml.yaml_writing import write
from harness.play.judging import passes
from harness.play.recorded_simulation import conversation_alone
from harness.play.recording_files import read_recording, recording_path
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.scenario import MatrixRow, Scenario, Simulation
from harness.secrets.secret_scan import SecretScan
from harness.transport.cassette import Cassette, Interactions, PlainInteraction, write_cassette
from harness.transport.lock import WriterLock

_LAST = ("teardown", "expect")
_LEFT_OUT = ("simulate", "turns", "matrix", "repeat")
"""Keys of the scenario that the plain one does not have, or has with another value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A plain scenario that was written."""

    scenario: str
    """Its file, as people see it."""
    cassette: str
    """Its recording; empty if it has to be recorded."""
    turns: int


def freeze(project: Project, play: Play, document: Node, name: str) -> Frozen:
    """Write the conversation of a play as the scenario `name`, next to the file of the play.

    `document` is the top of that file. Raises `ScenarioError` if the play is not simulated, its
    recording does not pass as far as it can be judged, or the new file exists.
    """
    scenario = load_scenario(project, play.file)
    simulation = scenario.simulation
    if simulation is None:
        raise _problem(
            "not-simulated", project, play, "the scenario has no 'simulate:'", "nothing to freeze"
        )
    _require_plain(project, play, document)
    result = Runner(project, Mode.REPLAY).run(play)
    if result.error is not None:
        raise _problem(result.error.code, project, play, result.error.message, result.error.hint)
    out = play.file.with_name(f"{name}.yaml")
    row = next((row for row in scenario.rows if row.name == play.row), MatrixRow(name=""))
    content = _content(project, document, name, play, row, simulation, result)
    text = write(content)
    if (project.config.root / "schemas/scenario.schema.json").is_file():
        text = with_modeline(text, project.config.shown(out), "scenario")
    try:
        with out.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        shown = project.config.shown(out)
        raise _problem(
            "import-exists", project, play, f"{shown} exists", "choose another name with --as"
        ) from None
    try:
        plain = load_scenario(project, out)
        cassette = _recorded(project, play, replace(play, file=out), scenario, plain, result)
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    turns = len(result.transcript.turns)
    return Frozen(scenario=project.config.shown(out), cassette=cassette, turns=turns)


def _content(  # one parameter a part of the file
    project: Project,
    document: Node,
    name: str,
    play: Play,
    row: MatrixRow,
    simulation: Simulation,
    result: ScenarioResult,
) -> dict[str, Json]:
    """The plain scenario, as its file has it."""
    kept = {key: node.value for key, node in document.items() if key not in _LEFT_OUT}
    simulated = {turn.number for turn in result.scenario.user_turns if turn.is_simulated}
    said = [turn for turn in result.transcript.turns if turn.number in simulated]
    stop_when = document.at("simulate").get("stop_when")
    last = said[-1] if said else None
    has_stopped = (
        last is not None
        and bool(simulation.stop_when)
        and passes(simulation.stop_when, last, result.transcript, project.vocabulary)
    )
    variables: dict[str, Json] = {**(kept.pop("vars", None) or {}), **row.values}  # type: ignore[dict-item]  # a mapping by the format
    if last is not None and has_stopped:
        used = {name for one in simulation.stop_when for name in one.value.names}
        for fact in used & simulation.knows.keys():
            variables[fact] = literal(str(last.variables[fact]))
    written: list[Json] = list(document.value_of("turns", ()))
    for turn in said:
        is_judged = turn is last and has_stopped and stop_when is not None
        expect: Json = stop_when.value if is_judged and stop_when is not None else "none"
        written.append({"user": _user(turn), "expect": expect})
    after: dict[str, Json] = {key: kept.pop(key) for key in _LAST if key in kept}
    content: dict[str, Json] = {**kept, "scenario": name}
    if play.provider != project.config.provider:
        content["provider"] = play.provider
    if variables:
        content["vars"] = variables
    return {**content, "turns": written, **after}


def _user(turn: Turn) -> Json:
    if turn.user.display_text:
        return {"press": literal(turn.user.display_text)}
    return literal(turn.user.text)


def _require_plain(project: Project, play: Play, document: Node) -> None:
    """Raise `ScenarioError` for a number that is not written as it is read, such as `1.50`.

    It may be a text, and would be another one in the new file.
    """
    for node in document.walk():
        is_number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        if is_number and node.text != str(node.value):
            raise _problem(
                "wrong-value",
                project,
                play,
                f"{node.text} would be written as {node.value}",
                f"quote it on line {node.place.line} if it is a text, or write {node.value}",
            )


def _recorded(  # the play before and after
    project: Project,
    play: Play,
    frozen: Play,
    scenario: Scenario,
    plain: Scenario,
    result: ScenarioResult,
) -> str:
    """Write the recording, if the plain scenario passes with it; its file as people see it."""
    path = recording_path(project, play)
    whole = read_recording(project, path, "")
    if whole.head is None:
        return ""
    own, _ = conversation_alone(whole, whole.head)
    frozen = replace(frozen, scenario=plain.id, row="", take=1)
    target = recording_path(project, frozen)
    shown = project.config.shown(target)
    unsaid = [
        turn.number
        for turn in scenario.user_turns
        if turn.is_simulated
        and turn.number not in {said.number for said in result.transcript.turns}
    ]
    head = replace(
        whole.head,
        scenario=plain.id,
        scenario_hash=plain.fingerprint,
        row="",
        take=1,
        simulation={},
    )
    interactions = Interactions(list(_renumbered(own.interactions.plain, unsaid)))
    cassette = Cassette(path=shown, head=head, interactions=interactions)
    if target.exists():
        return ""
    replayed = Runner(project, Mode.REPLAY).replay(plain, frozen, cassette)
    if replayed.outcome is not result.outcome or replayed.notes:
        return ""
    lock = WriterLock(target, shown)
    try:
        write_cassette(target, cassette, SecretScan(project_secrets(project)), shown)
    except CassetteError:
        target.unlink(missing_ok=True)
        raise
    finally:
        lock.release()
    return shown


def _renumbered(
    interactions: Sequence[PlainInteraction], unsaid: Sequence[int]
) -> Iterator[PlainInteraction]:
    """The interactions, with the numbers that turns after those that were not said have now."""
    for plain in interactions:
        moved = _moved(plain["turn"], unsaid)
        changed: PlainInteraction = {**plain, "turn": moved}
        if "frames" in plain:
            changed["frames"] = [
                {**frame, "turn": _moved(frame["turn"], unsaid)} for frame in plain["frames"]
            ]
        yield changed


def _moved(turn: int, unsaid: Sequence[int]) -> int:
    return turn - len(unsaid) if unsaid and turn > unsaid[-1] else turn


def _problem(code: str, project: Project, play: Play, message: str, hint: str) -> ScenarioError:
    where = project.config.shown(play.file)
    return ScenarioError(Problem(code=code, where=where, message=message, hint=hint))
