"""Colours, keys, narrow windows, and what a screen reader is told."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_conversation import DRESS, GREETING, HOURS, INVOICE, ORDER, RETURNS, VOUCHER

BACKGROUND = "return getComputedStyle(document.body).backgroundColor"
ADDRESSES = {
    "overview": "",
    "failed": DRESS,
    "broken": ORDER,
    "takes": HOURS,
    "drift": INVOICE,
    "stream": GREETING,
    "expected-failure": VOUCHER,
    "skipped": RETURNS,
}


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


def test_a_row_keeps_the_focus_when_the_list_is_drawn_anew(page):
    """As when the search of what was said ends behind the next key."""
    page.press("/", *"pink", "ArrowDown")
    page.run("document.querySelector('#text').dispatchEvent(new Event('input'))")
    page.press("Enter")

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


FAINT = """
const channels = (text) => {
  const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
  return text.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
};
const over = (top, under) => top.slice(0, 3).map((c, at) => c * top[3] + under[at] * (1 - top[3]));
const light = (rgb) => rgb
  .map((c) => c / 255)
  .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
const chain = (one) => (one ? [...chain(one.parentElement), one] : []);
const ground = (one) => chain(one)
  .map((each) => channels(getComputedStyle(each).backgroundColor))
  .reduce((under, top) => over(top, under), [255, 255, 255]);
const faint = [];
for (const one of document.body.querySelectorAll("*")) {
  const said = [...one.childNodes].filter((each) => each.nodeType === 3 && each.data.trim());
  if (!said.length || one.closest("svg, .unseen") || !one.getClientRects().length) continue;
  const style = getComputedStyle(one), under = ground(one), text = channels(style.color);
  text[3] *= chain(one).reduce((all, each) => all * getComputedStyle(each).opacity, 1);
  const [a, b] = [light(over(text, under)), light(under)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5) faint.push(`${one.tagName}.${one.className} ${said[0].data.trim()} ${ratio}`);
}
return faint;
"""
"""Elements whose text has a contrast of less than 4.5 with its ground; also marks, which axe leaves
open. Source: WCAG 2.2, relative luminance and contrast ratio."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_d9_every_text_has_contrast(page, address, scheme):
    """At least 4.5 to 1 in both colour schemes, whether it is scrolled into view or not."""
    page.prefer(scheme)
    page.open(address)
    page.unfold()

    assert page.run(FAINT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_d9_metadata_in_the_users_bubble_can_be_read(page, scheme):
    """It stands on a ground of its own, in the text's colour, with its summary and button."""
    page.prefer(scheme)
    page.open(DRESS)
    page.unfold()

    found = Axe().run(
        page.driver.page, context=".bubble.user", options={"runOnly": ["color-contrast"]}
    )

    assert found.response["violations"] == []
    assert '"page": "product"' in page.text(".bubble.user pre")


def test_a_printed_conversation_is_unfolded(page):
    """On paper stand the requests as well; afterwards they are folded again."""
    page.open(DRESS)
    page.run("dispatchEvent(new Event('beforeprint'))")
    page.wait("return document.querySelectorAll('main pre').length > 3")
    page.run("dispatchEvent(new Event('afterprint'))")

    assert page.count("main details[open]") == 0
