from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from fault_cases import reply
from golden_texts import SECRET, compare, stale, without_what_varies
from misbehaving import nobody, serving
from shop import CASSETTE, JOURNAL, play_dress, shop_runner, write_shop

from harness.conversation import Outcome
from harness.core.errors import ScenarioError
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.reports.failure import failure_screen
from tests.system_limits import as_an_ordinary_user, files_of_at_most, room_for_files

SCENARIO = """\
scenario: dress
turns:
  - user: Is there a pink dress?
    expect: {contains: pink}
  - user: And in blue?
    expect: {contains: blue}
"""
ANSWER = b'{"text": "We have a pink dress, and a blue one too."}'


@dataclass(slots=True)
class Asked:
    """What a recording came to."""

    screen: str
    outcome: Outcome
    requests: int
    """How many the server got."""


@pytest.fixture
def folder(project):
    """The project with a scenario of two turns, whose server is there."""
    write_shop(project.path, SCENARIO)
    return project.path


@pytest.fixture
def server(monkeypatch):
    """The address of a server that answers every turn; how often it was asked."""
    asked: list[int] = []
    answer = reply(ANSWER)

    def script(connection, stopped):
        asked.append(1)
        answer(connection, stopped)

    with serving(script) as address:
        monkeypatch.setenv("SHOP_URL", f"http://{address}")
        yield asked


def play(folder: Path, mode: Mode, runners: dict[Mode, Runner] | None = None):
    """Play the scenario; with runners that are kept, what was read once is not read again."""
    kept = {} if runners is None else runners
    if mode not in kept:
        kept[mode] = shop_runner(folder, mode)
    return play_dress(folder, kept[mode])


@pytest.fixture
def recorded(folder, server):
    """Records, and gives what a person sees."""
    runners: dict[Mode, Runner] = {}

    def record(mode: Mode = Mode.RECORD) -> Asked:
        before = len(server)
        result = play(folder, mode, runners)
        screen = without_what_varies(failure_screen(result)).replace(f"{folder}/", "")
        screen = re.sub(r"by process \d+", "by process N", screen)
        return Asked(f"{screen}\n", result.outcome, len(server) - before)

    return record


def a_folder(folder: Path) -> None:
    (folder / CASSETTE).mkdir(parents=True)


def a_link(folder: Path) -> None:
    (folder / "cassettes/shop").mkdir(parents=True)
    (folder / "cassettes/shop/other.yaml").write_text("precious")
    (folder / CASSETTE).symlink_to("other.yaml")


def a_link_that_leads_out(folder: Path) -> None:
    (folder / "cassettes/shop").mkdir(parents=True)
    (folder / "precious").write_text("precious")
    (folder / CASSETTE).symlink_to("../../precious")


def a_link_to_nothing(folder: Path) -> None:
    (folder / "cassettes/shop").mkdir(parents=True)
    (folder / CASSETTE).symlink_to("gone.yaml")


def a_folder_that_leads_out(folder: Path) -> None:
    (folder / "cassettes").mkdir()
    (folder / "elsewhere").mkdir()
    (folder / "cassettes/shop").symlink_to("../elsewhere")


def a_file_for_the_folder(folder: Path) -> None:
    (folder / "cassettes").write_text("a file")


def a_folder_nobody_may_write_to(folder: Path) -> None:
    (folder / "cassettes/shop").mkdir(parents=True)
    (folder / "cassettes/shop").chmod(0o500)


def a_folder_nobody_may_make(folder: Path) -> None:
    (folder / "cassettes").mkdir(mode=0o500)


def a_folder_nobody_may_enter(folder: Path) -> None:
    (folder / "cassettes/shop").mkdir(parents=True)
    (folder / "cassettes/shop").chmod(0o600)


def a_write_protected_file(folder: Path) -> None:
    (folder / "cassettes/shop").mkdir(parents=True)
    (folder / CASSETTE).write_text("old")
    (folder / CASSETTE).chmod(0o400)


TARGETS: dict[str, Callable[[Path], None]] = {
    "a-folder": a_folder,
    "a-link": a_link,
    "a-link-that-leads-out": a_link_that_leads_out,
    "a-link-to-nothing": a_link_to_nothing,
    "a-folder-that-leads-out": a_folder_that_leads_out,
    "a-file-for-the-folder": a_file_for_the_folder,
    "a-folder-nobody-may-write-to": a_folder_nobody_may_write_to,
    "a-folder-nobody-may-make": a_folder_nobody_may_make,
    "a-folder-nobody-may-enter": a_folder_nobody_may_enter,
    "a-write-protected-file": a_write_protected_file,
}


def tree(folder: Path) -> list[tuple[str, bytes]]:
    """Every file below a folder, links followed."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return sorted((file.relative_to(folder).as_posix(), file.read_bytes()) for file in files)


@pytest.mark.parametrize("case", TARGETS)
def test_where_nothing_can_be_written(case, folder, recorded):
    """The place is looked at before the first request, which may cost money; nothing changes."""
    TARGETS[case](folder)
    before = tree(folder)

    seen = as_an_ordinary_user(lambda: recorded(Mode.REFRESH))

    compare(f"system/target/{case}", seen.screen)
    assert seen.outcome is Outcome.BROKEN
    assert seen.requests == 0
    assert tree(folder) == before


@pytest.mark.parametrize("case", ["file", "folder"])
def test_a_recording_that_may_not_be_read(case, folder, recorded):
    """In replay it is named with the system's reason, and never taken for missing."""
    (folder / "cassettes/shop").mkdir(parents=True)
    (folder / CASSETTE).write_text("kept")
    (folder / CASSETTE if case == "file" else folder / "cassettes/shop").chmod(0)
    try:
        seen = as_an_ordinary_user(lambda: recorded(Mode.RECORD))
    finally:
        (folder / "cassettes/shop").chmod(0o700)

    compare(f"system/unreadable-{case}", seen.screen)
    assert seen.requests == 0


