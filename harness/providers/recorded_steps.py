"""Finds the step of a definition for each request in a recording of any tool."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.conversation import Phase
from harness.core import Json, ProtocolError
from harness.formats.multipart import read_multipart, values_of
from harness.formats.template.inversion import Binding, Inverted, invert, pattern_of
from harness.formats.template.template_nodes import Constant, Table
from harness.providers.definition import Definition, Step
from harness.providers.payload import read_json, read_xml
from harness.providers.step_plans import Encoding
from harness.transport.cassette.har import SWITCHING
from harness.transport.cassette.plain_interaction import PlainInteraction, bytes_of

SAID = frozenset(("message", "unsent"))
"""The variables whose values come from the user or the assistant."""
_SOCKET = "it is a WebSocket, whose messages are not in a form that can be imported"
_NOWHERE: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A recorded request with its step."""

    place: int
    """Of the interaction, from 0."""
    step: Step
    base: str
    """The URL before the step's path: the `base_url`."""
    turn: int
    """The number of the turn, from 1; 0 before the first message."""
    bindings: tuple[Binding, ...]
    """The values of the `${…}` in path, query and body."""
    misplaced: int = 0
    """The number of parts of lists in the body that the step does not send."""
    headers: tuple[Binding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A recorded request that no step of the definition sends."""

    place: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A step that may have sent a request."""

    step: Step
    base: str
    bindings: tuple[Binding, ...]
    faults: int
    misplaced: int


def match_rows(
    definition: Definition, rows: Sequence[PlainInteraction], led: Mapping[int, int] = _NOWHERE
) -> tuple[list[Match], list[Unmatched]]:
    """Find the step of each interaction, by method, path and body, in recorded order.

    `led` has the places of the interactions after a redirect, with the place of the redirected
    request. All requests are of one address: that of most requests with a distinctive path.
    """
    # A drafted scenario does not wait: another look at a conversation is its history.
    # Messages on a WebSocket are not requests.
    steps = tuple(
        step
        for step in definition.steps
        if step.phase is not Phase.LATE and step.request.method and step.kind != "socket"
    )
    telling = tuple(step for step in steps if _tells(step))
    bases = Counter(one.base for row in rows for one in _candidates(telling, row))
    return _matched(steps, rows, bases.most_common(1)[0][0] if bases else "", led)


def _matched(
    steps: Sequence[Step], rows: Sequence[PlainInteraction], base: str, led: Mapping[int, int]
) -> tuple[list[Match], list[Unmatched]]:
    order = {step.name: number for number, step in enumerate(steps)}
    matches: list[Match] = []
    unmatched: list[Unmatched] = []
    turn, last = 0, ""
    is_repeated = False
    for place, row in enumerate(rows):
        if place in led:
            reason = f"it is a redirect target: its answer belongs to interaction {led[place] + 1}"
            unmatched.append(Unmatched(place=place, reason=reason))
            continue
        if row["status"] == SWITCHING and not row["is_ours"]:
            unmatched.append(Unmatched(place=place, reason=_SOCKET))
            continue
        candidates = [one for one in _candidates(steps, row) if not base or one.base == base]
        if not candidates:
            unmatched.append(Unmatched(place=place, reason=_reason(steps, row)))
            continue

        def cost(one: Candidate, last: str = last) -> tuple[int, ...]:
            # A second look at a conversation is its history, not a turn without a message.
            is_silent = _begins_turn(one.step, last, order) and not _says(one.step)
            return one.faults, is_silent, order[one.step.name]

        best = min(candidates, key=cost)
        if best.step.phase is Phase.SEND:
            turn += _begins_turn(best.step, last, order) and not is_repeated
            last = best.step.name
            # After the conversation is opened again, the same step comes once more.
            is_repeated = row["status"] in best.step.opens_again
        matches.append(
            Match(
                place=place,
                step=best.step,
                base=best.base,
                turn=turn,
                bindings=best.bindings,
                misplaced=best.misplaced,
                headers=_headers(best.step, row),
            )
        )
    return matches, unmatched


def _tells(step: Step) -> bool:
    """Whether a step's path contains a word: `/${page}` could be the path of any request."""
    return bool(re.search(r"\w", pattern_of(step.request.path.root, "")[0]))


def _begins_turn(step: Step, last: str, order: Mapping[str, int]) -> bool:
    """Whether a step begins a new turn, after the given last step of a turn."""
    if step.phase is not Phase.SEND:
        return False
    is_again = step.name == last and step.poll is None
    return not last or is_again or order[step.name] < order[last]


def _says(step: Step) -> bool:
    plan = step.request
    return bool((plan.path.names | plan.query.names | plan.body.names) & SAID)


def _candidates(steps: Sequence[Step], row: PlainInteraction) -> Iterator[Candidate]:
    parts = urlsplit(row["uri"])
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    for step in steps:
        pattern, expressions = _path_of(step)
        found = re.fullmatch(rf"((?:/[^/]*)*?){pattern}", parts.path)
        if found is None or step.request.method != row["method"]:
            continue
        prefix, *values = found.groups()
        in_path = (
            Binding(expression=expression, value=unquote(value))
            for expression, value in zip(expressions, values, strict=True)
        )
        in_query, in_body = invert(step.request.query, query), _body(step, row)
        yield Candidate(
            step=step,
            base=f"{parts.scheme}://{parts.netloc}{prefix}",
            bindings=(*in_path, *in_query.bindings, *in_body.bindings),
            faults=in_query.faults + in_body.faults,
            misplaced=in_body.misplaced,
        )


def _path_of(step: Step) -> tuple[str, tuple[str, ...]]:
    """A step's path as a pattern, with an optional slash at the end, and its expressions."""
    pattern, expressions = pattern_of(step.request.path.root, r"[^/]+")
    return f"{pattern.removesuffix('/')}/?", expressions


def _body(step: Step, row: PlainInteraction) -> Inverted:
    """The values of a step's templates in a body, and the number of parts that do not match."""
    content = bytes_of(row["sent"], is_base64=row["sent_is_base64"])
    if step.request.encoding is Encoding.NONE:
        return Inverted(bindings=(), faults=bool(content))
    try:
        value = _parsed(content, step.request.encoding)
    except ProtocolError:
        return Inverted(bindings=(), faults=1 + len(Phase))
    return invert(step.request.body, value)


def _parsed(content: bytes, encoding: Encoding) -> Json:
    if encoding is Encoding.JSON:
        return read_json(content)
    if encoding is Encoding.XML:
        return read_xml(content, as_written=True)
    if encoding is Encoding.MULTIPART:
        return values_of(read_multipart(content) or ())
    text = content.decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True)) if encoding is Encoding.FORM else text


