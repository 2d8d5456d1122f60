"""Ages that options take: 90d, 12w."""

from __future__ import annotations

import typer

from harness.core.durations import parse_age


def age(text: str) -> float:
    """Seconds. Raises `BadParameter`, which typer shows."""
    try:
        return parse_age(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
