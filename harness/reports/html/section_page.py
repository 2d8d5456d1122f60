"""Writes a page of sections with tables, without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from harness.core.atomic_file import replacing
from harness.core.sections import Section
from harness.reports.html.page_file import page_environment, plain_style, source_hash

WORDS: Mapping[str, str] = {
    "never": "bad",
    "FAILED": "bad",
    "BROKEN": "bad",
    "sometimes": "doubtful",
    "always": "good",
    "passed": "good",
}
"""The classes of cells that are one of these words."""


def write_sections(
    path: Path, title: str, sections: Sequence[Section], words: Mapping[str, str] = WORDS
) -> None:
    """Write the page. `words` are the classes of cells with these texts. Raises `OSError`."""
    style = plain_style("sections")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as whole:
        page_environment().get_template("sections.html.jinja").stream(
            title=title,
            style=Markup(style),  # noqa: S704  # our own file
            style_hash=source_hash(style),
            sections=sections,
            words=words,
        ).dump(str(whole), encoding="utf-8")
