"""Reads XML bodies as mappings, texts and lists, and writes them.

The key of an element is its name, that of an attribute is `@name`, and `#text` is the text of an
element that has attributes. Several elements with the same name are a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.parsers import expat

from harness.core import Json
from harness.formats.strict_json import MAX_LEVELS
from harness.formats.template.filters import text_of
from harness.secrets.secret_marks import MARK

_START: Final = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART: Final = rf"[{_START}][{_START}.0-9\u00b7\u0300-\u036f\u203f\u2040-]*"
_NAME = re.compile(rf"{_PART}(?::{_PART})?")
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# In a recording, a mark is in place of a secret as it is in a text; in XML, it would be a tag.
_MARK = re.compile(MARK.pattern.replace("<", "<(", 1).removesuffix(">").encode() + b")>")
# A parser reads a carriage return that is not escaped as a line feed.
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_IN_TEXT = str.maketrans(_ESCAPES)
_IN_ATTRIBUTE = str.maketrans({**_ESCAPES, '"': "&quot;", "\t": "&#9;", "\n": "&#10;"})


def read_xml(body: bytes, *, as_written: bool = False) -> Json:
    """Read XML; document types and entities are refused.

    Names have no prefixes of namespaces, which the server chooses, and declarations of namespaces
    are left out, unless names are requested `as_written`. An element that is empty, contains only
    white space, or has `xsi:nil="true"` is null. Raises ValueError, with the reason, for a body
    that is not XML.
    """
    # Imported only here: one built-in system uses XML, and these imports take 20 ms.
    from defusedxml import DefusedXmlException  # noqa: PLC0415
    from defusedxml.ElementTree import ParseError, fromstring  # noqa: PLC0415

    body = _MARK.sub(rb"&lt;\1&gt;", body)
    try:
        # The guard reads the body first: it refuses entities, which the parser below would expand.
        fromstring(body, forbid_dtd=True)
        return _Reader(as_written=as_written).read(body)
    except DefusedXmlException as error:
        raise ValueError("it has a document type or an entity, which is not read") from error
    except (ParseError, LookupError) as error:
        raise ValueError(str(error)) from error


def write_xml(value: Mapping[str, object]) -> bytes:
    """Write a mapping with one key, the root, as XML in UTF-8.

    A null is an empty element; an attribute that is null is left out. Raises ValueError, with the
    reason, for a value that XML cannot contain: control characters, and keys that are not names.
    """
    roots = [*value.items()]
    if len(roots) != 1 or isinstance(roots[0][1], list):
        raise ValueError(f"its root elements are {', '.join(value) or 'none'}, expected one")
    ((name, root),) = roots
    text = "".join(_element(name, root, name))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode()


class _Reader:
    """Builds the value of a document while it is parsed."""

    def __init__(self, *, as_written: bool) -> None:
        self._as_written = as_written
        self._top: dict[str, Json] = {}
        # For each open element: its content so far, its texts, and whether it is nil.
        self._open: list[tuple[dict[str, Json], list[str], bool]] = [(self._top, [], False)]

    def read(self, body: bytes) -> Json:
        """The whole document. Raises ValueError for one of too many levels."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(body, True)  # noqa: FBT003  # the parser's own signature
        return self._top

    def _start(self, _name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > MAX_LEVELS:
            raise ValueError(f"it has more than {MAX_LEVELS} levels")
        holds: dict[str, Json] = {}
        is_nil = False
        for name, value in attributes.items():
            if self._as_written:
                _add(holds, f"@{name}", value)
            elif _local(name) == "nil" and ":" in name:
                is_nil = value.strip() in ("true", "1")
            elif name != "xmlns" and not name.startswith("xmlns:"):
                _add(holds, f"@{_local(name)}", value)
        self._open.append((holds, [], is_nil))

    def _text(self, text: str) -> None:
        self._open[-1][1].append(text)

    def _end(self, name: str) -> None:
        holds, texts, is_nil = self._open.pop()
        parent = self._open[-1][0]
        value: Json = None if is_nil else _content(holds, "".join(texts))
        _add(parent, name if self._as_written else _local(name), value)


def _content(holds: dict[str, Json], text: str) -> Json:
    has_children = any(not name.startswith("@") for name in holds)
    if has_children:
        # Text between elements is only white space that indents the document.
        text = text.strip()
    elif text.isspace() and ("\n" in text or "\r" in text):
        text = ""
    if not holds:
        return text or None
    return {**holds, "#text": text} if text else holds


def _add(holds: dict[str, Json], name: str, value: Json) -> None:
    if name not in holds:
        holds[name] = value
        return
    before = holds[name]
    # A value becomes a list when its name occurs again.
    if isinstance(before, list):
        before.append(value)
    else:
        holds[name] = [before, value]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _element(name: str, value: object, path: str) -> Iterator[str]:
    """The parts of an element, or of several elements if the value is a list."""
    if isinstance(value, list):
        for one in value:
            yield from _element(name, one, path)
        return
    holds = value if isinstance(value, Mapping) else {"#text": value}
    yield f"<{_named(name)}"
    for key, one in holds.items():
        if key.startswith("@") and one is not None:
            text = _text(one, f"{path}.{key}").translate(_IN_ATTRIBUTE)
            yield f' {_named(key[1:])}="{text}"'
    yield ">"
    for key, one in holds.items():
        if key == "#text":
            yield _text(one, path).translate(_IN_TEXT)
        elif not key.startswith("@"):
            yield from _element(key, one, f"{path}.{key}")
    yield f"</{name}>"


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' is not a valid name of an element or attribute")
    return name


def _text(value: object, path: str) -> str:
    text = "" if value is None else text_of(value)
    found = _NO_CHARACTER.search(text)
    if found:
        number = f"U+{ord(found.group()):04X}"
        raise ValueError(f"{path} contains {number} at character {found.start() + 1}")
    return text
