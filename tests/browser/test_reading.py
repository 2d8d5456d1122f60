"""Colours, keys, narrow windows, and what a screen reader is told."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.sample import conversation, turn
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
    page.wait_for_title("Opening hours on Mondays")
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

    page.wait_for_title("An order that is late")


def test_the_focus_is_seen(page):
    """What has the focus has an outline."""
    page.press("j")

    outline = page.run("return getComputedStyle(document.activeElement, '::after').outlineStyle")
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


OVERPRINTED = """
const boxes = [...document.querySelectorAll("svg text")].map((one) => one.getBoundingClientRect());
const shown = boxes.filter((box) => box.width);
const near = shown.some((a, at) => shown.some((b, other) =>
  at < other && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
return near ? "overprinted" : shown.length;
"""


@pytest.mark.parametrize("width", [400, 861, 1280])
@pytest.mark.parametrize(
    "times", [(0.0004, 0.09, 2.2, 31.0), (0.11, 0.2, 0.34), (3.0, 12.0, 150.0)]
)
def test_d9_labels_of_an_axis_do_not_touch(opened, report_of, times, width):
    """Of powers of ten and of even steps, as many are shown as there is room for."""
    turns = [turn(number, "Hi", "Hello", seconds) for number, seconds in enumerate(times, 1)]
    page = opened(report_of([conversation("times", "Times", "connectly", turns)]))
    page.width(width)

    assert page.run(OVERPRINTED) in range(1, 9)


def test_d9_a_time_is_never_broken(page):
    """A number and its unit are on one line, however narrow the window is."""
    page.width(400)

    times = page.run(
        "return [...document.querySelectorAll('.value, td.number')]"
        ".map((one) => one.textContent).filter((text) => / (ms|s|%)$/.test(text))"
    )
    assert times == []


def test_d9_in_a_narrow_window_the_list_comes_first(page):
    """It has a height of its own, so that the overview is near; commit and branch are named."""
    page.width(400)

    tops = page.run(
        "return ['#about', '#side', '#rows', 'main'].map((one) =>"
        " document.querySelector(one).getBoundingClientRect().top)"
    )
    assert tops == sorted(tops)
    assert 0 < tops[-1] < 900
    assert "main · 4be1c0d9 with uncommitted changes" in page.text("#about")


@pytest.mark.parametrize("width", [400, 1280])
def test_d9_the_caret_of_an_excerpt_is_seen(page, width):
    """An excerpt begins where its line does, and is scrolled to what the caret marks."""
    page.width(width)
    page.open(DRESS)

    seen = page.wait("""
        const seen = [...document.querySelectorAll(".excerpt")].map((pre) => {
          const frame = pre.getBoundingClientRect();
          const box = pre.querySelector(".caret").getBoundingClientRect();
          return box.left >= frame.left && box.left + 30 < frame.right;
        });
        return seen.every(Boolean) && seen;
    """)
    assert seen == [True, True]
    assert page.text(".excerpt") == "15 | contains: pink\n|           ^^^^"


def test_d9_a_pressed_button_has_a_label_of_full_size(page):
    """It is what the user said."""
    page.open(DRESS)

    sizes = page.run(
        "return ['.user .pressed', '.user .said'].map((one) =>"
        " parseFloat(getComputedStyle(document.querySelector(one)).fontSize))"
    )
    assert sizes[0] >= 0.9 * sizes[1]


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
