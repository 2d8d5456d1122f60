"""Adds a provider to harness.yaml, and leaves everything else of the file as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.core import ConfigurationError, Json, Problem, YamlError, is_same
from harness.formats.yaml import read
from harness.formats.yaml.yaml_writing import write
from harness.project_file import FILE_NAME

_PROVIDERS = re.compile(r"^providers[ \t]*:[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_CONTENT = re.compile(r"^([ \t]*)[^\s#]", re.MULTILINE)


def with_entry(text: str, name: str, entry: Mapping[str, Json]) -> str:
    """The text of harness.yaml with one more provider, after the others.

    An empty text is a new file. Raises `ConfigurationError` with the entry to add by hand if the
    providers are written in a form that it cannot be added to.
    """
    if not text.strip():
        return write({"providers": {name: dict(entry)}})
    indent, end = _end_of_providers(text)
    lines = write({name: dict(entry)}).splitlines()
    added = "".join(f"{indent}{line}\n" for line in lines)
    before = text[:end] if text[:end].endswith("\n") else f"{text[:end]}\n"
    changed = before + added + text[end:]
    if indent and _is_added(text, changed, name, entry):
        return changed
    hint = f"add it by hand: {write({name: dict(entry)})}"
    raise ConfigurationError(
        Problem(
            code="not-added",
            message=f"the provider '{name}' cannot be added, because 'providers:' is not a block",
            where=FILE_NAME,
            hint=" ".join(hint.split()),
        )
    )


def _end_of_providers(text: str) -> tuple[str, int]:
    """The indentation of the providers, and the offset after the last one."""
    start = _PROVIDERS.search(text)
    if start is None:
        return "", len(text)
    indent, end = "", start.end()
    for line in _CONTENT.finditer(text, start.end() + 1):
        if not line[1]:
            break
        indent = indent or line[1]
        end = text.find("\n", line.end()) + 1 or len(text)
    return indent, end


def _is_added(text: str, changed: str, name: str, entry: Mapping[str, Json]) -> bool:
    """Whether a change adds the entry, and nothing else."""
    try:
        before = read(text.encode(), FILE_NAME).value
        after = read(changed.encode(), FILE_NAME).value
    except YamlError:
        return False
    if not isinstance(before, dict) or not isinstance(before.get("providers"), dict):
        return False
    wanted = {**before, "providers": {**before["providers"], name: dict(entry)}}
    return is_same(after, wanted)
