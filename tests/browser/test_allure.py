"""Allure's results as the real Allure shows them in a browser."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.browser.allure_site import VERSION, generate, served
from tests.npm_packages import required_program
from tests.plugin.echo_bot import API_KEY, serving_echo
from tests.plugin.project import GREET, scenario_text, write_project
from tests.processes import PYTEST

ATTACK = "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'>"
FILES = {
    "scenarios/greet.yaml": GREET.replace("contains: Hello", "contains: Good"),
    "scenarios/hostile.yaml": scenario_text("hostile", says=ATTACK, title=f"Title {ATTACK}"),
    "scenarios/bad.yaml": "scenario: bad\nturns: 3\n",
}


class Site:
    """Allure's report in a browser."""

    def __init__(self, driver, address, folder):
        self.driver = driver
        self.address = address
        self.tests = [
            json.loads(file.read_text()) for file in (folder / "data/test-results").iterdir()
        ]

    def open(self, fragment=""):
        """Open a page; it is loaded anew."""
        self.driver.get("about:blank")
        self.driver.get(f"{self.address}{fragment}")

    def open_test(self, name):
        """Open the page of the first test of that name."""
        self.open(f"#{next(one['id'] for one in self.tests if one['name'] == name)}")

    def wait_for(self, text):
        """Wait until a text is seen; gives all that is seen."""
        script = "return document.body.innerText"
        self.driver.wait_until(lambda: text in self.driver.execute_script(script))
        return self.driver.execute_script(script)

    def click(self, kind, text):
        """Click the first element of a kind that holds a text, once it is there."""
        script = (
            "const found = [...document.querySelectorAll(`[data-testid='${arguments[0]}']`)]"
            ".find((one) => one.innerText.includes(arguments[1]));"
            "found?.querySelector('button').click(); return !!found"
        )
        self.driver.wait_until(lambda: self.driver.execute_script(script, kind, text))


@pytest.fixture(scope="module")
def command():
    return required_program("allure", VERSION, "allure")


@pytest.fixture(scope="module")
def site(driver, command, tmp_path_factory):
    """A live run with two providers, as Allure shows it."""
    folder = tmp_path_factory.mktemp("allure")
    write_project(folder)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    arguments = ["--harness-mode=live", "--harness-provider=echo", "--harness-provider=parrot"]
    arguments += ["--alluredir=results", "--continue-on-collection-errors"]
    with serving_echo() as bot:
        subprocess.run(
            [*PYTEST, "-q", *arguments],
            cwd=folder,
            env={**os.environ, "ECHO_URL": bot.url, "ECHO_API_KEY": API_KEY},
            check=False,
            capture_output=True,
        )
    generate(command, folder / "results", folder / "report")
    with served(folder / "report") as address:
        yield Site(driver, address, folder / "report")


def test_two_providers_are_two_tests(site):
    """Neither is shown as a retry of the other."""
    shown = [one for one in site.tests if one["name"] == "The bot repeats a greeting"]

    parameters = sorted(one["parameters"][0]["value"] for one in shown)
    assert parameters == ["echo", "parrot"]
    assert not any(one["isRetry"] for one in shown)


def test_a_failure_shows_its_turn_and_its_checks(site):
    """The page opens at the turn that failed: what was answered, and the check with its mark."""
    site.open_test("The bot repeats a greeting")

    text = site.wait_for("turn 1: Hello there")
    assert "assistant: You said: Hello there" in text
    assert "contains: failed" in text
    assert "scenarios/greet.yaml:7:7: turn 1: the reply does not contain" in text
    assert "Category: The bot was wrong: contains" in text


@pytest.mark.parametrize(
    ("attachment", "holds"),
    [
        pytest.param("difference", "expected: a text with 'Good there'", id="difference"),
        pytest.param("message, reply and payloads", '"text": "Hello there"', id="payloads"),
    ],
)
def test_attachments_can_be_read(site, attachment, holds):
    """A click on an attachment of the failed turn shows what it holds."""
    site.open_test("The bot repeats a greeting")
    site.click("test-result-attachment-header", attachment)

    assert holds in site.wait_for(holds)


def test_categories_and_environment_are_there(site):
    """Codes are categories, a file that cannot be read included, and the run says what it was."""
    site.open("#categories")
    categories = site.wait_for("The bot was wrong: contains")
    site.open()

    assert "It could not be judged: wrong-value" in categories
    assert "echo, parrot" in site.wait_for("providers")


def test_nothing_that_was_said_runs(site):
    """Markup in a title and in a reply is shown as text."""
    site.open_test(f"Title {ATTACK}")
    site.click("test-result-step-header", "turn 1")

    text = site.wait_for("assistant: You said: <script>")
    assert f"Title {ATTACK}" in text
    assert site.driver.execute_script("return window.ran") is None
