"""Where an expression stands in a file, for messages about the names that it uses."""

from __future__ import annotations

import re

from harness.core.source import Place


def expression_with(name: str, place: Place) -> Place:
    """The first `${…}` at or below a place that uses a name; the place where there is none."""
    pattern = re.compile(rf"\$\{{[^{{}}]*\b{re.escape(name)}\b[^{{}}]*\}}")
    lines = place.source.text.split("\n")[place.line - 1 :]
    for number, line in enumerate(lines, place.line):
        found = pattern.search(line, place.column - 1 if number == place.line else 0)
        if found is not None:
            return place.source.place(number, found.start() + 1, len(found.group()))
    return place
