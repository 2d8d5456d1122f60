"""What may be wrong with a recording: how a good one is changed, by the name of its text."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

Spoil = Callable[[Path], None]
"""Makes something else of the cassette that stands there."""


def written(content: str | bytes) -> Spoil:
    """This in its place."""
    kept = content.encode() if isinstance(content, str) else content
    return lambda path: _write(path, kept)


def edited(old: str, new: str) -> Spoil:
    """One place of it changed by hand."""

    def spoil(path: Path) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return spoil


def re_edited(pattern: str, new: str) -> Spoil:
    """What a pattern finds first, changed by hand."""

    def spoil(path: Path) -> None:
        text, count = re.subn(pattern, new, path.read_text(), count=1)
        assert count == 1
        path.write_text(text)

    return spoil


def cut(mark: str, after: int = 0) -> Spoil:
    """Cut behind a mark."""

    def spoil(path: Path) -> None:
        text = path.read_text()
        path.write_text(text[: text.rindex(mark) + after])

    return spoil


def encoded(encoding: str) -> Spoil:
    """In another encoding."""
    return lambda path: _write(path, path.read_text().encode(encoding))


def linked(target: str) -> Spoil:
    """A link in its place; the recording stands beside the project."""

    def spoil(path: Path) -> None:
        path.rename(path.parents[3] / "kept.yaml")
        path.symlink_to(target)

    return spoil


def without_the_second(path: Path) -> None:
    """An interaction taken out by hand."""
    text = path.read_text()
    start, end = text.index("- harness: {turn: 2"), text.index("- harness: {turn: 3")
    path.write_text(text[:start] + text[end:])


def a_folder(path: Path) -> None:
    """A folder in its place."""
    path.unlink()
    path.mkdir()


def packed_and_cut(path: Path) -> None:
    """Compressed, and not all of it."""
    _write(path, gzip.compress(path.read_bytes())[:-9])


def bomb(path: Path) -> None:
    """A few bytes that unpack to more than is read."""
    _write(path, gzip.compress(b"\0" * (4 * 1024 * 1024)))


def in_latin_1(path: Path) -> None:
    """A comment in Latin-1."""
    _write(path, b"# caf\xe9\n" + path.read_bytes())


def conflicting(path: Path) -> None:
    """With the marks that git leaves."""
    text = path.read_text()
    ours = re.sub(r'seed: "\w+"', 'seed: "0"', text)
    path.write_text(f"<<<<<<< HEAD\n{text}=======\n{ours}>>>>>>> other\n")


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


UNREADABLE: dict[str, Spoil] = {
    "empty": written(""),
    "blank": written("\n  \n"),
    "only-comments": written("# recorded on Monday\n"),
    "null": written("null\n"),
    "a-list": written("- harness: {turn: 1}\n"),
    "a-text": written("hello\n"),
    "cut-in-the-head": cut("definition_hash:"),
    "cut-before-the-interactions": cut("interactions:\n- "),
    "cut-inside-an-interaction": cut("turn: 2", 4),
    "cut-inside-the-last": cut("a blue one too", 4),
    "cut-between-two": cut("- harness: {turn: 3"),
    "interaction-taken-out": without_the_second,
    "answer-edited": edited("a pink dress", "a red dress"),
    "status-edited": edited("code: 200", "code: 201"),
    "count-edited": edited("interactions: 3", "interactions: 4"),
    "checksum-edited": edited("checksum: ", "checksum: f"),
    "checksum-missing": edited("  checksum: ", "  sum: "),
    "count-missing": edited("  interactions: 3", "  count: 3"),
    "head-edited": edited("session: {country: Norway}", "session: {country: Sweden}"),
    "head-renamed": edited("harness:\n", "harnesz:\n"),
    "later-version": edited("version: 1\n", "version: 2\n"),
    "later-format": edited("  format: 2\n", "  format: 9\n"),
    "no-scenario": edited("  scenario: dress\n", ""),
    "take-is-true": re_edited(r"  take: .*", "  take: true"),
    "settings-is-a-text": re_edited(r"  settings: .*", "  settings: oops"),
    "session-is-a-list": re_edited(r"  session: .*", "  session: [1]"),
    "seed-is-no-text": re_edited(r"  seed: .*", "  seed: true"),
    "seeded-is-a-text": edited("harness:\n", "harness:\n  seeded: x\n"),
    "method-missing": edited("    method: POST\n", ""),
    "status-is-no-mapping": edited("status: {code: 200, message: OK}", "status: 200"),
    "key-twice": edited("harness:\n", "harness:\n  seed: a\n"),
    "python-tag": edited("harness:\n", "harness:\n  x: !!python/object/apply:os.system [id]\n"),
    "alias": edited("harness:\n", "harness:\n  x: &a [1]\n  y: *a\n"),
    "sixty-levels": edited("harness:\n", f"harness:\n  x: {'[' * 60}{']' * 60}\n"),
    "tab": edited("harness:\n", "harness:\n\tx: 1\n"),
    "bad-indentation": edited("harness:\n", "harness:\n  x: 1\n y: 2\n"),
    "merge-conflict": conflicting,
    "git-lfs-pointer": written(
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d2"
        "2eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
    ),
    "utf-16": encoded("utf-16"),
    "latin-1": in_latin_1,
    "nul": edited("a pink dress", "a pink\0dress"),
    "gzip-cut": packed_and_cut,
    "gzip-bomb": bomb,
    "a-folder": a_folder,
    "link-to-another-file": linked("../../../kept.yaml"),
    "link-to-a-file-of-the-system": linked("/etc/passwd"),
    "link-to-nothing": linked("gone.yaml"),
    "link-to-itself": linked("dress.yaml"),
}
"""None of these is taken for missing, and none is ever written over by `record`."""

CHANGES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "message-of-turn-2": (("scenarios/dress.yaml", "And in blue?", "And in green?"),),
    "message-of-turn-1": (("scenarios/dress.yaml", "Is there a pink dress?", "Is it pink?"),),
    "turns-in-another-order": (
        ("scenarios/dress.yaml", "And in blue?", "And the new price?"),
        ("scenarios/dress.yaml", "And the price?", "And in blue?"),
        ("scenarios/dress.yaml", "And the new price?", "And the price?"),
    ),
    "a-turn-more": (
        (
            "scenarios/dress.yaml",
            "  - id: last",
            "  - user: One more?\n    expect: {contains: a}\n  - id: last",
        ),
    ),
    "a-turn-more-at-the-end": (
        (
            "scenarios/dress.yaml",
            "expect: {contains: 20}",
            "expect: {contains: 20}\n  - user: Thanks\n    expect: {contains: a}",
        ),
    ),
    "another-session": (("scenarios/dress.yaml", "country: Norway", "country: Japan"),),
    "another-path": (("definitions/ours/provider.yaml", "post: /chat", "post: /v2/chat"),),
    "another-method": (("definitions/ours/provider.yaml", "post: /chat", "put: /chat"),),
    "a-request-more": (
        (
            "definitions/ours/provider.yaml",
            "send:\n",
            "send:\n  - request: {post: /typing, json: {}}\n    answer: {as: none}\n",
        ),
    ),
    "asked-more-often": (
        ("definitions/ours/provider.yaml", "request: {post: /chat", "poll: {post: /chat"),
        (
            "definitions/ours/provider.yaml",
            "    reply:",
            "    until: {$.text: never}\n    every: 1s\n    timeout: 2m\n    reply:",
        ),
    ),
}
"""Edits of a project whose recording then holds another conversation: file, old, new."""