def _headers(step: Step, row: PlainInteraction) -> tuple[Binding, ...]:
    root = step.request.headers.root
    if not isinstance(root, Table):
        return ()
    sent = {name.lower(): value for name, value in row["sent_headers"]}
    names = [str(key.value) for key, _ in root.entries if isinstance(key, Constant)]
    known = {name: sent[name.lower()] for name in names if name.lower() in sent}
    return invert(step.request.headers, known).bindings


def _reason(steps: Sequence[Step], row: PlainInteraction) -> str:
    """The nearest step, and why the request does not match it."""
    path = urlsplit(row["uri"]).path
    asked = f"{row['method']} {path}"
    nearest = max(
        steps, key=lambda step: SequenceMatcher(None, asked, f"{shown_step(step)}").ratio()
    )
    pattern, _ = _path_of(nearest)
    is_path = re.fullmatch(rf"(?:/[^/]*)*?{pattern}", path) is not None
    what = "the method" if is_path else "the path"
    return (
        f"{asked} is not a request of the definition; the nearest step is {nearest.name}, "
        f"{shown_step(nearest)}: {what} differs"
    )


def shown_step(step: Step) -> str:
    """A step as messages show it, such as `POST /chats/${chat_id}`."""
    root = step.request.path.root
    pattern, expressions = pattern_of(root, r"\0")
    parts = re.sub(r"\\(.)", r"\1", pattern.replace(r"(\0)", "\0")).split("\0")
    shown = parts[0] + "".join(
        f"${{{expression}}}{part}" for expression, part in zip(expressions, parts[1:], strict=True)
    )
    return f"{step.request.method} {shown}"
