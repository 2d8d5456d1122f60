"""`harness cassettes`: checks, shows, prunes, recovers and scans recordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from harness.cassettes.fitting import Fitting
from harness.cassettes.inventory import Inventory, take_inventory
from harness.cassettes.judged_answers import JudgedAnswers
from harness.cassettes.recording_check import Checking, CheckTally, is_orphan
from harness.cassettes.recovering import Recovery, examine, journals_of, take_up
from harness.cassettes.scanning import files_below, project_secrets, scan_file
from harness.cli.here import config_here, project_here
from harness.cli.terminal import agrees, echo
from harness.conversation import Transcript
from harness.core import AuthoringError, CassetteError, counted
from harness.project.project import Project
from harness.reports.recorded import answers_page, recorded_lines, recorded_page
from harness.secrets.redaction import Redactor
from harness.secrets.secret_scan import SecretScan
from harness.transport.cassette import read_cassette

MOST_OLD = 20
"""The most recordings of an older kind that `check` lists."""


def check_cassettes(paths: Sequence[str], max_age: float | None) -> int:
    """Print the problems of the recordings. Returns the number of findings.

    Without a `max_age` in seconds, that of harness.yaml counts.
    """
    project = project_here()
    oldest = project.config.max_age if max_age is None else max_age
    inventory = take_inventory(project, paths)
    checking = Checking(inventory, now=datetime.now(UTC), max_age=oldest)
    for finding in checking.findings():
        echo(str(finding))
    echo(_summary(checking.tally))
    return checking.tally.by_code.total()


def show_cassettes(paths: Sequence[str]) -> int:
    """Print cassettes as conversations. Returns the number that cannot be read, 1 for none."""
    unreadable = 0
    inventory = take_inventory(project_here(), paths)
    fitting = Fitting(inventory)
    # The messages of the user come from the scenario, which is not redacted.
    redactor = Redactor(project_secrets(inventory.project))
    files = list(_shown_files(inventory))
    if not files:
        echo("there is no recording")
        return 1
    for number, path in enumerate(files):
        if number:
            echo()
        try:
            echo(redactor.text("\n".join(_page(inventory, fitting, path))))
        except CassetteError as error:
            unreadable += 1
            echo(str(error))
    return unreadable


def prune_cassettes(paths: Sequence[str], *, is_agreed: bool) -> None:
    """List the recordings that nothing plays, ask, and remove them.

    Raises the `AuthoringError` of a scenario file that cannot be read: its recordings are unknown.
    """
    inventory = take_inventory(project_here(), paths)
    if inventory.unreadable:
        raise inventory.unreadable[0]
    unused: list[Path] = []
    unreadable: list[CassetteError] = []
    for path in filter(inventory.is_asked, inventory.files):
        try:
            if is_orphan(inventory, path, inventory.read(path).head):
                unused.append(path)
        except CassetteError as error:
            unreadable.append(error)
    left = (path for path in inventory.remains if path.suffix == ".tmp")
    unused += filter(inventory.is_asked, left)
    for path in unused:
        echo(inventory.shown(path))
    for unread in unreadable:
        echo(f"left as it is: {unread.message} [{unread.code}]")
    if not unused:
        echo("there is nothing to remove")
        return
    if not is_agreed and not agrees(f"Remove {counted(len(unused), 'file')}?"):
        echo("nothing was removed")
        return
    for path in unused:
        _remove(path, inventory.project.config.cassettes)
    echo(f"{counted(len(unused), 'file')} removed")


def _remove(path: Path, cassettes: Path) -> None:
    """Remove a file, and the folders that are empty without it."""
    path.unlink(missing_ok=True)
    with suppress(OSError):
        for folder in path.relative_to(cassettes).parents[:-1]:
            (cassettes / folder).rmdir()


def recover_journals(paths: Sequence[str], *, is_discarded: bool, takes_broken: bool) -> int:
    """Make cassettes from journals, or remove the journals. Returns how many journals remain.

    With `takes_broken`, also from conversations that the network interrupted.
    """
    project = project_here()
    inventory = take_inventory(project, paths)
    journals = journals_of(inventory)
    if not journals:
        echo("there is no journal")
        return 0
    scan = SecretScan(project_secrets(project))
    left = 0
    for journal in journals:
        if is_discarded:
            journal.unlink()
            echo(f"{inventory.shown(journal)}: removed")
            continue
        recovery = examine(inventory, journal, takes_broken=takes_broken)
        if not _recovered(inventory, recovery, scan):
            left += 1
    return left


def scan_files(paths: Sequence[str]) -> int:
    """Print the places of secrets in files. Returns their number."""
    config = config_here()
    secrets = project_secrets(Project(config)) if config is not None else {}
    files = found = 0
    for file in files_below(paths):
        files += 1
        for hit in scan_file(file, secrets):
            found += 1
            echo(f"{hit} [secret-found]")
    echo(f"{counted(files, 'file')}, {counted(found, 'secret')}")
    return found


def _summary(tally: CheckTally) -> str:
    codes = ", ".join(f"{count} {code}" for code, count in sorted(tally.by_code.items()))
    found = counted(tally.by_code.total(), "finding")
    lines = [f"{counted(tally.cassettes, 'cassette')}, {found}{f': {codes}' if codes else ''}"]
    if tally.edited:
        lines.append(
            f"{tally.edited} recorded before an edit of the scenario or "
            "definition, and still correct"
        )
    if tally.of_python:
        lines.append(f"{tally.of_python} of Python tests, whose turns are not compared")
    lines += _listed(
        "in format 1, whose checksum does not cover the head",
        tally.of_first_format,
        "record them again",
    )
    what = "under a former name of their row"
    lines += _listed(what, tally.of_former_name, "record them again")
    return "\n".join(lines)


def _listed(what: str, paths: list[str], fix: str) -> list[str]:
    if not paths:
        return []
    more = f" and {len(paths) - MOST_OLD} more" if len(paths) > MOST_OLD else ""
    return [f"{len(paths)} {what}: {', '.join(paths[:MOST_OLD])}{more}; {fix} with --mode refresh"]


def _shown_files(inventory: Inventory) -> Iterator[Path]:
    """The cassettes that the paths name, including those outside the project's folder."""
    inside = [*filter(inventory.is_asked, inventory.files)]
    yield from inside
    scenarios = {slot.play.file for slot in inventory.slots.values()}
    for path in inventory.named:
        if path.is_file() and path not in inside and path not in scenarios:
            yield path


