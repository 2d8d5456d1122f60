"""Nothing that an author wrote may change without a word."""

from __future__ import annotations

import os
import random
import shutil
from collections import defaultdict

import pytest

from tests.silence.bot import serving
from tests.silence.changes import Change, changes_of
from tests.silence.files import FILES
from tests.silence.observing import NOWHERE, Mode, lint, observe, play, replay

LONG = os.environ.get("HARNESS_RELIABILITY") == "full"
SAMPLE = 100
"""Changes that are tried in CI; all of them in a long run."""

FOR_PEOPLE = (
    "title",
    "tags",
    "description",
    "turns.0.id",
    "definition",
)
"""What only people read: no change of it is told. Of turns, ids are names in messages."""

LIVE_ONLY = (
    "concurrency",
    "max_age",
    "drift",
    "providers.bot.concurrency",
    "providers.bot.rate",
    "providers.bot.timeout",
    "providers.bot.retries",
    "providers.bot.hosts",
    "providers.bot.settings.base_url",
    "providers.bot.settings.key",
    "turns.0.wait",
    "timeout",
    "keep_headers",
    "close.0.request.repeatable",
)
"""How a live run goes, where it goes and with which secrets: a replay cannot know. A value of
another kind is told all the same, and so is a misspelt key."""

MET = ("settings.base_url.required", "settings.key.required")
"""Demands that the project meets: to take one back changes nothing for it."""

UNREAD = ("send.0.reply.id",)
"""Ids tell messages of several answers apart, by `only_new` and `late`: the project has neither."""

UNRECORDED = ("headers.X-Key",)
"""A header that holds a secret stands in no recording, so a replay knows neither name nor value."""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project, recorded; green before anything is changed."""
    folder = tmp_path_factory.mktemp("silence") / "project"
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    with serving() as url:
        recorded = play(folder, Mode.RECORD, {**NOWHERE, "BOT_URL": url})
    assert all(line.endswith("passed []") for line in recorded), recorded
    seen = observe(folder)
    assert seen.is_green, seen
    return folder, seen


def unit_of(change: Change) -> str:
    """What a change belongs to: of what judges a reply the check, else the value by itself.

    A looser limit, or another alternative, is not noticed; one that the reply violates is.
    """
    path = list(map(str, change.path))
    if change.file.endswith(".json"):
        # A schema or golden: each of its keywords judges, the values of an `enum` together.
        judging = path[: path.index("enum") + 1] if "enum" in path else path
        return f"{change.file} {'.'.join(judging)}"
    for index, part in enumerate(path):
        if part in ("expect", "error", "answer", "repeat", "enum"):
            check = path[: index + (1 if part == "enum" else 2)]
            return f"{change.file} {'.'.join(check)} {change.is_key}"
    if "pick" in path or "utterances" in path:
        # What is not drawn is not said, and another seed may draw the same.
        return f"{change.file} utterances {change.is_key}"
    return f"{change.file} {'.'.join(path)} {change.new}"


def is_exempt(change: Change) -> bool:
    """Whether a change of this value is for people alone, or has an effect on live runs alone."""
    path = ".".join(map(str, change.path))
    if path in UNRECORDED:
        return True
    if change.is_key:
        # A property that a schema describes may be missing, so its only name asserts nothing.
        return change.file.endswith(".json") and "properties" in change.path[-2:-1]
    exempt = (*FOR_PEOPLE, *LIVE_ONLY, *MET, *UNREAD)
    return any(path == one or path.startswith(f"{one}.") for one in exempt)


def units() -> dict[str, list[Change]]:
    """The changes that must be noticed; of those of one unit, one."""
    found = defaultdict(list)
    for file, text in FILES.items():
        for change in changes_of(file, text):
            if not is_exempt(change) and change.old != change.new:
                found[unit_of(change)].append(change)
    return found


def is_noticed(change, folder, before, copy):
    """Whether lint or a replay says anything else than before."""
    shutil.copytree(folder, copy)
    (copy / change.file).write_text(change.text, encoding="utf-8")
    # A replay is not needed where lint says it.
    noticed = lint(copy) != before.lint or replay(copy) != before.replay
    shutil.rmtree(copy)
    return noticed


def test_no_change_of_a_value_is_silent(project, tmp_path):
    """A changed value is told by lint or by the replay, and so is a misspelt key."""
    folder, before = project
    wanted = list(units().items())
    if not LONG:
        wanted = random.Random(7).sample(wanted, SAMPLE)  # noqa: S311  # the same ones each time

    silent = [
        unit
        for number, (unit, changes) in enumerate(wanted)
        if not any(
            is_noticed(change, folder, before, tmp_path / f"{number}-{part}")
            for part, change in enumerate(changes)
        )
    ]

    assert "\n".join(silent) == ""
