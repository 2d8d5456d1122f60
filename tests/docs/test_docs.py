from __future__ import annotations

import pytest

from harness.checks import KINDS
from tests.docs.blocks import DOCUMENTS, ROOT, blocks_of, headings, links, table
from tests.docs.story import Story

CHECKS = ROOT / "docs" / "checks.md"
COMMANDS = table(ROOT / "README.md", "In a project of your own", column=1)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_every_block_of_a_document_holds(document, served, shell, tmp_path):
    """What README and docs show passes, fails or prints what they say, block by block."""
    problems = Story(document, tmp_path, shell).tell()

    assert not problems, "\n".join(problems)


def test_every_command_of_the_readme_works(served, shell, tmp_path):
    """The commands of README's table end well, one after another in the project above it."""
    story = Story(ROOT / "README.md", tmp_path, shell)
    assert story.tell() == []

    said = [story.run(command) for command in COMMANDS]

    plays = [text for command, text in zip(COMMANDS, said, strict=True) if "pytest" in command]
    assert all("1 passed" in text for text in plays)


def test_every_check_has_a_section():
    """docs/checks.md has one section for each check, and no other of that depth."""
    sections = [title.strip("`") for title in headings(CHECKS, level=3)]

    assert sorted(sections) == sorted(KINDS)


@pytest.mark.parametrize("name", KINDS)
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
