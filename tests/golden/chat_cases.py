"""Chats that go wrong: options, and the lines that are typed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatCase:
    """One chat, with a mood bot or, if `is_down`, with a server that does not answer."""

    lines: tuple[str, ...] = ()
    options: tuple[str, ...] = ("moods",)
    is_down: bool = False
    status: int = 1


FILE = "scenarios/first.yaml"
FILES = {
    FILE: """\
scenario: first
provider: moods
turns:
  - user: Hello
    expect: {actions: [Great, Super sad]}
  - user: {press: Super sad}
    expect:
      contains: cheer you up
      messages: {count: 3}

  - user: "Yes"
    expect: {contains: glad}
""",
    "scenarios/rows.yaml": """\
scenario: rows
provider: moods
matrix: {mood: [Great, Super sad]}
turns:
  - user: Hello
    expect: none
  - user: {press: '${mood}'}
    expect: none
""",
    "scenarios/gone.yaml": """\
scenario: gone
provider: moods
turns:
  - user: What are your opening hours?
    expect: none
  - user: {press: Super sad}
    expect: none
  - user: Goodbye
    expect: none
""",
    "scenarios/stops.yaml": """\
scenario: stops
provider: moods
turns:
  - user: Hello
    expect: {contains: Good morning}
    capture: {name: '$[0].name'}
  - user: Hello ${name}
    expect: none
""",
    "scenarios/wrong.yaml": "scenario: wrong\nprovider: moods\nturnz: []\n",
}
CASES = {
    "unknown-provider": ChatCase(options=("mods",), status=2),
    "definition-of-two": ChatCase(options=("connectly",), status=2),
    "no-name": ChatCase(options=(), status=2),
    "from-without-turn": ChatCase(options=("--from", FILE), status=2),
    "turn-without-from": ChatCase(options=("moods", "--turn", "2"), status=2),
    "row-without-from": ChatCase(options=("moods", "--row", "x"), status=2),
    "turn-beyond-the-end": ChatCase(options=("--from", FILE, "--turn", "5"), status=2),
    "negative-turn": ChatCase(options=("--from", FILE, "--turn", "-1"), status=2),
    "no-such-file": ChatCase(options=("--from", "scenarios/no.yaml", "--turn", "1"), status=2),
    "wrong-file": ChatCase(options=("--from", "scenarios/wrong.yaml", "--turn", "1"), status=2),
    "unknown-row": ChatCase(
        options=("--from", "scenarios/rows.yaml", "--turn", "2", "--row", "great"), status=2
    ),
    "session-with-from": ChatCase(
        options=("--from", FILE, "--turn", "2", "--session", "a=b"), status=2
    ),
    "wrong-session": ChatCase(options=("moods", "--session", "locale"), status=2),
    "wrong-metadata": ChatCase(options=("moods", "--metadata", "locale"), status=2),
    "unknown-session": ChatCase(options=("moods", "--session", "locale=en"), status=2),
    "unknown-command": ChatCase(lines=("/chek contains: hello", "/xyz", "/payload now")),
    "too-early": ChatCase(
        lines=("/payload", "/again", "/back", "/check contains: a", "/keep", "/save a", "/wait 1s")
    ),
    "incomplete-command": ChatCase(
        lines=("Hello", "/check", "", "/save", "/wait", "/wait soon", "/say", "/attach")
    ),
    "misspelt-check": ChatCase(
        lines=(
            "Hello",
            "/check contians: hello",
            "/check {contains: hello, messages: {cuont: 1}}",
            "/check contains: ${name}",
            "/check matches: '('",
            "/check [contains]",
            "/check {contains: hello",
            "/check status: 200",
        )
    ),
    "failed-check": ChatCase(lines=("Hello", "/check {contains: Goodbye, actions: [Great]}")),
    "wrong-name": ChatCase(
        lines=("Hello", "/save my order", "/save ../order", "/save shop/", "/save päck")
    ),
    "existing-name": ChatCase(lines=("Hello", "/save first", "/save First.yaml", "/save x/rows")),
    "wrong-attachment": ChatCase(lines=("/attach photo.png",)),
    "server-down": ChatCase(lines=("Hello", "/again", "/save a"), is_down=True),
    "broken-answer": ChatCase(lines=("Hello", "[[shape]]", "/save a", "2", "/back")),
    "refused": ChatCase(lines=("[[status 503]]", "/check status: 500", "/payload")),
    "button-gone": ChatCase(
        lines=("Hello",), options=("--from", "scenarios/gone.yaml", "--turn", "3")
    ),
    "failed-before": ChatCase(options=("--from", "scenarios/stops.yaml", "--turn", "3")),
    "failed-just-before": ChatCase(options=("--from", "scenarios/stops.yaml", "--turn", "2")),
    "no-button": ChatCase(lines=("Hello", "2", "/again")),
    "pressed": ChatCase(lines=("Hello", "/press Great"), status=0),
    "pressed-by-number": ChatCase(lines=("Hello", "/press 1"), status=0),
    "button-with-one-label": ChatCase(
        lines=("Which dishes are there?", "/press Order", "/press 1"), status=1
    ),
    "pressed-wrongly": ChatCase(lines=("/press Great", "Hello", "/press Graet", "/press")),
    "continued": ChatCase(options=("--from", FILE, "--turn", "2"), status=0),
    "continued-row": ChatCase(options=("--from", "scenarios/rows.yaml", "--turn", "3"), status=0),
    "continued-at-the-start": ChatCase(
        lines=("/back",), options=("--from", FILE, "--turn", "1"), status=1
    ),
}
"""By the name of the text."""
