"""What the package contains besides the code: the pages of `harness docs`, and its description.

The description is README.md with links to the site, whose address is `Documentation` in
`[project.urls]` of pyproject.toml.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

DOCS, PAGES = "docs", "harness/documentation/pages"
_LINK = re.compile(r"(?P<start>\]\()(?P<target>[^)\s#]*)(?P<anchor>#[^)\s]*)?\)")


def site_path(path: str) -> str:
    """Where the site has a file of the repository, such as `checks/` for `docs/checks.md`."""
    place = PurePosixPath(path)
    if place.parts[0] == DOCS:
        place = place.relative_to(DOCS)
    if place.suffix != ".md":
        return place.as_posix()
    place = place.with_suffix("")
    if place.name in ("README", "index"):
        place = place.parent
    return "" if place == PurePosixPath() else f"{place.as_posix().lower()}/"


def with_site_links(text: str, site: str) -> str:
    """A page of the repository's root, with links to the site instead of files."""

    def absolute(match: re.Match[str]) -> str:
        target, anchor = match["target"], match["anchor"] or ""
        if "://" in target or not target:
            return match[0]
        return f"{match['start']}{site.rstrip('/')}/{site_path(target)}{anchor})"

    return _LINK.sub(absolute, text)


class PagesHook(BuildHookInterface[Any]):
    """Puts the pages of `docs/` into the wheel. An editable install reads them where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them, without pictures, which a terminal cannot show."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        for page in (root / DOCS).rglob("*.md"):
            place = page.relative_to(root / DOCS).as_posix()
            build_data["force_include"][str(page)] = f"{PAGES}/{place}"


class DescriptionHook(MetadataHookInterface):
    """Makes the long description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add `readme`."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": with_site_links(text, metadata["urls"]["Documentation"]),
        }
