"""The exact text of every fault of a YAML file."""

from __future__ import annotations

import pytest

from harness.core.errors import YamlError
from harness.formats.yaml import Limits, read

GOLDEN = [
    pytest.param(
        b"",
        "a.yaml:1:1: the file is empty\n      | start with 'key: value' [empty-file]",
        id="empty file",
    ),
    pytest.param(
        b"\n  \n",
        "a.yaml:1:1: the file is empty\n      | start with 'key: value' [empty-file]",
        id="only blank lines",
    ),
    pytest.param(
        b"# later\n",
        "a.yaml:1:1: the file contains only comments\n"
        "    1 | # later\n"
        "      | ^ start with 'key: value' [empty-file]",
        id="only comments",
    ),
    pytest.param(
        b"---\n",
        "a.yaml:1:1: the file is empty\n"
        "    1 | ---\n"
        "      | ^ start with 'key: value' [empty-file]",
        id="an empty document",
    ),
    pytest.param(
        b"- user: hi\n",
        "a.yaml:1:1: the file is a list, expected a mapping\n"
        "    1 | - user: hi\n"
        "      | ^^^^^^^^^^ start with 'key: value' [not-a-mapping]",
        id="a list at the top",
    ),
    pytest.param(
        b"hello\n",
        "a.yaml:1:1: the file is a text, expected a mapping\n"
        "    1 | hello\n"
        "      | ^^^^^ start with 'key: value' [not-a-mapping]",
        id="a text at the top",
    ),
    pytest.param(
        b"12\n",
        "a.yaml:1:1: the file is a whole number, expected a mapping\n"
        "    1 | 12\n"
        "      | ^^ start with 'key: value' [not-a-mapping]",
        id="a number at the top",
    ),
    pytest.param(
        b"turns:\n  - user: hi\n\texpect: none\n",
        "a.yaml:3:1: a tab in the indentation\n"
        "    3 |  expect: none\n"
        "      | ^ indent with spaces, not tabs [tab-indentation]",
        id="tab before a key",
    ),
    pytest.param(
        b"turns:\n\t- user: hi\n",
        "a.yaml:2:1: a tab in the indentation\n"
        "    2 |  - user: hi\n"
        "      | ^ indent with spaces, not tabs [tab-indentation]",
        id="tab before a list",
    ),
    pytest.param(
        b"user: 'hi\nexpect: none\n",
        "a.yaml:1:7: this quote is not closed\n"
        "    1 | user: 'hi\n"
        "      |       ^ in single quotes an apostrophe is written twice: '' [unclosed-quote]",
        id="single quote left open",
    ),
    pytest.param(
        b'user: "hi\nexpect: none\n',
        "a.yaml:1:7: this quote is not closed\n"
        '    1 | user: "hi\n'
        '      |       ^ close it with " [unclosed-quote]',
        id="double quote left open",
    ),
    pytest.param(
        b"user: 'it's fine'\n",
        "a.yaml:1:11: text after a closing quote\n"
        "    1 | user: 'it's fine'\n"
        "      |           ^ quote the whole text; inside it, write '' for an apostrophe "
        "[text-after-quote]",
        id="apostrophe in single quotes",
    ),
    pytest.param(
        b'user: "Hi" he said\n',
        "a.yaml:1:12: text after a closing quote\n"
        '    1 | user: "Hi" he said\n'
        "      |            ^ quote the whole text; inside it, write '' for an apostrophe "
        "[text-after-quote]",
        id="text behind a quote",
    ),
    pytest.param(
        b"user: Hello\n  expect: none\n",
        "a.yaml:2:9: a key interrupts the text above\n"
        "    2 |   expect: none\n"
        "      |         ^ indent it like the lines around it, or quote the text [bad-indentation]",
        id="key too far right",
    ),
    pytest.param(
        b"turns:\n  - user: hi\n    id: a\n   expect: none\n",
        "a.yaml:4:4: this is not aligned with the list of line 2\n"
        "    4 |    expect: none\n"
        "      |    ^ indent it like the lines around it [bad-indentation]",
        id="key between two levels",
    ),
    pytest.param(
        b"- a\nuser: hi\n",
        "a.yaml:2:1: this is not aligned with the list of line 1\n"
        "    2 | user: hi\n"
        "      | ^ indent it like the lines around it [bad-indentation]",
        id="mapping after list",
    ),
    pytest.param(
        b"  user: hi\n id: a\n",
        "a.yaml:2:2: the document ends before this line\n"
        "    2 |  id: a\n"
        "      |  ^ indent it like the first key of the file [bad-indentation]",
        id="first key too far right",
    ),
    pytest.param(
        b"turns: - user\n",
        "a.yaml:1:8: a list cannot start here\n"
        "    1 | turns: - user\n"
        "      |        ^ start it on its own line, or quote the text [bad-indentation]",
        id="list on the line of its key",
    ),
    pytest.param(
        b"user: I said: hello\n",
        "a.yaml:1:13: a second ': ' in one line\n"
        "    1 | user: I said: hello\n"
        "      |             ^ quote the text if it contains ': ' [colon-in-text]",
        id="colon in a text",
    ),
    pytest.param(
        b"scenario: a\nturns\nid: a\n",
        "a.yaml:2:1: this is not 'key: value'\n"
        "    2 | turns\n"
        "      | ^ put ': ' after the key, or indent the line if it continues the text above "
        "[missing-colon]",
        id="no colon",
    ),
    pytest.param(
        b"user: %d items\n",
        "a.yaml:1:7: a text without quotes cannot start with '%'\n"
        "    1 | user: %d items\n"
        "      |       ^ quote the text [reserved-character]",
        id="percent sign",
    ),
    pytest.param(
        b"user: @bob hi\n",
        "a.yaml:1:7: a text without quotes cannot start with '@'\n"
        "    1 | user: @bob hi\n"
        "      |       ^ quote the text [reserved-character]",
        id="at sign",
    ),
    pytest.param(
        b"user: **bold**\n",
        "a.yaml:1:7: a text without quotes cannot start with '*'\n"
        "    1 | user: **bold**\n"
        "      |       ^ quote the text [reserved-character]",
        id="asterisks",
    ),
    pytest.param(
        b"user: & co\n",
        "a.yaml:1:7: a text without quotes cannot start with '&'\n"
        "    1 | user: & co\n"
        "      |       ^ quote the text [reserved-character]",
        id="ampersand",
    ),
    pytest.param(
        b"user: > hi\n",
        "a.yaml:1:7: a text without quotes cannot start with '>'\n"
        "    1 | user: > hi\n"
        "      |       ^ quote the text [reserved-character]",
        id="greater-than sign",
    ),
    pytest.param(
        b"user: }\n",
        "a.yaml:1:7: a text without quotes cannot start with '}'\n"
        "    1 | user: }\n"
        "      |       ^ quote the text [reserved-character]",
        id="closing brace",
    ),
    pytest.param(
        b"tags: [sales, smoke\nturns: 1\n",
        "a.yaml:1:7: the list that opens here is not closed\n"
        "    1 | tags: [sales, smoke\n"
        "      |       ^ close it with ']' [unclosed-bracket]",
        id="list left open",
    ),
    pytest.param(
        b"vars: {a: 1\n",
        "a.yaml:1:7: the mapping that opens here is not closed\n"
        "    1 | vars: {a: 1\n"
        "      |       ^ close it with '}' [unclosed-bracket]",
        id="mapping left open",
    ),
    pytest.param(
        b"capture: {id: $.items[0].id}\n",
        "a.yaml:1:22: ',' or '}' is expected, not '['\n"
        "    1 | capture: {id: $.items[0].id}\n"
        "      |                      ^ quote a text with , [ ] { } in it [unexpected-character]",
        id="JSONPath in a flow mapping",
    ),
    pytest.param(
        b"headers: {key: Token ${token}}\n",
        "a.yaml:1:23: ',' or '}' is expected, not '{'\n"
        "    1 | headers: {key: Token ${token}}\n"
        "      |                       ^ quote a text with , [ ] { } in it [unexpected-character]",
        id="variable in a flow mapping",
    ),
    pytest.param(
        b"[a]]\n",
        "a.yaml:1:4: ']' follows the end of the document\n"
        "    1 | [a]]\n"
        "      |    ^ remove it, or quote the text that contains it [unexpected-character]",
        id="bracket too many",
    ),
    pytest.param(
        b'matches: "\\d+"\n',
        "a.yaml:1:11: an unknown escape in double quotes\n"
        '    1 | matches: "\\d+"\n'
        "      |           ^ write \\\\ for a backslash, or use single quotes [bad-escape]",
        id="unknown escape",
    ),
    pytest.param(
        b'user: "\\ud83d"\n',
        "a.yaml:1:10: an escape without a character\n"
        '    1 | user: "\\ud83d"\n'
        "      |          ^ write both halves of the escape, as in JSON, or the character itself"
        " [bad-escape]",
        id="half a character",
    ),
    pytest.param(
        b"vars: {a:}\n",
        "a.yaml:1:9: a ':' without a space after it\n"
        "    1 | vars: {a:}\n"
        "      |         ^ put a space after it, or quote the text [colon-in-text]",
        id="colon without a blank",
    ),
    pytest.param(
        b"%YAML 1.3\n---\na: 1\n",
        "a.yaml:1:1: a line that starts with '%' is a directive, and this one is unknown\n"
        "    1 | %YAML 1.3\n"
        "      | ^ remove the line [bad-directive]",
        id="unknown version",
    ),
    pytest.param(
        b"%FOO\n---\na: 1\n",
        "a.yaml:1:1: a line that starts with '%' is a directive, and this one is unknown\n"
        "    1 | %FOO\n"
        "      | ^ remove the line [bad-directive]",
        id="unknown directive",
    ),
    pytest.param(
        b"user: b\nid: 1\nuser: c\n",
        "a.yaml:3:1: the key 'user' appears here and on line 1\n"
        "    3 | user: c\n"
        "      | ^^^^ keep one of them [duplicate-key]",
        id="key twice",
    ),
    pytest.param(
        b"{a: 1, a: 2}\n",
        "a.yaml:1:8: the key 'a' appears twice on this line\n"
        "    1 | {a: 1, a: 2}\n"
        "      |        ^ keep one of them [duplicate-key]",
        id="key twice in one line",
    ),
    pytest.param(
        b"1: a\n'1': b\n",
        "a.yaml:2:1: the key '1' appears here and on line 1\n"
        "    2 | '1': b\n"
        "      | ^^^ keep one of them [duplicate-key]",
        id="number and text as one key",
    ),
    pytest.param(
        b"user: !!python/object/apply:os.system [ls]\n",
        "a.yaml:1:7: unknown tag '!!python/object/apply:os.system'\n"
        "    1 | user: !!python/object/apply:os.system [ls]\n"
        "      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ [unknown-tag]",
        id="tag of Python",
    ),
    pytest.param(
        b"user: !important call\n",
        "a.yaml:1:7: unknown tag '!important'\n"
        "    1 | user: !important call\n"
        "      |       ^^^^^^^^^^ quote the text if it starts with '!' [unknown-tag]",
        id="tag of the author's own",
    ),
    pytest.param(
        b"user: !!binary aGk=\n",
        "a.yaml:1:7: unknown tag '!!binary'\n"
        "    1 | user: !!binary aGk=\n"
        "      |       ^^^^^^^^ [unknown-tag]",
        id="tag of YAML 1.1",
    ),
    pytest.param(
        b"user: !e!x hi\n",
        "a.yaml:1:7: a tag that cannot be read: found undefined tag handle\n"
        "    1 | user: !e!x hi\n"
        "      |       ^ quote the text if it starts with '!' [unknown-tag]",
        id="tag handle without meaning",
    ),
    pytest.param(
        b"count: !!int many\n",
        "a.yaml:1:8: 'many' does not match its tag !!int\n"
        "    1 | count: !!int many\n"
        "      |        ^^^^^ [wrong-tag]",
        id="text that does not fit its tag",
    ),
    pytest.param(
        b"a: &a [*a]\n",
        "a.yaml:1:8: the alias '*a' is inside its own anchor\n"
        "    1 | a: &a [*a]\n"
        "      |        ^^ [recursive-alias]",
        id="alias to itself",
    ),
    pytest.param(
        b"a: &names [x]\nb: *nmaes\n",
        "a.yaml:2:4: there is no anchor '&nmaes' above '*nmaes'\n"
        "    2 | b: *nmaes\n"
        "      |    ^^^^^^ did you mean 'names'? [undefined-alias]",
        id="alias without anchor",
    ),
    pytest.param(
        b"user: *waves*\n",
        "a.yaml:1:7: a text without quotes cannot start with '*'\n"
        "    1 | user: *waves*\n"
        "      |       ^ quote the text [reserved-character]",
        id="text in asterisk",
    ),
    pytest.param(
        b"base: &base {a: 1}\nb:\n  <<: *base\n",
        "a.yaml:3:3: the merge key '<<' is not supported\n"
        "    3 |   <<: *base\n"
        "      |   ^^^ write the keys out [merge-key]",
        id="merge key",
    ),
    pytest.param(
        b"? [a]\n: b\n",
        "a.yaml:1:3: a key cannot be a mapping or a list\n"
        "    1 | ? [a]\n"
        "      |   ^ quote the text if it starts with '{' or '[' [complex-key]",
        id="list as key",
    ),
    pytest.param(
        b"user: {{name}}\n",
        "a.yaml:1:8: a key cannot be a mapping or a list\n"
        "    1 | user: {{name}}\n"
        "      |        ^ quote the text if it starts with '{' or '[' [complex-key]",
        id="template of another kind",
    ),
    pytest.param(
        b"a: .inf\nb: -.INF\nc: .nan\nd: 1e999\n",
        "a.yaml:1:4: '.inf' is not a number in JSON\n"
        "    1 | a: .inf\n"
        "      |    ^^^^ quote it if it is a text [not-a-number]\n"
        "a.yaml:2:4: '-.INF' is not a number in JSON\n"
        "    2 | b: -.INF\n"
        "      |    ^^^^^ quote it if it is a text [not-a-number]\n"
        "a.yaml:3:4: '.nan' is not a number in JSON\n"
        "    3 | c: .nan\n"
        "      |    ^^^^ quote it if it is a text [not-a-number]\n"
        "a.yaml:4:4: '1e999' is not a number in JSON\n"
        "    4 | d: 1e999\n"
        "      |    ^^^^^ quote it if it is a text [not-a-number]",
        id="not a number",
    ),
    pytest.param(
        b"a: 1\n---\nb: 2\n",
        "a.yaml:2:1: a second document starts here\n"
        "    2 | ---\n"
        "      | ^^^ put it into its own file [several-documents]",
        id="two documents",
    ),
    pytest.param(
        b"a: 1\n...\nb: 2\n",
        "a.yaml:3:1: the document ends before this line\n"
        "    3 | b: 2\n"
        "      | ^ indent it like the first key of the file [bad-indentation]",
        id="text after the end mark",
    ),
    pytest.param(
        b"\xff\xfea\x00:\x00 \x00b\x00",
        "a.yaml:1:1: the file is UTF-16, by the byte order mark at byte offset 0\n"
        "      | save it as UTF-8 [not-utf8]",
        id="UTF-16 with byte order mark",
    ),
    pytest.param(
        b"\x00a\x00:\x00 \x00b",
        "a.yaml:1:1: the file looks like UTF-16: a NUL at byte offset 0\n"
        "      | save it as UTF-8 [not-utf8]",
        id="UTF-16 big endian without mark",
    ),
    pytest.param(
        b"a\x00:\x00 \x00b\x00",
        "a.yaml:1:1: the file looks like UTF-16: a NUL at byte offset 1\n"
        "      | save it as UTF-8 [not-utf8]",
        id="UTF-16 little endian without mark",
    ),
    pytest.param(
        b"\xff\xfe\x00\x00a\x00\x00\x00",
        "a.yaml:1:1: the file is UTF-32, by the byte order mark at byte offset 0\n"
        "      | save it as UTF-8 [not-utf8]",
        id="UTF-32",
    ),
    pytest.param(
        b"id: a\nuser: caf\xe9\n",
        "a.yaml:2:10: byte 0xe9 at byte offset 15 is not UTF-8\n"
        "    2 | user: caf�\n"
        "      |          ^ save it as UTF-8 [not-utf8]",
        id="Latin-1",
    ),
    pytest.param(
        b"\xc3\xa9: a\nb: x\x00y\n",
        "a.yaml:2:5: a NUL character at byte offset 10\n    2 | b: x␀y\n      |     ^ [nul-byte]",
        id="NUL",
    ),
    pytest.param(
        b"\xef\xbb\xbfa: x\x00y\n",
        "a.yaml:1:5: a NUL character at byte offset 7\n    1 | a: x␀y\n      |     ^ [nul-byte]",
        id="NUL behind a byte order mark",
    ),
    pytest.param(
        b"a: \xc3\xbc\nb: \x07\n",
        "a.yaml:2:4: the control character U+0007 at byte offset 9\n"
        "    2 | b: ␇\n"
        "      |    ^ remove it, or write it as an escape in double quotes [control-character]",
        id="control character",
    ),
    pytest.param(
        b"\xef\xbb\xbfa: \x1b[0m\n",
        "a.yaml:1:4: the control character U+001B at byte offset 6\n"
        "    1 | a: ␛[0m\n"
        "      |    ^ remove it, or write it as an escape in double quotes [control-character]",
        id="control character behind a byte order mark",
    ),
    pytest.param(
        b"a: 1\na: 2\nb: !foo x\nc: *d\ne: 'open\n",
        "a.yaml:2:1: the key 'a' appears here and on line 1\n"
        "    2 | a: 2\n"
        "      | ^ keep one of them [duplicate-key]\n"
        "a.yaml:3:4: unknown tag '!foo'\n"
        "    3 | b: !foo x\n"
        "      |    ^^^^ quote the text if it starts with '!' [unknown-tag]\n"
        "a.yaml:4:4: there is no anchor '&d' above '*d'\n"
        "    4 | c: *d\n"
        "      |    ^^ quote the text if it starts with '*' [undefined-alias]\n"
        "a.yaml:5:4: this quote is not closed\n"
        "    5 | e: 'open\n"
        "      |    ^ in single quotes an apostrophe is written twice: '' [unclosed-quote]",
        id="several faults at once",
    ),
]


