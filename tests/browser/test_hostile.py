from __future__ import annotations

import pytest
from playwright.sync_api import Error

from tests.browser.sample import HEAD, check, conversation, exchange, turn

ATTACKS = (
    "<script>window.ran = 1</script>",
    "</script><script>window.ran = 2</script>",
    '"><img src=x onerror="window.ran = 3">',
    "<svg onload='window.ran = 4'></svg>",
    "javascript:window.ran = 5",
    "<!--<script>",
    "{{ 7 * 7 }} ${7 * 7}",
)
TEXT = " ".join(ATTACKS)


def hostile():
    """A conversation in which everything that somebody else wrote is an attack."""
    said = turn(
        1, TEXT, TEXT,
        actions={attack: attack for attack in ATTACKS},
        products=[{attack: attack for attack in ATTACKS}, {"name": TEXT, "url": ATTACKS[4]}],
        attachments=[{"name": attack, "content": attack} for attack in ATTACKS],
    )  # fmt: skip
    said["user"].update(pressed=TEXT, metadata={TEXT: TEXT})
    said["variables"] = {TEXT: TEXT}
    said["missing"] = [[TEXT, TEXT]]
    sent = exchange(1, 0.1, TEXT, TEXT, reason=TEXT)
    sent.update(url=f"https://example.com/{TEXT}", method=TEXT, step=f"send.{TEXT}")
    sent.update(headers=[[TEXT, TEXT]], contract=[TEXT])
    sent["response"].update(headers=[[attack, attack] for attack in ATTACKS])
    said["exchanges"] = [sent]
    wrong = check(
        TEXT, 1, 3, "failed",
        message=TEXT, expected=TEXT, actual=TEXT, difference=list(ATTACKS), excerpt=TEXT, file=TEXT,
    )  # fmt: skip
    drift = {"turn": 1, "kind": "wording", "lines": [TEXT], "recorded": [TEXT]}
    yield conversation(
        "hostile", TEXT, TEXT, [said],
        id=f"scenarios/{TEXT}.yaml::hostile", file=f"scenarios/{TEXT}.yaml", tags=[TEXT],
        description=TEXT, notes=[TEXT], failure=TEXT, outcome="failed", codes=[TEXT],
        checks=[wrong], drift=[drift], plan=[{"assistant": TEXT}, {"turn": 1, "id": TEXT}],
    )  # fmt: skip


@pytest.fixture(scope="module")
def hostile_report(report_of):
    before = dict(HEAD)
    HEAD.update(dict.fromkeys(("project", "branch", "commit", "command"), TEXT))
    try:
        return report_of(hostile())
    finally:
        HEAD.update(before)


def test_nothing_that_a_bot_said_runs(opened, hostile_report):
    """Overview, list and the open conversation show every attack as text."""
    page = opened(hostile_report)
    overview = page.text()
    page.find("#rows a").click()
    page.wait_for_title(TEXT)
    page.unfold()

    ran = page.run("return window.ran")
    assert ran is None
    assert all(attack in overview for attack in ATTACKS)
    assert all(attack in page.text(".bubble.assistant") for attack in ATTACKS)
    assert page.run("return document.title").startswith(TEXT)


def test_what_a_bot_said_is_no_element_and_no_link(opened, hostile_report):
    """No image, no script but the page's own, no address but the report's."""
    page = opened(hostile_report)
    page.find("#rows a").click()
    page.wait_for_title(TEXT)
    page.unfold()

    assert page.count("img, iframe, object, embed, main script, main svg[onload]") == 0
    addresses = page.run("return [...document.links].map((link) => link.getAttribute('href'))")
    assert {address[0] for address in addresses} == {"#"}


def test_the_file_itself_holds_none_of_it(hostile_report):
    """What was said is packed; only the project's name is text, and that is escaped."""
    text = hostile_report.read_text()

    assert "window.ran = 1</script>" not in text
    assert "&lt;script&gt;window.ran = 1" in text


def test_the_page_refuses_html_and_foreign_code(page):
    """Its policy stops what a fault in its own script would let through."""
    with pytest.raises(Error, match="TrustedHTML"):
        page.run("document.body.innerHTML = '<img src=x onerror=\"window.ran = 1\">'")

    with pytest.raises(Error, match="TrustedScript"):
        page.run("document.body.setAttribute('onclick', 'window.ran = 6')")
    assert page.run("return window.ran") is None


def test_nothing_is_fetched(opened, shop_report):
    """Opening the report asks no network for anything, and logs no problem."""
    page = opened(shop_report)

    fetched = page.run("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert [one for one in fetched if not one.startswith("data:")] == []
    assert page.driver.logged == []
