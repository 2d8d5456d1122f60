from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.watching.file_events import FileEvents
from harness.watching.rounds import Selection
from harness.watching.screen import screen_of
from harness.watching.watched_project import WatchedProject
from tests.plugin.project import scenario_text

COMMAND = (sys.executable, "-c", "from harness.cli import main; main()")
PATIENCE = 60
"""Seconds for what takes less than one."""


@pytest.fixture
def watched(project):
    """The recorded project, opened and played once."""

    def opened(**selection) -> WatchedProject:
        found = WatchedProject(project / "harness.yaml", Selection(**selection))
        found.open()
        found.start()
        return found

    return opened


def replace(file: Path, old: str, new: str) -> Path:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return file


def test_the_first_round_plays_the_selection(project):
    """All scenarios, of which those that pass have no lines of their own."""
    found = WatchedProject(project / "harness.yaml", Selection())
    found.open()

    first = found.start()

    assert (first.played, first.counts["passed"], first.reds) == (4, 4, ())
    assert screen_of(first, "12:00:00").endswith("\n\n4 passed; watching, Ctrl-C ends")


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        ({"tags": ("smoke",)}, 2),
        ({"providers": ("parrot",)}, 3),
        ({"tags": ("smoke", "colourful")}, 4),
    ],
    ids=["tag", "provider", "two tags"],
)
def test_a_selection_is_played(project, selection, count):
    """Tags and providers select as in other runs."""
    found = WatchedProject(project / "harness.yaml", Selection(**selection))
    found.open()

    assert found.start().played == count


def test_a_path_is_played(project):
    """Scenarios outside it are not played, whatever changes."""
    found = WatchedProject(
        project / "harness.yaml", Selection(paths=(project / "scenarios" / "shop",))
    )
    found.open()

    assert found.start().played == 3
    greet = replace(project / "scenarios/greet.yaml", "smoke", "spare")
    assert found.after({greet}).played == 0


def test_a_changed_scenario_is_played_alone(watched, project):
    """Its failure is shown as pytest shows it."""
    project_ = watched()
    file = replace(project / "scenarios/greet.yaml", "contains: Hello", "contains: Bye")

    last = project_.after({file})

    assert (last.played, last.changed, last.counts["failed"]) == (1, ("scenarios/greet.yaml",), 1)
    [red] = last.reds
    assert (red.name, red.outcome) == ("scenarios/greet.yaml::greet[echo]", "failed")
    assert "scenarios/greet.yaml:7:7: turn 1: " in red.screen


def test_a_red_scenario_stays_until_it_is_green(watched, project):
    """Other changes list it in one line."""
    project_ = watched()
    greet, other = (project / "scenarios" / one for one in ("greet.yaml", "shop/only-echo.yaml"))
    project_.after({replace(greet, "contains: Hello", "contains: Bye")})

    still = project_.after({replace(other, "smoke, named", "smoke")})
    green = project_.after({replace(greet, "contains: Bye", "contains: Hello")})

    assert "\nfailed  scenarios/greet.yaml::greet[echo]\n\n3 passed" in screen_of(still, "")
    assert (still.fresh, green.reds, green.counts["passed"]) == (0, (), 4)


@pytest.mark.parametrize(
    ("name", "old", "new", "count"),
    [
        ("schemas/short-answer.schema.json", "9", "1", 1),
        ("definitions/echo/provider.yaml", "text: $.reply.text", "text: $.reply.words", 4),
        ("cassettes/echo/colours--red.yaml", "red", "rad", 1),
        ("harness.yaml", "  parrot:", "  parrot:\n    retries: 2", 0),
        ("harness.yaml", "provider: echo", "provider: parrot", 3),
    ],
    ids=["schema", "definition", "recording", "another provider", "default provider"],
)
def test_a_change_is_followed(watched, project, name, old, new, count):
    """What is kept of the old files is not used."""
    project_ = watched()

    last = project_.after({replace(project / name, old, new)})

    assert last.played == count
    assert bool(last.reds) == (count > 0 and name != "harness.yaml")


def test_a_changed_env_file_plays_everything(watched, project):
    """A variable of it can be used anywhere."""
    project_ = watched()
    (project / ".env").write_text("ECHO_WORD=hello\n")

    assert project_.after({project / ".env"}).played == 4


def test_a_file_that_is_wrong_is_shown_and_nothing_ends(watched, project):
    """When it is right again, its scenarios are played."""
    project_ = watched()
    file = replace(project / "scenarios/greet.yaml", "turns:", "turnz:")

    wrong = project_.after({file})
    right = project_.after({replace(file, "turnz:", "turns:")})

    assert [(red.name, red.outcome) for red in wrong.reds] == [("scenarios/greet.yaml", "wrong")]
    assert "did you mean 'turns'?" in wrong.reds[0].screen
    assert screen_of(wrong, "").endswith("3 passed, 1 file wrong; watching, Ctrl-C ends")
    assert (right.played, right.reds) == (1, ())


def test_a_wrong_harness_yaml_is_shown_and_nothing_ends(watched, project):
    """As long as it is wrong, nothing is played; then everything is."""
    project_ = watched()
    file = replace(project / "harness.yaml", "providers:", "providerz:")

    wrong = project_.after({file})
    still = project_.after({replace(project / "scenarios/greet.yaml", "smoke", "spare")})
    right = project_.after({replace(file, "providerz:", "providers:")})

    assert [red.name for red in wrong.reds] == [red.name for red in still.reds] == ["harness.yaml"]
    assert (right.played, right.reds) == (4, ())


