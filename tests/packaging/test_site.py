"""The site of the documentation."""

from __future__ import annotations

import shutil

import pytest

from website.build import build, render


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """The folder in which the site was built."""
    folder = tmp_path_factory.mktemp("site")
    assert build(folder) == 0
    return folder


def test_every_page_is_there_as_markdown_too(work):
    """Each source has its page, and lies beside the pages; `llms.txt` lists it."""
    html, pages = work / "html", work / "pages"
    names = {page.relative_to(pages).as_posix() for page in pages.rglob("*.md")}
    listed = (html / "llms.txt").read_text(encoding="utf-8")

    assert {"index.md", "checks.md", "tutorial.md", "errors.md"} <= names
    assert not [name for name in names if not (html / name).is_file()]
    assert not [name for name in ("checks.md", "tutorial.md") if f"/{name})" not in listed]
    assert (html / "checks" / "index.html").is_file()


def test_unchanged_pages_can_be_built_again(work, tmp_path):
    """So that it is the link which ends the next build."""
    copy = tmp_path / "site"
    shutil.copytree(work, copy, ignore=shutil.ignore_patterns("html", ".cache"))

    assert render(copy) == 0


@pytest.mark.parametrize("link", ["nowhere.md", "checks.md#nowhere"])
def test_a_broken_link_ends_the_build(work, tmp_path, link):
    """A page or a section that is not there is an error."""
    copy = tmp_path / "site"
    shutil.copytree(work, copy, ignore=shutil.ignore_patterns("html", ".cache"))
    with (copy / "pages" / "chat.md").open("a", encoding="utf-8") as page:
        page.write(f"\n[broken]({link})\n")

    assert render(copy) != 0
