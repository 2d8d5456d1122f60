"""`harness docs` and `harness explain`."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from harness.cli.app import app
from harness.documentation import all_codes, all_pages

COMMAND = [sys.executable, "-c", "from harness.cli import main; main()"]


def _call(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_help_begins_with_what_a_newcomer_needs():
    """The first commands are those of the first hour, in its order."""
    commands = _call("--help").stdout.partition("\nCommands:\n")[2].splitlines()
    listed = [line.split()[0] for line in commands if line[2] != " "]

    assert listed[:4] == ["demo", "init", "chat", "run"]


@pytest.mark.parametrize("group", [(), ("cassettes",), ("history",), ("providers",)])
def test_help_cuts_no_command_off(group):
    """The first paragraph of each command is there to its end, on lines of at most 80 columns."""
    shown = _call(*group, "--help").stdout
    listed = shown.partition("\nCommands:\n")[2]
    command = typer.main.get_command(app)
    for name in group:
        command = command.commands[name]

    assert "..." not in listed
    assert all(len(line) <= 80 for line in shown.splitlines())
    for one in command.commands.values():
        assert " ".join(one.help.partition("\n\n")[0].split()) in " ".join(listed.split())


def test_docs_lists_the_pages():
    """Each page is listed with its title, in the order to read them, not by name."""
    called = _call("docs")

    assert called.exit_code == 0
    lines = called.stdout.splitlines()
    assert lines[:2] == ["Start", "  tutorial          The first hour"]
    listed = {line.split()[0] for line in lines if line.startswith("  ")}
    assert {page.name for page in all_pages()} - listed == {"index"}
    assert lines[-1].endswith("Begin with: harness docs tutorial")


def test_docs_shows_a_page_or_a_section():
    """Outside a terminal a page is printed as Markdown."""
    page = _call("docs", "limits")
    section = _call("docs", "checks#contains")

    assert page.exit_code == section.exit_code == 0
    assert page.stdout.startswith("# Limits\n")
    assert section.stdout.startswith("### `contains`\n")
    assert "### `contains_all`" not in section.stdout


def test_docs_searches():
    """Matching lines are listed below the section that shows them."""
    called = _call("docs", "--search", "git lfs pull")

    assert called.exit_code == 0
    assert called.stdout.splitlines()[0] == "errors#recordings-broken"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["docs", "recordigns"], "there is no page 'recordigns'; did you mean 'recordings'?"),
        (["docs", "checks#contain"], "has no section 'contain'; did you mean 'contains'?"),
        (["docs", "--search", "marzipan"], "no page contains 'marzipan'"),
        (["docs", "checks", "--search", "vcr"], "give a page, or --search WORDS"),
        (["explain", "no-such-buton"], "there is no code 'no-such-buton'; did you mean"),
        (["explain", "contains", "nothing-at-all"], "there is no code 'nothing-at-all'"),
    ],
)
def test_what_is_not_there_is_refused(arguments, text):
    """A misspelt name is an error with a hint, and nothing else is printed."""
    called = _call(*arguments)

    assert called.exit_code == 2
    assert text in called.stderr
    assert called.stdout == ""


def test_explain_prints_meaning_and_advice():
    """A code is explained by its row of the page of errors."""
    called = _call("explain", "[no-such-button]", "wrong-rows")

    assert called.exit_code == 0
    assert called.stdout == (
        "# no-such-button\n\nAnswers: BROKEN.\n\nThe last reply has no button with this label.\n\n"
        "**What to do:** Use one in the hint.\n\n"
        "All codes of this kind: `harness docs errors#answers-broken`\n\n"
        "# wrong-rows\n\nScenario files.\n\nThe file of a matrix has no usable rows.\n\n"
        "**What to do:** Correct it as the message says.\n\n"
        "All codes of this kind: `harness docs errors#scenario-files`\n"
    )


def test_explain_lists_all_codes():
    """Without a code, all are listed by section."""
    called = _call("explain")

    listed = {line.strip() for line in called.stdout.splitlines() if line.startswith("  ")}
    assert called.exit_code == 0
    assert listed == {*all_codes()}


def _on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a terminal of 24 lines shows of a command."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        env={**os.environ, "TERM": "xterm", "LINES": "24", "COLUMNS": "80", **environment},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the process has closed its side
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert process.wait() == 0
    return shown.decode()


def test_a_terminal_gets_a_rendered_page():
    """On a terminal the marks of Markdown become colours, and no link or table is lost."""
    shown = _on_a_terminal("explain", "wrong-rows")

    assert "\x1b[1mWhat to do:" in shown
    assert "**" not in shown


def test_a_long_page_goes_to_the_pager(tmp_path):
    """What is longer than the terminal is given to the user's pager."""
    seen = tmp_path / "seen"
    pager = f"tee {seen}"

    shown = _on_a_terminal("docs", "errors", PAGER=pager)
    _on_a_terminal("explain", "wrong-rows", PAGER=f"tee {tmp_path / 'short'}")

    assert "no-such-button" in shown
    assert "no-such-button" in seen.read_text()
    assert not (tmp_path / "short").exists()


def test_plain_is_markdown_on_a_terminal_too():
    """`--plain` prints what a file would get."""
    assert "**What to do:**" in _on_a_terminal("explain", "wrong-rows", "--plain")
