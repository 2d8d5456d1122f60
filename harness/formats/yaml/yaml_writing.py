"""Writes JSON values as YAML that `read` reads back."""

from __future__ import annotations

import math
from typing import Any

import yaml

from harness.core import Json
from harness.formats.yaml.scalars import PREFIX, resolve

WIDTH = 100
"""Characters of a line, if it can be broken."""


class _Dumper(yaml.SafeDumper):
    """Quotes texts that YAML 1.2 would read as something else; PyYAML knows only YAML 1.1."""

    def ignore_aliases(self, _value: Any) -> bool:  # noqa: ANN401  # PyYAML has no types here
        return True


def _style(text: str) -> str | None:
    """The style in which a text is read back; None without quotes."""
    if "\n" in text and text.isascii() and all(map(_is_plain, text.split("\n"))):
        return "|"
    is_text = isinstance(resolve(text), str) and text.isprintable()
    return None if is_text else '"'


def _is_plain(line: str) -> bool:
    return line.isprintable() and line == line.strip()


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar(f"{PREFIX}str", text, style=_style(text))
)


def write(value: Json) -> str:
    """The value as block YAML; keys keep their order."""
    return str(yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH))


def write_line(value: Json) -> str:
    """The value as flow YAML on one line, such as `{name: Anna, age: 7}`, for messages."""
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=math.inf,
        default_flow_style=True,
    )
    return str(text).removesuffix("...\n").rstrip("\n")
