"""The judges' page of the report."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.sample import check, conversation, turn
from tests.browser.test_hostile import ATTACKS, TEXT
from tests.browser.test_reading import FAINT

SAID = "Shipping  is free\nfrom \u201c50 dollars\u201d \u2014 always."
CONTROLS = "\u202eevil\u2066 \x1b[31mred\x07 \x00end"


def vote(verdict: str, reason: str = "So it is.", quote: str = "", **more: Any) -> dict[str, Any]:
    return {"verdict": verdict, "reason": reason, "quote": quote, **more}


def answer(sample: int, said: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    one: dict[str, Any] = {"provider": "referee", "model": "m1", "sample": sample, "key": "k"}
    if said is not None:
        one["votes"] = {"amount": said}
    return {**one, "recorded": True, "usage": {"total_tokens": 1830}, **more}


def judged(*answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "judge": "careful",
        "prompt": "criterion@1",
        "agree": 2,
        "seen": "the bot's reply to the user's message",
        "criteria": {"amount": "It says from which amount shipping is free."},
        "question": "You check one conversation.",
        "answers": list(answers),
        **more,
    }


def asked(name: str, outcome: str, *questions: dict[str, Any], said: str = SAID) -> dict[str, Any]:
    """A conversation with one check that asks a judge."""
    checks = [check("judge", 1, 9, outcome, judged=list(questions))]
    turns = [turn(1, "What does shipping cost?", said)]
    codes = {"codes": ["judge"]} if outcome in ("failed", "broken") else {}
    return conversation(name, name, "connectly", turns, outcome=outcome, checks=checks, **codes)


def run():
    """Four questions in the order of the run; people read them in the opposite one."""
    yield asked("agreed", "passed", judged(answer(1, vote("yes")), answer(2, vote("yes"))))
    yield asked("red", "failed", judged(answer(1, vote("no", "No amount."))))
    unread = answer(
        1, code="judge-unreadable", fault="it is in a code fence", text="```yes```",
        unread={"key": "u", "text": "Well, yes."},
    )  # fmt: skip
    yield asked("unread", "broken", judged(unread))
    yield asked(
        "differs",
        "passed",
        judged(
            answer(1, vote("yes", "It does.", 'Shipping is free from "50 dollars" - always')),
            answer(2, vote("no", "It does not.", "always")),
            answer(3, vote("yes")),
        ),
    )


@pytest.fixture(scope="session")
def judged_report(report_of):
    return report_of(run())


@pytest.fixture
def judges(opened, judged_report):
    """The judges' page, reached from the menu."""
    page = opened(judged_report)
    page.find("#judges").click()
    page.wait_for_title("Judges")
    return page


def test_the_menu_has_judges_only_if_a_check_asked_one(page, judges):
    """The link is hidden in a report without judged checks, and its address shows the overview."""
    assert judges.find("#judges").is_visible()

    page.open("#judges")

    assert not page.find("#judges").is_visible()
    assert page.count(".verdict") == 1


def test_questions_whose_answers_differ_come_first(judges):
    """Then those with an answer that does not count, those that are red, and the others."""
    titles = judges.texts(".question h2 a")

    assert titles == ["differs", "unread", "red", "agreed"]
    assert "4 questions" in judges.text(".about-one")
    assert "the answers differ: 1" in judges.text(".about-one")


def test_the_answers_stand_side_by_side_with_reasons_and_quotes(judges):
    """Each with its model, its sample, and whether it is recorded."""
    answers = judges.texts(".question:first-child .answers li")

    assert len(answers) == 3
    assert answers[1].splitlines()[:4] == [
        "referee (m1), answer 2", "no", "It does not.", "always",
    ]  # fmt: skip
    assert answers[1].splitlines()[4] == "recorded · total_tokens 1,830"
    tops = judges.run(
        "return [...document.querySelectorAll('.question:first-child .answers li')]"
        ".map((one) => one.getBoundingClientRect().top)"
    )
    assert len(set(tops)) == 1
    about = judges.text(".question:first-child .facts-line")
    assert "judge careful" in about
    assert "prompt criterion@1" in about
    assert "2 of 3 must agree" in about
    assert "not calibrated" in about


