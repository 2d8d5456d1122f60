"""What a command imports before it works, and what that spares changes nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from harness.cli.app import app

IMPORTED = """
import sys
from harness.cli import main
try:
    main()
finally:
    print("imported", [name for name in {heavy} if name in sys.modules])
"""


def _imported(folder, heavy: list[str], *arguments: str) -> str:
    """Which of the modules a command imports: the last line of its output."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED.format(heavy=heavy), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def test_help_imports_little(tmp_path):
    """Most of what `harness --help` takes is imports, so it does without all that is large."""
    heavy = ["rich", "yaml", "httpx", "pytest", "jsonschema", "jsonschema_rs", "pydantic"]

    assert _imported(tmp_path, heavy, "--help") == "imported []"


def test_linting_imports_no_transport_and_no_reports(project):
    """Texts and flags of a command are not converted by pydantic, and nothing is played."""
    heavy = ["pydantic", "rich", "httpx", "websockets", "vcr", "jsonschema", "pytest", "sqlalchemy"]

    assert _imported(project, heavy, "lint", "scenarios/greet.yaml", "--strict") == "imported []"


def _refused(*arguments: str) -> str:
    called = CliRunner().invoke(app, list(arguments))
    assert called.exit_code == 2
    return called.output


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("cassettes", "show"), "Missing argument 'paths'"),
        (("probe",), "Missing argument 'provider'"),
        (("demo", "--port", "many"), "Invalid value for '--port'"),
        (("demo", "--port", "70000"), "Invalid value for '--port'"),
        (("lint", "--stict"), "No such option: --stict"),
        (("lnt",), "No such command 'lnt'. Did you mean 'lint'?"),
    ],
)
def test_wrong_arguments_are_refused(arguments, expected):
    """What is missing, of another type or misspelt is named."""
    assert expected in _refused(*arguments)
