"""Expectations in fragments, defaults, branches and other scopes, and files in any form."""

from __future__ import annotations

import codecs

import pytest

from harness.conversation import Outcome
from harness.core import HarnessError
from harness.play.runner import Runner
from tests.accepting.desk import DEFINITION, Desk

NAME = "scenarios/hello.yaml"
HELLO = "scenario: hello\nturns:\n  - user: Hi\n    expect: {contains: Good night}\n"
GREETED = "- {user: Hi, expect: {contains: Good night}}"


def test_a_fragment(desk: Desk) -> None:
    """A fragment's expectation holds in every scenario that includes it, also through another."""
    desk.bot.answers = {"one Hi": "Hello you. We ship.", "two Hi": "Hello you. We do not."}
    desk.write("scenarios/fragments/greet.yaml", f"turns:\n  {GREETED}\n")
    desk.write("scenarios/fragments/outer.yaml", "turns:\n  - include: greet.yaml\n")
    for name, fragment, provider in (("a", "greet", "one"), ("b", "outer", "two")):
        head = f"scenario: {name}\nprovider: {provider}\nturns:\n"
        desk.write(f"scenarios/{name}.yaml", f"{head}  - include: fragments/{fragment}.yaml\n")
    desk.write("scenarios/other.yaml", "scenario: other\nturns: [{user: x, expect: none}]\n")
    desk.record("scenarios/a.yaml", "scenarios/b.yaml", providers=("one", "two"))

    result = desk.accept("scenarios/fragments/greet.yaml:2")

    assert "contains: Hello you." in desk.text("scenarios/fragments/greet.yaml")
    assert (
        "note: scenarios/fragments/greet.yaml is used by scenarios/a.yaml, scenarios/b.yaml;"
        " they are judged too" in result.output
    )
    assert desk.replay("scenarios/a.yaml", "scenarios/b.yaml", providers=("one", "two")) == [
        Outcome.PASSED,
        Outcome.PASSED,
    ]


def test_a_fragment_that_a_broken_scenario_uses(desk: Desk) -> None:
    """Nothing is written if a scenario that uses the fragment cannot be read or is not recorded."""
    desk.bot.answers = {"Hi": "Hello you."}
    fragment = desk.write("scenarios/fragments/greet.yaml", f"turns:\n  {GREETED}\n")
    desk.write("scenarios/a.yaml", "scenario: a\nturns:\n  - include: fragments/greet.yaml\n")
    desk.record("scenarios/a.yaml")
    desk.write("scenarios/b.yaml", "scenario: b\nturns:\n  - include: fragments/greet.yaml\n")
    before = fragment.read_bytes()

    result = desk.accept("scenarios/fragments/greet.yaml")
    assert (
        "it cannot be judged in b[one]: cassettes/one/b.yaml: there is no recording"
        in result.output
    )
    assert result.exit_code == 1
    assert fragment.read_bytes() == before

    desk.write("scenarios/b.yaml", "scenario: b\nturn:\n  - include: fragments/greet.yaml\n")
    assert "scenarios/b.yaml:2:1" in desk.refused("scenarios/fragments/greet.yaml")


def test_a_broken_scenario_that_may_use_the_fragment(desk: Desk) -> None:
    """If it includes any fragment, that may include this one, so it cannot be judged."""
    desk.bot.answers = {"Hi": "Hello you."}
    fragment = desk.write("scenarios/fragments/greet.yaml", f"turns:\n  {GREETED}\n")
    desk.write("scenarios/fragments/outer.yaml", "turns:\n  - include: greet.yaml\n")
    desk.write("scenarios/a.yaml", "scenario: a\nturns:\n  - include: fragments/outer.yaml\n")
    desk.record("scenarios/a.yaml")
    desk.write("scenarios/b.yaml", "scenario: b\nturn:\n  - include: fragments/outer.yaml\n")
    before = fragment.read_bytes()

    assert "scenarios/b.yaml:2:1" in desk.refused("scenarios/fragments/greet.yaml")
    assert fragment.read_bytes() == before

    desk.write("scenarios/b.yaml", "scenario: b\nturn:\n  - user: Hi\n")
    result = desk.accept("scenarios/fragments/greet.yaml")
    assert "scenarios/fragments/greet.yaml is used by scenarios/a.yaml;" in result.output
    assert b"Hello you." in fragment.read_bytes()


