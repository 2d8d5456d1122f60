"""What the HTML report of a large run costs: `python -m benchmarks.report_scale`.

Prints a table by the number of conversations of 5 turns: seconds to write it beside reading the
results alone, its size, and, where Chromium is installed, seconds until it can be used and until
the last conversation stands open.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.reports.build import build
from harness.reports.html import HtmlReport
from harness.reports.results import read_results
from tests.browser.chromium import Driver, browser_path, chromium
from tests.browser.page import Page
from tests.browser.sample import many, write_results

SIZES = (100, 1_000, 10_000)


def main() -> None:
    """Measure all sizes."""
    print("| conversations | reading | with the report | size | opens in | last one opens in |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name, browser_of() as driver:
        for size in SIZES:
            folder = Path(name) / str(size)
            path = write_results(folder / "results.json", many(size))
            began = time.perf_counter()
            for _ in read_results(path):
                pass
            read = time.perf_counter() - began
            results = read_results(path)
            began = time.perf_counter()
            [report] = build(results, [HtmlReport(folder, results)])
            written = time.perf_counter() - began
            opened, last = opening(driver, report, size) if driver else ("not measured",) * 2
            megabytes = report.stat().st_size / 1e6
            print(
                f"| {size:,} | {read:.2f} s | {written:.2f} s | {megabytes:.2f} MB "
                f"| {opened} | {last} |"
            )


@contextmanager
def browser_of() -> Iterator[Driver | None]:
    """Chromium, where it is installed."""
    browser = browser_path()
    if browser is None:
        yield None
        return
    with chromium(browser) as driver:
        yield driver


def opening(driver: Driver, report: Path, size: int) -> tuple[str, str]:
    """Seconds until the overview is there, and until the last conversation is."""
    page = Page(driver, report)
    began = time.perf_counter()
    page.open()
    opened = time.perf_counter() - began
    *_, last = many(size, turns=1)
    began = time.perf_counter()
    page.run("location.hash = arguments[0]", f"#/{last['id']}/turn/5")
    page.wait("return document.querySelector('.turn.wanted')")
    return f"{opened:.2f} s", f"{time.perf_counter() - began:.2f} s"


if __name__ == "__main__":
    main()
