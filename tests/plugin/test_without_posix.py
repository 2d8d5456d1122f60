from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.echo_bot import API_KEY

HIDING = """\
import os, select, signal, sys

for module in ("fcntl", "resource", "termios", "tty", "pty", "pwd", "grp"):
    sys.modules[module] = None
for owner, names in {
    os: "fork forkpty register_at_fork pread geteuid getuid sched_getaffinity killpg setsid"
    " O_NOFOLLOW O_CLOEXEC O_DIRECTORY O_NOCTTY O_NONBLOCK",
    select: "poll epoll",
    signal: "SIGHUP SIGKILL SIGALRM pthread_sigmask",
}.items():
    for name in names.split():
        delattr(owner, name)
"""
"""What Windows does not have, taken away before anything of ours is imported."""


@pytest.fixture
def windows(project, tmp_path):
    """Runs a command of the harness in the recorded project, without what POSIX alone has."""
    folder = tmp_path / "hiding"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(HIDING, encoding="utf-8")

    def run(command: str, *arguments: str, status: int = 0, **variables: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", **variables}
        done = subprocess.run(
            [Path(sys.executable).with_name(command), *arguments],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        output = done.stdout + done.stderr
        assert "Traceback" not in output, output
        assert done.returncode == status, output
        return output

    return run


def test_c3_what_is_hidden(windows):
    """The modules and names are really gone in a process of these tests."""
    code = "import os, signal, harness; print(hasattr(os, 'fork'), hasattr(signal, 'SIGHUP'))"
    (output,) = windows("python", "-c", code).splitlines()

    assert output == "False False"


def test_c3_lint_replay_and_reports(windows, project):
    """Lint, a replay with all reports, and the care of recordings need nothing of POSIX."""
    assert "0 problems" in windows("harness", "lint")
    windows("harness", "run")
    results = json.loads((project / "reports/results.json").read_text(encoding="utf-8"))

    assert {one["outcome"] for one in results["conversations"]} == {"passed"}
    assert (project / "reports/report.html").is_file()
    assert (project / "reports/junit.xml").is_file()
    windows("harness", "cassettes", "check")


def test_c3_recording(windows, project, echo):
    """Recordings are made, and a lock that is held is told with its process."""
    cassette = project / "cassettes/echo/greet.yaml"
    cassette.unlink()
    address = {"ECHO_URL": echo.url, "ECHO_API_KEY": API_KEY}
    greet = "scenarios/greet.yaml::greet"
    windows("pytest", greet, "--harness-mode=record", "--harness-provider=echo", **address)

    assert cassette.is_file()
    assert not list(cassette.parent.glob(".*"))
    windows("pytest", greet, "--harness-provider=echo")
