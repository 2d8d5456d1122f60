"""Guesses what a person would say of a sample: where the message is, and where the reply."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import getitem

from harness.authoring.defining.answer_kind import NAME_KEYS, AnswerKind
from harness.core import Json, Path
from harness.formats.json_path import path_text

MESSAGE_KEYS = (
    *("message", "text", "query", "question", "prompt", "input", "content", "user_message"),
    *("userMessage", "utterance", "msg", "q", "chatInput", "user_input", "body", "value"),
)
REPLY_KEYS = (
    *("reply", "answer", "response", "text", "message", "content", "output", "completion"),
    *("output_text", "generated_text", "delta", "token", "result", "value", "chunk"),
)
BUTTON_KEYS = (
    *("buttons", "choices", "quick_replies", "quickReplies", "suggestions", "options", "chips"),
    *("suggested_actions", "suggestedActions", "actions"),
)
_LONGEST_LABEL = 60
_SAYERS = frozenset(("role", "sender", "author", "from", "user"))
"""Keys of a message that say who said it: not all of a list are the bot's."""
_ALTERNATIVES = ("choices", "candidates", "generations", "outputs", "results")
"""Lists of which one is the reply."""
_NOT_SAID = re.compile(r"(?i)(?:^|_)(?:id|uuid|role|type|model|object|status|state|event|name)$")
"""Keys whose texts nobody says."""
_CODE = re.compile(r"[A-Za-z0-9_./:+=-]{20,}|[0-9a-fA-F-]{16,}")
"""Ids, tokens and addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text of a payload, and where it is."""

    path: Path
    text: str

    @property
    def shown(self) -> str:
        """Its JSONPath."""
        return path_text(self.path)


def texts_of(value: Json, path: Path = ()) -> Iterator[Text]:
    """Every text of a value, in order."""
    waiting: list[tuple[Path, Json]] = [(path, value)]
    while waiting:
        place, part = waiting.pop()
        if isinstance(part, str):
            yield Text(path=place, text=part)
        elif isinstance(part, Mapping):
            waiting += [((*place, key), part[key]) for key in reversed([*part])]
        elif isinstance(part, Sequence):
            waiting += [((*place, at), part[at]) for at in reversed(range(len(part)))]


def guess_message(body: Json) -> str:
    """The JSONPath to the user's message in a body; empty if no text of it is likely to be it."""
    texts = [found for found in texts_of(body) if _is_said(found)]
    of_user = [found for found in texts if _is_of_user(body, found.path)]
    if of_user:
        # The last one: the others are earlier turns.
        return of_user[-1].shown
    ranked = sorted(texts, key=lambda found: _rank(found, MESSAGE_KEYS))
    return ranked[0].shown if ranked else ""


def guess_reply(kind: AnswerKind) -> Json:
    """The `text:` of a reply: a JSONPath, or `{join: …}` for a stream; None if there is no text."""
    if kind.stream is not None:
        pieces = _pieces(kind.payload)
        return {"join": pieces} if pieces else None
    texts = [found for found in texts_of(kind.payload) if _is_said(found)]
    ranked = sorted(texts, key=lambda found: _rank(found, REPLY_KEYS))
    return _of_each(kind.payload, ranked[0].path) if ranked else None


def guess_buttons(payload: Json, text: str = "") -> str:
    """The JSONPath to the labels of buttons in an answer; empty without any.

    `text` is the path to the texts of the reply, which are not labels.
    """
    waiting: list[tuple[Path, Json]] = [((), payload)]
    while waiting:
        place, part = waiting.pop(0)
        if isinstance(part, Mapping):
            waiting += [((*place, key), inner) for key, inner in part.items()]
        elif isinstance(part, list) and part and place[-1:] and place[-1] in BUTTON_KEYS:
            start = path_text(place)
            tail = _label(part)
            if tail is not None and not text.startswith(f"{start}["):
                return f"{start}[*]{tail}"
    return ""


