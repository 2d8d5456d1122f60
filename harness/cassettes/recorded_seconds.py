"""How long conversations took when they were recorded, and what is assumed of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from harness.core import CassetteError, value_class
from harness.play.recording_files import recording_path, takes_to_replay
from harness.project.plan import Play
from harness.project.project import Project
from harness.scenario import Repeat

UNKNOWN = 1.0
"""Seconds of a conversation where no recording of the selection says how long one takes."""
# At the beginning of a line, with the indentation at which no line of a body can begin.
_NUMBER = rb"([0-9.]+(?:e[-+][0-9]+)?)"
_OURS = re.compile(rb"^- harness: \{(.*)\}$|^    (at|seconds): " + _NUMBER + rb"$", re.MULTILINE)
_AT = re.compile(rb"\b(at|seconds): " + _NUMBER)
# Its time precedes its text.
_FRAME = re.compile(rb"^    - \{[^\n]*?\bat: " + _NUMBER, re.MULTILINE)


@value_class(frozen=True, slots=True, kw_only=True)
class RecordedTakes:
    """The seconds of each take of a play that a replay needs or that is recorded, by number."""

    provider: str
    seconds: tuple[float | None, ...]
    """None if there is no recording, or if another tool made it, without times."""
    is_divisible: bool = False
    """Whether the takes can be played apart from each other."""


def recorded_takes(
    project: Project, play: Play, repeat: Repeat, *, is_divisible: bool = True
) -> RecordedTakes:
    """The takes of a play. Its recordings are searched, not parsed.

    `is_divisible` says whether the takes can be played apart, if those that decide permit it.
    """
    try:
        takes = takes_to_replay(project, play, repeat)
    except CassetteError:
        # Playing it says what is wrong with its name.
        takes = play.takes(repeat.needed(0, 0))
    seconds = tuple(_recorded(project, take) for take in takes)
    return RecordedTakes(
        provider=play.provider,
        seconds=seconds,
        is_divisible=is_divisible and repeat.is_divisible,
    )


def estimated_seconds(takes: Mapping[str, RecordedTakes]) -> dict[str, tuple[float, ...]]:
    """The seconds of each take of each play.

    One that is not recorded counts as the mean of its provider's recorded takes; if it has none,
    as the mean of all; and if there is none at all, as `UNKNOWN`.
    """
    by_provider: dict[str, list[float]] = {}
    for one in takes.values():
        known = by_provider.setdefault(one.provider, [])
        known += [seconds for seconds in one.seconds if seconds is not None]
    everything = [seconds for known in by_provider.values() for seconds in known]
    mean = _mean(everything, UNKNOWN)
    means = {provider: _mean(known, mean) for provider, known in by_provider.items()}
    return {
        name: tuple(means[one.provider] if known is None else known for known in one.seconds)
        for name, one in takes.items()
    }


def seconds_in(content: bytes) -> float | None:
    """When the last answer of a recording had arrived, in seconds from its beginning.

    None if the recording has no times.
    """
    ends = [float(match[1]) for match in _FRAME.finditer(content)]
    begun = 0.0
    for match in _OURS.finditer(content):
        pairs: Iterable[tuple[bytes, bytes]] = (
            [(match[2], match[3])] if match[2] else _AT.findall(match[1])
        )
        for name, value in pairs:
            begun = float(value) if name == b"at" else begun
            ends.append(begun if name == b"at" else begun + float(value))
    return round(max(ends), 6) if ends else None


def _recorded(project: Project, take: Play) -> float | None:
    try:
        return seconds_in(recording_path(project, take).read_bytes())
    except (CassetteError, OSError):
        return None


def _mean(values: Sequence[float], otherwise: float) -> float:
    return round(fmean(values), 6) if values else otherwise