@pytest.mark.parametrize(("content", "message"), GOLDEN)
def test_message(content, message):
    """A fault is told in exactly these words, at this place, with this next step."""
    with pytest.raises(YamlError) as raised:
        read(content, "a.yaml", expect_mapping=True)

    assert str(raised.value) == message


def test_size_limit():
    """A file over the size limit is refused before it is parsed."""
    with pytest.raises(YamlError) as raised:
        read(b"[" * (Limits().size + 1), "a.yaml")

    assert (
        str(raised.value)
        == "a.yaml:1:1: the file has 2,097,153 bytes; the limit is 2,097,152 [too-large]"
    )


@pytest.mark.parametrize(
    "opening", [b"[", b"{a: ", b"- ", b"? "], ids=["list", "map", "block", "key"]
)
def test_depth_limit(opening):
    """5,000 levels of nesting are refused by name, without a recursion error."""
    with pytest.raises(YamlError) as raised:
        read(opening * 5_000, "a.yaml")

    assert raised.value.problems[-1].code in {"too-deep", "too-many-problems"}


def test_depth_through_aliases():
    """Depth is counted through aliases as well."""
    content = b"a: &a [[[1]]]\nb: [[*a]]\n"

    read(content, "a.yaml", limits=Limits(depth=6))
    with pytest.raises(YamlError) as raised:
        read(content, "a.yaml", limits=Limits(depth=5))

    assert raised.value.problems[0].code == "too-deep"
    assert str(raised.value.problems[0].place) == "a.yaml:2:6"


def test_alias_bomb():
    """A bomb of 400 bytes that stands for 10^10 values is refused by name."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [{', '.join(['*' + before] * 10)}]"
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    ]
    content = "\n".join(lines).encode()

    with pytest.raises(YamlError) as raised:
        read(content, "a.yaml")

    assert raised.value.problems[-1].code == "too-many-nodes"
    assert raised.value.problems[-1].place.line == 6


def test_values_are_counted_without_aliases():
    """More values than the limit are refused."""
    content = b"a: [1, 2, 3]\n"

    read(content, "a.yaml", limits=Limits(nodes=4))
    with pytest.raises(YamlError) as raised:
        read(content, "a.yaml", limits=Limits(nodes=3))

    assert raised.value.problems[0].code == "too-many-nodes"


def test_problems_end():
    """A file of nothing but faults ends in a last problem that says so."""
    with pytest.raises(YamlError) as raised:
        read(b"a: 1\n" * 1_000, "a.yaml")

    assert len(raised.value.problems) == 26
    assert {problem.code for problem in raised.value.problems} == {
        "duplicate-key",
        "too-many-problems",
    }
