"""Colours, keys, narrow windows, and what a screen reader is told."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_conversation import DRESS, HOURS, INVOICE, ORDER

BACKGROUND = "return getComputedStyle(document.body).backgroundColor"
ADDRESSES = {"overview": "", "failed": DRESS, "broken": ORDER, "takes": HOURS, "drift": INVOICE}


def test_the_colours_follow_the_system(page):
    """Light and dark come from what the system prefers."""
    light = page.run(BACKGROUND)
    page.prefer("dark")

    assert (light, page.run(BACKGROUND)) == ("rgb(246, 247, 249)", "rgb(20, 23, 28)")


def test_the_switch_is_kept(page):
    """What was chosen holds against the system, also after a reload."""
    page.find("#theme").click()
    page.open()

    assert page.run(BACKGROUND) == "rgb(20, 23, 28)"
    assert page.text("#theme") == "Light"


def test_the_list_is_walked_with_keys(page):
    """The keys j and k move, Enter opens, Escape goes back."""
    page.press("j", "j", "k", "j", "Enter")
    page.wait_for_title("An order that is late")
    page.press("Escape")
    page.wait_for_title("2 failed")

    assert page.run("return location.hash") == "#/"


def test_slash_searches_and_arrows_go_on_into_the_list(page):
    """No mouse is needed between the search and the conversation."""
    page.press("/", *"pink")
    page.wait("return document.querySelectorAll('#rows .name').length < 5")
    page.press("ArrowDown", "Enter")

    page.wait_for_title("From free shipping to a pink dress")


def test_n_opens_what_is_red_next(page):
    """From one failure to the next, past what passed."""
    page.press("n")
    page.wait_for_title("From free shipping to a pink dress")
    page.press("n", "n")

    page.wait_for_title("Opening hours on Mondays")


def test_the_focus_is_seen(page):
    """What has the focus has an outline."""
    page.press("j")

    outline = page.run("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_400_pixels_are_enough(page, address):
    """Nothing is wider than the window, also with every fold open."""
    page.width(400)
    page.open(address)
    page.unfold()

    assert page.run("return document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_axe_has_no_serious_finding(page, address):
    """Names, roles, order and contrast, with every fold open; in dark colours the contrast."""
    page.open(address)
    page.unfold()

    light = Axe().run(page.driver.page)
    page.prefer("dark")
    dark = Axe().run(page.driver.page, options={"runOnly": ["color-contrast"]})

    for found in (light, dark):
        impacts = {one["impact"] for one in found.response["violations"]}
        assert not impacts & {"serious", "critical"}, found.generate_report()


def test_a_printed_conversation_is_unfolded(page):
    """On paper stand the requests as well; afterwards they are folded again."""
    page.open(DRESS)
    page.run("dispatchEvent(new Event('beforeprint'))")
    page.wait("return document.querySelectorAll('main pre').length > 3")
    page.run("dispatchEvent(new Event('afterprint'))")

    assert page.count("main details[open]") == 0
