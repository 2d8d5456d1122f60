"""Feeds everything that reads with what is wrong: `python -m tests.reliability.fuzzing KIND COUNT`.

A program of its own, so that memory and time can be bounded: beyond 500 MB more than at its start a
case fails with MemoryError, beyond five seconds of processor time with `Hang`. Prints a line of
JSON for each case at which anything but an error of this package escapes; the same seed makes the
same cases.
"""

from __future__ import annotations

import gzip
import json
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import harness.checks.regular_expression
import harness.formats.json_path
from harness.checks import KINDS, BadExpectation
from harness.checks.regular_expression import Pattern
from harness.config import read_config
from harness.core.errors import HarnessError
from harness.formats.json_path import BadPath, find_all, find_located
from harness.formats.json_schema import Schema, compile_schema
from harness.formats.template import compile_template
from harness.formats.yaml import read
from harness.project.vocabulary import Vocabulary
from harness.providers.definition_reader import read_definition
from harness.providers.event_stream import EventReader
from harness.providers.payload import read_event, read_json, read_xml
from harness.scenario import examine_scenario, scenario_schema
from harness.transport.cassette.cassette_reading import parse_cassette

ROOT = Path(__file__).parents[2]
SECONDS = 5
"""Of processor time: other programs of a busy machine do not count."""
WAITING_SECONDS = 300
"""By the clock, for what waits and computes nothing."""
MEGABYTES = 500
PATTERN_SECONDS = 0.02
OURS = (HarnessError, BadExpectation, BadPath)
"""What may be raised: errors that are written for people."""
PAYLOAD = {"a": [{"b": 1, "c": "aaaaaaaaaaaaaaaaaaaaaaaa!"}, {"b": [[], {}], "d": None}], "e": {}}

NASTY = (
    *("", "\0", "\r", "\n\n", "\ufeff", "\u2028", "\U0001f457", "\ud83d".encode(errors="replace")),
    *("[" * 300, "{" * 300, "(" * 300, "- " * 300, "<a>" * 300, "..*" * 3, "${" * 50, "}" * 50),
    *("null", "true", "-1", "1e999", "9" * 400, "0x7f", ".inf", ".nan", "2024-01-01", "~", "''"),
    *("&a ", "*a", "!!binary ", "!!python/object ", "<<: ", "? ", "| ", "> ", "%YAML 9\n", "---\n"),
    *("{999999999}", "{0,99999}", "(a|aa)+", "(?=", "\\", "[^]", "(?P<x>", ".*" * 20, "\\p{L}"),
    *("$ref", "allOf", "#/$defs/a", "http://x/", "../../", "type", "pattern", "items", "not"),
    *("data:", "event:", ":", "retry: x\n", "\xff", "\xc3", "&#0;", "<!DOCTYPE a>", "<![CDATA["),
    *("gzip", "base64", "harness:", "interactions:", "version: 1", "@", "?@.a", "match(@,'a')"),
    *("uuid()", "now()", "now(days=1e9)", "| tojson", "** 9", "* 99999", "range(9)", "__class__"),
)
TOKENS = tuple(one if isinstance(one, bytes) else one.encode() for one in NASTY)


class Hang(Exception):
    """A case took too long."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that reads."""

    seeds: Callable[[], Sequence[bytes]]
    """What is right, from which cases are made."""
    feed: Callable[[bytes, Path], object]
    """Reads a case; the folder is empty."""


def mutated(seed: bytes, random: Random) -> bytes:
    """Something like it, that is likely to be wrong."""
    content = bytearray(seed[: random.choice((200, 2_000, 20_000))])
    for _ in range(random.choice((0, 1, 1, 2, 3, 8))):
        start = random.randrange(len(content) + 1)
        end = min(len(content), start + random.choice((0, 1, 1, 4, 30)))
        change = random.randrange(6)
        if change == 0:
            content[start:end] = b""
        elif change == 1:
            content[start:end] = random.choice(TOKENS)
        elif change == 2:
            content[start:start] = content[start:end] * random.choice((1, 2, 200))
        elif change == 3:
            content[start:end] = bytes(random.randrange(256) for _ in range(end - start))
        elif change == 4:
            other = random.randrange(len(content) + 1)
            content[start:end] = content[other : other + 20]
        else:
            lines = content.splitlines(keepends=True)
            random.shuffle(lines)
            content = bytearray(b"".join(lines))
    return bytes(content)


