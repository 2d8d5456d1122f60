"""Scenarios in Allure: a step a turn, with what was said and every payload attached.

Source: allure-pytest, which writes a result when a test ends; ours are completed before it does.
"""

from harness.reports.allure.allure_results import AllureResults, lacking
from harness.reports.allure.case import AllureCase

__all__ = ["AllureCase", "AllureResults", "lacking"]