def test_defaults(desk: Desk) -> None:
    """An expectation in defaults.yaml holds in every scenario of its folder."""
    desk.bot.answers = {"Hi": "Hello you.", "Ho": "Hello all of you."}
    desk.write("scenarios/defaults.yaml", "expect:\n  always: {max_words: 1}  # short\n")
    for name, said in (("a", "Hi"), ("b", "Ho")):
        desk.write(
            f"scenarios/{name}.yaml",
            f"scenario: {name}\nturns:\n  - {{user: {said}, expect: none}}\n",
        )
    assert Outcome.PASSED not in desk.record("scenarios/a.yaml", "scenarios/b.yaml")

    result = desk.accept("scenarios/defaults.yaml:2")

    assert desk.text("scenarios/defaults.yaml") == "expect:\n  always: {max_words: 4}  # short\n"
    assert "scenarios/a.yaml, scenarios/b.yaml; they are judged too" in result.output
    assert "the limit is raised from 1 to 4" in result.output


def test_branches(desk: Desk) -> None:
    """An expectation before a branch holds in both conversations; one behind it, in its own."""
    desk.bot.answers = {"Hi": "Hello you.", "Ho": "Three.", "He": "Four."}
    text = (
        "scenario: hello\nturns:\n  - {id: hi, user: Hi, expect: {equals: One}}\n"
        "  - {user: Ho, expect: {equals: Two}}\n  - branch: {from: hi}\n"
        "  - {user: He, expect: {equals: Two}}\n"
    )
    desk.write(NAME, text)
    desk.record(NAME)

    result = desk.accept(NAME)

    assert desk.text(NAME) == text.replace("One", "Hello you.").replace("Two", "Three.", 1).replace(
        "Two", "Four."
    )
    assert f"{NAME}:6: equals holds in 1 play" in result.output


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("expect: {history: {like: {state: closed}}}", "{history: {like: {state: open}}}"),
        ("expect: {history: {json: {$.record: 1}}, contains: Hello}", "contains: Hello"),
    ],
    ids=["history", "missing"],
)
def test_history(desk: Desk, block: str, expected: str) -> None:
    """The provider's own record is compared as a payload is."""
    desk.bot.answers = {"Hi": "Hello", "history": {"state": "open"}}
    desk.write(NAME, f"scenario: hello\nturns:\n  - user: Hi\n    {block}\n")
    assert desk.record(NAME) == [Outcome.FAILED]

    result = desk.accept(NAME)

    assert expected in desk.text(NAME)
    assert ("is not accepted" in result.output) == ("1" in block)


def test_a_refusal(desk: Desk) -> None:
    """The checks of an `error:` are rewritten to the refusal."""
    desk.bot.answers, desk.bot.status = {"Hi": {"reason": "closed for today"}}, 403
    desk.write(
        NAME,
        "scenario: hello\nturns:\n  - user: Hi\n    error: {status: 403, json: {$.reason: x}}\n",
    )
    assert desk.record(NAME) == [Outcome.FAILED]

    desk.accept(NAME)

    assert "{status: 403, json: {$.reason: closed for today}}" in desk.text(NAME)