def files(pattern: str, most: int = 12) -> Callable[[], Sequence[bytes]]:
    """The contents of the project's files of this pattern, unpacked."""

    @cache
    def read_all() -> Sequence[bytes]:
        found = sorted(ROOT.glob(pattern))
        chosen = found[:: max(1, len(found) // most)]
        packed = (one.read_bytes() for one in chosen)
        return [gzip.decompress(one) if one[:2] == b"\x1f\x8b" else one for one in packed]

    return read_all


def texts(*given: str) -> Callable[[], Sequence[bytes]]:
    """These."""
    return lambda: [one.encode() for one in given]


@cache
def _scenario_format() -> Schema:
    return compile_schema(scenario_schema(Vocabulary(KINDS, None).blocks), name="scenario")


def scenario(content: bytes, _folder: Path) -> None:
    """A scenario file, without a project."""
    examine_scenario(read(content, "x.yaml", expect_mapping=True), _scenario_format())


def definition(content: bytes, folder: Path) -> None:
    """A provider definition, without its schemas."""
    (folder / "provider.yaml").write_bytes(content)
    read_definition(folder, "x")


def config(content: bytes, folder: Path) -> None:
    """harness.yaml."""
    (folder / "harness.yaml").write_bytes(content)
    read_config(folder / "harness.yaml")


def cassette(content: bytes, _folder: Path) -> None:
    """A cassette, ours or another tool's; every interaction is built."""
    list(parse_cassette(content).interactions)


def stream(content: bytes, _folder: Path) -> None:
    """A stream in chunks of several sizes, whose events are read as JSON where they are."""
    size = 1 + len(content) % 7
    reader = EventReader()
    for at in range(0, len(content), size):
        reader.feed(content[at : at + size])
    reader.finish()
    for number, event in enumerate(reader.events, 1):
        read_event(f"event {number}", event.data)


def path(content: bytes, _folder: Path) -> None:
    """A JSONPath, followed through a payload."""
    text = content.decode(errors="replace")
    find_all(text, PAYLOAD)
    find_located(text, PAYLOAD)


def schema(content: bytes, _folder: Path) -> None:
    """A JSON Schema, and what is wrong with a payload."""
    compiled = compile_schema(read_json(content), name="x")
    if not compiled.is_valid(PAYLOAD):
        compiled.violations(PAYLOAD)


def pattern(content: bytes, _folder: Path) -> None:
    """A regular expression, searched in a text that is hard for many."""
    with_limit = Pattern(content.decode(errors="replace"))
    with_limit.found("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! " * 20)


def template(content: bytes, _folder: Path) -> None:
    """A template, rendered."""
    compile_template(content.decode(errors="replace")).render({"a": 1, "b": [1, {"c": "x"}]})


KINDS_OF_INPUT = {
    "scenario": Kind(files("scenarios/*/*.yaml"), scenario),
    "definition": Kind(files("harness/providers/builtin/*/provider.yaml"), definition),
    "config": Kind(files("harness.yaml"), config),
    "cassette": Kind(files("cassettes/*/*.yaml"), cassette),
    "foreign cassette": Kind(files("tests/recordings/dialects/*"), cassette),
    "stream": Kind(
        texts(
            'event: a\ndata: {"a": 1}\n\ndata: b\ndata: c\r\n\r\n: x\nid: 1\n\n',
            '{"a": 1}\n{"b": [2, "x"]}\n',
            "plain text",
        ),
        stream,
    ),
    "JSON": Kind(
        texts('{"a": [1, -2.5e3, "x\\ud83d\\udc57", true, null, {"b": {}}]}', '"text"'),
        lambda content, _folder: read_json(content),
    ),
    "XML": Kind(
        texts("<?xml version='1.0' encoding='utf-8'?><a x='1'><b>c</b><b/><d>&amp;</d></a>"),
        lambda content, _folder: read_xml(content),
    ),
    "JSONPath": Kind(
        texts(
            "$.a[*].b",
            "$..b",
            "$.a[?@.b == 1 && (@.c || !@.d)]['c']",
            "$.a[?match(@.c, 'a+!') || search(@.c, '[a-z]{2}')]",
            "$.a[-1:0:-1, 0]",
            "$[?length(@.a) > count(@..b)]",
        ),
        path,
    ),
    "schema": Kind(files("harness/providers/builtin/*/schemas/*.json"), schema),
    "pattern": Kind(
        texts("a+b", "(?i)hel{1,3}o|(x+x+)+y", "^(?=.*a)[^b]{2,}$", "(a|aa)+$", r"\bw\d{3}\b"),
        pattern,
    ),
    "template": Kind(
        texts(
            "${a} and ${b[1].c}",
            "${'x' * 3 + b[1].c | upper}",
            "${a + 1 if a > 0 else b | length}",
            "${[a, 2, 'z'] | join('-')}",
        ),
        template,
    ),
}


def escaped(kind: Kind, content: bytes, folder: Path) -> str:
    """What escapes that should not; empty where nothing does."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(WAITING_SECONDS)
    try:
        kind.feed(content, folder)
    except OURS:
        return ""
    except BaseException:  # noqa: BLE001  # whatever it is, it is told
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
    return ""


def main(name: str, count: int, seed: int) -> None:
    """Try so many cases of a kind."""
    # Else nearly all the time of a run is that of patterns which are stopped.
    harness.checks.regular_expression.SECONDS = harness.formats.json_path.SECONDS = PATTERN_SECONDS
    kind = KINDS_OF_INPUT[name]
    seeds = kind.seeds()
    for limit in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(limit, stop)
    with tempfile.TemporaryDirectory() as folder:
        # What is imported late is none of a case's memory.
        for one in seeds:
            escaped(kind, one, Path(folder))
        _bound_memory()
        for number in range(count):
            random = Random(f"{name}/{seed}/{number}")  # noqa: S311  # cases that can be made again
            content = mutated(random.choice(seeds), random)
            told = escaped(kind, content, Path(folder))
            if told:
                line = {"case": number, "content": repr(content), "escaped": told}
                sys.stdout.write(json.dumps(line) + "\n")


def stop(*_arguments: object) -> None:
    """End a case."""
    raise Hang


def _bound_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEGABYTES * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
