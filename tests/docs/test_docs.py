from __future__ import annotations

import re

import pytest

from harness.checks import KINDS
from harness.checks.table import TABLE
from harness.checks.whole_conversation import TURNS
from tests.docs.blocks import DOCUMENTS, ROOT, blocks_of, headings, links, table
from tests.docs.story import Story

CHECKS = ROOT / "docs" / "checks.md"
README = ROOT / "README.md"
STRONGER = ROOT / "docs" / "stronger-suite.md"
DAILY = ROOT / "docs" / "guides" / "qa.md"
COMMANDS = table(DAILY, "The commands of a day", column=1)
LONGEST_README = 150


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_every_block_of_a_document_holds(document, served, shell, tmp_path):
    """What README and docs show passes, fails or prints what they say, block by block."""
    problems = Story(document, tmp_path, shell).tell()

    assert not problems, "\n".join(problems)


def test_every_command_of_a_day_works(served, shell, tmp_path):
    """The commands of the table for QA end well, one after another in the project above it."""
    story = Story(DAILY, tmp_path, shell)
    assert story.tell() == []

    said = [story.run(command) for command in COMMANDS]

    plays = [text for command, text in zip(COMMANDS, said, strict=True) if "pytest" in command]
    assert all("1 passed" in text for text in plays)


def test_the_readme_is_short():
    """README.md is a landing page; everything else is in the docs."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= LONGEST_README


def test_messages_of_the_readme_are_real():
    """Each message that README.md shows is what the harness says on a page of the docs."""
    shown = "".join(
        block.text
        for document in DOCUMENTS
        for block in blocks_of(document)
        if block.language == "text"
    )
    messages = table(README, "What it catches", column=1)

    assert len(messages) == 5
    assert [message for message in messages if message not in shown] == []


def test_figures_of_the_readme_are_measured():
    """Each figure of README.md is on the page that measures it."""
    figures = table(README, "Why believe it", column=1)
    pages = table(README, "Why believe it", column=2)
    texts = [(ROOT / re.findall(r"\(([^)#]+)", page)[0]).read_text() for page in pages]
    parts = [re.findall(r"\d[\d,.]*(?: \N{MULTIPLICATION SIGN}| of \d+)?", one) for one in figures]

    assert all(parts)
    assert [
        part for found, text in zip(parts, texts, strict=True) for part in found if part not in text
    ] == []


def test_the_tutorial_of_strength_takes_a_weak_suite_to_90_percent():
    """By proposed checks alone from about 40 % to 90 %, and no check that was added is brittle."""
    shown = [
        [int(percent) for percent in re.findall(r"(?m)^(?:killed|brittle) +(\d+) %", block.text)]
        for block in blocks_of(STRONGER)
        if "4 conversations, " in block.text
    ]
    (before, _), (by_proposals, brittle), (by_hand, still_brittle) = shown

    assert 35 <= before <= 45
    assert 90 <= by_proposals <= by_hand
    assert max(brittle, still_brittle) <= 10


def test_every_page_is_listed():
    """docs/index.md links to every page of the docs."""
    index = ROOT / "docs" / "index.md"
    listed = {(index.parent / link.target.partition("#")[0]).resolve() for link in links(index)}

    assert {*DOCUMENTS} - listed == {README, index}


def test_every_check_has_a_section():
    """docs/checks.md has one section for each check, and no other of that depth."""
    sections = [title.strip("`") for title in headings(CHECKS, level=3)]

    # The number of turns stands in the section about the whole conversation.
    names = {*KINDS, *(kind.name for kind in TABLE)} - {TURNS.name}
    assert sorted(sections) == sorted(names)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.asks])
def test_a_check_is_shown_passing_and_failing(name):
    """The section of a check has an example that passes and one that fails."""
    hows = [block.how for block in blocks_of(CHECKS) if block.heading == f"`{name}`"]

    assert any(how.startswith("passes against ") for how in hows)
    assert any(how.startswith("fails against ") for how in hows)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_every_link_leads_somewhere(document):
    """Links lead to files that are there, and to headings that they have."""
    lost = [link for link in links(document) if not link.is_found()]

    assert not lost
