from __future__ import annotations

import gzip
import json
import os
import re
import threading

import pytest
import yaml

from harness.conversation import Origin, Request, Response
from harness.core.errors import CassetteError
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    cassette_path,
    dump_cassette,
    read_cassette,
    write_cassette,
)
from harness.transport.cassette.cassette import head_from
from harness.transport.cassette.cassette_reading import parse_cassette
from harness.transport.cassette.plain_interaction import plain_interaction, require_kinds
from harness.transport.journal import read_leftover
from tests.first_format import in_first_format

FIX = "record it again: harness run --mode refresh x.yaml"


def message(content) -> str:
    with pytest.raises(CassetteError) as caught:
        parse_cassette(content, "cassettes/x.yaml", FIX)
    return str(caught.value)


def last_lines(text: str, count: int) -> str:
    """The text without its last lines."""
    return "\n".join(text.split("\n")[:-count]) + "\n"


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf\n"], ids=["0", "blank", "BOM"])
def test_empty(content):
    """An empty file is called empty, never missing."""
    assert message(content) == f"cassettes/x.yaml: the recording is empty; {FIX} [cassette-empty]"


@pytest.mark.parametrize("content", ["# nothing\n", "null\n", "~\n"])
def test_null(content):
    """A file with nothing but comments or null is told apart from an empty one."""
    assert message(content) == (
        "cassettes/x.yaml: the file contains nothing but null instead of a recording; "
        f"{FIX} [cassette-not-a-mapping]"
    )


@pytest.mark.parametrize(
    ("content", "found"), [("- 1\n- 2\n", "a list"), ("[]", "a list"), ("hello", "a text")]
)
def test_not_a_mapping(content, found):
    """A list or a text at the top is named."""
    assert message(content) == (
        f"cassettes/x.yaml: the file contains {found} instead of a recording; "
        f"{FIX} [cassette-not-a-mapping]"
    )


def test_cut_inside_an_interaction(cassette):
    """A cut in the middle of a line names the interaction that it went through."""
    text = dump_cassette(cassette)
    cut = text[: text.index("turn: 2") + 4]

    assert message(cut) == (
        f"cassettes/x.yaml: the recording is cut inside interaction 2; {FIX} [cassette-cut]"
    )


def test_cut_inside_the_last_body(cassette):
    """A cut that leaves valid YAML is noticed too."""
    assert message(last_lines(dump_cassette(cassette), 3)) == (
        f"cassettes/x.yaml: the recording is cut inside interaction 3 of 3; {FIX} [cassette-cut]"
    )


def test_cut_between_two(cassette):
    """A cut at the end of an interaction is told from one inside."""
    text = dump_cassette(cassette)
    cut = text[: text.index("- harness: {turn: 3")]

    assert message(cut) == (
        f"cassettes/x.yaml: the recording ends after interaction 2 of 3; {FIX} [cassette-cut]"
    )


def test_cut_anywhere(cassette):
    """Wherever the file is cut, it is an error with a code, never a recording, never a crash."""
    text = dump_cassette(cassette)
    codes = set()
    for end in range(1, len(text) - len("\n...\n")):
        with pytest.raises(CassetteError) as caught:
            parse_cassette(text[:end], "x")
        codes.add(caught.value.code)

    assert codes <= {"cassette-cut", "cassette-not-a-mapping", "cassette-version"}


def test_without_its_last_line(cassette):
    """A formatter may take the end mark away: count and checksum still say that all is there."""
    text = dump_cassette(cassette).removesuffix("...\n")

    assert parse_cassette(text, "cassettes/x.yaml") == cassette


