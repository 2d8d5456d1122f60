"""The files and commands that record a play, and the preparation of a provider."""

from __future__ import annotations

from pathlib import Path

from harness.core import CassetteError, MissingCassette
from harness.core.hashing import content_key
from harness.project.plan import Play
from harness.project.project import Project
from harness.scenario import Credentials, Repeat, Scenario
from harness.transport.cassette import Cassette, cassette_path, read_cassette

PREPARE = "prepare"
"""The name of the recording of a preparation; a scenario must not have it."""
JUDGED = "judged"
"""The folder, in that of a provider's recordings, with what judges said about them."""


def recording_path(project: Project, play: Play) -> Path:
    """The file of a play. Raises `CassetteError` as `cassette_path` does."""
    return cassette_path(
        project.config.cassettes, play.provider, play.scenario, play.row, play.take
    )


def judged_path(project: Project, play: Play, judging: str) -> Path:
    """The file with what a judge's provider answered about a play. Raises as `recording_path`."""
    # As a name, it must be safe.
    recording_path(project, play)
    root = project.config.cassettes / play.provider / JUDGED
    return cassette_path(root, judging, play.scenario, play.row, play.take)


def judged_command(project: Project, play: Play) -> str:
    """The command that asks the judges of a play again."""
    return f"{project.command} --judge record {project.config.shown(play.file)}"


def takes_to_replay(project: Project, play: Play, repeat: Repeat) -> tuple[Play, ...]:
    """The takes that a replay needs in any case, and those that are recorded.

    Others were never played, because the result was certain. Raises `CassetteError`.
    """
    certain = repeat.needed(0, 0)
    return tuple(
        take
        for take in play.takes(repeat.takes)
        if take.take <= certain or recording_path(project, take).is_file()
    )


def preparation_row(credentials: Credentials) -> str:
    """The row that a preparation is recorded as: one for each kind of credentials."""
    return "" if credentials is Credentials.VALID else credentials.value


def preparation_path(project: Project, provider: str, credentials: Credentials) -> Path:
    """The file of the `prepare` steps of a provider."""
    return cassette_path(project.config.cassettes, provider, PREPARE, preparation_row(credentials))


def record_command(project: Project, play: Play) -> str:
    """The command that records a play."""
    # The messages of a Python test are not known before, so a stale recording is found too late.
    mode = "refresh" if play.file.suffix == ".py" else "record"
    return f"{project.command} --mode {mode} {project.config.shown(play.file)}"


def preparation_command(project: Project, scenario: Scenario, play: Play) -> str:
    """The command that records a preparation, and all conversations that use it, again."""
    if play.file.suffix == ".py":
        return record_command(project, play)
    named = scenario.providers or (project.config.provider,)
    chosen = "" if play.provider in named else f" --provider {play.provider}"
    return f"{project.command} --mode record{chosen}"


def find_recording(
    project: Project, scenario: Scenario, play: Play, fix: str
) -> tuple[Cassette, tuple[str, ...]]:
    """The recording of a play, and a note if it has its row's former name.

    `fix` is the command that records it. Raises `CassetteError`.
    """
    try:
        cassette = read_recording(project, recording_path(project, play), fix)
    except MissingCassette as missing:
        former = former_path(project, scenario, play)
        if former is not None:
            return _under_former_name(project, scenario, play, former, missing)
        reason = project.cache.get(_reason_key(project, play))
        if not reason:
            raise
        raise MissingCassette(
            missing.code,
            missing.message,
            missing.hint,
            details=(f"it was not recorded, because {reason}",),
        ) from None
    row = cassette.head.row if cassette.head is not None else play.row
    if row != play.row and row.casefold() == play.row.casefold():
        # A file system that ignores case gives another row's file.
        raise MissingCassette(
            "cassette-missing", f"{cassette.path}: it is the recording of the row '{row}'", fix
        )
    return cassette, ()


def keep_reason(project: Project, play: Play, reason: str) -> None:
    """Store why a play was not recorded, for the replay that misses it; empty if it was."""
    key = _reason_key(project, play)
    if reason or project.cache.get(key):
        project.cache.put(key, reason)


def _reason_key(project: Project, play: Play) -> str:
    return content_key("unrecorded", str(recording_path(project, play)))


def read_recording(project: Project, path: Path, fix: str) -> Cassette:
    """A cassette, from the project's cache if its content is known. Raises `CassetteError`."""
    # Recording leaves unreadable files alone; only a refresh replaces them.
    repair = fix.replace("--mode record", "--mode refresh", 1)
    return read_cassette(path, project.config.shown(path), project.cache, fix, repair)


def former_path(project: Project, scenario: Scenario, play: Play) -> Path | None:
    """The file of a play with the name that its row had before names kept every letter, or None."""
    former = next((row.former for row in scenario.rows if row.name == play.row), "")
    if former in ("", play.row):
        return None
    path = cassette_path(project.config.cassettes, play.provider, play.scenario, former, play.take)
    return path if path.is_file() else None


def is_of_play(cassette: Cassette, scenario: Scenario) -> bool:
    """Whether a recording with a former name certainly belongs to the scenario's row.

    Many values had one name, numbered in their order, so the row is known only as long as the
    scenario is as it was when it was recorded.
    """
    return cassette.head is not None and cassette.head.scenario_hash == scenario.fingerprint


def _under_former_name(
    project: Project, scenario: Scenario, play: Play, path: Path, missing: CassetteError
) -> tuple[Cassette, tuple[str, ...]]:
    cassette = read_recording(project, path, missing.hint)
    new = project.config.shown(recording_path(project, play))
    if is_of_play(cassette, scenario):
        return cassette, (f"{cassette.path} has the former name of this row; rename it to {new}",)
    detail = (
        f"{cassette.path} has the former name of this row, and the scenario was edited since: "
        f"rename it to {new} if it is the recording of this row"
    )
    raise MissingCassette(missing.code, missing.message, missing.hint, details=(detail,))
