"""What a request takes from the answer of the request that opens its conversation."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import urlsplit

from harness.authoring.defining.answer_kind import kind_of_answer
from harness.authoring.defining.sample import HEADER, Opening, SampleRequest
from harness.authoring.defining.sample_values import with_value
from harness.authoring.defining.secret_likelihood import looks_random
from harness.authoring.defining.sent_values import SentValue, can_be_sent, new_values_in
from harness.core import ConfigurationError, Json, Path, Problem, scalars, shorten
from harness.formats.json_path import BadPath, find_located, path_hint, path_text, require_path
from harness.providers.flow import NAMES, NOW
from harness.secrets.secret_names import is_secret_header, is_secret_key

OPEN_CURL, OPEN_ID = "--open-curl", "--open-id"
_MOST_SHOWN = 8
"""Values of an answer that a message lists."""
_SHOWN = 40
"""Characters of one."""
_LIKELY = 2
"""The likeness of a value that is taken for the one that a request needs."""
_SHORTEST = 4
"""Characters of a value that is found wherever it is sent; a shorter one is there by chance."""
_ID = re.compile(r"(?:(?i:.*[_-])?(?i:id|ref|reference|uuid|guid|key|number|token)|.*(?:Id|Ref))")
_RESERVED = frozenset((*NAMES, NOW, "turn", "history", "uuid", "random"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A value of the answer that a request sends."""

    use: SentValue
    source: str
    """Its JSONPath in the answer."""
    name: str
    """Of the capture."""
    value: Json

    @property
    def capture(self) -> Json:
        """As the step that opens has it."""
        is_secret = self.use.where[0] == HEADER and is_secret_header(self.use.name)
        return {"json": self.source, "secret": True} if is_secret else self.source

    @property
    def template(self) -> str:
        return f"{self.use.before.replace('${', '$${')}${{{self.name}}}"

    @property
    def sent(self) -> Json:
        """The value in the conversation of the answer."""
        return f"{self.use.before}{self.value}" if self.use.before else self.value

    @property
    def note(self) -> str:
        """What is taken, in a sentence."""
        return f"{self.use.shown} is {self.source} of the answer that opens a conversation"


class NothingTaken(ConfigurationError):
    """It is not known what the later request takes from the answer that opens."""


_Found: TypeAlias = tuple[Path, Json]
"""A value of the answer, and where it is."""


def in_opened(later: SampleRequest, opening: SampleRequest, path: str = "") -> SampleRequest:
    """The later request in the conversation that `opening` opened, with what it takes from there.

    A value that the request and the answer both have is found wherever it is. If the request is of
    another conversation, the id of that one is replaced by the value that is most like it, or by
    the one at the JSONPath `path`. Raises `ConfigurationError` if there is none, and
    `ProtocolError` if the answer cannot be read.
    """
    _require_one_server(later, opening)
    answer = kind_of_answer(opening.answers[0]).payload
    values = [found for found in scalars(answer) if can_be_sent(found[1])]
    uses = list(new_values_in(later, opening))
    if path:
        chosen = _chosen(path, answer)
        taken = [_taken(use, chosen, {}) for use in _uses_of(chosen, uses)]
    else:
        names: dict[str, str] = {}
        found = ((use, _source(use, values)) for use in uses)
        taken = [_taken(use, source, names) for use, source in found if source is not None]
    if not taken:
        raise _not_used(chosen) if path else _not_named(values)
    request = later.request
    for one in taken:
        request = with_value(request, one.use.where, one.sent)
    return replace(
        later,
        request=request,
        opening=Opening(sample=opening, capture={one.name: one.capture for one in taken}),
        taken={one.use.where: one.template for one in taken},
        notes=(*later.notes, *(one.note for one in taken)),
    )


def _taken(use: SentValue, found: _Found, names: dict[str, str]) -> _Taken:
    """`names` has the names of the captures so far, by their sources."""
    source = path_text(found[0])
    name = names.setdefault(source, _name(found[0], names.values()))
    return _Taken(use=use, source=source, name=name, value=found[1])


def _uses_of(chosen: _Found, uses: Sequence[SentValue]) -> Sequence[SentValue]:
    """Where a request sends the chosen value, or the id of another conversation in its place."""
    same = [use for use in uses if use.value == str(chosen[1])]
    needed = [use for use in uses if use.is_needed and use.where[0] != HEADER]
    return same or needed or [use for use in uses if use.is_possible]