def test_too_few(cassette):
    """An interaction that was taken out by hand is missed."""
    text = dump_cassette(cassette)
    start, end = text.index("- harness: {turn: 2"), text.index("- harness: {turn: 3")

    assert message(text[:start] + text[end:]) == (
        f"cassettes/x.yaml: there are 2 interactions, but the head says 3; {FIX} [cassette-count]"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [("turn 2", "turn two"), ("code: 200", "code: 201"), ("first_byte: 0.25", "first_byte: 0.5")],
)
def test_changed_by_hand(cassette, old, new):
    """A changed reply, status or time does not pass for a recording."""
    text = dump_cassette(cassette)

    assert message(text.replace(old, new, 1)) == (
        "cassettes/x.yaml: the head or the interactions were changed after they were recorded; "
        f"{FIX} [cassette-checksum]"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("scenario: x\n", "scenario: y\n"),
        ("  take: 1\n", ""),
        ("  take: 1\n", "  tak: 1\n"),
        ("  take: 1\n", "  take: 1\n  seed: a\n"),
        ("  take: 1\n", "  take: 1\n  more: a\n"),
        ("format: 2\n", "format: 1\n"),
        ("  checksum: ", "  sum: "),
    ],
)
def test_a6_a_head_that_was_changed_by_hand(cassette, old, new):
    """The head is under the checksum: no key of it can be changed, renamed, added or taken out."""
    text = dump_cassette(cassette)

    assert old in text
    assert "[cassette-checksum]" in message(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "harness:",
            "harnesz:",
            "interaction 1 was recorded by the harness, as 'harness' shows, but the",
        ),
        (
            "harness:",
            '"harness":',
            "interaction 1 was recorded by the harness, as 'harness' shows, but the",
        ),
        ("- harness:", "- harnesz:", "the head or the interactions were changed after"),
    ],
)
def test_a6_what_carries_our_marks_is_never_foreign(cassette, old, new, reason):
    """A file whose head or marks were renamed is damaged: nobody would ask its checksum."""
    text = dump_cassette(cassette)
    text = text.replace(f"\n{old}", f"\n{new}").replace("turn 2", "turn two")

    assert reason in message(text)


@pytest.mark.parametrize("value", ["null", "{}", "[turn]", "{turn: 1}"])
def test_a6_our_key_in_an_interaction_is_enough(value):
    """Also where nothing is left of what stood there, and of the head."""
    text = (
        f"version: 1\ninteractions:\n- harness: {value}\n"
        "  request: {method: GET, uri: 'https://x/', headers: {}, body: null}\n"
        "  response: {status: {code: 200, message: OK}, headers: {}, body: {string: hi}}\n"
    )

    with pytest.raises(CassetteError, match="interaction 1 was recorded by the harness"):
        parse_cassette(text, "x.yaml")


def test_a6_a_head_under_another_name_is_told_without_marks(cassette):
    """Also where the marks of the interactions were taken away."""
    text = dump_cassette(cassette).replace("\nharness:", "\nhead:")
    text = re.sub(r"- harness: .*\n  request:", "- request:", text)

    assert "'head' contains the head of a recording of the harness" in message(text)


def test_a6_our_recording_as_json_is_not_foreign(cassette):
    """Another tool's rewriting takes the head from its place, not its checksum away."""
    text = dump_cassette(cassette).replace("turn 2", "turn two")

    assert "[cassette-damaged]" in message(json.dumps(yaml.safe_load(text)))


def test_a6_format_1_is_read_by_its_own_rules(cassette):
    """Its checksum is over the interactions alone."""
    text = in_first_format(cassette)

    read = parse_cassette(text, "cassettes/x.yaml")

    assert (read.format, read.head, read.interactions) == (1, cassette.head, cassette.interactions)
    assert message(text.replace("turn 2", "turn two")) == (
        "cassettes/x.yaml: the interactions were changed after they were recorded; "
        f"{FIX} [cassette-checksum]"
    )


