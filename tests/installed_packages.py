"""What is installed, read once.

pytest reads the entry points and the files of all packages when it starts, which is a quarter of a
short run inside a test.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from functools import cache, cached_property
from importlib.metadata import Distribution, EntryPoints, PackageMetadata, PackagePath

INSTALLED = tuple(path for path in sys.path if path.endswith(("site-packages", "dist-packages")))
"""Folders that no test changes."""
_distributions = importlib.metadata.distributions


class _Package:
    """A package that reads each of its files once."""

    def __init__(self, distribution: Distribution) -> None:
        self._distribution = distribution

    @cached_property
    def entry_points(self) -> EntryPoints:
        return self._distribution.entry_points

    @cached_property
    def files(self) -> list[PackagePath] | None:
        return self._distribution.files

    @cached_property
    def metadata(self) -> PackageMetadata:
        return self._distribution.metadata

    @cached_property
    def version(self) -> str:
        return self._distribution.version

    def __getattr__(self, name: str) -> object:
        return getattr(self._distribution, name)


@cache
def _installed() -> tuple[_Package, ...]:
    return tuple(map(_Package, _distributions(path=[*INSTALLED])))


def packages(**options: object) -> Iterator[object]:
    """Stands in for `importlib.metadata.distributions`; what a test adds is found as well."""
    if options:
        return _distributions(**options)
    added = [path for path in sys.path if path not in INSTALLED]
    return iter((*_distributions(path=added), *_installed()))
