"""What stands in a scenario where nothing comes of it: told by the order of its turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from harness.checks import KIND_NAMED
from harness.core import Problem
from harness.formats.yaml import Document, Node
from harness.scenario.scenario import Scenario, Scope, UserTurn
from harness.scenario.turn_names import SubjectIn, turn_subject

_ELSEWHERE = ("include", "branch")
"""Keys by which turns of other places come."""


def order_problems(document: Document) -> Iterator[Problem]:
    """Lines of the bot that nobody is told of, and buttons before the first reply."""
    top, subject = document.at(), SubjectIn(document)
    for key in ("turns", "teardown"):
        entries = list(top.get(key) or ())
        if not any(map(_says, entries)) or (key == "turns" and top.has("teardown")):
            continue
        for node, after in zip(entries, [*entries[1:], None], strict=True):
            if node.has("assistant") and (after is None or after.has("branch")):
                yield Problem(
                    code="not-checked",
                    message="the last line of the bot is never sent",
                    place=node.at("assistant").key_place,
                    subject=subject(node.path),
                    hint="add the user's turn that follows; to check a reply, use 'expect:'",
                )
    first = _first_of(top)
    user = first.at("user") if first is not None else None
    press = user.get("press") if user is not None else None
    if press is not None and user is not None and user.get("text") is None:
        yield Problem(
            code="no-such-button",
            message="the first turn presses a button, but there is no reply before it",
            place=press.key_place,
            subject=subject(press.path),
            hint="add a message before it",
        )


def order_doubts(scenario: Scenario, document: Document) -> Iterator[Problem]:
    """Keys of the scenario's own file that change nothing where they stand."""
    repeat = document.at().get("repeat")
    if repeat is not None and scenario.repeat is not None and scenario.repeat.takes == 1:
        message, hint = "one take is played anyway", "remove it, or increase the takes"
        yield Problem(code="no-effect", message=message, place=repeat.key_place, hint=hint)
    ends = [turn.place for turn in _last_turns(scenario)]
    last = {(one.line, one.column) for one in ends if one.source.path == document.source.path}
    for key in ("setup", "turns", "teardown"):
        for node in document.at().get(key) or ():
            on_fail = node.get("on_fail")
            if on_fail is None or not node.has("user"):
                continue
            user = node.at("user").key_place
            message = ""
            if key == "setup" and on_fail.value == "continue":
                message = "a failed check of the setup ends the conversation anyway"
            elif on_fail.value == "stop" and (user.line, user.column) in last:
                message = "no turn follows that could be skipped"
            if message:
                yield Problem(
                    code="no-effect",
                    message=message,
                    place=on_fail.key_place,
                    subject=SubjectIn(document)(node.path),
                    hint="remove it",
                )


def _last_turns(scenario: Scenario) -> Iterator[UserTurn]:
    """The turn that ends each conversation of a file, if no other goes on from it; the teardown's.

    The teardown is played in any case, so what stops before it is not left out there.
    """
    ways = {row.way.said for row in scenario.rows if row.way is not None}
    said = Counter(place for way in ways or {tuple(range(len(scenario.turns)))} for place in way)
    ends = {way[-1] for way in ways} if ways else {len(scenario.turns) - 1}
    found = [scenario.turns[place] for place in sorted(ends) if said[place] == 1]
    for turn in (*found, *scenario.teardown[-1:]):
        if isinstance(turn, UserTurn):
            yield turn


def recall_problems(scenario: Scenario, document: Document) -> Iterator[Problem]:
    """A check that compares with a turn which is not an earlier one of its conversation."""
    for turn in scenario.user_turns:
        for one in turn.expectations:
            kind = KIND_NAMED.get(one.name)
            if kind is None or kind.recalls is None or one.scope is not Scope.REPLY:
                continue
            value = one.value.render({}) if one.value.is_constant else None
            for path, number in kind.recalls(value):
                if number >= turn.number:
                    is_own = one.place.source is document.source
                    earlier = ", ".join(map(str, range(1, turn.number))) or "none"
                    yield Problem(
                        code="no-such-turn",
                        message=f"turn {number} is not an earlier turn",
                        place=document.place((*one.path, *path)) if is_own else one.place,
                        subject=turn_subject(turn.number, turn.id),
                        hint=f"earlier turns: {earlier}",
                    )


def _says(entry: Node) -> bool:
    """Whether an entry brings turns of the user."""
    return entry.has("user", "include")


def _first_of(top: Node) -> Node | None:
    """The first turn of the user; None where another file may bring turns before it."""
    if top.has(*_ELSEWHERE):
        return None
    entries: list[Node] = [*(top.get("setup") or ()), *(top.get("turns") or ())]
    for entry in entries:
        if entry.has(*_ELSEWHERE):
            return None
        if entry.has("user"):
            return entry
    return None