def test_another_layout_is_the_same_recording(cassette):
    """Line ends, quotes and comments may change: the checksum is over what is said."""
    text = dump_cassette(cassette)
    other = text.replace("method: POST", "method: 'POST'  # sent").replace("\n", "\r\n")

    assert parse_cassette(other.encode(), "cassettes/x.yaml") == cassette


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("version: 1\n", "version: 2\n", "version 2, format 2"),
        ("format: 2\n", "format: 9\n", "version 1, format 9"),
        ("format: 2\n", "format: true\n", "version 1, format True"),
    ],
)
def test_unknown_version(cassette, old, new, found):
    """A later format is not guessed at."""
    assert message(dump_cassette(cassette).replace(old, new, 1)) == (
        f"cassettes/x.yaml: {found} is not supported, only version 1, format 1 or 2; "
        "a later version of the harness may have written it [cassette-version]"
    )


def test_merge_conflict(cassette):
    """The marks of a merge conflict are named with their line."""
    text = dump_cassette(cassette)
    conflict = text.replace("interactions:\n", "<<<<<<< HEAD\ninteractions:\n=======\n", 1)

    assert re.fullmatch(
        r"cassettes/x\.yaml: line \d+ is a mark of a merge conflict; .* \[cassette-conflict\]",
        message(conflict),
    )


def test_git_lfs_pointer():
    """A Git LFS pointer is named, with the command that fetches the recording."""
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"

    assert message(text) == (
        "cassettes/x.yaml: this is a Git LFS pointer, not the recording itself; "
        "fetch it: git lfs pull [cassette-lfs]"
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param("version: 1\n".encode("utf-16"), "byte 0 is not UTF-8", id="UTF-16"),
        pytest.param(b"version: 1\n# caf\xe9\n", "byte 16 is not UTF-8", id="Latin-1"),
        pytest.param("version: 1\n".encode("utf-16-le"), "byte 1 is NUL, as in UTF-16", id="NUL"),
    ],
)
def test_not_utf_8(content, problem):
    """Another encoding is named with the byte offset."""
    assert message(content) == f"cassettes/x.yaml: {problem}; {FIX} [cassette-not-utf-8]"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param(
            "  x: !!python/object/apply:os.system [id]",
            "line 3, column 6: unknown tag '!!python/object/apply:os.system'",
            id="tag",
        ),
        pytest.param(
            "  x: &a [1]\n  y: *a",
            "line 4, column 6: the alias '*a' is not read here",
            id="alias",
        ),
        pytest.param(
            "  x: 1\n  x: 2",
            "line 4, column 3: the key 'x' appears here and on line 3",
            id="key twice",
        ),
        pytest.param(
            f"  x: {'[' * 60}{']' * 60}",
            "line 3, column 54: more than 50 nested mappings and lists",
            id="depth",
        ),
        pytest.param(
            "  x: a\n x",
            "line 4, column 2: this is not aligned with the mapping of line 1",
            id="syntax",
        ),
    ],
)
def test_yaml_that_is_not_ours(cassette, line, problem):
    """What we never write is refused with its place; nothing runs and nothing is expanded."""
    text = dump_cassette(cassette).replace("harness:\n", f"harness:\n{line}\n", 1)

    assert message(text) == f"cassettes/x.yaml: {problem}; {FIX} [cassette-yaml]"


def test_an_incomplete_interaction(cassette):
    """A missing part of an interaction is named."""
    text = dump_cassette(cassette).replace("    method: POST\n", "", 1)

    assert message(text) == (
        f"cassettes/x.yaml: interaction 1 of 3 lacks 'method'; {FIX} [cassette-damaged]"
    )


def test_missing(tmp_path):
    """A missing file is the only one that is called missing."""
    with pytest.raises(CassetteError) as caught:
        read_cassette(tmp_path / "x.yaml", "cassettes/x.yaml", fix="harness run --mode record x")

    assert str(caught.value) == (
        "cassettes/x.yaml: there is no recording; harness run --mode record x [cassette-missing]"
    )


