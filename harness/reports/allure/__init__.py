"""Scenarios in Allure: a step for each turn, to which messages and payloads are attached.

Source: allure-pytest, which writes a result when a test ends; ours are completed before it does.
"""

from harness.reports.allure.allure_results import AllureResults, lacking
from harness.reports.allure.heading import AllureCase

__all__ = ["AllureCase", "AllureResults", "lacking"]