def _page(inventory: Inventory, fitting: Fitting, path: Path) -> Iterator[str]:
    slot, judged = inventory.slots.get(path), inventory.judged.get(path)
    known = slot or judged
    cassette = inventory.read(path) if known else read_cassette(path, inventory.shown(path))
    if judged is not None:
        answers = JudgedAnswers(inventory, fitting).answers(judged, cassette)
        of = {answer.turn: answer.opinion for answer in answers}
        yield answers_page(cassette, of, played_by=inventory.shown(judged.slot.play.file))
        return
    if slot is None or slot.is_preparation:
        yield recorded_page(cassette)
        return
    transcript: Transcript | None = None
    reason = ""
    try:
        result = fitting.replay(slot, cassette)
        transcript = result.transcript
        if result.error is not None:
            reason = str(result.error).partition("\n")[0].removeprefix(f"{cassette.path}: ")
    except AuthoringError as error:
        reason = str(error.problems[0])
    yield recorded_page(cassette, transcript, played_by=inventory.shown(slot.play.file))
    if reason:
        yield ""
        yield from recorded_lines("replay", reason)


def _recovered(inventory: Inventory, recovery: Recovery, scan: SecretScan) -> bool:
    slot = recovery.slot
    played_by = inventory.shown(slot.play.file) if slot else ""
    if recovery.cassette.head is not None:
        page = recorded_page(recovery.cassette, recovery.transcript, played_by=played_by)
        echo(f"{page}\n")
    if recovery.problem is not None:
        echo(str(recovery.problem))
        return False
    try:
        take_up(recovery, scan, inventory.shown(recovery.path))
    except CassetteError as error:
        echo(str(error))
        return False
    echo(f"{inventory.shown(recovery.path)}: written")
    return True
