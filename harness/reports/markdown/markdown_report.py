"""Writes summary.md of a run's results: its sections, up to a limit of size."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

from harness.conversation import Outcome
from harness.core import on_one_line, printable, shorten
from harness.reports.markdown.red import FIRST_PLAYED, NEWLY_RED, STILL_RED, Red, RedConversations
from harness.reports.report_findings import findings_of_file
from harness.reports.results import Results
from harness.reports.results.previous import EXPECTED, previous_outcomes
from harness.reports.run_origin import shown_commit
from harness.reports.simulated_users import faults_text
from harness.reports.spent_text import judge_lines, spent_lines

LONGEST = 240
"""Characters of a text within a line."""
LONGEST_BLOCK = 6000
"""Characters of a text in a block of its own."""

# A pipe ends the cell of a table also in code; a backslash before it is read in two ways.
_ENDS_CODE = re.compile(r"[`|\\]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_TICKS = re.compile(r"`+")
SUMMARY = "summary.md"
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
LARGEST_STEP = 1024 * 1024
"""Bytes of a step's summary; GitHub shows none of a larger one."""
LARGEST = 60_000
"""Bytes of a summary: a comment of a pull request takes 65,536 characters."""
MOST_DETAILS = 25
"""Failures that are shown in full."""
MOST_LISTED = 20
"""Files that could not be read, and repaired conversations, that are listed."""
MOST_PROVIDERS = 40
_TABLE_SHARE = 0.5
"""Of the largest size, for the table of what is red."""
_RESERVE = 600
"""Bytes for the sentence that says what was left out."""
_COLUMNS = (Outcome.FAILED, Outcome.BROKEN, Outcome.PASSED, Outcome.SKIPPED, EXPECTED)


