"""What holds for every accepted file: only the accepted line changes, and no comment is lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, reject, settings
from hypothesis import strategies as st

from harness.authoring.accepting.rewriting import rewrite
from harness.conversation import Outcome
from harness.core import AuthoringError
from harness.formats.yaml import read
from harness.project.loading import load_scenario
from tests.accepting.desk import Desk

NAME = "scenarios/hello.yaml"
PAYLOAD: dict[str, Any] = {
    "id": "0b0f7a1e-5a43-4c5e-9d0e-1f2a3b4c5d6e",
    "total": 7,
    "messages": [{"text": "We ship for 5 USD. It takes 3 days."}],
    "buttons": ["Return it"],
}
CHECKS = {
    "equals": ["No.", "'No: way'", '"No \\u00e9"', "|-\n          No,\n          never"],
    "contains": ["free", "[free, ship]", "\n        - free  # {c}\n        - ship"],
    "max_words": ["2"],
    "matches": [r"'free \d+'"],
    "starts_with": ["No"],
    "like": ["{{id: x}}", "\n        id: x  # {c}\n        total: 7"],
    "json": ["{{$.total: 8}}", "\n        $.total: {{less_than: 5}}  # {c}\n        $.id: <id>"],
    "actions": ["[Cancel]", "{{count: 3}}"],
    "messages": ["{{count: 2}}", "{{first: {{contains: free}}}}"],
}
CASES = [(name, value) for name, values in CHECKS.items() for value in values]
COMMENT = re.compile(r"# comment \d+")


@st.composite
def scenarios(draw: st.DrawFn) -> str:
    """A scenario with comments in odd places, in block or flow style, with any line ends."""
    numbers = iter(range(99))

    def comment() -> str:
        return f"# comment {next(numbers)}"

    picked = draw(
        st.lists(st.sampled_from(CASES), min_size=1, max_size=4, unique_by=lambda c: c[0])
    )
    lines = [comment(), "scenario: hello", f"title: Shipping  {comment()}", "", "turns:"]
    lines += ["  - user: Do you ship?", "    expect:"]
    for name, value in picked:
        if draw(st.booleans()):
            lines.append(f"      {comment()}")
        written = value.replace("{c}", comment()[2:]).replace("{{", "{").replace("}}", "}")
        is_block = "\n" in written
        behind = f"  {comment()}" if not is_block and draw(st.booleans()) else ""
        lines += f"      {name}: {written}{behind}".replace(": \n", ":\n").split("\n")
    lines += ["  - user: Bye", f"    expect: none {comment()}", comment(), ""]
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)


def _without(value: Any, changed: set[tuple[Any, ...]], at: tuple[Any, ...] = ()) -> Any:
    if at in changed:
        return None
    if isinstance(value, dict):
        return {key: _without(one, changed, (*at, key)) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, changed, (*at, index)) for index, one in enumerate(value)]
    return value


@pytest.fixture
def recorded(desk: Desk) -> Desk:
    """A project with the recording of one conversation."""
    desk.bot.answers = {"Do you ship?": PAYLOAD}
    text = "scenario: hello\nturns:\n"
    text += "".join(f"  - {{user: {said}, expect: none}}\n" for said in ("Do you ship?", "Bye"))
    desk.write(NAME, text)
    desk.record(NAME)
    return desk


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=scenarios(), data=st.data())
def test_only_the_accepted_line_changes(recorded: Desk, text: str, data: st.DataObject) -> None:
    """The file reads as the same scenario but for the accepted line, with all its comments."""
    file: Path = recorded.write(NAME, text).resolve()
    project = recorded.project()
    try:
        before = load_scenario(project, file)
    except AuthoringError:
        reject()
    lines = [one.place.line for one in before.user_turns[0].expectations]
    line = data.draw(st.sampled_from([None, *lines]))

    done = rewrite(project, file, line)
    event(f"{len(done.accepted)} accepted")

    accepted = {one.line for one in done.accepted}
    assert accepted <= set(lines)
    assert line is None or accepted <= {line}
    changed = {
        ("turns", 0, "expect", one.name): ("turns", 0, "expect", one.renamed or one.name)
        for one in done.accepted
    }
    old, new = read(done.before, NAME).value, read(done.after, NAME).value
    assert _renamed(_without(old, {*changed}), changed) == _without(new, {*changed.values()})
    assert COMMENT.findall(done.after.decode()) == COMMENT.findall(text)
    assert done.after.count(b"\r\n") == done.after.count(b"\n") * ("\r\n" in text)
    recorded.write(NAME, done.after)
    assert recorded.replay(NAME) != [Outcome.BROKEN]
    assert not rewrite(recorded.project(), file, line).accepted


def _renamed(value: Any, changed: dict[tuple[Any, ...], tuple[Any, ...]]) -> Any:
    block = value["turns"][0]["expect"]
    names = {old[-1]: new[-1] for old, new in changed.items()}
    value["turns"][0]["expect"] = {names.get(key, key): one for key, one in block.items()}
    return value