def test_a_folder(tmp_path):
    """A folder where a file should be is named, when reading and when writing."""
    with pytest.raises(CassetteError, match=r"x is a folder; .* \[cassette-is-a-folder\]"):
        read_cassette(tmp_path, "x")
    with pytest.raises(CassetteError, match=r"x is a folder; .* \[cassette-target\]"):
        write_cassette(tmp_path, Cassette(), display="x")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe(tmp_path):
    """A pipe, which nobody may ever write to, is told instead of waited for."""
    pipe = tmp_path / "x.yaml"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"",), daemon=True)
    writer.start()

    with pytest.raises(CassetteError, match=r"x is not a regular file; .*-unreadable\]"):
        read_cassette(pipe, "x")
    # Lets the writer go, which waits for somebody who reads.
    os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))
    writer.join(10)


def test_a_broken_gzip(cassette):
    """A compressed recording that ends early is called cut."""
    content = gzip.compress(dump_cassette(cassette).encode())

    assert parse_cassette(content, "cassettes/x.yaml") == cassette
    assert "the gzip data ends too early" in message(content[:-9])


def test_the_store_is_asked_by_content(tmp_path, cassette):
    """A file with known content is not parsed again, under whatever name it lies."""

    class Store(dict):
        def put(self, key, value, _subject):
            self[key] = value

    store = Store()
    for name in ("a", "b"):
        write_cassette(tmp_path / f"{name}.yaml", cassette)
    first = read_cassette(tmp_path / "a.yaml", "a", store)
    kept = dict(store)
    second = read_cassette(tmp_path / "b.yaml", "b", store)

    assert len(kept) == 1
    assert store == kept
    assert (first.path, second.path) == ("a", "b")
    assert first.interactions == second.interactions == cassette.interactions


def test_writing_replaces_in_one_step(tmp_path, cassette):
    """After writing there is the file and nothing else."""
    path = tmp_path / "connectly" / "x.yaml"
    write_cassette(path, Cassette(head=CassetteHead(scenario="old")))
    write_cassette(path, cassette)

    assert [one.name for one in path.parent.iterdir()] == ["x.yaml"]
    assert read_cassette(path, "cassettes/x.yaml") == cassette


def test_a_secret_is_not_written(tmp_path, cassette):
    """Where the scan names a secret, the old cassette stays as it was."""
    path = tmp_path / "x.yaml"
    path.write_text("old")

    with pytest.raises(CassetteError) as caught:
        write_cassette(path, cassette, lambda _: ["token"], "x.yaml")

    assert str(caught.value) == (
        "x.yaml would contain the secret 'token'; nothing was written [secret-in-cassette]"
    )
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["x.yaml"]


def test_no_space(tmp_path, cassette, monkeypatch):
    """A full disk leaves the old cassette and no temporary file."""
    path = tmp_path / "x.yaml"
    path.write_text("old")

    def full(number):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CassetteError) as caught:
        write_cassette(path, cassette, display="x.yaml")

    assert str(caught.value) == (
        "x.yaml cannot be written: No space left on device; the old file is unchanged; "
        "harness cassettes recover recovers what was received [cassette-not-written]"
    )
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["x.yaml"]


def test_a_link_is_not_replaced(tmp_path, cassette):
    """A recording never replaces a link, nor what it points to."""
    target = tmp_path / "target.yaml"
    target.write_text("precious")
    link = tmp_path / "x.yaml"
    link.symlink_to(target)

    with pytest.raises(CassetteError, match="is a link"):
        write_cassette(link, cassette, display="x.yaml")
    assert target.read_text() == "precious"


@pytest.mark.parametrize(
    ("row", "take", "name"),
    [
        ("", 1, "pink-dress.yaml"),
        ("daughter", 1, "pink-dress--daughter.yaml"),
        ("daughter", 2, "pink-dress--daughter.take-02.yaml"),
    ],
)
def test_where_a_cassette_lies(tmp_path, row, take, name):
    """Provider, scenario, row and take make the path."""
    path = cassette_path(tmp_path, "connectly", "pink-dress", row, take)

    assert path == tmp_path / "connectly" / name


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/x", "a/b", "a\n", "é", "😀", "x" * 300, ".hidden", "a\\b"]
)
def test_names_that_are_not_safe(tmp_path, name):
    """No name leads out of the folder or makes an odd file."""
    with pytest.raises(CassetteError, match=r"\[cassette-name\]"):
        cassette_path(tmp_path, "connectly", name)


