from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace

import pyte
import pytest

from tests.plugin.project import GREET

ROWS, COLUMNS = 50, 100
LOOKS = ("CI", "NO_COLOR", "FORCE_COLOR", "PY_COLORS")
IN_TERMINAL = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))"
FOOT = re.compile(r"live: \d open, \d of 4 done(, [\d.]+ turns/s, \d+:\d\d left)?")
VIEW = """\
scenarios/greet.yaml::greet[echo] FAILED
    user       Hello there
    assistant  You said: Hello there
    ✗ contains: the reply does not contain 'Good morning' scenarios/greet.yaml:7:7

scenarios/shop/colours.yaml::colours[echo-red] PASSED
    user       I like red
    assistant  You said: I like red
    user       That was 3 words
    assistant  You said: That was 3 words

scenarios/shop/colours.yaml::colours[echo-blue] ERROR
    ✗ cassettes/echo/colours--blue.yaml: there is no recording [cassette-missing]
"""


def in_terminal(project, *arguments, **environment) -> list[bytes]:
    """What a run writes to a terminal of its own, cut behind each drawing of the foot."""
    return module_in_terminal(project, "pytest", "-p", "no:randomly", *arguments, **environment)


def module_in_terminal(project, *words, **environment) -> list[bytes]:
    """What a module writes to a terminal of its own, cut behind each drawing of the foot."""
    size = f"stty rows {ROWS} cols {COLUMNS}; exec {shlex.join([sys.executable, '-m', *words])}"
    told = {name: value for name, value in os.environ.items() if name not in LOOKS}
    ended = subprocess.run(
        [sys.executable, "-c", IN_TERMINAL, "sh", "-c", size],
        cwd=project,
        env={**told, "TERM": "xterm-256color", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
    )
    return re.split(rb"(?<=\x1b8)", ended.stdout)


def screens(written: list[bytes]) -> list[list[str]]:
    """The terminal's rows after each piece."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    seen = []
    for piece in written:
        stream.feed(piece)
        seen.append([row.rstrip() for row in screen.display])
    return seen


@pytest.fixture
def slow(echo, project):
    """The bot takes its time."""
    echo.manner = replace(echo.manner, seconds=0.15)
    return project


def test_a_live_run_shows_how_far_it_is_at_the_foot_of_the_terminal(slow):
    """The last row tells it while conversations are held, and is empty when they are not."""
    seen = screens(in_terminal(slow, "--harness-mode=live", "--harness-concurrency=2"))

    feet = {screen[-1] for screen in seen if screen[-1]}
    assert feet
    assert all(FOOT.fullmatch(foot) for foot in feet)
    assert any(" 4 of 4 done" not in foot and "left" in foot for foot in feet)
    assert seen[-1][-1] == ""


def test_an_evaluation_shows_how_far_it_is(slow):
    """The takes of all scenarios count, and the table follows; a replay shows no line."""
    file = "scenarios/greet.yaml"

    seen = screens(module_in_terminal(slow, "harness", "eval", file, "--mode", "record"))
    replayed = module_in_terminal(slow, "harness", "eval", file)

    feet = {screen[-1] for screen in seen if screen[-1]}
    assert any(re.fullmatch(r"record: \d open, [1-4] of 5 done, .* left", foot) for foot in feet)
    assert seen[-1][-1] == ""
    assert any("5/5" in row for row in seen[-1])
    assert b"\x1b7" not in b"".join(replayed)


def test_what_pytest_writes_is_not_touched_by_it(slow):
    """The rows above are those of a run without the line."""
    arguments = ("--harness-mode=live", "--harness-concurrency=2")

    shown, plain = (
        screens(in_terminal(slow, *arguments, **environment))[-1]
        for environment in ({}, {"CI": "true"})
    )

    def without_times(rows):
        return [re.sub(r"[\d.]+ ?m?s\b", "N s", row).strip("= ") for row in rows]

    assert without_times(shown) == without_times(plain)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--harness-mode=live", "-qq"), {}),
        (("--harness-mode=live", "-p", "no:terminal"), {}),
        (("--harness-mode=live",), {"TERM": "dumb"}),
        ((), {}),
    ],
    ids=["very-quiet", "no-terminal-plugin", "dumb-terminal", "replay"],
)
def test_no_line_is_drawn_where_it_is_not_wanted(echo, project, arguments, environment):
    """No cursor is moved."""
    written = b"".join(in_terminal(project, "scenarios/greet.yaml", *arguments, **environment))

    assert b"\x1b7" not in written
    assert b"\x1bD" not in written


def test_no_line_is_drawn_where_there_is_no_terminal(run, echo, project):
    """A log of a live run holds pytest's own lines alone."""
    result = run("--harness-mode=live", "scenarios/greet.yaml")

    assert "\x1b" not in result.stdout.str()


def test_no_colour_is_used_where_none_is_wanted(project):
    """NO_COLOR counts for the conversations and the summary as for all that pytest writes."""
    (project / "scenarios/greet.yaml").write_text(GREET.replace("contains: Hello", "contains: No"))
    arguments = ("-v", "scenarios/greet.yaml")

    coloured, plain = (
        b"".join(in_terminal(project, *arguments, **environment))
        for environment in ({}, {"NO_COLOR": "1"})
    )

    assert "\x1b[31m    ✗ contains: ".encode() in coloured
    assert b"\x1b[" not in plain


def spoil(project):
    """One scenario fails, one row of another breaks."""
    wrong = GREET.replace("contains: Hello there", "contains: Good morning")
    (project / "scenarios/greet.yaml").write_text(wrong)
    cassette = project / "cassettes/echo/colours--blue.yaml"
    cassette.unlink()


def test_v_shows_each_conversation_below_its_line(run, project):
    """Turn by turn, and what is wrong with a mark below the turn in which it is."""
    spoil(project)

    result = run("-v", "-o", "console_output_style=classic")

    shown = result.stdout.str().partition("items\n\n")[2]
    assert shown.startswith(VIEW)


def test_v_shows_conversations_that_other_processes_held(project):
    """Workers of xdist hand them on."""
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "-p", "no:randomly"]

    ended = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)

    assert "\n    user       I like red\n    assistant  You said: I like red\n" in ended.stdout


