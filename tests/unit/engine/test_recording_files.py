"""Commands that record a play, and what prepares it."""

from __future__ import annotations

import pytest
from conversations import NOWHERE, project, scenario

from harness.play.recording_files import preparation_command, record_command
from harness.project.plan import Play


@pytest.mark.parametrize(
    ("file", "play", "preparation"),
    [
        ("test_bot.py", "refresh", "refresh {file}"),
        ("bot.yaml", "record", "record"),
        (".hidden", "record", "record"),
    ],
)
def test_a_python_test_is_refreshed(file, play, preparation):
    """Its messages are not known before, so only a refresh surely records it again."""
    there, made = project(provider="bot"), scenario("  - user: Hi\n    expect: none\n")
    shown = there.config.shown(NOWHERE / file)
    one = Play(file=NOWHERE / file, scenario="case", provider="bot")

    assert record_command(there, one) == f"harness run --mode {play} {shown}"
    assert preparation_command(there, made, one) == (
        f"harness run --mode {preparation.format(file=shown)}"
    )
