"""What must be known of a project before anything of it is read: names of files, modes, variables.

Imports nothing of the harness, so that pytest can ask early.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

FILE_NAME = "harness.yaml"
YAML_ENDINGS = (".yaml", ".yml")
"""Of scenarios and other YAML files, in any case."""

MODE_VARIABLE = "HARNESS_MODE"
"""Holds the mode of a run."""
HISTORY_VARIABLE = "HARNESS_HISTORY"
"""Holds the URL of the history."""
HELD_PREFIX = ".refreshed-"
"""The beginning of the name of the folder for new recordings, until the user agrees to use them."""
COMMAND_VARIABLE = "CONVERSATION_HARNESS_COMMAND"
"""Tells pytest the command line of the `harness` that started it, as a list in JSON."""
VARIABLES = (MODE_VARIABLE, HISTORY_VARIABLE)
"""Every variable of the environment that is read, apart from those that harness.yaml names."""


class Mode(StrEnum):
    """Where answers come from."""

    REPLAY = "replay"
    """From the cassette; no network."""
    RECORD = "record"
    """From the cassette where it fits, else live, and recorded."""
    REFRESH = "refresh"
    """Live, and recorded again."""
    LIVE = "live"
    """Live; cassettes are untouched."""
    DRIFT = "drift"
    """Live, and compared with the cassette, which is untouched."""

    @property
    def is_live(self) -> bool:
        """Requests may travel."""
        return self is not Mode.REPLAY

    @property
    def is_recorded(self) -> bool:
        """Live conversations are written down."""
        return self in (Mode.RECORD, Mode.REFRESH)

    @property
    def is_compared(self) -> bool:
        """Live conversations are compared with their recordings."""
        return self in (Mode.REFRESH, Mode.DRIFT)


class JudgeMode(StrEnum):
    """Where the answers of judges come from."""

    REPLAY = "replay"
    """From the recording; a question that is not in it is an error."""
    RECORD = "record"
    """From the recording, and what is not in it is asked and recorded."""
    REFRESH = "refresh"
    """Everything is asked and recorded again."""
    OFF = "off"
    """No judge is asked; its checks are skipped."""
    LIVE = "live"
    """From the recording, and what is not in it is asked; recordings are untouched."""

    @property
    def asks(self) -> bool:
        """Whether models are asked."""
        return self in (JudgeMode.RECORD, JudgeMode.REFRESH, JudgeMode.LIVE)

    @property
    def is_recorded(self) -> bool:
        """Whether their answers are written down."""
        return self in (JudgeMode.RECORD, JudgeMode.REFRESH)

    @classmethod
    def following(cls, mode: Mode) -> JudgeMode:
        """The one that follows from the mode of a run."""
        return cls.LIVE if mode is Mode.DRIFT else cls(mode.value)


def find_config(start: Path) -> Path | None:
    """The harness.yaml of a folder or of the nearest folder above it."""
    for folder in (start, *start.parents):
        file = folder / FILE_NAME
        if file.is_file():
            return file
    return None
