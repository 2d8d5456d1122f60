"""`harness docs` and `harness explain`: the documentation in the terminal, without a network."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence

from harness.cli.terminal import echo, refuse
from harness.core import did_you_mean
from harness.documentation import (
    UnknownPage,
    all_codes,
    explain_code,
    find_page,
    pages_by_section,
    search_pages,
)

MOST_MATCHES = 40
"""Lines that a search shows."""
WIDEST = 100
"""Columns of a rendered page, in a terminal that has more."""


def show_docs(page: str, words: str, *, is_plain: bool) -> None:
    """Show a page or a section of it, search all of them, or list them."""
    if words:
        _search(words)
    elif page:
        name, _, anchor = page.partition("#")
        try:
            found = find_page(name)
            _show(found.section(anchor) if anchor else found.text, is_plain=is_plain)
        except UnknownPage as error:
            others = "'harness docs' lists all pages, '--search WORDS' searches them"
            raise refuse("; ".join([*filter(None, error.args), others])) from error
    else:
        _list_pages()


def explain(codes: Sequence[str], *, is_plain: bool) -> None:
    """Explain codes; without one, list all."""
    if not codes:
        _list_codes()
        return
    found = [(code, explain_code(code)) for code in codes]
    unknown = [code for code, explanation in found if explanation is None]
    if unknown:
        hint = did_you_mean(unknown[0].strip("[] "), all_codes())
        listing = "'harness explain' lists all codes"
        text = f"there is no code '{unknown[0]}'"
        raise refuse("; ".join(filter(None, (text, hint, listing))))
    texts = [explanation.text for _, explanation in found if explanation is not None]
    _show("\n".join(texts), is_plain=is_plain)


def _list_pages() -> None:
    sections = pages_by_section()
    width = max(len(page.name) for pages in sections.values() for page in pages)
    for title, pages in sections.items():
        echo(title)
        for page in pages:
            echo(f"  {page.name:<{width}}  {page.title}")
        echo()
    first = next(iter(sections.values()))[0]
    echo(f"Show a page with: harness docs PAGE. Begin with: harness docs {first.name}")


def _list_codes() -> None:
    section = ""
    for explanation in all_codes().values():
        if explanation.section != section:
            echo(f"{'' if not section else chr(10)}{explanation.section}")
            section = explanation.section
        echo(f"  {explanation.code}")


def _search(words: str) -> None:
    matches = list(search_pages(words))
    if not matches:
        raise refuse(f"no page contains '{words}'")
    address = ""
    for match in matches[:MOST_MATCHES]:
        if match.address != address:
            address = match.address
            echo(address)
        echo(f"  {match.line}")
    if len(matches) > MOST_MATCHES:
        echo(f"and {len(matches) - MOST_MATCHES} more lines; search for more words")


def _show(text: str, *, is_plain: bool) -> None:
    """Write Markdown: rendered and in pages to a terminal, as it is elsewhere."""
    if is_plain or not sys.stdout.isatty():
        echo(text.rstrip("\n"))
        return
    # Late: only a terminal needs it.
    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415  # as above

    screen = Console()
    screen = Console(width=min(screen.width, WIDEST), height=screen.height, force_terminal=True)
    with screen.capture() as capture:
        screen.print(Markdown(text, hyperlinks=False))
    rendered = capture.get()
    pager = shlex.split(os.environ.get("PAGER", "less"))
    if rendered.count("\n") < screen.height or not pager or not shutil.which(pager[0]):
        sys.stdout.write(rendered)
        return
    # As git does: less shows colours.
    environment = {"LESS": "FRX", **os.environ}
    subprocess.run(pager, input=rendered, text=True, env=environment, check=False)  # noqa: S603  # the user's own pager
