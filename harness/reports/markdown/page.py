"""The sections of a run's summary in Markdown, kept within a size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.conversation import Outcome
from harness.reports.findings import findings_of_file
from harness.reports.markdown.red import FIRST_PLAYED, NEWLY_RED, STILL_RED, Red, RedConversations
from harness.reports.markdown.text import block, code, code_in_html, plural
from harness.reports.results.previous import EXPECTED

LARGEST = 60_000
"""Bytes of a summary: a comment of a pull request takes 65,536 characters."""
MOST_DETAILS = 25
"""Failures that are shown in full."""
MOST_LISTED = 20
"""Files that could not be read, and conversations that were repaired, which are named."""
MOST_PROVIDERS = 40
_TABLE_SHARE = 0.5
"""Of the size, for the table of what is red."""
_RESERVE = 600
"""Bytes for the sentence that tells what was left out."""
_COLUMNS = (Outcome.FAILED, Outcome.BROKEN, Outcome.PASSED, Outcome.SKIPPED, EXPECTED)


@dataclass(slots=True)
class Page:
    """Lines in the making. Counts their bytes."""

    text: str = ""
    size: int = 0

    def add(self, text: str) -> None:
        """Add lines."""
        self.text += f"{text}\n"
        self.size += _size(text) + 1


def headline(red: RedConversations) -> str:
    """`2 of 5 conversations are red`, or that none is."""
    count = red.outcomes.total()
    if not count:
        return "No conversation was played"
    if not red.count:
        return (
            f"No conversation of {count:,} is red" if count > 1 else "The conversation is not red"
        )
    verb = "is" if red.count == 1 else "are"
    return f"{red.count:,} of {plural(count, 'conversation')} {verb} red"


def summary(red: RedConversations, head: Mapping[str, Any], *, is_whole: bool = True) -> str:
    """The whole summary. `head` is that of the results."""
    page = Page()
    page.add(f"## {headline(red)}\n")
    page.add(f"{_about(red, head)}\n")
    if not is_whole:
        page.add("The run was killed before its end; this is what had ended until then.\n")
    if red.outcomes:
        page.add(f"{_changes(red)}\n")
    left_out = list(_unread(page, head))
    left_out += _red_table(page, red)
    _repaired(page, red)
    _providers(page, red)
    left_out += _details(page, red)
    if left_out:
        page.add(f"Left out here, and in `results.json`: {'; '.join(left_out)}.")
    return page.text


def _about(red: RedConversations, head: Mapping[str, Any]) -> str:
    counts = [f"{red.outcomes[one]:,} {one}" for one in _COLUMNS if red.outcomes[one]]
    told = [", ".join(counts)] if counts else []
    for word, name in (("", "project"), ("mode", "mode"), ("branch", "branch")):
        if head.get(name):
            told.append(f"{word} {code(str(head[name]))}".strip())
    if head.get("commit"):
        told.append(f"commit {code(str(head['commit'])[:12])}")
    return " · ".join(told)


def _changes(red: RedConversations) -> str:
    if not red.is_compared:
        return "There are no results of a run before to compare with."
    told = [f"{red.since[one]:,} {one}" for one in (NEWLY_RED, FIRST_PLAYED) if red.since[one]]
    told += [f"{len(red.repaired):,} repaired"] if red.repaired else []
    told += [f"{red.since[STILL_RED]:,} {STILL_RED}"] if red.since[STILL_RED] else []
    told += [f"{red.missing:,} of then not played now"] if red.missing else []
    return f"Since the run before: {', '.join(told) if told else 'nothing changed'}."


def _unread(page: Page, head: Mapping[str, Any]) -> Iterator[str]:
    """Files that could not be read."""
    found = [one for error in head.get("errors", ()) for one in findings_of_file(error)]
    if not found:
        return
    page.add("### Files that could not be read\n")
    for one in found[:MOST_LISTED]:
        page.add(f"- {code(f'{one.file}:{one.line}')} {code(one.message)} `{one.code}`")
    page.add("")
    if len(found) > MOST_LISTED:
        yield f"{plural(len(found) - MOST_LISTED, 'problem')} of files"


def _red_table(page: Page, red: RedConversations) -> Iterator[str]:
    if not red.count:
        return
    page.add("### What is red\n")
    page.add("| outcome | conversation | turn | why | where |")
    page.add("|---|---|---|---|---|")
    room = page.size + int(LARGEST * _TABLE_SHARE)
    listed = 0
    for one in red:
        row = _row(one)
        if page.size + _size(row) > room:
            break
        page.add(row)
        listed += 1
    page.add("")
    if red.count > listed:
        yield plural(red.count - listed, "red conversation")


def _row(one: Red) -> str:
    found = one.finding
    outcome = one.outcome.upper() + (f", {one.since}" if one.since else "")
    why = f"{code(found.code)} {code(found.text.removeprefix(f'turn {found.turn}: '))}"
    if one.more:
        why += f" and {one.more} more"
    turn = str(found.turn) if found.turn > 0 else ""
    return f"| {outcome} | {code(one.id)} | {turn} | {why} | {code(f'{found.file}:{found.line}')} |"


def _repaired(page: Page, red: RedConversations) -> None:
    if not red.repaired:
        return
    page.add("### Repaired\n")
    for name in red.repaired[:MOST_LISTED]:
        page.add(f"- {code(name)}")
    if len(red.repaired) > MOST_LISTED:
        page.add(f"- and {len(red.repaired) - MOST_LISTED:,} more")
    page.add("")


def _providers(page: Page, red: RedConversations) -> None:
    if not red.providers:
        return
    columns = [one for one in _COLUMNS if red.outcomes[one]]
    page.add("### By provider\n")
    page.add(f"| provider | {' | '.join(columns)} |")
    page.add(f"|---|{'---:|' * len(columns)}")
    for name, counts in sorted(red.providers.items())[:MOST_PROVIDERS]:
        page.add(_cells((code(name), *(f"{counts[one]:,}" for one in columns))))
    if len(red.providers) > MOST_PROVIDERS:
        page.add(_cells((f"{len(red.providers) - MOST_PROVIDERS} more", *("" for _ in columns))))
    page.add("")


def _details(page: Page, red: RedConversations) -> Iterator[str]:
    """The failures, folded, as many as there is room for."""
    shown = 0
    for one in red:
        if shown == MOST_DETAILS or not one.failure:
            break
        name = code_in_html(one.id)
        told = f"<details><summary>{name}</summary>\n\n{block(one.failure)}\n</details>\n"
        if page.size + _size(told) > LARGEST - _RESERVE:
            break
        page.add(told)
        shown += 1
    if red.count > shown:
        yield f"the text of {plural(red.count - shown, 'failure')}"


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
