"""Takes the pictures of docs/images: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from harness.reports.build import build
from harness.reports.html import HtmlReport
from harness.reports.html.comparison_report import ComparedSide, write_comparison
from harness.reports.results import read_results
from tests.browser.chromium import MISSING, Driver, browser_path, chromium
from tests.browser.page import Page
from tests.browser.sample import HEAD, shop, write_results
from tests.browser.test_comparison import before_and_after, unfold

IMAGES = Path(__file__).parents[2] / "docs/images"
DRESS = "#/scenarios/connectly/pink-dress.yaml::pink-dress[connectly]"
SHOTS = {
    "report-overview": ("", 1000, 740, "light"),
    "report-conversation": (DRESS, 1000, 760, "dark"),
    "report-failure": (f"{DRESS}/turn/2", 1200, 560, "light"),
}
"""Address, width, height and colours of each picture."""


def main() -> int:
    """Take them all; gives the exit status."""
    browser = browser_path()
    if browser is None:
        sys.stderr.write(f"{MISSING}\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = read_results(write_results(folder / "results.json", shop()))
        [report] = build(results, [HtmlReport(folder, results)])
        with chromium(browser) as driver:
            page = Page(driver, report)
            for shot, (address, width, height, scheme) in SHOTS.items():
                page.width(width, height)
                page.prefer(scheme)
                page.open(address)
                driver.page.screenshot(path=IMAGES / f"{shot}.png")
            _comparison(driver, folder / "compare.html")
    return 0


def _comparison(driver: Driver, path: Path) -> None:
    """Take the picture of two runs side by side."""
    sides = zip(("before", "after"), before_and_after(), strict=True)
    write_comparison(
        path, *(ComparedSide(name=name, head=HEAD, conversations=some) for name, some in sides)
    )
    page = Page(driver, path)
    page.width(1000, 700)
    page.prefer("light")
    page.open()
    unfold(page)
    driver.page.screenshot(path=IMAGES / "comparison.png")


if __name__ == "__main__":
    sys.exit(main())