def _chosen(path: str, answer: Json) -> _Found:
    try:
        require_path(path)
    except BadPath as error:
        message = f"'{path}' is not a JSONPath: {error}"
        raise _fault("invalid-path", message, path_hint(path)) from error
    values = [found for found in find_located(path, answer) if can_be_sent(found[1])]
    if len(values) != 1:
        message = f"{path} does not lead to one text or number in the answer that opens"
        raise _fault("wrong-open-id", message, _listed(list(scalars(answer))))
    return values[0]


def _source(use: SentValue, values: Sequence[_Found]) -> _Found | None:
    """Where the value of a request is from; None if it is not from the answer."""
    for at, value in values:
        is_id = use.is_needed or looks_random(use.value) or _is_id_key(at)
        is_long = use.is_needed or len(use.value) >= _SHORTEST
        if str(value) == use.value and is_id and is_long:
            return at, value
    if not use.is_needed:
        return None
    likeliest = max(values, key=lambda found: _likeness(use, found), default=None)
    is_likely = likeliest is not None and _likeness(use, likeliest) >= _LIKELY
    return likeliest if is_likely else None


def _likeness(use: SentValue, found: _Found) -> int:
    """How likely a value is what the request has of another conversation."""
    at, value = found
    keys = [step.lower() for step in at if isinstance(step, str)]
    key = keys[-1] if keys else ""
    is_token = is_secret_key(key) or key.endswith("token")
    if use.where[0] == HEADER:
        return _LIKELY * is_token
    noun = use.name.lower().removesuffix("s")
    is_of_noun = bool(noun) and any(noun in one for one in keys)
    same_form = any(map(str.isdecimal, use.value)) and _form(str(value)) == _form(use.value)
    return 4 * same_form + 2 * is_of_noun + 2 * _is_id_key(at) - 4 * is_token


def _form(text: str) -> str:
    """Ids of one form have the same length and the same signs; numbers are all of one form."""
    return "0" if text.isdecimal() else re.sub(r"[A-Za-z0-9]", "x", text)


def _is_id_key(at: Path) -> bool:
    return bool(at) and isinstance(at[-1], str) and _ID.fullmatch(at[-1]) is not None


def _name(at: Path, used: Collection[str]) -> str:
    """The name of a capture: `ref` of `$.thread.ref`, and `thread_id` of `$.thread.id`."""
    steps = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", one) for one in at if isinstance(one, str)]
    words = [re.sub(r"[^A-Za-z0-9]+", "_", step).strip("_").lower() for step in steps]
    name = words[-1] if words else ""
    if name == "id":
        name = f"{words[-2] if len(words) > 1 else 'conversation'}_id"
    if name in _RESERVED or not name[:1].isalpha():
        name = f"opened_{name}".rstrip("_")
    names = (name, *(f"{name}_{number}" for number in range(2, 99)))
    return next(one for one in names if one not in used)


def _require_one_server(later: SampleRequest, opening: SampleRequest) -> None:
    there, here = (urlsplit(one.request.url)[:2] for one in (opening, later))
    if there != here:
        message = f"it is sent to {'://'.join(there)}, and the message to {'://'.join(here)}"
        hint = "a definition has one base_url; give requests to one server"
        raise _fault("two-servers", message, hint, where=OPEN_CURL)


def _listed(values: Sequence[_Found]) -> str:
    """The values of the answer, with their paths."""
    shown = [f"{path_text(at)} is {shorten(str(value), _SHOWN)}" for at, value in values]
    left = len(shown) - _MOST_SHOWN
    more = [f"and {left} more"] if left > 0 else []
    listed = ", ".join([*shown[:_MOST_SHOWN], *more])
    return f"values of the answer: {listed}" if listed else "the answer has no value"


def _not_named(values: Sequence[_Found]) -> NothingTaken:
    message = "the request that sends a message takes nothing from the answer that opens"
    hint = f"name what it takes: {OPEN_ID} JSONPATH; {_listed(values)}" if values else ""
    return NothingTaken(
        Problem(
            code="opening-not-used",
            message=message,
            where=OPEN_CURL,
            hint=hint or "the answer has no value",
        )
    )


def _not_used(chosen: _Found) -> ConfigurationError:
    value = shorten(str(chosen[1]), _SHOWN)
    message = f"no part of the request that sends a message is {value}, or looks like an id"
    return _fault("opening-not-used", message, f"write {value} where the request sends it")


def _fault(code: str, message: str, hint: str, where: str = OPEN_ID) -> ConfigurationError:
    return ConfigurationError(Problem(code=code, message=message, where=where, hint=hint))
