"""What harness.yaml says, as values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from harness.core.values import value_class
from harness.formats.yaml import Node


@value_class(frozen=True, slots=True, kw_only=True)
class ProviderConfig:
    """One entry below `providers:`; its settings still hold their templates."""

    name: str
    definition: str
    """A built-in definition's name, or a folder below the project."""
    node: Node
    """The entry in the file, for the places of its problems."""
    concurrency: int | None = None
    """Conversations at once, live or recording; None for no limit of its own."""
    rate: float | None = None
    """Requests a second over all conversations; None for no limit."""
    timeout: float | None = None
    """Total seconds for one request."""
    retries: int | None = None
    """Further attempts of one request after the first; None for the usual ones."""
    hosts: tuple[str, ...] = ()
    """Further servers that a redirect may lead to, each as `host:port`."""


@value_class(frozen=True, slots=True, kw_only=True)
class Slower:
    """From when on a turn counts as slower than the recorded one: both must hold."""

    factor: float = 2.0
    """As many times the recorded seconds."""
    at_least: float = 0.5
    """As many seconds more."""


@value_class(frozen=True, slots=True, kw_only=True)
class Config:
    """What harness.yaml says."""

    root: Path
    """The project: the folder that harness.yaml lies in."""
    provider: str = ""
    """Played where a scenario names none."""
    providers: Mapping[str, ProviderConfig] = field(default_factory=dict)
    scenarios: Path
    schemas: Path
    cassettes: Path
    tags: Mapping[str, str] | None = None
    """Known tags with their meaning; None where any tag will do."""
    concurrency: int = 20
    """Conversations at once over all providers, live or recording."""
    checks: tuple[Node, ...] = ()
    """Where the project's own checks lie: Python files of it, or names of installed ones."""
    max_age: float | None = None
    """Seconds after which a recording counts as old; None where any age will do."""
    slower: Slower = field(default_factory=Slower)
    """From when on drift calls a turn slower than recorded."""
    history: Node | None = None
    """Where what came of runs is kept; it still holds its templates."""

    def shown(self, path: Path) -> str:
        """A path as people see it: relative to the project where it lies inside it."""
        # Texts, not paths: this is asked for several times a scenario.
        text, root = str(path), f"{self.root}{os.sep}"
        return text.removeprefix(root).replace(os.sep, "/")
