"""From the bytes of a file to a document, or to all of its problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn

import yaml

from harness.core import Place, Problem, Source, YamlError, describe
from harness.formats.yaml.builder import NO_TAGS, Builder, Limits, ReadingStopped, Tags
from harness.formats.yaml.document import Document, offset_of
from harness.formats.yaml.places import place_at, place_of_value
from harness.formats.yaml.syntax import explain

try:
    from yaml.cyaml import CParser as Parser  # type: ignore[attr-defined] # its stub hides it
except ImportError:  # PyYAML was built without libyaml: slower, the same events.
    from yaml import SafeLoader as Parser  # type: ignore[assignment]

_BOM: Final = b"\xef\xbb\xbf"
# The longer marks first: that of UTF-32 starts with that of UTF-16.
_WIDE_MARKS: Final = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
# Not printable. Source: YAML 1.2.2, section 5.1.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BRACKET = re.compile(r"[\[{\]}]")
# libyaml ends a line here, as YAML 1.1 did; in YAML 1.2 they are ordinary characters.
_FORMER_BREAKS: Final = "\x85\u2028\u2029"


def read(
    content: bytes, path: str, *, limits: Limits | None = None, expect_mapping: bool = False
) -> Document:
    """Read the bytes of a YAML file; `path` is how the file is shown in messages.

    Raises YamlError with every problem that can be told; a fault of syntax ends reading.
    With `expect_mapping`, anything else at the top is a problem too; an empty file is
    otherwise read as None.
    """
    limits = limits or Limits()
    if len(content) > limits.size:
        message = f"the file has {len(content):,} bytes; the limit is {limits.size:,}"
        _refuse("too-large", message, Source(path=path, text=""))
    source = Source(path=path, text=_decode(content, path))
    builder = _build(source, limits, len(_BOM) if content.startswith(_BOM) else 0)
    if builder.problems:
        raise YamlError(builder.problems)
    if expect_mapping and not isinstance(builder.value, dict):
        _not_a_mapping(builder, source)
    return Document(source=source, value=builder.value, marks=builder.marks)


def load(text: str, path: str, limits: Limits, tags: Tags) -> Any:  # noqa: ANN401 - what tags give
    """The value of a text that a program wrote. Raises YamlError."""
    builder = _build(Source(path=path, text=text), limits, 0, tags)
    if builder.problems:
        raise YamlError(builder.problems)
    return builder.value


def _build(source: Source, limits: Limits, bom: int, tags: Tags = NO_TAGS) -> Builder:
    builder = Builder(source, limits, tags)
    error = _parse(source, builder, Parser, bom)
    if error is None:
        return builder
    if _brackets_inside_one_another(source.text, error) > limits.depth:
        # libyaml has a limit of its own, and meets it ahead of the place where ours is passed.
        slower = Builder(source, limits, tags)
        if _parse(source, slower, yaml.SafeLoader, bom) is None:
            return slower
    builder.problems.append(explain(error, source))
    return builder


def _parse(
    source: Source, builder: Builder, parser: type[Any], bom: int
) -> yaml.MarkedYAMLError | None:
    """Build what the text says; gives the error that ended it, where it is one of syntax."""
    try:
        builder.build(_events(source.text, parser))
    except ReadingStopped:
        pass
    except yaml.reader.ReaderError:
        builder.problems.append(_control_character(source, bom))
    except yaml.MarkedYAMLError as error:
        return error
    return None


def _events(text: str, parser: type[Any]) -> Callable[[], Any]:
    """Gives the parser's events, one a call; their scalars hold what the text does."""
    text, breaks = _hide_former_breaks(text)
    text, halves = _hide_halves(text)
    next_event: Callable[[], Any] = parser(text).get_event
    if not breaks and not halves:
        return next_event
    units = {_unit(stand_in): _unit(half) for stand_in, half in halves.items()}

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


def _unit(escape: str) -> int:
    """The number of an escape."""
    return int(escape.lstrip("\\u"), base=16)


