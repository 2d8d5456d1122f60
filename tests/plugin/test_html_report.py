from __future__ import annotations

import subprocess
import sys
from threading import Thread

import httpx
import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.cli.commands.report import ReportServer


@pytest.fixture
def served(run, project):
    """The report of a run, served."""
    run("--harness-reports=reports")
    with ReportServer(project / "reports/report.html") as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_run_with_reports_writes_the_page_and_a_build_writes_the_same(run, project):
    """`harness report build` needs results.json alone."""
    run("--harness-reports=reports")
    page = project / "reports/report.html"
    before = page.read_bytes()
    page.unlink()

    ended = CliRunner().invoke(app, ["report", "build"])

    assert ended.exit_code == 0
    assert page.read_bytes() == before


def test_a_run_without_reports_imports_nothing_of_them(project):
    """Who wants no report does not wait for one."""
    code = (
        "import pytest, sys; pytest.main(['-q', '-p', 'no:cacheprovider']); "
        "print('imported', [name for name in sys.modules if 'reports.html' in name])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=project, check=False, capture_output=True, text=True
    )

    assert "4 passed" in ended.stdout
    assert "imported []" in ended.stdout


def test_a_drifted_turn_is_stored_with_what_was_recorded(run, echo, project):
    """So that the page shows both sides."""
    echo.manner = type(echo.manner)(says="You just said")
    run("--harness-mode=drift", "scenarios/greet.yaml", "--harness-reports=reports")

    text = (project / "reports/results.json").read_text()
    assert '"recorded":["You said: Hello there"]' in text


def test_the_served_page_is_the_file(served, project):
    """At the root and under its name, and no other file of the folder."""
    page = httpx.get(served.url)
    other = httpx.get(f"{served.url}results.json")

    assert page.content == (project / "reports/report.html").read_bytes()
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert other.status_code == 404


def test_a_page_elsewhere_cannot_read_it_by_a_name_of_its_own(served):
    """A name that was pointed at this machine is refused."""
    answer = httpx.get(served.url, headers={"Host": f"evil.example:{served.server_port}"})

    assert answer.status_code == 421


def test_serving_nothing_says_what_to_do(project):
    """The missing file is named, with the command that makes it."""
    ended = CliRunner().invoke(app, ["report", "serve", "nowhere", "--no-browser"])

    assert ended.exit_code == 2
    assert "report.html: there is no such file; `harness report build` makes it" in ended.stderr


def test_a_port_that_is_taken_is_told(served):
    """No traceback."""
    command = ["report", "serve", "--no-browser", "--port", str(served.server_port)]

    ended = CliRunner().invoke(app, command)

    assert ended.exit_code == 2
    assert "the report cannot be served: Address already in use [no-report]" in ended.stderr
