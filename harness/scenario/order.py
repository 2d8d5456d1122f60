"""Entries and keys of a scenario that have no effect because of the order of its turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from harness.checks import KIND_NAMED
from harness.core import Problem, did_you_mean
from harness.formats.yaml import Document, Node
from harness.scenario.scenario import Scenario, Scope, UserTurn
from harness.scenario.turn_names import LISTS, SubjectIn, turn_subject

_ELSEWHERE = ("include", "branch")
"""Keys that bring turns from other places."""


def order_problems(document: Document) -> Iterator[Problem]:
    """Lines of the bot that are never sent, and buttons that are pressed before any reply."""
    top, subject = document.at(), SubjectIn(document)
    for key in ("turns", "teardown"):
        entries = list(top.get(key) or ())
        brings_turns = any(entry.has("user", "include") for entry in entries)
        if not brings_turns or (key == "turns" and top.has("teardown")):
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
    if user is not None and user.has("press") and not user.has("text"):
        yield Problem(
            code="no-such-button",
            message="the first turn presses a button, but there is no reply before it",
            place=user.at("press").key_place,
            subject=subject(user.path),
            hint="add a message before it",
        )


def order_doubts(
    scenario: Scenario, document: Document, defaults: Sequence[Document] = ()
) -> Iterator[Problem]:
    """Keys of the scenario's own file that have no effect in their place.

    `defaults` are those of its folders.
    """
    repeat = document.at().get("repeat")
    is_once = scenario.repeat is not None and not scenario.repeat.is_repeated
    if repeat is not None and is_once and not any(one.at().has("repeat") for one in defaults):
        yield Problem(
            code="no-effect",
            message="one take is played anyway",
            place=repeat.key_place,
            hint="remove it, or increase the takes",
        )
    ends = {
        (turn.place.line, turn.place.column)
        for turn in _last_turns(scenario)
        if turn.place.source.path == document.source.path
    }
    for key in LISTS:
        for node in document.at().get(key) or ():
            on_fail, user = node.get("on_fail"), node.get("user")
            if on_fail is None or user is None:
                continue
            message = ""
            if key == "setup" and on_fail.value == "continue":
                message = "a failed check of the setup ends the conversation anyway"
            elif on_fail.value == "stop" and (user.key_place.line, user.key_place.column) in ends:
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
    """The last turn of each conversation of a file, if no other continues from it, and of teardown.

    The teardown is always played, so a turn that stops the conversation does not skip it.
    """
    ways = {row.way.said for row in scenario.rows if row.way is not None}
    ways = ways or {tuple(range(len(scenario.turns)))}
    said = Counter(place for way in ways for place in way)
    ends = sorted({way[-1] for way in ways if way})
    last = [scenario.turns[place] for place in ends if said[place] == 1]
    for turn in (*last, *scenario.teardown[-1:]):
        if isinstance(turn, UserTurn):
            yield turn


def recall_problems(scenario: Scenario, document: Document) -> Iterator[Problem]:
    """Checks that compare with a turn that is not an earlier one of their conversation."""
    for turn in scenario.user_turns:
        for one in turn.expectations:
            kind = KIND_NAMED.get(one.name)
            if kind is None or kind.recalls is None or one.scope is not Scope.REPLY:
                continue
            for path, number in kind.recalls(one.constant):
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


def naming_problems(scenario: Scenario, document: Document) -> Iterator[Problem]:
    """Checks of the whole conversation that name a variable which does not exist."""
    known = {*scenario.variables, *(name for row in scenario.rows for name in row.values)}
    for turn in (*scenario.turns, *scenario.teardown):
        known.update(*turn.given, turn.captures if isinstance(turn, UserTurn) else ())
    for one in scenario.expectations:
        kind = KIND_NAMED.get(one.name)
        if kind is None or kind.variables is None:
            continue
        for path, name in kind.variables(one.constant):
            if name not in known:
                is_own = one.place.source is document.source
                yield Problem(
                    code="undefined-variable",
                    message=f"there is no variable '{name}'",
                    place=document.place((*one.path, *path)) if is_own else one.place,
                    hint=did_you_mean(name, known) or "define it under 'vars:' or 'capture:'",
                )


def _first_of(top: Node) -> Node | None:
    """The first turn of the user; None if another file may bring turns before it."""
    if top.has(*_ELSEWHERE):
        return None
    entries: list[Node] = [*(top.get("setup") or ()), *(top.get("turns") or ())]
    for entry in entries:
        if entry.has(*_ELSEWHERE):
            return None
        if entry.has("user"):
            return entry
    return None