def test_the_whole_conversation(desk: Desk) -> None:
    """Checks of the whole are rewritten; what no reply may do is not."""
    desk.bot.answers = {"Hi": "Hello you."}
    text = (
        "scenario: hello\nturns:\n  - {user: Hi, expect: none}\n"
        "expect:\n  turns: 2\n  never: {contains: Hello}\n  contains: Bye\n"
    )
    desk.write(NAME, text)
    desk.record(NAME)

    result = desk.accept(NAME)

    assert desk.text(NAME) == text.replace("turns: 2", "turns: 1").replace("Bye", "Hello you.")
    assert (
        f"{NAME}:6: contains is not accepted: a reply does what no reply may do;"
        " remove it by hand if the bot may do it" in result.output
    )


@pytest.mark.parametrize("check", ["repeats: none", "asks_again: [order]"])
def test_how_the_bot_talks(desk: Desk, check: str) -> None:
    """A bot that repeats itself, or asks again, is not accepted."""
    desk.bot.answers = {"It is 4711": "Your order?"}
    text = (
        "scenario: hello\nvars: {order: '4711'}\nturns:\n"
        "  - {user: 'It is ${order}', expect: none}\n"
        "  - {user: 'It is ${order}', expect: none}\n"
        f"expect:\n  {check}\n"
    )
    desk.write(NAME, text)
    assert desk.record(NAME) == [Outcome.FAILED]

    result = desk.accept(NAME)

    assert "is not accepted: it says how the bot may talk" in result.output
    assert desk.text(NAME) == text


def test_behind_a_stop(desk: Desk) -> None:
    """Where a failed check had ended the conversation, what follows is judged and rewritten too."""
    desk.bot.answers = {"Hi": "Hello you.", "Ho": "Three."}
    text = (
        "scenario: hello\nturns:\n  - {user: Hi, on_fail: stop, expect: {equals: One}}\n"
        "  - {user: Ho, expect: {equals: Two}}\n"
    )
    desk.bot.answers = {"Hi": "One", "Ho": "Three."}
    desk.write(NAME, text)
    desk.record(NAME)
    desk.write(NAME, text.replace("One", "Zero"))

    desk.accept(NAME)

    assert desk.text(NAME) == text.replace("Two", "Three.")


def test_an_alias_that_is_shared(desk: Desk) -> None:
    """A block that aliases repeat holds for all turns that use it, and their lines are named."""
    desk.bot.answers = {"Hi": "Hello you. Yes.", "Ho": "No. Hello you."}
    desk.write(
        NAME,
        "scenario: hello\nturns:\n  - user: Hi\n    expect: &same\n      contains: Bye\n"
        "  - user: Ho\n    expect: *same\n",
    )
    desk.record(NAME)

    result = desk.accept(f"{NAME}:5")

    assert "contains: Hello you." in desk.text(NAME)
    assert f"{NAME}:5: contains holds in 1 play; line 7 has it too, through *same" in result.output


def test_an_alias_that_is_sent(desk: Desk) -> None:
    """A block that is sent with each session too is replayed as changed: nothing is written."""
    opening = (
        "open:\n  - request: {post: '/${settings.name}', json: {text: '${session.contains}'}}\n"
    )
    desk.write("definitions/desk/provider.yaml", f"{DEFINITION}{opening}")
    desk.bot.answers = {"Hi": "Hello you."}
    text = (
        "scenario: hello\nsession: &same {contains: Bye}\nturns:\n  - {user: Hi, expect: *same}\n"
    )
    desk.write(NAME, text)
    desk.record(NAME)

    result = desk.accept(NAME)

    assert result.exit_code == 1
    assert desk.text(NAME) == text


