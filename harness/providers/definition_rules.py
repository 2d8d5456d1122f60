"""What a definition says in vain, or against itself, beyond the format of its keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.conversation import Phase
from harness.core.errors import Problem, did_you_mean, quote
from harness.core.source import Place
from harness.core.typing import Json, Path, is_same
from harness.formats.file_format import Advice
from harness.formats.json_schema import Violation
from harness.formats.template import compile_template, expressions
from harness.formats.template.expressions import expression_with
from harness.formats.yaml import Document, Node
from harness.providers.definition import Definition, Encoding, Framing, Step
from harness.providers.definition_schema import BODIES, KINDS, REPLYING, USABLE
from harness.providers.flow import NAMES

_STEP = 2
"""Parts of a path to a step: its phase and its index."""
_CONDITIONS = ("fail_if", "until", "pending")
"""In the order in which an answer is held against them."""
_MAPPINGS = re.compile(
    rf"\s*((?:{'|'.join(NAMES)})|message\.(?:attachments|metadata)|turns\[[^\]]*\])\s*"
)
"""Expressions that never give a text or a number."""
_EVENTS = re.compile(r"\$(?:\.events|\[['\"]events['\"]\])")
_ONE = re.compile(rf"{_EVENTS.pattern}\[-?\d+\]")
"""Leads to one event at most."""

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""Source: RFC 9110, 5.6.2."""
_FRAMING_HEADERS = ("content-length", "transfer-encoding")
"""Say how long a body is: a wrong one would cut it."""


def advise(document: Document, violation: Violation) -> Advice | None:
    """Why a key may not stand where it does; None where nothing more is known of it."""
    path = violation.path
    if violation.keyword != "unknown-key" or len(path) <= _STEP or path[0] not in tuple(Phase):
        return None
    phase, key, below = str(path[0]), str(path[-1]), path[_STEP:]
    if below in USABLE:
        kinds = " and ".join(f"'{kind}'" for kind in USABLE[below])
        kind = next((kind for kind in KINDS if document.at(*path[:_STEP]).has(kind)), "")
        return Advice(
            message=f"a '{kind}' step cannot use {_named(below)}", hint=f"it is a key of {kinds}"
        )
    if below == ("reply",):
        phases = " and ".join(f"'{one}'" for one in REPLYING)
        return Advice(
            message=f"the 'reply' of '{phase}' steps is never read",
            hint=f"a reply is read from the steps of {phases}",
        )
    if below[:1] in {(kind,) for kind in KINDS} and key in BODIES:
        first = next(body for body in BODIES if document.at(*path[:-1]).has(body))
        return Advice(
            message=f"'{key}' stands beside '{first}'",
            hint=f"a request has one body: {', '.join(BODIES)}",
        )
    return None


def _named(path: Path) -> str:
    return "'" + ".".join(map(str, path)) + "'"


def rule_problems(definition: Definition, document: Document) -> Iterator[Problem]:
    """All that contradicts itself, has no effect, or uses what is not there."""
    top = document.at()
    yield from _unread_settings(definition, top)
    yield from _unforkable(definition, top.get("forks"))
    known = definition.captures.union(NAMES)
    if common := top.get("headers"):
        yield from _headers(common)
        names = compile_template(common.value, definition=True).names
        who = "the headers of every request use"
        yield from _unknown(names.difference(known), who, common.key_place, known)
        known |= names
    for phase in Phase:
        nodes = list(top.get(phase) or ())
        steps = definition.phases[phase]
        if nodes and phase in REPLYING and not any(step.reply for step in steps):
            message = f"no step of '{phase}' reads messages"
            yield _problem("missing-key", message, top.at(phase).key_place, "give one a 'reply'")
        for step, node in zip(steps, nodes, strict=True):
            yield from _in_step(step, node)
            yield from _uncaptured(step, known)
        if phase == "send":
            yield from _replaced_replies(steps, nodes)


