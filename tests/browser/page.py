"""A report that is open in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Locator

from tests.browser.chromium import Driver

TITLES = "return [...document.querySelectorAll('#rows .name')].map((one) => one.textContent)"
TITLE = "return document.querySelector('main h1')?.textContent.includes(arguments[0])"
OPEN_FOLDS = (
    "const folds = document.querySelectorAll('main details:not([open])');"
    "folds.forEach((fold) => { fold.open = true; }); return folds.length"
)
ARE_FILLED = (
    "return [...document.querySelectorAll('main details[open]')]"
    ".every((fold) => fold.children.length > 1)"
)


class Page:
    """Opens a report, reads it as a person would, and presses keys."""

    def __init__(self, driver: Driver, report: Path) -> None:
        self.driver = driver
        self.report = report

    def open(self, address: str = "") -> Page:
        """Open the report anew at what stands behind `#`."""
        self.driver.get("about:blank")
        self.driver.get(f"{self.report.as_uri()}{address}")
        self.wait("return document.documentElement.dataset.ready")
        return self

    def run(self, script: str, *values: Any) -> Any:
        """What the body of a function gives for `arguments`."""
        return self.driver.execute_script(script, *values)

    def wait(self, script: str, *values: Any) -> Any:
        """Wait until a script gives something true; gives it."""
        return self.driver.wait_until(lambda: self.run(script, *values))

    def wait_for_title(self, title: str) -> None:
        """Wait until the conversation, or the overview, of that heading is shown."""
        self.wait(TITLE, title)

    def find(self, selector: str) -> Locator:
        """The first element."""
        return self.driver.page.locator(selector).first

    def count(self, selector: str) -> int:
        """How many elements there are."""
        return self.driver.page.locator(selector).count()

    def text(self, selector: str = "main") -> str:
        """What is seen of the first element."""
        return _on_lines(self.find(selector).inner_text())

    def texts(self, selector: str) -> list[str]:
        """What is seen of all elements."""
        return [_on_lines(one) for one in self.driver.page.locator(selector).all_inner_texts()]

    def listed(self) -> list[str]:
        """Titles in the list."""
        return list(self.run(TITLES))

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        for key in keys:
            self.driver.page.keyboard.press(key)

    def unfold(self) -> None:
        """Open every fold, also those inside."""
        while self.run(OPEN_FOLDS):
            self.wait(ARE_FILLED)

    def width(self, pixels: int, height: int = 900) -> None:
        """Make the window so wide."""
        self.driver.page.set_viewport_size({"width": pixels, "height": height})

    def prefer(self, scheme: Literal["light", "dark"]) -> None:
        """Say what the system prefers."""
        # Without motion: colours are looked at as soon as they have changed.
        self.driver.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


def _on_lines(text: str) -> str:
    """Without empty lines, tabs and no-break spaces, and without blanks around a line."""
    lines = text.replace("\t", " ").replace("\u00a0", " ").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())
