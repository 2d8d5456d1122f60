"""Everything that is wrong in a run, with its place in a file; read from the results alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from harness.conversation import Outcome
from harness.core import on_one_line, shorten

LONGEST = 400
"""Characters of an expected and of an actual value."""
RED = (Outcome.FAILED, Outcome.BROKEN)
_PROBLEM = re.compile(r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<text>.*)")
_CODE = re.compile(r"\[([a-z][a-z0-9-]*)\]$")


class Level(IntEnum):
    """How serious a finding is, the most serious first."""

    UNREAD = 0
    """A file could not be read, so nothing in it was played."""
    BROKEN = 1
    FAILED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFinding:
    """One thing that is wrong."""

    level: Level
    code: str
    """Name of the check, or the error's code."""
    message: str
    """What is wrong, on one line."""
    file: str
    """As the results name it."""
    line: int
    """From 1."""
    column: int | None = None
    """From 1; None if only the line is known."""
    turn: int = 0
    """0 if it is not about a single turn."""
    expected: str = ""
    actual: str = ""
    conversation: str = ""
    """Its id; empty for a file that could not be read."""
    provider: str = ""
    take: int = 0
    """From 1; 0 if the scenario is not repeated."""

    @property
    def text(self) -> str:
        """The finding in one sentence, with the turn and what was expected."""
        sentence = f"take {self.take}: " if self.take else ""
        sentence += f"turn {self.turn}: " if self.turn > 0 else ""
        sentence += self.message
        sentence += f"; expected {self.expected}" if self.expected else ""
        return f"{sentence}; got {self.actual}" if self.actual else sentence

    @property
    def fingerprint(self) -> str:
        """The same in every run for the same scenario, turn and check, on whatever line."""
        parts = [self.file, self.conversation, str(self.turn), self.code]
        if not self.conversation:
            parts.append(self.message)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def is_red(conversation: Mapping[str, Any]) -> bool:
    """Whether a conversation failed or broke, and was not expected to."""
    return conversation["outcome"] in RED and "expected_failure" not in conversation


def findings_of(conversation: Mapping[str, Any]) -> Iterator[ReportFinding]:
    """The findings of a red conversation, in the order of its turns; nothing for another one."""
    if not is_red(conversation):
        return
    found = list(_of_takes(conversation) if "takes" in conversation else _of_one(conversation))
    yield from found or [_whole(conversation)]


def findings_of_file(error: Mapping[str, Any]) -> Iterator[ReportFinding]:
    """The findings of a file that could not be read: an entry of `errors` in the results."""
    file, message = str(error["file"]), str(error["message"])
    found: list[ReportFinding] = []
    for row in message.splitlines():
        match = _PROBLEM.match(row)
        if match and (match["file"] == file or not file.endswith(".py")):
            found.append(
                replace(
                    _unread(match["file"], match["text"]),
                    line=max(1, int(match["line"])),
                    column=int(match["column"]) if match["column"] else None,
                )
            )
        code = _CODE.search(row)
        if code and found and found[-1].code == "unreadable":
            found[-1] = replace(found[-1], code=code[1], message=_CODE.sub("", found[-1].message))
    if file.endswith(".py"):
        # The last call in the file says where, and the last line of the traceback says what.
        found = [replace(one, message=_short(message.splitlines()[-1])) for one in found[-1:]]
    yield from found or [_unread(file, message)]


def _unread(file: str, message: str) -> ReportFinding:
    return ReportFinding(
        level=Level.UNREAD, code="unreadable", message=_short(message), file=file, line=1
    )


def _of_takes(conversation: Mapping[str, Any]) -> Iterator[ReportFinding]:
    """Findings of the first take that explains the outcome."""
    red = [take for take in conversation["takes"] if take["outcome"] in RED]
    # The first of the outcome, or else the first red one.
    red.sort(key=lambda take: take["outcome"] != conversation["outcome"])
    for take in red[:1]:
        yield from (replace(finding, take=take["take"]) for finding in _of_one(take))


def _of_one(conversation: Mapping[str, Any]) -> Iterator[ReportFinding]:
    for check in conversation.get("checks", ()):
        if check["outcome"] in RED:
            yield _of_check(conversation, check)
    stop = conversation.get("transcript", {}).get("stop")
    if stop is not None:
        hint = f" ({stop['hint']})" if stop.get("hint") else ""
        yield ReportFinding(
            level=Level.BROKEN,
            code=stop["code"],
            message=_short(f"{stop['message']}{hint}"),
            file=conversation["file"],
            line=_line_of(conversation, stop["turn"]),
            turn=stop["turn"],
            conversation=conversation["id"],
            provider=conversation["provider"],
        )


def _of_check(conversation: Mapping[str, Any], check: Mapping[str, Any]) -> ReportFinding:
    return ReportFinding(
        level=Level[check["outcome"].upper()],
        code=check.get("code") or check["name"],
        message=_short(check.get("message", "") or f"'{check['name']}' failed"),
        file=check.get("file", conversation["file"]),
        line=check.get("line") or _line_of(conversation, check["turn"]),
        column=check.get("column"),
        turn=check["turn"],
        expected=_short(check.get("expected", "")),
        actual=_short(check.get("actual", "")),
        conversation=conversation["id"],
        provider=conversation["provider"],
    )


def _whole(conversation: Mapping[str, Any]) -> ReportFinding:
    codes = conversation.get("codes") or [conversation["outcome"]]
    first = conversation.get("failure", "").partition("\n")[0]
    return ReportFinding(
        level=Level[conversation["outcome"].upper()],
        code=codes[0],
        message=_short(first or f"the scenario is {conversation['outcome']}"),
        file=conversation["file"],
        line=conversation.get("line", 1),
        conversation=conversation["id"],
        provider=conversation["provider"],
    )


def _line_of(conversation: Mapping[str, Any], turn: int) -> int:
    """The line of a turn, or of the scenario."""
    planned = (one for one in conversation.get("plan", ()) if one.get("turn") == turn)
    return int(next(planned, conversation).get("line", 1))


def _short(text: str) -> str:
    return shorten(on_one_line(text), LONGEST)
