"""Builds the site: `python -m website.build`.

Zensical makes it from `docs/`, README.md and other pages of the repository, and pages of reference
that are made here. A broken link ends the build. Every page is also there as Markdown, and
`llms.txt` lists them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from harness.cli.commands.schemas import editor_schemas
from harness.documentation import pages_by_section
from harness.documentation.markdown_text import headings_of, prose_lines, without_comments
from website.command_page import command_page
from website.schema_pages import schema_page

ROOT = Path(__file__).resolve().parents[1]
INDEX = "docs/index.md"
HOME = "README.md"
PROJECT_PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")
_LINK = re.compile(r"(?P<start>\]\()(?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")


def main() -> int:
    """Build it in `build/site`; gives the exit status."""
    work = ROOT / "build" / "site"
    shutil.rmtree(work, ignore_errors=True)
    return build(work)


def build(work: Path) -> int:
    """Build the site in a folder: its pages in `pages`, the result in `html`."""
    pages, html = work / "pages", work / "html"
    sections = _write_pages(pages)
    (work / "zensical.toml").write_text(_settings(sections), encoding="utf-8")
    if status := render(work):
        return status
    for page in pages.rglob("*.md"):
        target = html / page.relative_to(pages)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, target)
    _write_llms(pages, html, sections)
    return 0


def render(work: Path) -> int:
    """Make HTML of the pages; gives the status of Zensical, which is not 0 for a broken link."""
    command = [sys.executable, "-m", "zensical", "build", "--strict", "-f", "zensical.toml"]
    return subprocess.run(command, cwd=work, check=False).returncode  # noqa: S603  # our own command


def _project() -> Mapping[str, Any]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]


def staged(path: str) -> str:
    """Where a file of the repository is among the pages of the site."""
    if path in (HOME, INDEX):
        return "index.md"
    place = PurePosixPath(path)
    if place.parts[0] == "docs":
        return place.relative_to("docs").as_posix()
    if place.name == HOME:
        return f"{place.parent}.md"
    return path.lower() if place.suffix == ".md" else path


def _write_pages(pages: Path) -> dict[str, list[str]]:
    """Write all pages; gives the sections of the menu with their pages."""
    for file in sorted((ROOT / "docs").rglob("*.*")):
        if file.suffix != ".md":
            _copy(file.relative_to(ROOT).as_posix(), pages)
    sources = [file.relative_to(ROOT).as_posix() for file in (ROOT / "docs").rglob("*.md")]
    for source in (*sorted(sources), *PROJECT_PAGES):
        if source != INDEX:
            _write(pages, staged(source), _text(source, pages))
    _write(pages, "index.md", _home(pages))
    reference = {"reference/commands.md": command_page()}
    for name, schema in editor_schemas(None).items():
        reference[f"reference/{name}.md"] = schema_page(name, schema)
        _write(pages, f"schemas/{name}.schema.json", json.dumps(schema, indent=2))
    for name, text in reference.items():
        _write(pages, name, text)
    menu = {"Home": ["index.md"], **_menu()}
    menu["Reference"] = [*menu.get("Reference", []), *reference]
    menu["Project"] = [staged(source) for source in PROJECT_PAGES]
    return menu


def _home(pages: Path) -> str:
    """README.md, followed by the list of all pages."""
    index = _text(INDEX, pages)
    first = next(heading for heading in headings_of(index) if heading.level > 1)
    listed = "\n".join(index.splitlines()[first.line :])
    return f"{_text(HOME, pages)}\n{listed}\n"


def _menu() -> dict[str, list[str]]:
    """The sections of docs/index.md, each with the pages that it links to."""
    sections = pages_by_section().items()
    return {title: [f"{page.name}.md" for page in pages] for title, pages in sections}


def _text(source: str, pages: Path) -> str:
    """A page with its links changed to those of the site; files that it links to are copied."""
    text = without_comments((ROOT / source).read_text(encoding="utf-8"))
    lines = text.splitlines()
    for number, line in prose_lines(text):
        lines[number] = _LINK.sub(lambda match: _moved(match, source, pages), line)
    return "\n".join([*lines, ""])


def _moved(match: re.Match[str], source: str, pages: Path) -> str:
    target, anchor = match["target"], match["anchor"] or ""
    if "://" in target:
        return match[0]
    path = os.path.normpath(PurePosixPath(source).parent / target)
    place = staged(path)
    if not path.endswith(".md") and (ROOT / path).is_file():
        _copy(path, pages)
    here = PurePosixPath(staged(source)).parent
    return f"{match['start']}{os.path.relpath(place, here)}{anchor})"


def _copy(path: str, pages: Path) -> None:
    target = pages / staged(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / path, target)


def _write(pages: Path, name: str, text: str) -> None:
    (pages / name).parent.mkdir(parents=True, exist_ok=True)
    (pages / name).write_text(text, encoding="utf-8")


def _settings(sections: Mapping[str, list[str]]) -> str:
    project = _project()
    menu = ",\n".join(
        f"  {{{json.dumps(name)} = {json.dumps(names)}}}" for name, names in sections.items()
    )
    return f"""\
[project]
site_name = {json.dumps(project["name"])}
site_description = {json.dumps(project["description"])}
site_url = {json.dumps(project["urls"]["Documentation"] + "/")}
docs_dir = "pages"
site_dir = "html"
nav = [
{menu}
]

[project.theme]
font = false

[project.validation]
invalid_links = true
invalid_link_anchors = true

[project.markdown_extensions.tables]

[project.markdown_extensions.attr_list]

[project.markdown_extensions.toc]
permalink = true
slugify = {{object = "pymdownx.slugs.slugify", kwds = {{case = "lower"}}}}

[project.markdown_extensions.pymdownx.highlight]

[project.markdown_extensions.pymdownx.superfences]
"""


def _write_llms(pages: Path, html: Path, sections: Mapping[str, list[str]]) -> None:
    """`llms.txt`, which lists all pages, and `llms-full.txt`, which contains them."""
    project = _project()
    site = project["urls"]["Documentation"]
    lines = [f"# {project['name']}", "", f"> {project['description']}", ""]
    texts = []
    for section, names in sections.items():
        lines += [f"## {section}", ""]
        for name in names:
            text = (pages / name).read_text(encoding="utf-8")
            texts.append(text)
            lines.append(f"- [{headings_of(text)[0].title}]({site}/{name}): {_summary(text)}")
        lines.append("")
    (html / "llms.txt").write_text("\n".join(lines), encoding="utf-8")
    (html / "llms-full.txt").write_text("\n\n".join(texts), encoding="utf-8")


def _summary(text: str) -> str:
    """The first paragraph of a page, without its links."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(_first_paragraph(text)))


def _first_paragraph(text: str) -> Iterator[str]:
    has_begun = False
    for _, line in prose_lines(text):
        if line and not line.startswith(("#", "-", "|", "!")):
            has_begun = True
            yield line
        elif has_begun:
            return


if __name__ == "__main__":
    sys.exit(main())
