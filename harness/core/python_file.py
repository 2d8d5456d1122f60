"""Python files of a project, imported as modules of their own."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from harness.core.hashing import content_key


def module_of(file: Path, content: bytes) -> ModuleType:
    """The module of a `.py` file, imported once for each content. Raises what the file raises."""
    name = content_key(f"harness_{file.stem}", str(file), content)
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, file)
    assert spec is not None  # noqa: S101  # a file that ends in .py has one
    assert spec.loader is not None  # noqa: S101  # as above
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


MOST_CALLS = 6
"""Calls of a traceback that are shown: the first two and the last ones."""
_PACKAGE = str(Path(__file__).parent.parent)


def own_traceback(error: BaseException, *, is_whole: bool = False) -> tuple[str, ...]:
    """The calls of a project's code that raised an exception, innermost last, and the exception.

    Each call is a line with file, line and function, and one with the code. The calls of this
    package that led there are left out, unless the traceback `is_whole`; an exception that caused
    it comes first.
    """
    lines = list(_calls(_frames(error, is_whole=is_whole)))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        lines = [*own_traceback(cause, is_whole=is_whole), "which caused:", *lines]
    return (*lines, traceback.format_exception_only(error)[-1].rstrip())


def crash_text(what: str, error: Exception) -> str:
    """The message that something could not be done because of a fault of ours, with its calls."""
    return "\n  ".join((f"{what} [internal-error]", *own_traceback(error, is_whole=True)))


def raised_at(error: BaseException) -> str:
    """The innermost place in a project's file, such as ` at checks/own.py:2`; or empty."""
    frames = _frames(error)
    return f" at {_shown(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""


def _calls(frames: Sequence[traceback.FrameSummary]) -> Iterator[str]:
    hidden = len(frames) - MOST_CALLS
    for index, frame in enumerate(frames):
        if hidden > 0 and 2 <= index < 2 + hidden:  # noqa: PLR2004  # the first two are shown
            if index == 2:  # noqa: PLR2004
                yield f"… {hidden} more calls"
            continue
        yield f"{_shown(frame.filename)}:{frame.lineno} in {frame.name}"
        if frame.line:
            yield f"    {frame.line}"


def _frames(error: BaseException, *, is_whole: bool = False) -> list[traceback.FrameSummary]:
    """All calls if `is_whole`, else those from the first one outside this package on."""
    frames = traceback.extract_tb(error.__traceback__)
    outside = (n for n, frame in enumerate(frames) if not frame.filename.startswith(_PACKAGE))
    return frames if is_whole else frames[next(outside, len(frames)) :]


def _shown(filename: str) -> str:
    """A file's path, relative to the current folder or to one of Python's module folders."""
    file = Path(filename)
    for folder in (Path.cwd(), *sorted(map(Path, sys.path), key=lambda path: -len(path.parts))):
        if folder.parts and file.is_relative_to(folder):
            return file.relative_to(folder).as_posix()
    return file.as_posix()