class MarkdownReport:
    """Makes FOLDER/summary.md, and adds it to the summary of the step if GitHub runs it."""

    def __init__(
        self, folder: Path, results: Results, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._path = folder / SUMMARY
        self._results = results
        self._step = environment.get(STEP_SUMMARY, "")
        self._red = RedConversations(previous_outcomes(results.path))

    def add(self, conversation: Mapping[str, Any], _line: str) -> None:
        """Add a conversation."""
        self._red.add(conversation)

    def finish(self) -> Sequence[Path]:
        """Write the summary."""
        text = summary(self._red, self._results.head, is_whole=self._results.is_whole)
        self._path.write_text(text, encoding="utf-8", errors="replace")
        if self._step:
            self._add_to_step(text)
        return [self._path]

    def _add_to_step(self, text: str) -> None:
        """Add the summary, or its first line if there is no room for all of it."""
        with Path(self._step).open("ab") as file:
            room = LARGEST_STEP - file.tell()
            short = f"## {headline(self._red)}\n\nThe details do not fit here; see {SUMMARY}.\n"
            for shown in (text, short):
                # The file may not end with a line end, which would spoil the heading.
                added = f"\n{shown}\n".encode("utf-8", "replace")
                if len(added) <= room:
                    file.write(added)
                    return


class Page:
    """The text of the summary, of which it counts the bytes."""

    def __init__(self) -> None:
        self.text = ""
        self.size = 0

    def add(self, *texts: str) -> None:
        """Add lines."""
        added = "".join(f"{text}\n" for text in texts)
        self.text += added
        self.size += _size(added)

    def try_add(self, text: str, limit: int) -> bool:
        """Add a line if the page then has at most `limit` bytes; returns whether it was added."""
        has_room = self.size + _size(text) <= limit
        if has_room:
            self.add(text)
        return has_room


def headline(red: RedConversations) -> str:
    """`2 of 5 conversations are red`, or that there is no red one."""
    count = red.outcomes.total()
    if not count:
        return "No conversation was played"
    if red.count:
        verb = "is" if red.count == 1 else "are"
        return f"{red.count:,} of {plural(count, 'conversation')} {verb} red"
    return f"No conversation of {count:,} is red" if count > 1 else "The conversation is not red"


def summary(red: RedConversations, head: Mapping[str, Any], *, is_whole: bool = True) -> str:
    """The whole summary. `head` is that of the results."""
    page = Page()
    page.add(f"## {headline(red)}\n", f"{_about(red, head)}\n")
    if not is_whole:
        page.add(
            "The run was killed before its end; only conversations that had ended are shown.\n"
        )
    if head.get("command"):
        page.add(f"Command: {code(str(head['command']))}\n")
    if red.outcomes:
        page.add(f"{_changes(red)}\n")
    if faults := faults_text(red.user_faults):
        page.add(f"Simulated users: {faults}\n")
    for heading, text in (*judge_lines(red.spent), *spent_lines(red.spent)):
        page.add(f"{heading.capitalize()}: {code(text)}\n")
    for note in head.get("notes", ()):
        page.add(f"Note: {code(note)}\n")
    left_out = [*_unread(page, head), *_red_table(page, red)]
    _repaired(page, red)
    _providers(page, red)
    left_out += _details(page, red)
    if left_out:
        page.add(f"Left out here, but in `results.json`: {'; '.join(left_out)}.")
    return page.text


def _about(red: RedConversations, head: Mapping[str, Any]) -> str:
    counts = ", ".join(
        f"{red.outcomes[outcome]:,} {outcome}" for outcome in _COLUMNS if red.outcomes[outcome]
    )
    named = {
        "": head.get("project"),
        "mode ": head.get("mode"),
        "branch ": head.get("branch"),
        "commit ": shown_commit(head, 12),
    }
    parts = [f"{word}{code(str(value))}" for word, value in named.items() if value]
    return " · ".join(filter(None, (counts, *parts)))


def _changes(red: RedConversations) -> str:
    if not red.is_compared:
        return "There are no results of a previous run to compare with."
    counts = (
        (red.since[NEWLY_RED], NEWLY_RED),
        (red.since[FIRST_PLAYED], FIRST_PLAYED),
        (len(red.repaired), "repaired"),
        (red.since[STILL_RED], STILL_RED),
        (red.missing, "not played this time"),
    )
    changes = ", ".join(f"{count:,} {change}" for count, change in counts if count)
    return f"Since the previous run: {changes or 'nothing changed'}."


def _unread(page: Page, head: Mapping[str, Any]) -> Iterator[str]:
    """Files that could not be read."""
    findings = [finding for error in head.get("errors", ()) for finding in findings_of_file(error)]
    if not findings:
        return
    rows = [
        f"- {code(f'{finding.file}:{finding.line}')} {code(finding.message)} `{finding.code}`"
        for finding in findings[:MOST_LISTED]
    ]
    page.add("### Files that could not be read\n", *rows, "")
    if len(findings) > MOST_LISTED:
        yield f"{plural(len(findings) - MOST_LISTED, 'problem')} of files"


def _red_table(page: Page, red: RedConversations) -> Iterator[str]:
    if not red.count:
        return
    page.add("### What is red\n")
    page.add("| outcome | conversation | turn | why | where |", "|---|---|---|---|---|")
    room = page.size + int(LARGEST * _TABLE_SHARE)
    listed = 0
    for conversation in red:
        if not page.try_add(_row(conversation), room):
            break
        listed += 1
    page.add("")
    if red.count > listed:
        yield plural(red.count - listed, "red conversation")


def _row(red: Red) -> str:
    first = red.finding
    outcome = red.outcome.upper() + (f", {red.since}" if red.since else "")
    why = f"{code(first.code)} {code(first.text.removeprefix(f'turn {first.turn}: '))}"
    why += f" and {red.more} more" if red.more else ""
    turn = str(first.turn) if first.turn > 0 else ""
    return _cells((outcome, code(red.id), turn, why, code(f"{first.file}:{first.line}")))


def _repaired(page: Page, red: RedConversations) -> None:
    if not red.repaired:
        return
    page.add("### Repaired\n", *(f"- {code(name)}" for name in red.repaired[:MOST_LISTED]))
    if len(red.repaired) > MOST_LISTED:
        page.add(f"- and {len(red.repaired) - MOST_LISTED:,} more")
    page.add("")


def _providers(page: Page, red: RedConversations) -> None:
    if not red.providers:
        return
    columns = [outcome for outcome in _COLUMNS if red.outcomes[outcome]]
    rows = [
        _cells((code(name), *(f"{counts[outcome]:,}" for outcome in columns)))
        for name, counts in sorted(red.providers.items())[:MOST_PROVIDERS]
    ]
    page.add("### By provider\n", _cells(("provider", *columns)))
    page.add(f"|---|{'---:|' * len(columns)}", *rows)
    if len(red.providers) > MOST_PROVIDERS:
        page.add(_cells((f"{len(red.providers) - MOST_PROVIDERS} more", *("" for _ in columns))))
    page.add("")


def _details(page: Page, red: RedConversations) -> Iterator[str]:
    """The failures, folded, as many as there is room for."""
    shown = 0
    for conversation in islice(red, MOST_DETAILS):
        name = code_in_html(conversation.id)
        details = (
            f"<details><summary>{name}</summary>\n\n{block(conversation.failure)}\n</details>\n"
        )
        if not conversation.failure or not page.try_add(details, LARGEST - _RESERVE):
            break
        shown += 1
    if red.count > shown:
        yield f"the text of {plural(red.count - shown, 'failure')}"


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


# Nothing in a text of others becomes markup, a link or a mention. GitHub and GitLab look for
# mentions and issue numbers after Markdown has become HTML, so escaping the `@` is not enough; they
# leave code alone.
def code(text: str, limit: int = LONGEST) -> str:
    """The text as code in a line or the cell of a table; shortened if it is long."""
    line = shorten(on_one_line(text), limit)
    if not _ENDS_CODE.search(line):
        return f"`{line}`" if line else ""
    return f"<code>{_PUNCTUATION.sub(lambda match: f'&#{ord(match[0])};', line)}</code>"


def code_in_html(text: str, limit: int = LONGEST) -> str:
    """The text as code in HTML, for places in which Markdown is not read."""
    return f"<code>{escape(shorten(on_one_line(text), limit))}</code>"


def block(text: str) -> str:
    """The text in a fence that it cannot close; shortened if it is long."""
    shown = shorten(printable(text).rstrip(), LONGEST_BLOCK)
    fence = "`" * max(3, *(len(ticks) + 1 for ticks in _TICKS.findall(shown)), 0)
    return f"{fence}text\n{shown}\n{fence}\n"


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