def _in_step(step: Step, node: Node) -> Iterator[Problem]:
    yield from _captures(node)
    yield from _conditions(node)
    yield from _not_filled_in(node)
    yield from _unread_answer(step, node)
    yield from _framing(step, node)
    yield from _whole(step, node)
    request = next(node.at(kind) for kind in KINDS if node.has(kind))
    if (headers := request.get("headers")) is not None:
        yield from _headers(headers)
    for key in ("query", "form"):
        if (found := request.get(key)) is not None:
            yield from _forms(key, found)
    yield from _address(request.at(step.request.method.lower()))


def _unread_settings(definition: Definition, top: Node) -> Iterator[Problem]:
    """Settings that no template reads; a secret is hidden in any case."""
    read = definition.taken.settings
    if read is None or not read <= definition.settings.keys():
        return
    for name, node in top.entries("settings"):
        if name != "base_url" and name not in read and not definition.settings[name].is_secret:
            message = f"no template reads the setting '{name}'"
            hint = f"use ${{settings.{name}}}, or take it out"
            yield _problem("no-effect", message, node.key_place, hint)


def _unforkable(definition: Definition, node: Node | None) -> Iterator[Problem]:
    if node is None or not definition.forks:
        return
    faults = (
        (
            bool(definition.phases[Phase.CLOSE]),
            "'forks: true' stands beside 'close' steps",
            "what one conversation closes, those that went on from it could not use",
        ),
        (
            definition.has_secret_captures,
            "'forks: true' stands beside captures with 'secret: true'",
            "a recording tells such a secret of its own conversation alone",
        ),
    )
    for is_so, message, hint in faults:
        if is_so:
            yield _problem("cannot-fork", message, node.key_place, f"leave 'forks' out: {hint}")


def _uncaptured(step: Step, known: Iterable[str]) -> Iterator[Problem]:
    request = step.request
    templates = [request.path, request.headers, request.query, request.body]
    templates += [step.when] if step.when else []
    templates += [step.poll.every, step.poll.timeout] if step.poll else []
    names = frozenset(name for template in templates for name in template.names)
    yield from _unknown(names.difference(known), f"step {step.name} uses", step.place, known)


def _unknown(
    names: Iterable[str], who: str, place: Place, known: Iterable[str]
) -> Iterator[Problem]:
    for name in sorted(names):
        message = f"{who} '{name}', which no step captures"
        where = expression_with(name, place)
        yield _problem("unknown-capture", message, where, did_you_mean(name, known))


def _captures(node: Node) -> Iterator[Problem]:
    for name, capture in node.entries("capture"):
        if name in NAMES:
            message = f"the capture '{name}' has the name of a built-in value"
            hint = f"choose another name; built in are {', '.join(NAMES)}"
            yield _problem("reserved-name", message, capture.key_place, hint)


def _conditions(node: Node) -> Iterator[Problem]:
    """Values of one path in two conditions: the first one decides."""
    seen: list[tuple[str, Json, str]] = []
    for key in _CONDITIONS:
        for path, wanted in node.entries(key):
            values = wanted.value if isinstance(wanted.value, list) else [wanted.value]
            for value in values:
                first = next((k for p, v, k in seen if p == path and is_same(v, value)), "")
                if first:
                    message = f"{quote(value)} at {path} stands in '{first}' and in '{key}'"
                    hint = f"'{first}' decides; keep one of them"
                    yield _problem("no-effect", message, wanted.place, hint)
                else:
                    seen.append((path, value, key))


def _not_filled_in(node: Node) -> Iterator[Problem]:
    """`${…}` where the definition's texts are taken as they are."""
    for name, capture in node.entries("capture"):
        yield from _literal(capture, f"the path of the capture '{name}'")
    for key in ("reply", "done", *_CONDITIONS):
        if (found := node.get(key)) is not None:
            yield from _literal(found, f"'{key}'")


def _literal(node: Node, where: str) -> Iterator[Problem]:
    message = f"${{…}} stands in {where}, where nothing is filled in"
    hint = "write the value itself"
    for below in node.walk():
        if "${" in str(below.path[-1]):
            yield _problem("not-filled-in", message, below.key_place, hint)
        if isinstance(below.value, str) and "${" in below.value:
            yield _problem("not-filled-in", message, below.place, hint)