def test_new_and_deleted_files_are_followed(watched, project):
    """A new scenario is played; a deleted one is forgotten with its failure."""
    project_ = watched()
    new = project / "scenarios" / "new.yaml"
    new.write_text(scenario_text("new"))

    added = project_.after({new})
    new.unlink()
    gone = project_.after({new})

    assert [(red.name, red.outcome) for red in added.reds] == [
        ("scenarios/new.yaml::new[echo]", "broken")
    ]
    assert (gone.reds, gone.counts["passed"]) == ((), 4)


def test_two_files_with_one_id_are_followed(watched, project):
    """The second is wrong until the first has gone."""
    project_ = watched()
    copy = project / "scenarios" / "a-copy.yaml"
    shutil.copy(project / "scenarios/greet.yaml", copy)

    both = project_.after({copy})
    copy.unlink()
    one = project_.after({copy})

    assert [red.name for red in both.reds] == ["scenarios/greet.yaml"]
    assert (one.played, one.reds) == (1, ())


def test_a_folder_that_has_gone_plays_everything(watched, project):
    """The system may report only the folder."""
    project_ = watched()
    shutil.rmtree(project / "cassettes" / "echo")

    last = project_.after({project / "cassettes" / "echo"})

    assert (last.played, last.counts["broken"]) == (4, 4)


def test_a_file_of_an_editor_touches_nothing(watched, project):
    """It is gone before anybody could read it."""
    last = watched().after({project / "scenarios" / "sedAbc"})

    assert (last.played, last.changed) == (0, ())


def test_python_code_is_imported_again(project):
    """A check of the project, and a module that it imports."""
    (project / "checks").mkdir()
    (project / "checks" / "words.py").write_text("WORD = 'Hello'\n")
    (project / "checks" / "own.py").write_text(
        "import sys\nfrom pathlib import Path\nimport harness\n"
        "sys.path.insert(0, str(Path(__file__).parent))\nimport words\n\n"
        "@harness.check(schema={'type': 'boolean'}, on='text')\n"
        "def greets(subject, value):\n"
        "    return None if words.WORD in subject.text else 'no greeting'\n"
    )
    with (project / "harness.yaml").open("a") as file:
        file.write("checks: [checks/own.py]\n")
    replace(
        project / "scenarios/greet.yaml", "      contains", "      greets: true\n      contains"
    )
    found = WatchedProject(project / "harness.yaml", Selection())
    found.open()
    before = found.start()

    last = found.after({replace(project / "checks/words.py", "Hello", "Bye")})

    assert (before.reds, last.played) == ((), 1)
    assert [red.name for red in last.reds] == ["scenarios/greet.yaml::greet[echo]"]


def test_changes_of_one_moment_come_together(tmp_path):
    """As those of `git checkout`; of a file that is renamed to another one, the other one too."""
    (tmp_path / "a").mkdir()
    events = FileEvents([tmp_path / "a"], [tmp_path])
    try:
        # The system needs a moment to begin.
        while not events.wait(0.2):
            (tmp_path / "a" / "first.yaml").write_text("1")
        events.wait(0.5)
        for number in range(50):
            (tmp_path / "a" / f"{number}.yaml").write_text("1")
        (tmp_path / "a" / "temporary").write_text("2")
        (tmp_path / "a" / "temporary").rename(tmp_path / "a" / "first.yaml")
        found = events.wait(PATIENCE)
        (tmp_path / "harness.yaml").write_text("1")
        above = events.wait(PATIENCE)
    finally:
        events.stop()

    assert {tmp_path / "a" / f"{number}.yaml" for number in range(50)} < found
    assert tmp_path / "a" / "first.yaml" in found
    assert above == {tmp_path / "harness.yaml"}


@contextmanager
def watching(folder: Path, *options: str):
    """`harness watch` in a process of its own: its lines, and the process."""
    process = subprocess.Popen(
        [*COMMAND, "watch", *options],
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    reader = threading.Thread(target=lambda: [*map(lines.put, process.stdout)], daemon=True)
    reader.start()

    def until(end: str) -> list[str]:
        found = []
        while not found or not found[-1].endswith(end):
            found.append(lines.get(timeout=PATIENCE).rstrip("\n"))
        return found

    try:
        yield process, until
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()


def test_it_watches_until_it_is_stopped(project):
    """Without a terminal each round is printed below the one before; Ctrl-C is status 0."""
    with watching(project) as (process, until):
        first = until("Ctrl-C ends")
        replace(project / "scenarios/greet.yaml", "contains: Hello", "contains: Bye")
        second = until("Ctrl-C ends")
        process.send_signal(signal.SIGINT)
        status = process.wait(PATIENCE)

    assert first[-1] == "4 passed; watching, Ctrl-C ends"
    assert "scenarios/greet.yaml changed; 1 scenario played" in second[0]
    assert second[-1] == "3 passed, 1 failed; watching, Ctrl-C ends"
    assert status == 0


def test_it_begins_with_what_failed(project, run):
    """Of the last run of pytest."""
    replace(project / "scenarios/greet.yaml", "contains: Hello", "contains: Bye")
    run()

    with watching(project, "--last-failed") as (_, until):
        first = until("Ctrl-C ends")

    assert "1 scenario played" in first[0]
    assert first[-1] == "1 failed; watching, Ctrl-C ends"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("nowhere",), "there is no file or folder nowhere [no-such-file]"),
        (("--provider", "ecco"), "unknown provider 'ecco'; did you mean 'echo'?"),
        (("--tag", "smok"), "unknown tag 'smok'; did you mean 'smoke'?"),
    ],
)
def test_wrong_use(project, options, expected):
    """It ends at once."""
    done = subprocess.run(
        [*COMMAND, "watch", *options],
        cwd=project,
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert done.returncode == 2
    assert expected in done.stderr
