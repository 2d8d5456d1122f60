"""All reports of `harness strength`, written while conversations are measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from harness.evaluation.strength import MeasuredPlay, StrengthScore, score_of
from harness.reports.html.strength_page import StrengthPage
from harness.reports.strength.strength_json import STRENGTH, StrengthWriter, conversation_json
from harness.reports.strength.strength_markdown import MARKDOWN, StrengthMarkdown

PAGE = "strength.html"


class StrengthReports:
    """Takes conversations one by one, and keeps their figures alone.

    It is a context manager, which removes what was measured and not finished.
    """

    def __init__(self, folder: Path, shown: Callable[[Path], str]) -> None:
        """`shown` is how a file is named. Raises `OSError`."""
        folder.mkdir(parents=True, exist_ok=True)
        self._shown = shown
        # Another command may measure at the same time, and write to the same folder.
        self._waiting = TemporaryDirectory(prefix=".strength-", dir=folder)
        waiting = Path(self._waiting.name)
        self._json = StrengthWriter(folder / STRENGTH, waiting)
        self._page = StrengthPage(folder / PAGE, waiting)
        self._markdown = StrengthMarkdown(folder / MARKDOWN)
        self.score = StrengthScore()
        self.conversations = 0
        self.unmeasured = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.cleanup()

    def add(self, measured: MeasuredPlay) -> None:
        """Add a conversation."""
        shown = self._shown(measured.play.file)
        self.score.merge(score_of(measured.mutants))
        self.conversations += not measured.unmeasured
        self.unmeasured += bool(measured.unmeasured)
        self._json.add(conversation_json(measured, shown))
        self._page.add(measured, shown)
        self._markdown.add(measured, shown)

    def finish(self) -> tuple[Path, ...]:
        """Write the files."""
        return (
            self._page.finish(self.score),
            self._markdown.finish(self.score, self.conversations, self.unmeasured),
            self._json.finish(self.score),
        )
