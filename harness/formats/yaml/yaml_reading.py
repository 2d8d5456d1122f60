"""From the bytes of a file to a document, or to all of its problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any, Final, NoReturn

import yaml

from harness.core import Problem, Source, YamlError, describe
from harness.formats.yaml.builder import NO_TAGS, Builder, Limits, ReadingStopped, Tags
from harness.formats.yaml.document import Document, offset_of
from harness.formats.yaml.places import place_at, place_of_value
from harness.formats.yaml.syntax import explain

try:
    from yaml.cyaml import CParser as Parser  # type: ignore[attr-defined] # its stub hides it
except ImportError:  # PyYAML was built without libyaml: slower, the same events.
    from yaml import SafeLoader as Parser  # type: ignore[assignment]

_BOM: Final = b"\xef\xbb\xbf"
# The longer marks first: a mark of UTF-32 starts with one of UTF-16.
_WIDE_MARKS: Final = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
# Not printable. Source: YAML 1.2.2, section 5.1.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BRACKET = re.compile(r"[\[{\]}]")
# Line ends in YAML 1.1 and libyaml; in YAML 1.2 they are ordinary characters.
_FORMER_BREAKS: Final = "\x85\u2028\u2029"


def read(
    content: bytes, path: str, *, limits: Limits | None = None, expect_mapping: bool = False
) -> Document:
    """Read the bytes of a YAML file; `path` is how messages name the file.

    Raises YamlError with every problem up to the first fault of syntax, which ends reading. With
    `expect_mapping`, anything but a mapping at the top is a problem too; without it, an empty file
    is read as None.
    """
    limits = limits or Limits()
    if len(content) > limits.size:
        message = f"the file has {len(content):,} bytes; the limit is {limits.size:,}"
        _refuse("too-large", message, Source(path=path, text=""))
    source = Source(path=path, text=_decode(content, path))
    builder = _build(source, limits, len(_BOM) if content.startswith(_BOM) else 0)
    if expect_mapping and not isinstance(builder.value, dict):
        _not_a_mapping(builder, source)
    return Document(source=source, value=builder.value, marks=builder.marks)


def load(text: str, path: str, limits: Limits, tags: Tags) -> Any:  # noqa: ANN401 - what tags give
    """The value of a text that a program wrote. Raises YamlError."""
    return _build(Source(path=path, text=text), limits, 0, tags).value


def _build(source: Source, limits: Limits, bom: int, tags: Tags = NO_TAGS) -> Builder:
    builder = Builder(source, limits, tags)
    error = _parse(source, builder, Parser, bom)
    if error is not None and _nested_brackets(source.text, error) > limits.depth:
        # libyaml has its own limit, and reaches it before the place where ours is exceeded.
        slower = Builder(source, limits, tags)
        if _parse(source, slower, yaml.SafeLoader, bom) is None:
            builder, error = slower, None
    if error is not None:
        builder.problems.append(explain(error, source))
    if builder.problems:
        raise YamlError(builder.problems)
    return builder


def _parse(
    source: Source, builder: Builder, parser: type[Any], bom: int
) -> yaml.MarkedYAMLError | None:
    """Build the value of the text; the error of syntax that ended reading is returned."""
    try:
        builder.build(events_of(source.text, parser))
    except ReadingStopped:
        pass
    except yaml.reader.ReaderError:
        builder.problems.append(_control_character(source, bom))
    except yaml.MarkedYAMLError as error:
        return error
    return None


def events_of(text: str, parser: type[Any] = Parser) -> Callable[[], Any]:
    """A function that gives the next event of the parser, with the scalars as in the text."""
    text, breaks = _hide_former_breaks(text)
    text, halves = _hide_halves(text)
    next_event: Callable[[], Any] = parser(text).get_event
    if not breaks and not halves:
        return next_event
    units = {
        int(stand_in.lstrip("\\u"), base=16): int(half.lstrip("\\u"), base=16)
        for stand_in, half in halves.items()
    }

    def next_restored() -> Any:  # noqa: ANN401 - one of yaml's many events
        event = next_event()
        if isinstance(event, yaml.ScalarEvent):
            value = event.value.translate(breaks)
            if event.style == '"':
                value = value.translate(units).encode("utf-16", "surrogatepass").decode("utf-16")
            else:
                # Outside of double quotes an escape is only letters.
                for stand_in, half in halves.items():
                    value = value.replace(stand_in, half)
            event.value = value
        return event

    return next_restored


def _nested_brackets(text: str, error: yaml.MarkedYAMLError) -> int:
    """The deepest nesting of brackets in front of an error, counting those in quotes as well."""
    mark = error.problem_mark or error.context_mark
    brackets = _BRACKET.findall(text, 0, mark.index if mark else 0)
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0)


def _decode(content: bytes, path: str) -> str:
    nul = content.find(b"\0")
    if wide := next((name for mark, name in _WIDE_MARKS if content.startswith(mark)), ""):
        message = f"the file is {wide}, by the byte order mark at byte offset 0"
        _refuse("not-utf8", message, Source(path=path, text=""), "save it as UTF-8")
    if 0 <= nul <= 1:
        # The first character of YAML text is ASCII, so half of its UTF-16 form is NUL.
        message = f"the file looks like UTF-16: a NUL at byte offset {nul}"
        _refuse("not-utf8", message, Source(path=path, text=""), "save it as UTF-8")
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        source = Source(path=path, text=content.decode("utf-8", "replace"))
        offset = error.start
        message = f"byte 0x{content[offset]:02x} at byte offset {offset:,} is not UTF-8"
        _refuse("not-utf8", message, source, "save it as UTF-8", _characters(content[:offset]))
    if nul >= 0:
        message = f"a NUL character at byte offset {nul:,}"
        source = Source(path=path, text=text)
        _refuse("nul-byte", message, source, offset=_characters(content[:nul]))
    return text


def _control_character(source: Source, bom: int) -> Problem:
    match = _FORBIDDEN.search(source.text)
    at, character = (match.start(), ord(match.group())) if match else (0, 0)
    offset = len(source.text[:at].encode()) + bom
    return Problem(
        code="control-character",
        message=f"the control character U+{character:04X} at byte offset {offset:,}",
        place=place_at(source, at, 1),
        hint="remove it, or write it as an escape in double quotes",
    )


def _hide_former_breaks(text: str) -> tuple[str, dict[int, str]]:
    """Replace the line ends of YAML 1.1 by private-use characters that the text does not have.

    Returns the text, and the line ends by the numbers of the characters that replace them.
    """
    present = [character for character in _FORMER_BREAKS if character in text]
    if not present:
        return text, {}
    hide = dict(zip(map(ord, present), _unused(text), strict=False))
    return text.translate(hide), {code: chr(hidden) for hidden, code in hide.items()}


def _unused(text: str) -> Iterator[int]:
    """Private-use characters that a text does not have."""
    lower = text.lower()
    for code in range(0xE000, 0xF8FF):
        # An escape for it would be taken for a hidden character as well.
        if chr(code) not in text and f"{code:x}" not in lower:
            yield code


def _hide_halves(text: str) -> tuple[str, dict[str, str]]:
    r"""Replace the two halves of an emoji, `\ud83c\udf89`, by escapes of private-use characters.

    JSON writes characters beyond U+FFFF in this way, and YAML does not know it. Returns the text,
    which keeps its length, and the halves by the escapes that replace them.
    """
    if r"\ud" not in text and r"\uD" not in text:
        return text, {}
    codes, hidden = _unused(text), dict[str, str]()

    def hide(pair: re.Match[str]) -> str:
        for half in (pair["high"], pair["low"]):
            if half not in hidden:
                hidden[half] = rf"\u{next(codes):04x}"
        return f"{pair['before']}{hidden[pair['high']]}{hidden[pair['low']]}"

    changed = _PAIR.sub(hide, text)
    return changed, {stand_in: half for half, stand_in in hidden.items()}


_PAIR = re.compile(
    r"(?<!\\)(?P<before>(?:\\\\)*)"
    r"(?P<high>\\u[dD][89abAB][0-9a-fA-F]{2})(?P<low>\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)


def _not_a_mapping(builder: Builder, source: Source) -> NoReturn:
    if builder.documents and builder.value is not None:
        raise YamlError(
            Problem(
                code="not-a-mapping",
                message=f"the file is {describe(builder.value)}, expected a mapping",
                place=place_of_value(source, offset_of(builder.marks), builder.value),
                hint="start with 'key: value'",
            )
        )
    has_comments = source.text.strip() and not builder.documents
    message = "the file contains only comments" if has_comments else "the file is empty"
    _refuse("empty-file", message, source, "start with 'key: value'")


def _refuse(code: str, message: str, source: Source, hint: str = "", offset: int = 0) -> NoReturn:
    """Raise a problem at an offset in characters."""
    place = place_at(source, offset, 1)
    raise YamlError(Problem(code=code, message=message, place=place, hint=hint))


def _characters(content: bytes) -> int:
    """The length of the valid UTF-8 at the beginning of a file, without its byte order mark."""
    return len(content.decode("utf-8").removeprefix("\ufeff"))
