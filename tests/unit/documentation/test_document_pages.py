from __future__ import annotations

import re

import pytest

from harness.core import ConfigurationError
from harness.documentation import (
    UnknownPage,
    all_codes,
    all_pages,
    document_pages,
    explain_code,
    find_page,
    search_pages,
)
from harness.documentation.markdown_text import (
    anchor_of,
    headings_of,
    section_of,
    table_rows,
    without_comments,
)
from tests.docs.blocks import ROOT

FENCE = "```"
TEXT = f"""\
# Top

## One thing

<!-- run: fails -->
{FENCE}sh
# not a heading
<!-- kept -->
{FENCE}

| code | meaning |
|---|---|
| `a` | b |

### Below it

text

## `Another` thing!

end
"""


def test_headings_are_found_outside_of_code():
    """A comment of a shell block is not a heading."""
    assert [heading.title for heading in headings_of(TEXT)] == [
        "Top",
        "One thing",
        "Below it",
        "`Another` thing!",
    ]


def test_a_section_ends_at_the_next_heading_of_its_level():
    """A section contains the deeper ones below it."""
    section = section_of(TEXT, "one-thing")

    assert section.startswith("## One thing\n")
    assert "### Below it\n\ntext\n" in section
    assert "Another" not in section
    assert section_of(TEXT, "another-thing") == "## `Another` thing!\n\nend\n"
    assert section_of(TEXT, "nothing") == ""


def test_rows_of_tables_come_without_their_head():
    """A row is its cells."""
    assert list(table_rows(TEXT)) == [["`a`", "b"]]


def test_comments_are_removed_outside_of_code():
    """What says how a block is tested is not shown; a comment that is an example is."""
    text = without_comments(TEXT)

    assert "run: fails" not in text
    assert "<!-- kept -->" in text


def test_an_anchor_is_that_of_github():
    """Lower case, hyphens for spaces, no other marks."""
    assert anchor_of("`same_as`: a File, and more") == "same_as-a-file-and-more"


def test_every_page_of_the_project_is_found():
    """The pages of a checkout are the files below docs, each with its title."""
    names = {file.relative_to(ROOT / "docs").as_posix() for file in ROOT.glob("docs/**/*.md")}

    assert {f"{page.name}.md" for page in all_pages()} == names
    assert all(page.text.startswith(f"# {page.title}\n") for page in all_pages())
    assert not [page.name for page in all_pages() if "<!-- run:" in page.text]


@pytest.mark.parametrize("name", ["checks", "checks.md", "Checks"])
def test_a_page_is_found_by_its_name(name):
    """With or without its extension, in upper or lower case."""
    assert find_page(name).name == "checks"


def test_a_misspelt_page_gets_a_hint():
    """The nearest name is in the error, for a section too."""
    with pytest.raises(UnknownPage, match="did you mean 'recordings'"):
        find_page("recordigns")
    with pytest.raises(UnknownPage, match="did you mean 'contains_all'"):
        find_page("checks").section("contains_al")


def test_a_search_needs_all_words():
    """Each match has the section that shows its line."""
    matches = list(search_pages("LFS pull"))

    assert [match.address for match in matches] == ["errors#recordings-broken"]
    assert "cassette-lfs" in matches[0].line
    assert list(search_pages("LFS pull marzipan")) == []


def test_a_search_finds_whole_words_first():
    """A line with `date` precedes every line that only contains `update` or `validated`."""
    whole = [
        bool(re.search(r"\bdate\b", match.line, re.IGNORECASE)) for match in search_pages("date")
    ]

    assert whole == sorted(whole, reverse=True)
    assert {*whole} == {True, False}


def test_without_pages_the_installation_is_wrong(monkeypatch, tmp_path):
    """An installation that lost its pages says what to do."""
    monkeypatch.setattr(document_pages, "INSTALLED", tmp_path)
    all_pages.cache_clear()
    try:
        with pytest.raises(ConfigurationError, match="install conversation-harness again"):
            all_pages()
    finally:
        all_pages.cache_clear()


def test_every_code_is_explained_in_full():
    """Each code has its meaning and what to do, or, if it is of a check, the check's section."""
    codes = all_codes()

    assert [code for code, one in codes.items() if not one.meaning.endswith(".")] == []
    without = [one.section for one in codes.values() if not one.advice]
    assert {*without} == {"Failed checks"}
    assert [code for code, one in codes.items() if explain_code(code) != one] == []


def test_a_check_is_explained_with_its_section():
    """A failed check is explained by the page of all checks."""
    explanation = explain_code("contains")

    assert explanation is not None
    assert "The text contains this." in explanation.text


@pytest.mark.parametrize(
    "text", ["[contains]", "never contains", "[history contains]", " contains"]
)
def test_a_code_can_be_copied_as_it_is_printed(text):
    """Brackets, and the block that a check is in, are ignored."""
    assert explain_code(text) == explain_code("contains")


@pytest.mark.parametrize("word", ["BROKEN", "broken", "FAILED", "wording", "Shape"])
def test_a_word_of_a_run_is_explained(word):
    """What a report says besides codes is explained too, in upper and lower case."""
    explanation = explain_code(word)

    assert explanation is not None
    assert explanation.code.casefold() == word.casefold()
    assert explanation.section == "Words of a run"
    assert explanation.advice


def test_an_unknown_code_is_not_explained():
    """A word that no message ends with."""
    assert explain_code("no-such-thing") is None
