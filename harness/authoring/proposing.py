"""Proposes what a scenario expects of replies that were seen.

All that is proposed holds for the replies that it is made of, and fails for others. It is in the
form of a scenario file: `${` in a reply does not begin a variable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from harness.authoring.proposed_text import ProposedText, proposed_texts
from harness.checks.placeholders import PLACEHOLDERS, placeholder_name
from harness.checks.varying import placeholder_for
from harness.conversation import Reply
from harness.core import Json, Path, is_same, shorten
from harness.formats.json_path import path_text
from harness.formats.template import literal

_MOST_SHOWN = 4
"""Varying values that a note names."""
_SHOWN = 60
"""Characters of one."""
_PLACEHOLDER_IN_TEXT = re.compile(rf"<\s*(?:{'|'.join(PLACEHOLDERS)})\b[^<>]*>")


def checks_of(reply: Reply) -> dict[str, Json]:
    """The checks that are proposed for a reply, by their names: what it says, and its parts."""
    checks = _said(reply)
    if reply.tools:
        checks["tools"] = literal([call.name for call in reply.tools])
    if reply.actions:
        checks["actions"] = literal(list(reply.actions))
    for name, items in (("products", reply.products), ("attachments", reply.attachments)):
        if items:
            checks[name] = {"count": len(items)}
    return checks


def _said(reply: Reply) -> dict[str, Json]:
    """The check for the text of the only message, for each of several, or for their number."""
    proposed = [{**one.checks} for one in _texts(reply)]
    if not any(proposed):
        return {"messages": {"count": len(proposed)}}
    return proposed[0] if len(proposed) == 1 else {"replies": [*proposed]}


def _texts(reply: Reply) -> Sequence[ProposedText]:
    return proposed_texts([message.text for message in reply.messages])


def varying_note(reply: Reply, named: str = "") -> str:
    """How the checks for a reply treat what varies in its texts; empty if nothing varies.

    What is in the text `named` does not count.
    """
    texts = _texts(reply)
    by_form = [value for text in texts for value in text.by_form if value not in named]
    left_out = [value for text in texts for value in text.left_out if value not in named]
    parts = []
    if by_form:
        parts.append(f"only the form is expected of {_listed(by_form)}")
    if left_out:
        parts.append(f"left out as varying: {_listed(left_out)}")
    return "; ".join(parts)


def _listed(values: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(values))
    shown = [shorten(value, _SHOWN) for value in distinct[:_MOST_SHOWN]]
    more = len(distinct) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def like(values: Sequence[Json], loosened: list[str] | None = None, at: Path = ()) -> Json:
    """What `like` expects of all these values: literals, and placeholders for what varies.

    A value varies if its form says so, such as a UUID, or if the values differ. The paths of the
    placeholders are added to `loosened`.
    """
    first = values[0]
    if isinstance(first, Mapping) and all(isinstance(one, Mapping) for one in values):
        return _like_mappings(values, loosened, at)  # type: ignore[arg-type]  # as asked above
    if isinstance(first, list) and all(isinstance(one, list) for one in values):
        return _like_lists(values, loosened, at)  # type: ignore[arg-type]  # as asked above
    placeholders = [placeholder_for(value) for value in values]
    placeholder = placeholders[0]
    if placeholder is None or any(one != placeholder for one in placeholders):
        if all(is_same(first, value) for value in values[1:]):
            return _exactly(first)
        placeholder = _of_type(values)
    if loosened is not None:
        loosened.append(path_text(at))
    return literal(placeholder)


def _like_mappings(
    values: Sequence[Mapping[str, Json]], loosened: list[str] | None, at: Path
) -> Json:
    common = [key for key in values[0] if all(key in value for value in values[1:])]
    if not common or any(map(placeholder_name, common)):
        if all(is_same(values[0], value) for value in values[1:]):
            return {"<any>": {"equals": literal(values[0])}}
        if loosened is not None:
            loosened.append(path_text(at))
        return {"<any>": {"type": "object"}}
    return {key: like([value[key] for value in values], loosened, (*at, key)) for key in common}


def _like_lists(values: Sequence[list[Json]], loosened: list[str] | None, at: Path) -> Json:
    lengths = {len(value) for value in values}
    if len(lengths) == 1:
        columns = zip(*values, strict=True)
        return [like(list(one), loosened, (*at, index)) for index, one in enumerate(columns)]
    if loosened is not None:
        loosened.append(path_text(at))
    if 0 in lengths:
        return {"<any>": {"type": "array"}}
    return {"<every>": like([item for value in values for item in value])}


def _exactly(value: Json) -> Json:
    """The literal value; one that would be read as a placeholder is written out."""
    is_like_one = isinstance(value, str) and (
        placeholder_name(value) or _PLACEHOLDER_IN_TEXT.search(value)
    )
    return {"<any>": {"equals": literal(value)}} if is_like_one else literal(value)


def _of_type(values: Sequence[Json]) -> Json:
    """The narrowest placeholder for values that differ."""
    names = {_type_name(value) for value in values}
    if names <= {"integer", "number"}:
        return "<integer>" if names == {"integer"} else "<number>"
    if names == {"boolean"}:
        return "<boolean>"
    if names == {"string"}:
        return "<string 1..>" if all(values) else "<string>"
    return {"<any>": {"type": sorted(names)}}


def _type_name(value: Json) -> str:
    for kinds, name in _TYPES:
        if isinstance(value, kinds):
            return name
    return "null"


_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    # Of Python's types, a boolean is an integer too.
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (Mapping, "object"),
)


def is_varying(value: Json) -> bool:
    """Whether a value, or any value in it, varies from run to run."""
    if isinstance(value, Mapping):
        return any(map(is_varying, value.values()))
    if isinstance(value, list | tuple):
        return any(map(is_varying, value))
    return placeholder_for(value) is not None
