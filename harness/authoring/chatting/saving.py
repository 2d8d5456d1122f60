"""Saves a chat as a scenario with its recording."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from harness.authoring.chatting.chat_text import ChatText, texts_of
from harness.authoring.chatting.manual_chat import ManualChat
from harness.authoring.importing.importing import taken_by, target_of
from harness.authoring.importing.target import Target
from harness.authoring.init.initial_files import with_modeline
from harness.cassettes.scanning import project_secrets
from harness.core import PlayError, Problem, ScenarioError
from harness.core.atomic_file import write_durably
from harness.play.recording_files import preparation_path
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.project_file import YAML_ENDINGS, JudgeMode
from harness.secrets.secret_scan import SecretScan
from harness.transport.cassette import Cassette, write_cassette
from harness.transport.lock import WriterLock

MOST_NAMES = 1000
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9/_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The files of a chat that was saved."""

    scenario: str
    cassette: str
    """As people see them."""
    turns: int
    interactions: int
    notes: tuple[str, ...]


class NotGreen(PlayError):
    """The scenario does not pass when it is replayed; `result` says why."""

    def __init__(self, result: ScenarioResult) -> None:
        message = "the scenario does not pass when it is replayed"
        super().__init__(code="chat-not-green", message=message)
        self.result = result


def save(chat: ManualChat, name: str) -> Saved:
    """Write the chat as a scenario, and its recording; it was replayed, and passed.

    Raises `ScenarioError` for a name that is not valid or is used, `PlayError` if the conversation
    cannot be closed or recorded, and `NotGreen`. Nothing is written then.
    """
    project, provider = chat.talk.project, chat.talk.play.provider
    target = _target(project, provider, name)
    cassette = chat.recording()
    written: list[Path] = []
    lock: WriterLock | None = None
    try:
        target.path.parent.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(target.path, project.config.shown(target.path))
        written += _prepared(chat)
        final, text = _first_green(chat, target, cassette, written)
        scan = SecretScan(chat.redactor.adding(project_secrets(project)).secrets)
        write_cassette(target.path, final, scan, project.config.shown(target.path))
    except OSError as error:
        _remove(written)
        where = str(error.filename or target.out)
        message = f"it cannot be written: {error.strerror}"
        raise ScenarioError(Problem(code="not-written", message=message, where=where)) from error
    except BaseException:
        _remove(written)
        raise
    finally:
        if lock is not None:
            lock.release()
    return Saved(
        scenario=project.config.shown(target.out),
        cassette=project.config.shown(target.path),
        turns=len(chat.transcript_turns),
        interactions=len(final.interactions),
        notes=text.notes,
    )


def _target(project: Project, provider: str, name: str) -> Target:
    """Where a name leads: `order`, or `shop/order` for a folder. Raises `ScenarioError`."""
    plain = name
    for ending in YAML_ENDINGS:
        plain = plain.removesuffix(ending)
    folder, _, identifier = plain.rpartition("/")
    place = (project.config.scenarios / folder).resolve()
    if not place.is_relative_to(project.config.scenarios.resolve()) or not identifier:
        raise _wrong_name(f"'{name}' is not a name in the folder of the scenarios")
    try:
        target = target_of(
            project, Path(identifier), provider, identifier, place / f"{identifier}.yaml"
        )
    except ScenarioError as error:
        usable = _NOT_IN_A_NAME.sub("-", plain.lower()).strip("-")
        hint = f"write /save {usable}" if usable not in ("", plain) else error.problems[0].hint
        raise _wrong_name(error.problems[0].message, hint) from error
    if why := taken_by(project, target):
        free = _free_name(project, provider, folder, identifier)
        hint = f"write /save {free}" if free else "choose another name"
        where, message = why
        raise ScenarioError(Problem(code="import-exists", message=message, where=where, hint=hint))
    return target


def _free_name(project: Project, provider: str, folder: str, identifier: str) -> str:
    for number in range(2, MOST_NAMES):
        name = f"{identifier}-{number}"
        place = project.config.scenarios / folder / f"{name}.yaml"
        if not taken_by(project, target_of(project, Path(name), provider, name, place)):
            return f"{folder}/{name}" if folder else name
    return ""


def _wrong_name(message: str, hint: str = "") -> ScenarioError:
    hint = hint or "write /save order, or /save shop/order for a folder"
    return ScenarioError(Problem(code="wrong-id", message=message, where="/save", hint=hint))


def _first_green(
    chat: ManualChat, target: Target, cassette: Cassette, written: list[Path]
) -> tuple[Cassette, ChatText]:
    """Write the first text that passes; its recording, and the text. Raises `NotGreen`."""
    *others, last = texts_of(chat, target)
    for text in others:
        with suppress(NotGreen, ScenarioError):
            return _green(chat, target, text, cassette, written), text
        _remove([target.out])
        written.remove(target.out)
    return _green(chat, target, last, cassette, written), last


def _green(
    chat: ManualChat, target: Target, text: ChatText, cassette: Cassette, written: list[Path]
) -> Cassette:
    """Write the scenario; its recording, with only what it needs. Raises `NotGreen`."""
    project = chat.talk.project
    _write(target.out, _for_editors(project, target.out, text.text))
    written.append(target.out)
    scenario = load_scenario(project, target.out)
    assert cassette.head is not None  # noqa: S101  # a recording of ours
    head = replace(
        cassette.head, scenario=scenario.id, scenario_hash=scenario.fingerprint, row="", take=1
    )
    shown = project.config.shown(target.path)
    whole = Cassette(path=shown, head=head, interactions=cassette.interactions)
    play = Play(file=target.out, scenario=scenario.id, provider=target.provider)
    # Judges of the kept checks are asked again, and recorded.
    runner = Runner(project, Mode.REPLAY, judging=JudgeMode.RECORD)
    context = runner.contexts.replay(scenario, play, whole)
    result = runner.replay_in(context, scenario, play)
    if result.outcome.is_bad:
        raise NotGreen(result)
    assert context.replayer is not None  # noqa: S101  # it replays
    return replace(whole, interactions=context.replayer.transport.used())


def _for_editors(project: Project, path: Path, text: str) -> str:
    """The text, with the line for the editor's schema if the project has this schema."""
    if not (project.config.root / "schemas/scenario.schema.json").is_file():
        return text
    return with_modeline(text, project.config.shown(path), "scenario")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)


def _prepared(chat: ManualChat) -> list[Path]:
    """Write the recording of the preparation, unless there is one; the file that was written."""
    talk = chat.talk
    path = preparation_path(talk.project, talk.play.provider, talk.scenario.credentials)
    made = chat.holding / path.relative_to(talk.project.config.cassettes)
    if path.exists() or not made.is_file():
        return []
    write_durably(path, made.read_bytes())
    return [path]


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
