"""Writes JSON values as YAML that `read` gives back."""

from __future__ import annotations

from typing import Any

import yaml

from harness.core import Json
from harness.formats.yaml.scalars import resolve

WIDTH = 100
"""Characters of a line, where it can be broken."""


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.2 would read as something else; PyYAML thinks of YAML 1.1 only."""

    def ignore_aliases(self, _value: Any) -> bool:  # noqa: ANN401  # PyYAML has no types here
        return True

    def represent_text(self, text: str) -> yaml.Node:
        """A text in a style in which it is read back."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    if "\n" in text and text.isascii() and all(map(_is_plain, text.split("\n"))):
        return "|"
    is_text = isinstance(resolve(text), str) and text.isprintable()
    return None if is_text else '"'


def _is_plain(line: str) -> bool:
    return line.isprintable() and line == line.strip()


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(tuple, yaml.SafeDumper.represent_list)


def write(value: Json) -> str:
    """The value as block YAML; keys keep their order."""
    text: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return text
