from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from tests.plugin.project import scenario_text

GENEROUS = 60
"""Seconds; a busy machine may need them."""
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:randomly"]
HARNESS = [sys.executable, "-c", "from harness.cli import main; main()", "run"]
COMMANDS = {"pytest": PYTEST, "harness-run": HARNESS, "xdist": [*PYTEST, "-n", "2"]}
TWO = """\
scenario: two
turns:
  - {user: Hello, expect: {contains: Hello}}
  - {user: '[[wait]]', expect: {contains: wait}}
"""


@pytest.fixture
def stopped(project, echo):
    """Records a scenario, and sends a signal while its second turn waits: status and output."""
    (project / "scenarios/two.yaml").write_text(TWO)

    def stop(
        command: list[str],
        *numbers: signal.Signals,
        mode: str = "record",
        to_group: bool = False,
        waiting: int = 1,
    ):
        echo.crowd = waiting
        option = "--mode" if command[:3] == HARNESS[:3] else "--harness-mode"
        with subprocess.Popen(
            [*command, "scenarios/two.yaml", f"{option}={mode}"],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            send = partial(os.killpg, process.pid) if to_group else process.send_signal
            try:
                assert echo.crowded.wait(GENEROUS)
                for number in numbers:
                    send(number)
                    # So that they are two: one that waits already is not sent again.
                    time.sleep(0.05)
                printed, _ = process.communicate(timeout=GENEROUS)
            finally:
                process.kill()
        return process.returncode, printed

    return stop


JOURNAL = "cassettes/echo/.two.yaml.journal"
NOTE = (
    f"note: {JOURNAL} contains an interrupted conversation; run the same"
    " command again to record what is missing, or see what was received: harness cassettes recover"
    f" {JOURNAL}\n"
)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_b12_a_signal_ends_a_recording_in_order(command, number, stopped, project, echo):
    """The conversation is closed at its server, its turns are in the journal, nothing is cut.

    Only the process that was started gets the signal, whichever it is.
    """
    status, printed = stopped(command, number)

    is_interrupt = number == signal.SIGINT
    assert status == (pytest.ExitCode.INTERRUPTED if is_interrupt else 128 + number), printed
    assert ("KeyboardInterrupt" if is_interrupt else f"stopped by {number.name}") in printed
    assert "Traceback" not in printed
    assert printed.count(NOTE) == 1, printed
    assert echo.are_closed()
    assert (project / JOURNAL).is_file()
    assert not (project / "cassettes/echo/two.yaml").exists()
    assert not list((project / "cassettes").rglob("*.tmp"))


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("to_group", [True, False], ids=["terminal", "alone"])
def test_b12_a_second_ctrl_c_breaks_nothing_off(command, to_group, stopped, echo):
    """Whoever presses it twice, in a terminal that sends it to all processes, closes as much."""
    status, printed = stopped(command, signal.SIGINT, signal.SIGINT, to_group=to_group)

    assert status == pytest.ExitCode.INTERRUPTED, printed
    assert "Traceback" not in printed
    assert echo.are_closed()


def test_ctrl_c_keeps_what_was_heard(stopped, project, run, echo):
    """The journal of a recording that Ctrl-C ended stays until the next one is whole."""
    status, _ = stopped(PYTEST, signal.SIGINT)
    journal = (project / JOURNAL).read_text()
    (project / "scenarios/two.yaml").write_text(TWO.replace("[[wait]]", "wait"))

    result = run("scenarios/two.yaml", "--harness-mode=record")

    assert status == pytest.ExitCode.INTERRUPTED
    assert "You said: Hello" in journal
    result.assert_outcomes(passed=1)
    assert not list((project / JOURNAL).parent.glob(".*"))


def test_several_journals_are_counted(project, stopped):
    """The first is named; what an earlier run left is none of them."""
    (project / "cassettes/echo/.greet.yaml.journal").write_text("")
    (project / "scenarios/zwei.yaml").write_text(TWO.replace("scenario: two", "scenario: zwei"))

    _, printed = stopped([*PYTEST, "scenarios/zwei.yaml"], signal.SIGINT, waiting=2)

    assert "note: 2 journals contain interrupted conversations" in printed
    assert f", the first is {JOURNAL}; run the same command again" in printed


def test_sigkill_leaves_a_journal_and_no_lock(stopped, project, run, echo):
    """Nothing can be done about it; the next recording is not kept out, and leaves nothing."""
    status, _ = stopped(PYTEST, signal.SIGKILL)
    (project / "scenarios/two.yaml").write_text(TWO.replace("[[wait]]", "wait"))

    result = run("scenarios/two.yaml", "--harness-mode=record")

    assert status == -signal.SIGKILL
    result.assert_outcomes(passed=1)
    assert not list((project / JOURNAL).parent.glob(".*"))


def test_a_handler_of_somebody_else_stays(run, echo, project, pytester):
    """A project that handles SIGTERM itself keeps its handler."""
    (project / "scenarios/one.yaml").write_text(scenario_text("one"))
    pytester.makeconftest(
        "import signal\n\n\ndef pytest_configure():\n"
        "    signal.signal(signal.SIGTERM, ours)\n\n\n"
        "def ours(*_):\n    pass\n\n\n"
        "def pytest_runtest_setup():\n"
        "    assert signal.getsignal(signal.SIGTERM) is ours\n"
    )
    before = signal.getsignal(signal.SIGTERM)
    try:
        run("scenarios/one.yaml", "--harness-mode=live").assert_outcomes(passed=1)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_after_a_run_the_signal_is_as_before(run, echo, project):
    """A run in a process that goes on leaves no handler behind."""
    before = signal.getsignal(signal.SIGTERM)

    run("scenarios/greet.yaml", "--harness-mode=live").assert_outcomes(passed=1)

    assert signal.getsignal(signal.SIGTERM) is before
