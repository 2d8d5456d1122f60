from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.authoring.defining.shell_words import VARIABLE, BadCommand, shell_words

WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Co", "Cc"])), min_size=1)


def words_of(command):
    """The words of a command after which nothing follows."""
    words, rest = shell_words(command)
    assert rest == ""
    return words


@given(WORDS)
def test_quoted_words_are_read_back(words):
    """What Python's own quoting writes is read as the same words."""
    assert words_of(shlex.join(["curl", *words])) == ["curl", *words]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("curl \\\n  -H a", ["curl", "-H", "a"]),
        ("curl \\\r\n  -H a", ["curl", "-H", "a"]),
        ("$ curl a", ["curl", "a"]),
        ('curl "a \\"b\\" \\\\ c"', ["curl", 'a "b" \\ c']),
        ("curl 'a\\b'", ["curl", "a\\b"]),
        ("curl a'b'\"c\"", ["curl", "abc"]),
        ("curl ''", ["curl", ""]),
        (r"curl $'it\'s\na\x41\u00e9\101'", ["curl", "it's\naAéA"]),
        ("curl a # a comment", ["curl", "a"]),
        ("curl a#b", ["curl", "a#b"]),
        ("curl 5$", ["curl", "5$"]),
    ],
    ids=[
        *("continued", "continued-crlf", "prompt", "double", "single", "joined", "empty"),
        *("ansi", "comment", "hash", "dollar"),
    ],
)
def test_posix_shells(command, words):
    """Quotes, escapes and continued lines are read as a POSIX shell or bash reads them."""
    assert words_of(command) == words


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            'curl --url ^"https://a.example/?x=1^&y=2^" ^\r\n  --data-raw ^"^{^\\^"a^\\^":1^}^"',
            ["curl", "--url", "https://a.example/?x=1&y=2", "--data-raw", '{"a":1}'],
        ),
        (
            'curl "https://a.example/" ^\n  -H "a: 5^6" -d "{\\"a\\": 1}"',
            ["curl", "https://a.example/", "-H", "a: 5^6", "-d", '{"a": 1}'],
        ),
        ('curl -d ^"one^\n\ntwo^"', ["curl", "-d", "one\ntwo"]),
        ('curl ^\n -d "C:\\\\dir\\\\"', ["curl", "-d", "C:\\\\dir\\"]),
    ],
    ids=["carets", "quotes", "line-break", "backslashes"],
)
def test_commands_for_windows(command, words):
    """What browsers copy for cmd is read as cmd and Windows read it."""
    assert words_of(command) == words


def test_variables_keep_their_names():
    """A variable is found in its word; a dollar in single quotes is not one."""
    words = words_of("curl \"Bearer $TOKEN\" ${HOST}/x '$NO'")

    assert [VARIABLE.findall(word) for word in words] == [[], ["TOKEN"], ["HOST"], []]
    assert words[3] == "$NO"


@pytest.mark.parametrize("rest", ["| jq .", "> out.json", "; ls", "&& ls"])
def test_what_follows_a_command_is_returned(rest):
    """A pipe or another command is not part of the words."""
    assert shell_words(f"curl a {rest}") == (["curl", "a"], rest)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("curl 'a", "a quotation mark ' is not closed"),
        ('curl "a', 'a quotation mark " is not closed'),
        ("curl $'a", "a quotation mark $' is not closed"),
        ('curl ^\n "a', 'a quotation mark " is not closed'),
        ("curl $(date)", "command inside it"),
        ('curl "`date`"', "command inside it"),
        ("curl ${a:-b}", "is not a variable"),
    ],
)
def test_what_is_not_one_command_is_refused(command, reason):
    """An open quotation mark, and what a shell would have to run."""
    with pytest.raises(BadCommand) as error:
        shell_words(command)

    assert reason in str(error.value)
