from __future__ import annotations

import pytest

from tests.browser.sample import many


@pytest.fixture(scope="module")
def large(report_of):
    return report_of(many(1_000))


@pytest.mark.parametrize(
    ("outcome", "titles"),
    [
        ("failed", ["From free shipping to a pink dress", "Opening hours on Mondays"]),
        ("broken", ["An order that is late"]),
        ("known", ["A voucher that has run out"]),
        ("skipped", ["A parcel that was sent back"]),
    ],
)
def test_the_list_is_filtered_by_outcome(page, outcome, titles):
    """A chip shows the conversations of its outcome and no others."""
    page.find(f".chip.{outcome}").click()

    assert page.listed() == titles
    assert page.text("#count") == f"{len(titles)} of 63 conversations"


@pytest.mark.parametrize(
    ("by", "value", "count"),
    [("provider", "enthusiast", 21), ("tag", "sales", 1), ("code", "contains", 3)],
)
def test_the_list_is_filtered_by_provider_tag_and_code(page, by, value, count):
    """Each choice leaves what has it."""
    page.find(f"#by-{by}").select_option(value)

    assert len(page.listed()) == count


SORTED = """
return [...document.querySelectorAll("#columns th")]
  .map((one) => `${one.textContent} ${one.getAttribute("aria-sort")}`);
"""


TIMES = """
return [...document.querySelectorAll("#rows td.number")]
  .map((one) => parseFloat(one.textContent || "-1") / (one.textContent.endsWith("ms") ? 1000 : 1));
"""


def test_d9_failures_come_first(page):
    """Then what is broken, then the rest, each in the order of the run."""
    assert page.listed()[:6] == [
        "From free shipping to a pink dress",
        "Opening hours on Mondays",
        "An order that is late",
        "A voucher that has run out",
        "A parcel that was sent back",
        "Paying by invoice",
    ]
    assert page.run(SORTED) == ["Result▲ ascending", "Conversation null", "Time null"]


def test_d9_the_list_is_sorted_with_the_keyboard(page):
    """A heading is a button; a second press turns the order round, and says so."""
    page.find("#columns th:nth-child(3) button").focus()
    page.press("Enter")
    slowest = page.run(TIMES)
    page.press("Enter")
    fastest = page.run(TIMES)

    assert slowest == sorted(slowest, reverse=True)
    assert fastest == sorted(fastest)
    assert page.run(SORTED) == ["Result null", "Conversation null", "Time▲ ascending"]
    assert page.run("return document.activeElement.textContent") == "Time▲"


def test_d9_the_order_stays_with_filters(page):
    """Filters and the search leave the order; keys walk through what is shown."""
    page.find("#columns th:nth-child(2) button").click()
    page.find("#by-code").select_option("contains")

    titles = page.listed()
    assert titles == sorted(titles)
    assert len(titles) == 3
    page.press("Escape", "j", "Enter")
    page.wait_for_title("A voucher that has run out")


def test_filters_hold_together_and_are_cleared_at_once(page):
    """A conversation must fit all of them."""
    page.find("#by-code").select_option("contains")
    page.find(".chip.failed").click()
    both = page.listed()
    page.find("#clear").click()
    page.wait("return document.getElementById('count').textContent === '63 conversations'")

    assert both == ["From free shipping to a pink dress", "Opening hours on Mondays"]


def test_the_text_is_searched_in_titles_and_in_what_was_said(page):
    """What a bot said is found, though no title holds it."""
    page.find("#text").fill("SHE WILL LOVE")
    page.wait("return document.getElementById('count').textContent.startsWith('1 of')")

    assert page.listed() == ["From free shipping to a pink dress"]


def test_a_thousand_conversations_open_and_are_drawn_as_they_come_into_view(opened, large):
    """The list begins with a hundred rows; the rest follows when one goes down."""
    page = opened(large)
    at_first = len(page.listed())
    page.run("document.getElementById('scroll').scrollTop = 1e9")
    page.wait("return document.querySelectorAll('#rows .name').length > arguments[0]", at_first)

    assert at_first == 100
    assert page.text("#count") == "1,000 conversations"


def test_the_last_of_a_thousand_is_found_by_its_address(opened, large):
    """A conversation is unpacked with its block alone."""
    page = opened(large, "#/scenarios/connectly/topic-999.yaml::topic-999[connectly]/turn/5")

    assert "your number is 999-5" in page.text(".turn.wanted")


def test_the_file_of_a_thousand_conversations_is_small(large):
    """1,000 conversations of 5 turns take at most 6 MB."""
    assert large.stat().st_size < 6_000_000
