from __future__ import annotations

import pytest

from tests.docs.story import Story

FENCE = "```"
REPLY = """\
<!-- run: reply of superoffice -->
```json
{"Timestamp": null, "UserPrompt": null, "BotResponse": "You are going to Rome."}
```
"""


def _block(language: str, text: str, how: str = "") -> str:
    marker = f"<!-- run: {how} -->\n" if how else ""
    return f"{marker}{FENCE}{language}\n{text}\n{FENCE}\n"


def _expects(check: str) -> str:
    turns = f"turns:\n  - user: Help me plan a trip.\n    expect: {{{check}}}"
    return f"scenario: trip\nprovider: bighummingbird\nsession: {{country: Italy}}\n{turns}"


GOOD = {
    "a scenario": _block("yaml", _expects("contains: Rome")),
    "a part of a scenario": _block(
        "yaml", "provider: bighummingbird\ntitle: A trip", "part of a scenario"
    ),
    "a part of a definition": _block("yaml", "headers: {X-Key: k}", "part of a definition"),
    "checks": REPLY + _block("yaml", "contains: Rome", "passes against superoffice"),
    "a command": _block("sh", "harness providers list  # of the examples"),
    "a command that fails": "<!-- run: exits with 2 -->\n" + _block("sh", "harness lint nope"),
    "what a command prints": _block("sh", "echo one; echo two; echo three")
    + "\n"
    + _block("text", "one\n...\nthree"),
}

BAD = {
    "a language that is not known": (_block("toml", "a = 1"), "of no known kind"),
    "no language": (_block("", "a"), "of no known kind"),
    "a mapping of no kind": (_block("yaml", "colour: red"), "of no known kind"),
    "a scenario with a mistake": (_block("yaml", _expects("containz: Rome")), "unknown check"),
    "a scenario that fails": (_block("yaml", _expects("contains: Oslo")), "does not contain"),
    "a failure that passes": (_block("yaml", _expects("contains: Rome"), "fails"), "it passes"),
    "a failure without its text": (
        _block("yaml", _expects("contains: Oslo"), "fails") + _block("sh", "true"),
        "is missing",
    ),
    "a failure without its text at the end": (
        _block("yaml", _expects("contains: Oslo"), "fails"),
        "is missing",
    ),
    "a failure with another text": (
        _block("yaml", _expects("contains: Oslo"), "fails") + _block("text", "another"),
        "the harness says",
    ),
    "a text that nothing says": (_block("text", "anything"), "nothing before it"),
    "checks that do not hold": (
        REPLY + _block("yaml", "contains: Oslo", "passes against superoffice"),
        "do not hold",
    ),
    "checks that hold": (
        REPLY + _block("yaml", "contains: Rome", "fails against superoffice"),
        "hold",
    ),
    "a reply that is not there": (_block("yaml", "contains: a", "passes against x"), "no reply"),
    "a definition with a mistake": (
        _block("yaml", "headrs: {X-Key: k}", "part of a definition"),
        "unknown key",
    ),
    "a harness.yaml with a mistake": (
        _block("yaml", "providers: {a: {definition: nope}}"),
        "there is no definition",
    ),
    "a command that fails": (_block("sh", "harness lint nope"), "ended with 2"),
    "a target that is not there": (_block("sh", "make nothing"), "has no nothing"),
    "another package": (_block("sh", "pip install other"), "other"),
    "a test without a name": (_block("python", "def test_a(): pass"), "first line"),
    "a test that fails": (_block("python", "# test_a.py\ndef test_a(): assert 0"), "1 failed"),
    "JSON of no kind": (_block("json", "{}"), "names neither"),
    "a cassette that is cut": (
        "<!-- file: cassettes/a/b.yaml -->\n" + _block("yaml", "version: 1", "cassette"),
        "ends before",
    ),
}


@pytest.fixture
def told(served, shell, tmp_path):
    """Judges the blocks of a text."""

    def tell(text: str) -> list[str]:
        (tmp_path / "text.md").write_text(text, encoding="utf-8")
        return Story(tmp_path / "text.md", tmp_path, shell).tell()

    return tell


@pytest.mark.parametrize("name", GOOD)
def test_a_block_that_holds_is_no_problem(told, name):
    """Each kind of block is known, and holds where it is right."""
    assert told(GOOD[name]) == []


@pytest.mark.parametrize("name", BAD)
def test_a_block_that_does_not_hold_is_a_problem(told, name):
    """A block that is wrong, or of no known kind, is told with its line."""
    text, reason = BAD[name]

    problems = told(text)

    assert len(problems) == 1, problems
    assert reason in problems[0]


def test_a_block_that_is_not_closed_is_refused(told):
    """A fence without its end would hide all that follows."""
    with pytest.raises(ValueError, match="not closed"):
        told(f"{FENCE}sh\nmake run\n")
