"""`${…}` in the JSONPaths and conditions of a step, which is filled in when the step runs.

In a path, a value is written as a JSON literal, so that no text of a server can change what the
path means. If the value of a condition is a single `${…}`, it keeps its type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from harness.core import Json, ProtocolError, quote
from harness.formats.json_path import BadPath, require_path
from harness.formats.template import Template, TemplateError, compile_template
from harness.formats.template.expressions import split
from harness.formats.template.filters import to_json
from harness.providers.definition import Step

_NONE = "it contains a value that is none"
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


def compile_path_template(text: str) -> Template:
    """A JSONPath with `${…}` in it. Raises `TemplateError`, and `BadPath` if it is not one."""
    template = compile_template(text, definition=True, as_text=lambda _expression: to_json)
    parts = ["\0" if part.is_expression else part.text for part in split(text)]
    if any("\0" in quoted for quoted in _QUOTED.findall("".join(parts))):
        message = "${…} is written inside quotes, but brings its own"
        raise BadPath(message)
    try:
        require_path("".join(parts).replace("\0", "1"))
    except BadPath as error:
        message = "${…} stands for a value, not for a name"
        raise BadPath(message if _is_path("".join(parts).replace("\0", "a")) else error) from None
    return template


def _is_path(text: str) -> bool:
    try:
        require_path(text)
    except BadPath:
        return False
    return True


def fill_in_paths(step: Step, context: Mapping[str, object]) -> Step:
    """The step with its paths and conditions filled in.

    Raises `ProtocolError` if a value cannot be part of a path.
    """
    texts: dict[str, Json] = {}
    for written, template in (*step.value_templates.items(), *step.path_templates.items()):
        try:
            texts[written] = _required(template.render(context))
            if written in step.path_templates:
                require_path(str(texts[written]))
        except (TemplateError, BadPath) as error:
            raise ProtocolError(
                "wrong-path", f"{quote(written)} of step {step.name} cannot be filled in: {error}"
            ) from error
    parts = ("reply", "fail_if", "capture", "plan")
    return replace(step, **{name: _filled(getattr(step, name), texts) for name in parts})


def _required(value: Json) -> Json:
    """A value that is not None. Raises `BadPath` for None, which would be compared with null."""
    if value is None:
        raise BadPath(_NONE)
    return value


def _filled(value: Any, texts: Mapping[str, Json]) -> Any:  # noqa: ANN401  # parts of any plan
    """A part of a plan in which the texts that were filled in are replaced."""
    if isinstance(value, str):
        return texts.get(value, value)
    if isinstance(value, tuple):
        return tuple(_filled(one, texts) for one in value)
    if isinstance(value, Mapping):
        return {_filled(key, texts): _filled(one, texts) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, Template):
        changes = {one.name: _filled(getattr(value, one.name), texts) for one in fields(value)}
        return replace(value, **changes)  # type: ignore[type-var]  # an instance, not a class
    return value