def _label(items: Sequence[Json]) -> str | None:
    """Where each item has its label, as the end of a JSONPath; None if they are no buttons."""
    if all(isinstance(item, str) and 0 < len(item) <= _LONGEST_LABEL for item in items):
        return ""
    return next(
        (
            f".{key}"
            for key in ("title", "label")
            if all(isinstance(item, Mapping) and isinstance(item.get(key), str) for item in items)
        ),
        None,
    )


def _of_each(payload: Json, path: Path) -> str:
    """The JSONPath to a text, and to the same text of each further message of a list."""
    numbers = [at for at, step in enumerate(path) if isinstance(step, int)]
    if len(numbers) != 1 or numbers[0] + 2 != len(path):
        return path_text(path)
    *above, _, key = path
    items = reduce(getitem, above, payload)  # type: ignore[arg-type]  # the path was found in it
    is_each = isinstance(items, list) and all(
        isinstance(item, Mapping) and isinstance(item.get(key), str) and not _SAYERS & item.keys()
        for item in items
    )
    if not is_each or (above and above[-1] in _ALTERNATIVES):
        return path_text(path)
    return f"{path_text(tuple(above))}[*]{path_text((key,))[1:]}"


def _is_said(found: Text) -> bool:
    name = str(found.path[-1]) if found.path else ""
    return bool(found.text.strip()) and not _NOT_SAID.search(name)


def _is_of_user(body: Json, path: Path) -> bool:
    """Whether a text is inside a mapping with `role: user`."""
    part = body
    for step in path:
        if isinstance(part, Mapping) and part.get("role") == "user":
            return True
        part = part[step]  # type: ignore[index]  # the path was found in it
    return False


def _rank(found: Text, keys: Sequence[str]) -> tuple[bool, bool, int, int]:
    """A lower rank is a better guess: a usual name of its own, then of what it is in, then length.

    In `{"reply": {"text": …, "buttons": […]}}`, the text is said, and not a button.
    """
    names = [step for step in reversed(found.path) if isinstance(step, str)]
    place = next((keys.index(name) for name in names if name in keys), len(keys))
    is_inherited = not names or names[0] not in keys
    return bool(_CODE.fullmatch(found.text)), is_inherited, place, -len(found.text)


def _pieces(payload: Json) -> str:
    """The JSONPath to the pieces of the reply in the events of a stream."""
    events = payload["events"] if isinstance(payload, Mapping) else None
    if not isinstance(events, list):
        return ""
    groups: defaultdict[tuple[str, str, Path], list[Text]] = defaultdict(list)
    for event in events:
        key = next((k for k in NAME_KEYS if isinstance(event, Mapping) and k in event), "")
        name = event.get(key) if isinstance(event, Mapping) and key else ""
        for found in texts_of(event):
            if _is_said(found) or not found.path:
                groups[key, str(name), found.path].append(found)
    if not groups:
        return ""
    key, name, path = max(groups, key=lambda group: _weight(group[2], groups[group]))
    is_alone = all(group[2] != path or group[:2] == (key, name) for group in groups)
    kinds = {group[:2] for group in groups}
    if key and not (is_alone and len(kinds) == 1):
        literal = name.replace("\\", "\\\\").replace("'", "\\'")
        return f"$.events[?@.{key} == '{literal}']{path_text(path)[1:]}"
    return f"$.events[*]{path_text(path)[1:]}"


def _weight(path: Path, found: Sequence[Text]) -> tuple[bool, int, int, int]:
    """A greater weight is a better guess: pieces differ, and there are many of them."""
    distinct = len({text.text for text in found})
    place = min((REPLY_KEYS.index(s) for s in path if s in REPLY_KEYS), default=len(REPLY_KEYS))
    is_code = all(_CODE.fullmatch(text.text) for text in found)
    return not is_code, distinct, -place, len(found)
