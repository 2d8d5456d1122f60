from __future__ import annotations

import re

from harness.conversation import Origin, Request, Response
from harness.reports.recorded import recorded_page
from harness.transport.cassette import Cassette, Interactions
from harness.transport.cassette.plain_interaction import plain_interaction


def _varied(text: str) -> str:
    text = re.sub(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", "2026-11-21 22:18:10", text)
    text = re.sub(r"[0-9a-f-]{36}", "0c5e37fd-4920-48d5-a313-85832faf3ae8", text)
    return re.sub(r"session-\d+", "session-1", re.sub(r"\d\.\d{3} s", "0.002 s", text))


def test_a_cassette_is_shown_as_its_conversation(here):
    """What was said, turn by turn, and each request with its status and time."""
    result = here.call("show", "cassettes/echo/trip.yaml")

    assert result.exit_code == 0
    assert re.sub(" {2,}", "  ", _varied(result.output)) == (
        "cassettes/echo/trip.yaml\n"
        "  scenario  trip, scenarios/trip.yaml\n"
        "  recorded  2026-11-21 22:18:10 UTC by harness 0.1.0\n"
        "  definition  echo\n"
        "\n"
        "turn 1\n"
        "  user  My number is 0c5e37fd-4920-48d5-a313-85832faf3ae8\n"
        "  assistant  You said: My number is 0c5e37fd-4920-48d5-a313-85832faf3ae8\n"
        "  open.1  POST /sessions  201  0.002 s\n"
        "  send.1  POST /sessions/session-1/messages  200  0.002 s\n"
        "\n"
        "turn 2\n"
        "  user  I go to Oslo\n"
        "  assistant  You said: I go to Oslo\n"
        "  send.1  POST /sessions/session-1/messages  200  0.002 s\n"
        "\n"
        "turn 3\n"
        "  user  That was 4 words\n"
        "  assistant  You said: That was 4 words\n"
        "  send.1  POST /sessions/session-1/messages  200  0.002 s\n"
        "\n"
        "closing\n"
        "  close.1  DELETE /sessions/session-1  204  0.002 s\n"
    )


def test_the_columns_stand_in_line(here):
    """Labels take 14 columns, and a request's line ends at column 100."""
    result = here.call("show", "cassettes/echo/greet.yaml")

    lines = result.output.splitlines()
    assert "  user        Hello there" in lines
    assert {len(line) for line in lines if line.endswith(" s")} == {100}


def test_a_cassette_that_cannot_be_read_is_told(here):
    """One that was changed by hand is named, and the status is 1."""
    here.edit("cassettes/echo/greet.yaml", "You said: Hello there", "You said: Bye")

    result = here.call("show", "cassettes/echo/greet.yaml")

    assert result.exit_code == 1
    assert "[cassette-checksum]" in result.output


def test_long_and_strange_messages_keep_to_the_page(tmp_path):
    """A text is wrapped at 100 columns, and a control character is shown as a picture."""
    row = plain_interaction(
        Request(
            method="POST",
            url=f"http://127.0.0.1/{'long/' * 40}",
            body=("word " * 60).encode(),
            origin=Origin(turn=1, step="send.1"),
        ),
        Response(status=200, body=b"\x1b[31mred\r", seconds=0.5),
    )
    cassette = Cassette(path="a.yaml", interactions=Interactions([row]))

    lines = recorded_page(cassette).splitlines()

    assert max(map(len, lines)) == 100
    assert lines[-1] == "  came        \u241b[31mred\u240d"


def test_a_scenario_shows_its_recordings(here):
    """A scenario's path stands for all its rows."""
    result = here.call("show", "scenarios/shop/colours.yaml")

    assert "cassettes/echo/colours--red.yaml\n  scenario    colours, row red, " in result.output
    assert "\n\ncassettes/echo/colours--blue.yaml\n" in f"\n\n{result.output}"


def test_without_its_scenario_a_cassette_shows_what_travelled(here):
    """Where no scenario plays it, the bodies are shown, JSON without its layout."""
    (here.folder / "scenarios/greet.yaml").unlink()

    result = here.call("show", "cassettes/echo/greet.yaml")

    assert '  sent        {"text": "Hello there"}\n' in result.output
    assert '  came        {"reply": {"text": "You said: Hello there", "words": 2}}' in result.output


def test_from_the_turn_that_no_longer_fits_what_travelled_is_shown(here):
    """The turns before it are told; then come bodies, and why a replay stops."""
    here.edit("scenarios/trip.yaml", "I go to Oslo", "I go to Rome")

    result = here.call("show", "cassettes/echo/trip.yaml")

    assert "  assistant   You said: My number is" in result.output
    assert '  sent        {"text": "I go to Oslo"}' in result.output
    assert "  replay      the user's message in turn 2 differs from the recording" in result.output


def test_where_nothing_is_recorded_nothing_is_shown(here):
    """A scenario without a recording ends with 1 and a sentence."""
    (here.folder / "cassettes/echo/greet.yaml").unlink()

    result = here.call("show", "scenarios/greet.yaml")

    assert (result.exit_code, result.output) == (1, "there is no recording\n")