def _unread_answer(step: Step, node: Node) -> Iterator[Problem]:
    if step.answer.encoding is not Encoding.NONE:
        return
    answer = node.at("answer")
    readers = [("answer.schema", answer.get("schema"))]
    readers += [(key, node.get(key)) for key in ("capture", "reply", *_CONDITIONS)]
    for key, reader in readers:
        if reader is not None:
            message = f"'{key}' stands beside 'as: none', where nothing is read"
            yield _problem("no-effect", message, reader.key_place, "leave one of the two out")


def _framing(step: Step, node: Node) -> Iterator[Problem]:
    framing = step.stream.framing if step.stream is not None else Framing.AUTO
    done, events = node.get("done"), node.get("events")
    beside = f"stands beside 'framing: {framing.value}'"
    if framing is Framing.TEXT and done is not None:
        yield _problem("no-effect", f"'done' {beside}", done.key_place, "a text has no events")
    wanted = {Framing.TEXT: "json", Framing.NDJSON: "text"}.get(framing)
    if events is not None and events.value == wanted:
        hint = "a text has no events" if framing is Framing.TEXT else "each line is read as JSON"
        yield _problem("no-effect", f"'events: {wanted}' {beside}", events.key_place, hint)


def _whole(step: Step, node: Node) -> Iterator[Problem]:
    found = node.at("reply").get("whole") if step.reply is not None else None
    if found is not None and found.value and not reads_each_event(step):
        message = "'whole' stands where no event of a stream is a message of its own"
        yield _problem("no-effect", message, found.key_place, "take it out")


def reads_each_event(step: Step) -> bool:
    """Whether the events of a stream are read as a message each."""
    messages = step.reply.messages if step.stream is not None and step.reply is not None else ""
    return _EVENTS.match(messages) is not None and _ONE.match(messages) is None


def _headers(node: Node) -> Iterator[Problem]:
    """Names that cannot be sent, that are not the definition's to send, or that stand twice."""
    yield from _forms("headers", node)
    written: dict[str, str] = {}
    for name, value in node.items():
        first = written.setdefault(name.lower(), name)
        if not _HEADER.fullmatch(name):
            message = f"{quote(name)} is not the name of a header"
            hint = "a name has letters, digits and -, with no blank and no colon"
            yield _problem("wrong-header", message, value.key_place, hint)
        elif name.lower() in _FRAMING_HEADERS:
            message = f"the header {quote(name)} cannot be set"
            hint = "it describes the body and is sent by itself; take it out"
            yield _problem("wrong-header", message, value.key_place, hint)
        elif first != name:
            message = f"{quote(name)} and {quote(first)} are the same header"
            yield _problem("duplicate-key", message, value.key_place, "keep one of them")


def _forms(key: str, node: Node) -> Iterator[Problem]:
    """A list where names and values are wanted, of which nothing would be sent."""
    forms = ("for_each", "first_of") if key == "headers" else ("for_each",)
    for form in forms:
        if (found := node.get(form)) is not None:
            message = f"'{form}' stands where '{key}' wants names and values"
            yield _problem("no-effect", message, found.key_place, "write it behind a name")


def _address(path: Node) -> Iterator[Problem]:
    for expression in expressions(str(path.value)):
        if found := _MAPPINGS.fullmatch(expression):
            message = f"{quote(found[1])} is a mapping or a list, and stands in a path"
            place = expression_with(found[1], path.place)
            yield _problem("wrong-address-part", message, place, "name one value of it")


def _replaced_replies(steps: tuple[Step, ...], nodes: list[Node]) -> Iterator[Problem]:
    """A reply that a later step of the phase always replaces."""
    last = max((i for i, s in enumerate(steps) if s.reply and s.when is None), default=0)
    for step, node in list(zip(steps, nodes, strict=True))[:last]:
        if step.reply is not None:
            message = f"the reply of {step.name} is replaced by that of {steps[last].name}"
            hint = "keep one of them, or choose with 'when'"
            yield _problem("no-effect", message, node.at("reply").key_place, hint)


def _problem(code: str, message: str, place: Place, hint: str) -> Problem:
    return Problem(code=code, message=message, place=place, hint=hint)
