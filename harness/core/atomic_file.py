"""Files that are replaced in one step: readers see the old or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name for a new file in the same folder, which replaces the old one at the end.

    If anything fails, the old file stays and the new one is removed.
    """
    name = path.name.removeprefix(".")
    temporary = path.with_name(f".{name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        # The first error is the one to report.
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file; the content is on the disk when this returns. Raises `OSError`."""
    with replacing(path) as temporary, temporary.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