@pytest.mark.parametrize(
    ("case", "number"),
    [("read-only", errno.EROFS), ("lock-open-files", errno.EMFILE), ("quota", errno.EDQUOT)],
)
def test_what_the_system_refuses(case, number, folder, recorded, monkeypatch):
    """What the system says of the place is told before the first request."""
    opened = os.open

    def refuse(path, flags, *rest, **more):
        if flags & os.O_CREAT and ".dress.yaml" in str(path):
            raise OSError(number, os.strerror(number))
        return opened(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", refuse)

    seen = recorded()

    compare(f"system/{case}", seen.screen)
    assert seen.requests == 0
    assert tree(folder / "cassettes") == []


def whole(folder, recorded):
    """Record, and compare once; gives the cassette's bytes."""
    assert recorded(Mode.REFRESH).outcome is Outcome.PASSED
    assert recorded(Mode.REFRESH).outcome is Outcome.PASSED
    return (folder / CASSETTE).read_bytes()


@pytest.mark.parametrize(("case", "room"), [("lock", 1), ("connection", 2)], ids=str)
def test_too_many_open_files(case, room, folder, recorded):
    """Wherever the limit is met, it is named, nothing is half-written, and the old one stays."""
    old = whole(folder, recorded)
    with room_for_files(room):
        seen = recorded(Mode.REFRESH)

    compare(f"system/open-files-{case}", seen.screen)
    assert seen.outcome is Outcome.BROKEN
    assert seen.requests == 0
    assert (folder / CASSETTE).read_bytes() == old
    assert not (folder / JOURNAL).exists()


def test_no_file_can_be_opened_at_all(folder, recorded):
    """Where not even the scenario can be read, it is named with the system's reason."""
    old = whole(folder, recorded)
    with room_for_files(0), pytest.raises(ScenarioError) as caught:
        recorded(Mode.REFRESH)

    compare("system/open-files-scenario", f"{caught.value}\n")
    assert (folder / CASSETTE).read_bytes() == old


@pytest.mark.parametrize(
    ("case", "size"),
    [("lock", 0), ("journal", 100), ("turn", 700)],
    ids=str,
)
def test_no_room_for_a_file(case, size, folder, recorded):
    """Where a file cannot grow, the old recording stays, and what fell short is named."""
    old = whole(folder, recorded)
    with files_of_at_most(size):
        seen = recorded(Mode.REFRESH)

    compare(f"system/no-room-{case}", seen.screen)
    assert seen.outcome is Outcome.BROKEN
    assert (folder / CASSETTE).read_bytes() == old
    assert list(folder.rglob("*.tmp")) == []


def test_a_full_disk_leaves_the_journal(folder, recorded, harness, monkeypatch):
    """Where the cassette finds no space, the journal holds all that was heard, to be taken up."""

    def full(_number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        seen = recorded()

    compare("system/no-space", seen.screen)
    assert seen.requests == 2
    assert not (folder / CASSETTE).exists()
    assert harness("cassettes", "recover").status == 0
    assert play(folder, Mode.REPLAY).outcome is Outcome.PASSED


HOLDING = """
import sys
from pathlib import Path
from harness.transport.lock import WriterLock
lock = WriterLock(Path(sys.argv[1]), sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def test_another_process_records_it(folder, recorded):
    """The second one ends before its first request, and names the process of the first."""
    (folder / "cassettes/shop").mkdir(parents=True)
    command = [sys.executable, "-c", HOLDING, str(folder / CASSETTE)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        seen = recorded()
        other.stdin.close()

    compare("system/locked", seen.screen)
    assert seen.requests == 0
    assert recorded().outcome is Outcome.PASSED


def test_d14_a_journal_that_was_left_goes_with_a_whole_recording(folder, recorded):
    """The next recording that comes to its end leaves nothing of an earlier one, and no note."""
    whole(folder, recorded)
    journal = folder / JOURNAL
    journal.write_text('{"journal": 1, "process": 1, "recorded_at": "2026-01-02T03:04:05+00:00"}\n')

    result = play(folder, Mode.REFRESH)

    assert (result.outcome, result.notes) == (Outcome.PASSED, ())
    assert not list(journal.parent.glob(".*"))


def test_a_journal_that_was_left_is_kept_where_recording_breaks(folder, recorded):
    """The note names it, and the command that takes it up."""
    whole(folder, recorded)
    journal = folder / JOURNAL
    journal.write_text('{"journal": 1, "process": 1, "recorded_at": "2026-01-02T03:04:05+00:00"}\n')

    with nobody() as address:
        environment = {"SHOP_URL": f"http://{address}", "SHOP_KEY": SECRET}
        result = play_dress(folder, shop_runner(folder, Mode.REFRESH, environment))

    assert result.notes[0] == (
        "cassettes/shop/.dress.yaml.journal contains 0 interactions of an interrupted recording "
        "(2026-01-02T03:04:05+00:00); it is kept: "
        "harness cassettes recover cassettes/shop/.dress.yaml.journal.old"
    )
    assert SECRET not in journal.with_name(f"{journal.name}.old").read_text()


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    names = {f"target/{case}" for case in TARGETS}
    names |= {f"open-files-{case}" for case in ("lock", "connection", "scenario")}
    names |= {f"no-room-{case}" for case in ("lock", "journal", "turn")}
    names |= {"unreadable-file", "unreadable-folder", "no-space", "locked"}
    names |= {"read-only", "lock-open-files", "quota"}

    assert stale("system", names) == set()
