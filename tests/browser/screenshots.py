"""Takes the pictures of docs/images: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from harness.reports.build import build
from harness.reports.html import HtmlReport
from harness.reports.results import read_results
from tests.browser.chromium import MISSING, browser_path, chromium
from tests.browser.page import Page
from tests.browser.sample import shop, write_results

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
    return 0


if __name__ == "__main__":
    sys.exit(main())
