"""The prompt of simulated users."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PROMPT = "user@1"
"""The version of the prompt. A changed text gets another number."""


@cache
def prompt_text() -> str:
    """The text of the prompt, with placeholders."""
    return (Path(__file__).parent / "prompts" / f"{PROMPT}.txt").read_text(encoding="utf-8")
