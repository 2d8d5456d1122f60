"""The page of `harness compare --html`: two runs, or two providers, side by side."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from harness.reports.html.comparison_report import ComparedSide, write_comparison
from tests.browser.page import Page
from tests.browser.sample import HEAD, check, conversation, many, turn
from tests.browser.test_hostile import ATTACKS, TEXT, hostile


def before_and_after():
    """A regression with other words, a reply that is gone, one only before, one that is equal."""
    said = [
        turn(
            1,
            "Do you ship for free?",
            "Yes, shipping is free above 50 dollars.",
            0.5,
            usage={"tokens": 12},
        ),
        turn(2, "And to Malta?", "Yes, to Malta too.", 0.7, actions={"Order": "order"}),
    ]
    now = [
        turn(
            1,
            "Do you ship for free?",
            "Yes, shipping is free above 90 dollars.",
            0.9,
            usage={"tokens": 40},
        ),
        {"number": 2, "user": {"text": "And to Malta?"}, "exchanges": []},
    ]
    wrong = check("contains", 1, 13, "failed", message="the reply does not contain '50'")
    equal = [turn(1, "Hi", "Hello", 0.1)]
    gone = conversation("gone", "It was removed", "connectly", equal)
    same = conversation("same", "It stayed as it was", "connectly", equal)
    return (
        [conversation("free", "Free shipping", "connectly", said), same, gone],
        [
            conversation(
                "free", "Free shipping", "connectly", now,
                outcome="failed", codes=["contains"], checks=[wrong],
            ),
            same,
        ],
    )  # fmt: skip


@pytest.fixture(scope="session")
def page_of(tmp_path_factory):
    """Writes the page of two lists of conversations."""

    def made(before, after, names=("before", "after")):
        path = tmp_path_factory.mktemp("comparison") / "compare.html"
        sides = (
            ComparedSide(name=name, head={**HEAD, "run": f"run-{name}"}, conversations=some)
            for name, some in zip(names, (before, after), strict=True)
        )
        write_comparison(path, *sides)
        return path

    return made


@pytest.fixture
def compared(driver, page_of):
    """The comparison of two runs, opened."""
    return open_page(driver, page_of(*before_and_after()))


def open_page(driver, path):
    """The page in a window of 1280 pixels, in light colours."""
    page = Page(driver, path)
    page.width(1280)
    page.prefer("light")
    return page.open()


def unfold(page):
    """Open every conversation that is shown."""
    page.run("document.querySelectorAll('#pairs details').forEach((one) => { one.open = true; })")
    page.wait(
        "return [...document.querySelectorAll('#pairs details')]"
        ".every((one) => one.children.length > 1)"
    )


def test_what_differs_is_shown_first(compared):
    """Both runs with their origin, and of the conversations those that differ."""
    assert compared.text("h1") == "before and after"
    assert "run-before" in compared.text("table")
    assert "4be1c0d9 with uncommitted changes" in compared.text("table")
    assert compared.texts("#pairs .name") == ["Free shipping", "It was removed"]
    assert compared.text("#count") == "2 of 3 conversations"
    assert compared.texts("#pairs .tag") == [
        "other outcome", "other failures", "other texts", "other buttons", "only on one side",
    ]  # fmt: skip


def test_conversations_are_chosen_by_what_differs(compared):
    """A button for each kind of difference, and one for all; the search narrows them."""
    compared.find("[data-kind=only]").click()
    only = compared.texts("#pairs .name")
    compared.find("[data-kind='']").click()
    every = compared.texts("#pairs .name")
    compared.find("input").fill("stayed")

    assert only == ["It was removed"]
    assert every == ["Free shipping", "It stayed as it was", "It was removed"]
    assert compared.texts("#pairs .name") == ["It stayed as it was"]
    assert compared.find("[data-kind='']").get_attribute("aria-pressed") == "true"


def test_replies_are_aligned_and_their_words_compared(compared):
    """Words that only one side has are marked; verdict, latency and usage are below."""
    unfold(compared)

    first = compared.text("#pairs li .turn")
    assert compared.texts("#pairs del")[:2] == ["50", "Yes, to Malta too."]
    assert compared.texts("#pairs ins") == ["90"]
    assert "before · 500 ms · tokens 12" in first
    assert "after · 900 ms · tokens 40" in first
    assert "contains the reply does not contain '50'" in first.replace("\n", " ")


def test_what_one_side_lacks_is_said(compared):
    """A reply that did not come, and a conversation that was not played."""
    unfold(compared)

    second = compared.text("#pairs li .turn:nth-of-type(2)")
    assert "no such message\n" in second
    assert "No reply came." in second
    assert "after: not played" in compared.text("#pairs li:nth-child(2)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_no_serious_finding(compared, scheme):
    """Names, roles, order and contrast, with every conversation open."""
    compared.prefer(scheme)
    unfold(compared)

    found = Axe().run(compared.driver.page)

    impacts = {one["impact"] for one in found.response["violations"]}
    assert not impacts & {"serious", "critical"}, found.generate_report()


def test_400_pixels_are_enough(compared):
    """The sides are below each other, each bubble with the name of its side."""
    compared.width(400)
    unfold(compared)

    assert compared.run("return document.documentElement.scrollWidth") <= 400
    assert compared.texts("#pairs .bubble.assistant .who")[:2] == ["before", "after"]


def test_nothing_that_a_bot_said_runs(driver, page_of):
    """Every attack is shown as text, on both sides, and nothing is fetched."""
    other = [{**one, "title": f"{TEXT} again"} for one in hostile()]
    other[0]["transcript"]["turns"][0]["reply"]["messages"] = [{"text": f"{TEXT}!"}]
    page = open_page(driver, page_of(list(hostile()), other, (TEXT, "after")))
    page.find("[data-kind='']").click()
    unfold(page)

    assert page.run("return window.ran") is None
    assert all(attack in page.text(".bubble.assistant") for attack in ATTACKS)
    assert page.count("img, iframe, object, embed, main script, main svg[onload]") == 0
    assert page.driver.logged == []


def test_equal_runs_say_so(driver, page_of):
    """Nothing differs: all conversations are listed."""
    page = open_page(driver, page_of(list(many(3)), list(many(3))))

    assert "Nothing differs." in page.text()
    assert page.text("#count") == "3 conversations"


def test_a_thousand_conversations_are_small_and_drawn_as_they_come_into_view(driver, page_of):
    """1,000 pairs of 5 turns take at most 3 MB; the list begins with a hundred."""
    path = page_of(list(many(1_000)), list(many(1_000)))
    page = open_page(driver, path)

    assert path.stat().st_size < 3_000_000
    assert page.count("#pairs details") == 100