def test_a_link_out_of_the_folder(tmp_path):
    """A folder that is a link to another place is refused."""
    root, outside = tmp_path / "cassettes", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "connectly").symlink_to(outside)

    with pytest.raises(CassetteError, match=r"a link leads out of .* \[cassette-outside\]"):
        cassette_path(root, "connectly", "x")


def test_interactions_are_a_sequence(cassette):
    """A slice is a sequence too, and equal rows are equal interactions."""
    assert cassette.interactions[1:][0] == cassette.interactions[1]
    assert cassette.interactions != Interactions()
    assert cassette.interactions != [1]


HEAD = {
    "seed: true": {"seed": True},
    "settings: oops": {"settings": "oops"},
    "session: [1]": {"session": [1]},
    "seeded: x": {"seeded": "x"},
    "take: 1.5": {"take": 1.5},
    "row: 7": {"row": 7},
    "version: {a: 1}": {"version": {"a": 1}},
    "no scenario": {"scenario": None},
}


@pytest.mark.parametrize("values", HEAD.values(), ids=HEAD)
def test_b10_a_head_of_other_kinds(values):
    """What a head says is looked at before it is used; a clause names the key and its kind."""
    given = {"scenario": "x", "seed": "s", **values}

    with pytest.raises(
        ValueError, match=r"^(says that '\w+' is .*, expected .*|names no scenario)$"
    ):
        head_from({name: value for name, value in given.items() if value is not None})


ASKED = Request(method="GET", url="http://x/", origin=Origin(turn=1, step="send.1"))
ROW = {
    "turn": "1",
    "step": 1,
    "message": None,
    "method": ["GET"],
    "uri": 12,
    "is_stream": "yes",
    "status": 200.5,
    "reason": 7,
    "started": "now",
    "seconds": True,
    "chunks": [[0.5, "many"]],
    "attempts": [{"status": "429", "reason": "", "waited": 1.0}],
    "broken": {"code": 1, "reason": ""},
    "headers": [["a", 1]],
}


@pytest.mark.parametrize(("key", "value"), ROW.items(), ids=ROW)
def test_b10_a_row_of_other_kinds(key, value):
    """A row whose values are of other kinds is none, whatever its checksum says."""
    row = {**plain_interaction(ASKED, Response(status=200)), key: value}

    with pytest.raises((TypeError, ValueError)):
        require_kinds(row)


LINES = [
    "1",
    "[1]",
    "{}",
    '{"row": 1}',
    '{"row": {}}',
    '{"settled": 3}',
    '{"head": {"seed": true}}',
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("first", ['{"journal": 1, "process": 1}', "7", "[]"])
def test_b10_a_journal_of_other_kinds(first, line, tmp_path):
    """A journal is read up to its first line that is none of ours."""
    journal = tmp_path / ".x.yaml.journal"
    journal.write_text(f"{first}\n{line}\n")

    leftover = read_leftover(journal)

    assert len(leftover.interactions) == 0
    assert leftover.head is None


def test_b10_an_order_that_names_a_header_too_often():
    """The order of headers may name each as often as it stands there."""
    text = dump_cassette(
        Cassette(
            head=CassetteHead(scenario="x"),
            interactions=Interactions.of(
                [
                    Interaction(
                        request=ASKED,
                        response=Response(status=200, headers=(("a", "1"), ("b", "2"), ("a", "3"))),
                    )
                ]
            ),
        )
    )
    assert "order: [a, b, a]" in text or 'order: ["a", "b", "a"]' in text

    told = message(re.sub(r"order: \[[^]]*\]", "order: [a, a, a]", text))

    assert "interaction 1 of 1 contains a value of the wrong type" in told