def _brackets_inside_one_another(text: str, error: yaml.MarkedYAMLError) -> int:
    """The deepest nesting of brackets in front of an error, those in quotes counted as well."""
    mark = error.problem_mark or error.context_mark
    depth = deepest = 0
    for bracket in _BRACKET.findall(text, 0, mark.index if mark else 0):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _decode(content: bytes, path: str) -> str:
    empty = Source(path=path, text="")
    for mark, name in _WIDE_MARKS:
        if content.startswith(mark):
            message = f"the file is {name}, by the byte order mark at byte offset 0"
            _refuse("not-utf8", message, empty, "save it as UTF-8")
    nul = content.find(b"\0")
    if 0 <= nul <= 1:
        # The first character of YAML text is ASCII, so half of its UTF-16 form is NUL.
        message = f"the file looks like UTF-16: a NUL at byte offset {nul}"
        _refuse("not-utf8", message, empty, "save it as UTF-8")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        source = Source(path=path, text=content.decode("utf-8", "replace"))
        offset = error.start
        message = f"byte 0x{content[offset]:02x} at byte offset {offset:,} is not UTF-8"
        _refuse("not-utf8", message, source, "save it as UTF-8", _before(content, offset))
    text = text.removeprefix("\ufeff")
    if nul >= 0:
        source = Source(path=path, text=text)
        message = f"a NUL character at byte offset {nul:,}"
        _refuse("nul-byte", message, source, before=_before(content, nul))
    return text


def _control_character(source: Source, bom: int) -> Problem:
    match = _FORBIDDEN.search(source.text)
    before = source.text[: match.start()] if match else ""
    character = ord(match.group()) if match else 0
    offset = len(before.encode()) + bom
    return Problem(
        code="control-character",
        message=f"the control character U+{character:04X} at byte offset {offset:,}",
        place=_place_after(source, before),
        hint="remove it, or write it as an escape in double quotes",
    )


def _hide_former_breaks(text: str) -> tuple[str, dict[int, str]]:
    """Put private-use characters that the text does not hold for YAML 1.1's line breaks."""
    present = [character for character in _FORMER_BREAKS if character in text]
    if not present:
        return text, {}
    hide = dict(zip(map(ord, present), _unused(text), strict=False))
    return text.translate(hide), {code: chr(hidden) for hidden, code in hide.items()}


def _unused(text: str) -> Iterator[int]:
    """Private-use characters that a text does not hold."""
    lower = text.lower()
    for code in range(0xE000, 0xF8FF):
        # As an escape it would be taken for a hidden one as well.
        if chr(code) not in text and f"{code:x}" not in lower:
            yield code


def _hide_halves(text: str) -> tuple[str, dict[str, str]]:
    r"""Put escapes of private-use characters for the two halves of an emoji, `\ud83c\udf89`.

    JSON writes characters beyond U+FFFF so, which YAML knows no more than lone halves. Gives the
    text, as long as before, and the halves by the escapes that stand for them.
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
        offset = offset_of(builder.marks)
        raise YamlError(
            Problem(
                code="not-a-mapping",
                message=f"the file is {describe(builder.value)}, expected a mapping",
                place=place_of_value(source, offset, builder.value),
                hint="start with 'key: value'",
            )
        )
    comments = source.text.strip() and not builder.documents
    message = "the file contains only comments" if comments else "the file is empty"
    _refuse("empty-file", message, source, "start with 'key: value'")


def _refuse(code: str, message: str, source: Source, hint: str = "", before: str = "") -> NoReturn:
    place = _place_after(source, before)
    raise YamlError(Problem(code=code, message=message, place=place, hint=hint))


def _before(content: bytes, offset: int) -> str:
    """The text in front of a byte offset; valid UTF-8 up to there."""
    return content[:offset].decode("utf-8").removeprefix("\ufeff")


def _place_after(source: Source, before: str) -> Place:
    return place_at(source, len(before), 1)