@pytest.mark.parametrize(
    ("turns", "status", "count"),
    [
        ("{user: Hi, expect: {contains: Bye}}, {user: Ho, expect: none}", 200, 1),
        ("{user: Hi, on_fail: stop, expect: {contains: Bye}}, {user: Ho, expect: none}", 200, 2),
        ("{user: Hi, error: {status: 403, json: {$.reason: Bye}}}", 403, 2),
    ],
    ids=["whole", "ended by the failed check", "refused"],
)
def test_how_often_a_conversation_is_replayed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, turns: str, status: int, count: int
) -> None:
    """Once: the new expectation is judged on the same replies, unless it decides what follows."""
    desk.bot.status = status
    desk.bot.answers = {"Hi": {"reason": "no", "messages": [{"text": "Hello you."}]}}
    text = f"scenario: hello\nturns: [{turns}]\n"
    desk.write(NAME, text.replace("on_fail: stop, ", ""))
    desk.record(NAME)
    desk.write(NAME, text)
    replayed = []
    run = Runner.run
    monkeypatch.setattr(Runner, "run", lambda self, play: replayed.append(play) or run(self, play))

    result = desk.accept(NAME)

    assert "holds in 1 play" in result.output
    assert len(replayed) == count


def test_a_value_that_is_an_alias(desk: Desk) -> None:
    """A value that another line uses is not changed under it."""
    desk.bot.answers = {"Hi": "Hello you."}
    text = "scenario: hello\nturns:\n  - user: &said Hi\n    expect: {equals: *said}\n"
    desk.write(NAME, text)
    desk.record(NAME)

    result = desk.accept(NAME)

    assert desk.text(NAME) == text
    assert (
        f"{NAME}:4: equals is not accepted: the value is the alias *said of line 3;"
        " write the value out in its own place" in result.output
    )


@pytest.mark.parametrize(
    "text",
    [
        HELLO.replace("\n", "\r\n"),
        f"\ufeff{HELLO}",
        HELLO.replace("Good night", "\t'Good night'\t") + "# end",
        HELLO.replace("{contains: Good night}", "\n      contains: >-\n        Good\n        day"),
        f"# 🎉\n{HELLO}  # at the end\n\n",
    ],
    ids=["CRLF", "BOM", "tabs", "folded", "emoji"],
)  # fmt: skip
def test_forms_of_files(desk: Desk, text: str) -> None:
    """Line ends, a byte order mark, tabs and comments stay as they are."""
    desk.bot.answers = {"Hi": "Hello you."}
    file = desk.write(NAME, text)
    desk.record(NAME)

    desk.accept(NAME)

    new = file.read_bytes()
    assert b"Hello you." in new
    assert new.count(b"\r\n") == text.encode().count(b"\r\n")
    assert new.startswith(codecs.BOM_UTF8) == text.startswith("\ufeff")
    assert new.count(b"#") == text.encode().count(b"#")
    assert desk.replay(NAME) == [Outcome.PASSED]


def test_a_link(desk: Desk) -> None:
    """The file that a link leads to is rewritten; the link stays."""
    desk.bot.answers = {"Hi": "Hello you."}
    file = desk.write(NAME, HELLO)
    desk.record(NAME)
    link = desk.folder / "scenarios" / "link.yaml"
    link.symlink_to(file)

    desk.accept("scenarios/link.yaml:4")

    assert link.is_symlink()
    assert "Hello you." in file.read_text()


def test_a_question(desk: Desk) -> None:
    """Without --yes the change is shown, and nothing is written unless the user agrees."""
    desk.bot.answers = {"Hi": "Hello you."}
    desk.write(NAME, HELLO)
    desk.record(NAME)

    result = desk.accept(NAME, typed="n\n")
    assert result.exit_code == 1
    assert "+    expect: {contains: Hello you.}" in result.output
    assert "Nothing was written." in result.output
    assert desk.text(NAME) == HELLO

    result = desk.accept(NAME, typed="y\n")
    assert result.exit_code == 0
    assert desk.text(NAME) == HELLO.replace("Good night", "Hello you.")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name a file to accept; such as harness accept scenarios/hello.yaml:12, or --all"),
        (("scenarios/no.yaml:3",), "scenarios/no.yaml: there is no such file [no-such-file]"),
        (("harness.yaml:3", "--provider", "too"), "unknown provider 'too'; did you mean 'two'?"),
        ((f"{NAME}:3",), f"{NAME}:3: no expectation is on this line; expectations: 4 (contains)"),
        ((f"{NAME}:99",), f"{NAME}:99: no expectation is on this line; expectations: 4 (contains)"),
        ((NAME, "--all"), "choose one of FILE and --all"),
        (("--all",), "reports/results.json: there is no such file; harness run writes them"),
        (("definitions/desk/readme.txt",), "this is not a YAML file"),
    ],
    ids=["no file", "lost file", "provider", "user line", "past the end", "both", "no run", "text"],
)  # fmt: skip
def test_wrong_use(desk: Desk, words: tuple[str, ...], message: str) -> None:
    """A wrong use says what is wrong and what to do, and changes nothing."""
    desk.write("definitions/desk/readme.txt", "x")
    desk.write(NAME, HELLO)
    desk.record(NAME)

    assert message in desk.refused(*words)
    assert desk.text(NAME) == HELLO


