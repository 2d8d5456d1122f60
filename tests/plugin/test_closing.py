from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from harness.emulators import serving
from tests.plugin.project import scenario_text

HARNESS_YAML = """\
providers:
  bighummingbird:
    definition: bighummingbird
    settings: {base_url: '${env.BIGHUMMINGBIRD_URL}'}
"""

SCENARIO = """\
scenario: trip
session: {country: France}
timeout: 20s
turns:
  - user: Help me plan a trip.
    expect: {contains: Eiffel Tower}
  - user: SECOND
    expect: {contains: Paris}
"""

GENEROUS = 20
"""Seconds in which a process that was told to stop must be gone; it takes less than one."""


@pytest.fixture(scope="module")
def emulator():
    with serving(["bighummingbird"]) as running:
        yield running.urls["bighummingbird"]


@pytest.fixture
def trip(pytester, emulator, monkeypatch):
    """A project that talks to the emulator; the second message is the test's to choose."""
    monkeypatch.setenv("BIGHUMMINGBIRD_URL", emulator)
    monkeypatch.delenv("HARNESS_MODE", raising=False)
    (pytester.path / "harness.yaml").write_text(HARNESS_YAML)

    def write(second: str, timeout: str = "20s") -> None:
        (pytester.path / "scenarios").mkdir(exist_ok=True)
        text = SCENARIO.replace("SECOND", json.dumps(second)).replace("20s", timeout)
        (pytester.path / "scenarios/trip.yaml").write_text(text)

    return write


@pytest.fixture
def sessions(emulator):
    """The sessions of the emulator that nobody deleted."""
    parts = urlsplit(emulator)

    def ask() -> list[str]:
        url = f"{parts.scheme}://{parts.netloc}/__emulator__/sessions"
        with urlopen(url, timeout=10) as answer:  # noqa: S310  # our own emulator
            return json.load(answer)["open"]

    return ask


@pytest.mark.parametrize("mode", ["live", "record"])
@pytest.mark.parametrize(
    ("second", "last_line"),
    [
        pytest.param("Where am I going?", "*= 1 passed in*", id="passed"),
        pytest.param("I go to Norway", "problems: 1 contains", id="failed"),
        pytest.param("[[html]]", "problems: 1 html-page", id="broken"),
        pytest.param("[[close]]", "problems: 1 connection-broken", id="cut-off"),
        pytest.param("[[status 500]]", "problems: 1 unexpected-status", id="refused"),
    ],
)
def test_the_session_is_deleted_however_the_conversation_ends(
    run_here, trip, sessions, mode, second, last_line
):
    """Passed, failed, broken or refused: the server has no open session afterwards."""
    trip(second)

    result = run_here(f"--harness-mode={mode}")

    result.stdout.fnmatch_lines([last_line])
    assert sessions() == []


@pytest.mark.parametrize("mode", ["live", "record"])
def test_the_session_is_deleted_when_time_is_over(run_here, trip, sessions, mode):
    """A conversation that exceeds its `timeout` is broken, and closed on a line of its own."""
    trip("[[slow 5s]]", timeout="300ms")

    result = run_here(f"--harness-mode={mode}")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["problems: 1 scenario-timeout"])
    assert sessions() == []


def test_what_was_heard_before_the_network_broke_is_kept_for_a_while(run_here, trip, pytester):
    """A cut connection leaves no recording but a journal, until the conversation is recorded."""
    trip("[[close]]")
    run_here("--harness-mode=record").assert_outcomes(errors=1)
    left = _files(pytester.path / "cassettes")
    trip("Where am I going?")

    run_here("--harness-mode=record").assert_outcomes(passed=1)

    assert left == [".trip.yaml.journal"]
    assert _files(pytester.path / "cassettes") == ["trip.yaml"]


def _files(folder) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file()]


def _interrupted(folder, is_ready, *arguments: str) -> tuple[int, str]:
    """Start pytest, send Ctrl-C when `is_ready`, and give its exit status and what it printed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", *arguments]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with process:
        try:
            assert is_ready(GENEROUS)
            process.send_signal(signal.SIGINT)
            printed, _ = process.communicate(timeout=GENEROUS)
        finally:
            process.kill()
    return process.returncode, printed


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")
@pytest.mark.parametrize("mode", ["live", "record"])
def test_control_c_ends_the_run_and_deletes_what_was_opened(project, echo, mode):
    """While servers keep three conversations waiting, Ctrl-C ends the process and closes them."""
    folder = project / "scenarios/slow"
    folder.mkdir()
    for number in range(3):
        text = scenario_text(f"slow-{number}", says="[[wait]]")
        (folder / f"slow-{number}.yaml").write_text(text)
    before = {*(project / "cassettes").rglob("*.yaml")}

    echo.crowd = 3

    status, printed = _interrupted(
        project, echo.crowded.wait, f"--harness-mode={mode}", "scenarios/slow"
    )

    assert status == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in printed
    assert len(echo.talked_in) == 3
    assert echo.are_closed()
    assert before == {*(project / "cassettes").rglob("*.yaml")}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")
def test_control_c_closes_what_the_fixture_opened(project, echo, pytester):
    """A conversation that a Python test holds is closed by Ctrl-C as well."""
    pytester.makepyfile(
        test_slow="def test_slow(conversation):\n    conversation().say('[[wait]]')\n"
    )

    status, _ = _interrupted(project, echo.crowded.wait, "--harness-mode=live", "test_slow.py")

    assert status == pytest.ExitCode.INTERRUPTED
    assert len(echo.talked_in) == 1
    assert echo.are_closed()
