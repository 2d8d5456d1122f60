"""Starts Debian's Chromium without a window."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium here; on Debian: apt-get install chromium"
PATIENCE = 10
"""Seconds for what takes a fraction of one."""


def browser_path() -> str | None:
    """Where Chromium lies; None where it is not installed."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


class Driver:
    """One window of a browser. Its page and what it logged can be asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.logged: list[str] = []
        page.on("console", lambda message: self.logged.append(message.text))
        page.on("pageerror", lambda error: self.logged.append(str(error)))

    def get(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self.page.goto(address)

    def execute_script(self, script: str, *values: Any) -> Any:
        """What the body of a function gives for `arguments`; no policy of the page stops it."""
        return self.page.evaluate(f"(arguments) => {{ {script} }}", list(values))

    def wait_until(self, ask: Callable[[], Any]) -> Any:
        """Ask until the answer is true; gives it. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE
        while not (answer := ask()):
            if time.monotonic() > end:
                raise TimeoutError(f"not so within {PATIENCE} seconds")
            time.sleep(0.02)
        return answer


@contextmanager
def chromium(browser: str) -> Iterator[Driver]:
    """A browser with a window of its own; its profile is forgotten with it."""
    # Chromium's sandbox refuses to run for root, as in a container.
    is_sandboxed = os.geteuid() != 0
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=browser, chromium_sandbox=is_sandboxed, args=["--disable-dev-shm-usage"]
        )
        with running:
            yield Driver(running.new_page())