def test_a_passing_line(desk: Desk) -> None:
    """There is nothing to accept; live replies that failed are not known without a report."""
    record = f"if it failed with live replies, record those: harness run --mode refresh {NAME}\n"
    desk.bot.answers = {"Hi": "Good night"}
    desk.write(NAME, HELLO)
    desk.record(NAME)

    result = desk.accept(f"{NAME}:4:14")
    assert (
        result.output
        == f"{NAME}:4: contains passes in 1 play; there is nothing to accept\n{record}"
    )
    assert result.exit_code == 0

    result = desk.accept(NAME)
    assert result.output == f"{NAME}: no expectation failed; there is nothing to accept\n{record}"


def test_without_a_recording(desk: Desk) -> None:
    """A scenario that was never recorded cannot be judged; the message says how to record it."""
    desk.write(NAME, HELLO)

    result = desk.accept(NAME)

    assert result.exit_code == 1
    assert "hello[one] is not accepted: " in result.output
    assert f"harness run --mode record {NAME}" in result.output


def test_a_read_only_file(desk: Desk) -> None:
    """A file that may not be written is not replaced."""
    desk.bot.answers = {"Hi": "Hello you."}
    file = desk.write(NAME, HELLO)
    desk.record(NAME)
    file.chmod(0o444)

    assert "the file is read-only" in desk.refused(NAME)
    assert file.read_text() == HELLO


def test_the_mode_of_a_file(desk: Desk) -> None:
    """The file keeps its permissions."""
    desk.bot.answers = {"Hi": "Hello you."}
    file = desk.write(NAME, HELLO)
    desk.record(NAME)
    file.chmod(0o640)

    desk.accept(NAME)

    assert file.stat().st_mode & 0o777 == 0o640


def test_plays_that_are_waived(desk: Desk) -> None:
    """A play with `skip` or `xfail` does not count; a note names it."""
    desk.bot.answers = {"I am Anna": "Hello you.", "I am Ben": "Go away."}
    desk.write(
        NAME,
        "scenario: hello\nmatrix: {who: [Anna, Ben]}\nxfail: {reason: known, when: {row: Ben}}\n"
        "turns:\n  - {user: 'I am ${who}', expect: {contains: Bye}}\n",
    )
    desk.record(NAME)

    result = desk.accept(NAME)

    assert "contains: Hello you." in desk.text(NAME)
    assert "note: hello[one-Ben] is not judged, xfail: known" in result.output


def test_a_file_that_changes_meanwhile(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that somebody edits while the question is open is not overwritten."""
    desk.bot.answers = {"Hi": "Hello you."}
    file = desk.write(NAME, HELLO)
    desk.record(NAME)

    def edit_and_agree(_question: str) -> bool:
        file.write_text(f"{HELLO}# mine\n")
        return True

    monkeypatch.setattr("harness.cli.file_changes.agrees", edit_and_agree)
    with pytest.raises(HarnessError, match="the file was changed meanwhile; run the command again"):
        desk.accept(NAME, typed="")

    assert file.read_text() == f"{HELLO}# mine\n"
