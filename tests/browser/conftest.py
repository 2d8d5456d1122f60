from __future__ import annotations

import os

import pytest

from harness.reports.build import build
from harness.reports.html import HtmlReport
from harness.reports.results import read_results
from tests.browser.chromium import MISSING, browser_path, chromium
from tests.browser.page import Page
from tests.browser.sample import shop, write_results

NEEDED = "HARNESS_NEEDS_BROWSER"
"""Set in CI: there a missing browser is an error, elsewhere a reason to skip."""


@pytest.fixture(scope="module")
def driver():
    """A browser for the tests of a module.

    Playwright keeps an event loop running while it is open, beside which no other can be started.
    """
    browser = browser_path()
    if browser is None and os.environ.get(NEEDED):
        pytest.fail(MISSING, pytrace=False)
    if browser is None:
        pytest.skip(MISSING)
    with chromium(browser) as running:
        yield running


@pytest.fixture(scope="session")
def report_of(tmp_path_factory):
    """Makes report.html of conversations."""

    def made(conversations):
        folder = tmp_path_factory.mktemp("report")
        results = read_results(write_results(folder / "results.json", conversations))
        [path] = build(results, [HtmlReport(folder, results)])
        return path

    return made


@pytest.fixture(scope="session")
def shop_report(report_of):
    return report_of(shop())


@pytest.fixture
def opened(driver):
    """Opens a report in a window of 1280 pixels, in light colours."""

    def page(report, address=""):
        one = Page(driver, report)
        one.width(1280)
        one.prefer("light")
        driver.get(report.as_uri())
        driver.execute_script("localStorage.clear()")
        driver.logged.clear()
        return one.open(address)

    return page


@pytest.fixture
def page(opened, shop_report):
    """The shop's report, at its overview."""
    return opened(shop_report)