def test_quotes_are_marked_in_the_conversation(judges):
    """Blanks and typographic characters may differ; what two answers quote is marked once."""
    [marked] = judges.run(
        "return [...document.querySelectorAll('.question:first-child mark')]"
        ".map((one) => one.textContent)"
    )

    assert marked == SAID.removesuffix(".")
    said = judges.run(
        "return document.querySelector('.question .bubble.assistant .said').textContent"
    )
    assert said == SAID


def test_an_answer_that_does_not_count_shows_why_and_what_it_was(judges):
    """Both texts of a model that was asked again."""
    judges.unfold()

    text = judges.text(".question:nth-child(2) .answers li")
    assert "not counted: judge-unreadable" in text
    assert "it is in a code fence" in text
    assert "Well, yes." in text
    assert "```yes```" in text


def test_a_question_leads_to_its_conversation(judges):
    """Where its answers are next to the check, in a fold."""
    judges.find(".question h2 a").click()
    judges.wait_for_title("differs")
    judges.unfold()

    assert "3 answers of judge careful" in judges.text(".judged")
    assert "You check one conversation." in judges.text(".judged")


def test_a_keyboard_reaches_the_page_and_leaves_it(opened, judged_report):
    """Enter on the link of the menu, and Escape."""
    page = opened(judged_report)
    page.find("#judges").focus()
    page.press("Enter")
    page.wait_for_title("Judges")

    assert page.run("return document.activeElement.textContent") == "Judges"

    page.press("Escape")
    page.wait("return document.querySelector('main .verdict')")


def test_many_questions_are_shown_by_twenties(opened, report_of):
    """A button shows the next ones."""
    page = opened(
        report_of(
            asked(f"talk-{number}", "passed", judged(answer(1, vote("yes"))))
            for number in range(45)
        )
    )
    page.open("#judges")
    page.wait_for_title("Judges")
    assert page.count(".question") == 20

    for _ in range(2):
        button = page.find("main > button")
        assert button.inner_text().startswith("Show ")
        before = page.count(".question")
        button.click()
        page.wait(f"return document.querySelectorAll('.question').length > {before}")

    assert page.count(".question") == 45
    assert not page.find("main > button").is_visible()


@pytest.mark.parametrize("text", [TEXT, CONTROLS], ids=["markup", "control characters"])
def test_what_a_model_says_is_text(opened, report_of, text):
    """Nothing of it runs, and it stays within its paragraph."""
    hostile = judged(
        answer(1, vote("yes", text, text), model=text, text=text),
        answer(2, code=text, fault=text, text=text, unread={"key": "u", "text": text}),
        judge=text, prompt=text, calibration=text, seen=text, reference=text, question=text,
        criteria={"amount": text},
    )  # fmt: skip
    page = opened(report_of([asked("hostile", "failed", hostile, said=text)]))
    page.open("#judges")
    page.wait_for_title("Judges")
    page.unfold()

    assert page.run("return window.ran") is None
    assert page.count(".question script, .question img, .question svg") == 0
    said = page.run("return document.querySelector('.vote .said').textContent")
    assert said == text
    assert len(ATTACKS) == 7


def test_axe_has_no_serious_finding(judges):
    """Names, roles, order and contrast, with every fold open."""
    judges.unfold()

    found = Axe().run(judges.driver.page).response["violations"]

    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(judges, scheme):
    """Also what is marked."""
    judges.prefer(scheme)
    judges.unfold()

    assert judges.run(FAINT) == []


def test_a_narrow_window_needs_no_scrolling_aside(judges):
    """Answers stand below each other."""
    judges.width(390)

    assert judges.run("return document.documentElement.scrollWidth") <= 390