@pytest.mark.parametrize("workers", ["0", "2"], ids=["alone", "D7-with-xdist"])
def test_d7_at_80_columns_the_short_summary_begins_with_the_reason(project, workers):
    """The path is in the test's id already; that it broke is not told of a `setup:`."""
    spoil(project)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-n", workers]
    told = {name: value for name, value in os.environ.items() if name not in LOOKS}

    ended = subprocess.run(
        command,
        cwd=project,
        env={**told, "COLUMNS": "80"},
        check=False,
        capture_output=True,
        text=True,
    )

    short = ended.stdout.partition("short test summary info")[2].splitlines()
    assert (
        "FAILED scenarios/greet.yaml::greet[echo] - turn 1: the reply does not contain..." in short
    )
    assert (
        "ERROR scenarios/shop/colours.yaml::colours[echo-blue] - there is no recording..." in short
    )
    assert "_ ERROR at setup of colours[echo-blue] (BROKEN while it was played) _" in ended.stdout


def test_d7_on_a_ci_server_the_short_summary_is_one_line_with_the_place(project):
    """There nothing is cut, and the screen, which stands above, is not shown again."""
    spoil(project)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "scenarios/greet.yaml"]

    ended = subprocess.run(
        command,
        cwd=project,
        env={**os.environ, "CI": "true"},
        check=False,
        capture_output=True,
        text=True,
    )

    assert ended.stdout.splitlines()[-2] == (
        "FAILED scenarios/greet.yaml::greet[echo] - turn 1: the reply does not contain"
        " 'Good morning' (scenarios/greet.yaml:7:7)"
    )


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a7_a_schema_that_says_nothing_of_the_payload_is_noted(run, project, processes):
    """The closing lines tell of it, whichever process replayed."""
    vain = "schema: {properties: {txt: {type: string}}}"
    text = GREET.replace("schema: short-answer", vain)
    (project / "scenarios/greet.yaml").write_text(text)

    result = run(f"--harness-processes={processes}")

    result.stdout.fnmatch_lines(
        ["note: greet: turn 1: 'schema' asserts nothing about this payload: *"]
    )
    result.assert_outcomes(passed=4)


def test_without_v_no_conversation_is_shown(run, project):
    """Nor where pytest's own setting keeps lines of tests short."""
    plain = run()
    kept = run("-v", "-o", "verbosity_test_cases=0")

    assert "    user       " not in plain.stdout.str()
    assert "    user       " not in kept.stdout.str()


def test_the_takes_of_a_scenario_are_shown_with_the_one_that_explains(run, echo, project):
    """A line a take, then a conversation."""
    text = f"{GREET}repeat: {{takes: 2, pass: 1}}\n".replace("Hello there\n      s", "No\n      s")
    (project / "scenarios/greet.yaml").write_text(text)

    result = run("-v", "--harness-mode=live", "scenarios/greet.yaml")

    result.stdout.fnmatch_lines(
        [
            "    take 1      failed      contains",
            "    take 2      failed      contains",
            "    take *",
            "    user       Hello there",
        ]
    )


def test_a_bot_cannot_steer_the_terminal(run, echo, project):
    """Escape sequences of a reply are shown as marks, in the conversation and in the failure."""
    echo.manner = replace(echo.manner, says="\x1b[2J\u202eYou said")
    (project / "scenarios/greet.yaml").write_text(GREET.replace("contains: Hello", "contains: No"))

    result = run("-v", "--harness-mode=live", "scenarios/greet.yaml")

    assert "\x1b" not in result.stdout.str()
    result.stdout.fnmatch_lines(["    assistant  �[[]2J�You said: Hello there"])


def test_a_live_run_closes_with_the_times_of_replies(run, echo, project):
    """Median and 95th percentile by provider; a replay measures nothing."""
    live = run("--harness-mode=live", "scenarios/shop")
    replay = run("scenarios/shop")

    live.stdout.re_match_lines([r"replies of echo: median [\d.]+ m?s, p95 [\d.]+ m?s"])
    assert "replies of echo" not in replay.stdout.str()
