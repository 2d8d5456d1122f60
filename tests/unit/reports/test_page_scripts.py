"""The scripts of a page are one file, in which a name has one meaning."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from harness.reports.html import comparison_report, html_report

FOLDER = Path(html_report.__file__).parent / "page"
PAGES = {
    "report": (*html_report.SCRIPTS, "main"),
    "comparison": comparison_report.SCRIPTS,
}


@pytest.mark.parametrize("page", PAGES)
def test_no_two_scripts_of_a_page_define_the_same_name(page):
    """A second function of a name would silently take the place of the first."""
    texts = [(FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in PAGES[page]]

    names = Counter(
        re.findall(r"^(?:function|const|let|class) +(\w+)", "\n".join(texts), re.MULTILINE)
    )

    assert len(names) > 30
    assert [name for name, count in names.items() if count > 1] == []
