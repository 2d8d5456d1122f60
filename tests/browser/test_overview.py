from __future__ import annotations

from itertools import islice

from tests.browser.sample import many


def test_the_first_page_says_what_is_red_and_why(page):
    """Before everything else: how many, in which turn, what was expected and what came."""
    verdict, wrong = page.text(".verdict h1"), page.text(".wrong")

    assert verdict == "2 failed, 1 could not be judged of 63 conversations"
    assert "From free shipping to a pink dress connectly · turn 2" in wrong
    assert "expected\na text with 'pink'" in wrong
    assert "got\n'Here are two dresses in red that she will love.'" in wrong


def test_a_run_says_where_it_comes_from(page):
    """Branch, commit and command, so that two reports can be told apart."""
    assert page.text("#about").endswith("main · 4be1c0d9 with uncommitted changes")
    assert page.text(".command code") == "harness run scenarios --mode live --tag smoke"


def test_a_problem_leads_to_its_turn(page):
    """One click goes from the overview to the reply that was wrong."""
    page.find(".wrong a.problem").click()

    page.wait_for_title("From free shipping to a pink dress")
    assert "Turn 2 · dress" in page.text(".turn.wanted")


def test_pass_rates_have_their_interval(page):
    """A provider has a row with its rate, interval and counts; an expected failure has failed."""
    assert "connectly 90.9 % 72.2 % to 97.5 % 20 of 22" in page.text("main table").replace(
        "\n", " "
    )


def test_every_provider_has_a_latency_plot(page):
    """The plots are SVG of the page itself, with a tick for each turn."""
    ticks = page.run(
        "return [...document.querySelectorAll('svg.latency')]"
        ".map((plot) => plot.querySelectorAll('.tick').length)"
    )

    assert len(ticks) == 4
    assert all(count > 50 for count in ticks[:3])


def test_slowest_turns_and_flakiest_scenarios_are_ranked(page):
    """The slowest turn of all is first; a scenario of takes tells how many passed."""
    assert "Slowest turns\nAn order that is late\nenthusiast · turn 2\n3.20 s" in page.text()
    assert "Flakiest\nOpening hours on Mondays\nsuperoffice · 4 must pass\n3 of 5" in page.text()


def test_a_green_run_says_so(opened, report_of):
    """Nothing is red, and nothing is listed as wrong."""
    page = opened(report_of(many(3)))

    assert page.text(".verdict h1") == "Everything passed of 3 conversations"
    assert page.count(".wrong") == 0


def test_an_empty_run_opens(opened, report_of):
    """A run that played nothing has a report as well."""
    page = opened(report_of(islice(many(1), 0)))

    assert page.text(".verdict h1") == "Nothing was played of 0 conversations"


def test_costs_are_shown_by_purpose_and_provider(opened, report_of):
    """With tokens and money of what was paid for; nothing if no reply reported a usage."""
    charge = {"provider": "bot", "purpose": "bot", "replies": 2, "tokens": 1830, "usage": {}}
    paid = {**charge, "cost": "0.0412", "currency": "USD", "priced": 2}
    judged = {**charge, "purpose": "judge", "name": "careful", "recorded": True}
    first, second = many(2)
    page = opened(report_of([{**first, "spent": [paid]}, {**second, "spent": [paid, judged]}]))

    shown = page.text().replace("\n", " ")
    assert "bot bot 4 3,660 0.0824 USD" in shown
    assert "judge careful bot when it was recorded 2 1,830" in shown


def test_users_that_were_not_usable_are_counted_apart(opened, report_of):
    """They say nothing about the bot; without any, the card is left out."""
    first, second = many(2)
    broken = {**first, "outcome": "broken", "codes": ["user-invented"]}

    shown = opened(report_of([broken, second])).text()

    assert "1 conversation broke because of the user, not because of the bot" in shown
    assert "Simulated users" not in opened(report_of(many(2))).text()


def test_without_usage_there_are_no_costs(opened, report_of):
    """The card is left out."""
    assert "Costs" not in opened(report_of(many(2))).text()
