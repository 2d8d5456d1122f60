"""`harness watch`: plays what changed, until it is stopped."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from harness.cli.here import cache_in
from harness.cli.terminal import clear, echo, no_project
from harness.core import ConfigurationError, Problem
from harness.project_file import find_config
from harness.watching.last_failed import last_failed
from harness.watching.rounds import Round, Selection
from harness.watching.screen import screen_of
from harness.watching.watched_project import WatchedProject
from harness.watching.watching import Watching

_AWAKE = 3600.0
"""Seconds after which waiting begins again."""


def watch_until_stopped(
    paths: Sequence[str],
    providers: Sequence[str],
    tags: Sequence[str],
    *,
    only_failed: bool,
) -> None:
    """Play the selection, and what each change can touch, until Ctrl-C.

    Raises `ConfigurationError` if there is no project, or no such path.
    """
    file = _project_of(paths)
    named = tuple(Path(os.path.normpath(Path.cwd() / path)) for path in paths)
    selection = Selection(paths=named, providers=tuple(providers), tags=tuple(tags))
    cache = cache_in(file.parent)
    project = WatchedProject(file, selection, cache)
    project.open()
    try:
        with Watching(project) as watching:
            _show(project.start(last_failed(file.parent) if only_failed else None))
            cache.flush()
            while True:
                if changed := watching.wait(_AWAKE):
                    _show(project.after(changed))
                    cache.flush()
    except KeyboardInterrupt:
        echo()
    finally:
        cache.close()


def _show(last: Round) -> None:
    if sys.stdout.isatty():
        clear()
    echo(screen_of(last, f"{datetime.now().astimezone():%H:%M:%S}"))


def _project_of(paths: Sequence[str]) -> Path:
    for path in paths:
        if not Path(path).exists():
            message = f"there is no file or folder {path}"
            raise ConfigurationError(Problem(code="no-such-file", message=message))
    file = find_config((Path.cwd() / paths[0]).resolve() if paths else Path.cwd())
    if file is None:
        raise no_project()
    return file
