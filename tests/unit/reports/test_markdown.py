"""summary.md: texts that cannot become markup, a bounded size, GitHub's step summary."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from harness.reports.build import build
from harness.reports.markdown import MarkdownReport
from harness.reports.markdown.markdown_report import (
    LARGEST,
    LARGEST_STEP,
    block,
    code,
    code_in_html,
)
from harness.reports.results import Results, ResultsWriter, read_results, run_head

READER = MarkdownIt("commonmark", {"html": True}).enable("table")
TEXTS = st.text(st.sampled_from("a @#`|\\<>&*_[]()!~$:/.\n\r\t-1\x1b\u202e") | st.characters())


def results(folder: Path, *conversations: dict) -> Results:
    """Results of a run as it writes them."""
    writer = ResultsWriter(folder / "results.json", run_head("replay"))
    for one in conversations:
        writer.add(one)
    writer.finish()
    return read_results(folder / "results.json")


def red(number: int, **more: object) -> dict:
    name = f"s.yaml::s[{number}]"
    about = {"id": name, "provider": "echo", "file": "s.yaml", "line": 3}
    return {**about, "outcome": "failed", "failure": "a text\n" * 40, **more}


def summary(folder: Path, *conversations: dict, step: Path | None = None) -> str:
    environment = {} if step is None else {"GITHUB_STEP_SUMMARY": str(step)}
    found = results(folder, *conversations)
    build(found, [MarkdownReport(folder, found, environment)])
    return (folder / "summary.md").read_text(encoding="utf-8")


@given(TEXTS)
def test_a_text_in_a_table_stays_in_its_cell_and_is_code(text: str) -> None:
    """Nothing in it ends the cell, opens an element, links, or stands outside of code."""
    shown = READER.render(f"| a | b |\n|---|---|\n| {code(text)} | end |\n")

    cells = re.findall(r"<td>(.*?)</td>", shown, flags=re.DOTALL)
    assert len(cells) == 2
    assert re.fullmatch(r"(<code>[^<>]*</code>)?", cells[0])


@given(TEXTS)
def test_a_text_in_a_block_stays_in_its_block(text: str) -> None:
    """The fence is longer than any run of backticks in the text."""
    tokens = READER.parse(f"{block(text)}\nbehind\n")

    kinds = [token.type for token in tokens]
    assert kinds == ["fence", "paragraph_open", "inline", "paragraph_close"]


@given(TEXTS)
def test_a_text_in_html_opens_no_element(text: str) -> None:
    """What a fold is called is HTML, in which only code stands."""
    assert re.fullmatch(r"<code>[^<>\n]*</code>", code_in_html(text))


def test_a_run_with_many_failures_fits_a_comment_and_says_what_is_left_out(tmp_path: Path) -> None:
    """Whatever came, the summary keeps within the size and names what does not stand in it."""
    names = "|`" * 100

    text = summary(tmp_path, *(red(number, failure=names * 50) for number in range(2000)))

    assert len(text.encode()) <= LARGEST
    assert "## 2,000 of 2,000 conversations are red" in text
    assert re.search(
        r"Left out here, but in `results\.json`: [\d,]+ red conversations; "
        r"the text of [\d,]+ failures\.\n\Z",
        text,
    )


def test_the_summary_is_added_to_that_of_the_step(tmp_path: Path) -> None:
    """What another tool wrote there stays."""
    step = tmp_path / "step.md"
    step.write_text("before")

    text = summary(tmp_path, red(1), step=step)

    assert step.read_text() == f"before\n{text}\n"


def test_a_step_without_room_gets_the_first_line_alone(tmp_path: Path) -> None:
    """GitHub drops a summary that is too large, so it is not made so."""
    step = tmp_path / "step.md"
    step.write_bytes(b"x" * (LARGEST_STEP - 400))

    summary(tmp_path, *(red(number) for number in range(9)), step=step)

    added = step.read_bytes()[LARGEST_STEP - 400 :]
    assert step.stat().st_size <= LARGEST_STEP
    assert added.startswith(b"\n## 9 of 9 conversations are red\n")
    assert added.endswith(b"The details do not fit here; see summary.md.\n\n")


def test_a_run_that_was_killed_is_told(tmp_path: Path) -> None:
    """The numbers are those of what had ended."""
    found = results(tmp_path, red(1), red(2))
    file = tmp_path / "results.json"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:2]))
    found = read_results(file)

    build(found, [MarkdownReport(tmp_path, found, {})])

    text = (tmp_path / "summary.md").read_text()
    assert "## 1 of 1 conversation is red" in text
    assert "The run was killed before its end" in text


def test_the_summary_says_what_the_run_cost(tmp_path: Path) -> None:
    """What was spent, also by earlier attempts, and what recordings had cost; each on a line."""
    charge = {"provider": "echo", "purpose": "bot", "replies": 1, "tokens": 1000, "usage": {}}
    paid = {**charge, "cost": "0.25", "currency": "USD", "priced": 1}
    twice = red(1, spent=[paid], attempts=[{"outcome": "broken", "spent": [paid]}])

    said = summary(tmp_path, twice, red(2, spent=[{**charge, "recorded": True}]), red(3))

    assert "\nSpent: `2,000 tokens, 0.50 USD`\n" in said
    assert "\nRecorded: `1,000 tokens, spent when the recordings were made`\n" in said
