"""What a definition says in vain, or against itself, beyond the format of its keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.conversation import Phase
from harness.core import Json, Place, Problem, did_you_mean, is_same, quote
from harness.formats.template import compile_template, expressions
from harness.formats.template.expressions import expression_with
from harness.formats.yaml import Document, Node
from harness.providers.definition import Definition, Encoding, Step
from harness.providers.definition_schema import REPLYING
from harness.providers.flow import NAMES
from harness.providers.step_kinds import KINDS

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
            yield _problem(
                "missing-key",
                f"no step of '{phase}' reads messages",
                top.at(phase).key_place,
                "give one a 'reply'",
            )
        for step, node in zip(steps, nodes, strict=True):
            yield from _in_step(step, node)
            yield from _uncaptured(step, known)
        if phase is Phase.SEND:
            yield from _replaced_replies(steps, nodes)


def _in_step(step: Step, node: Node) -> Iterator[Problem]:
    yield from _captures(node)
    yield from _conditions(node)
    yield from _unread_answer(step, node)
    yield from KINDS[step.kind].problems(step, node)
    yield from _whole(step, node)
    request = node.at(step.kind)
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
            yield _problem(
                "no-effect",
                f"no template uses the setting '{name}'",
                node.key_place,
                f"use ${{settings.{name}}}, or remove it",
            )


def _unforkable(definition: Definition, node: Node | None) -> Iterator[Problem]:
    if node is None or not definition.forks:
        return
    faults = (
        (
            bool(definition.phases[Phase.CLOSE]),
            "'forks: true' is used together with 'close' steps",
            "other branches could not use what one conversation closes",
        ),
        (
            definition.has_secret_captures,
            "'forks: true' is used together with captures with 'secret: true'",
            "a recording knows such a secret only from its own conversation",
        ),
    )
    for is_so, message, hint in faults:
        if is_so:
            yield _problem("cannot-fork", message, node.key_place, f"remove 'forks': {hint}")


def _uncaptured(step: Step, known: Iterable[str]) -> Iterator[Problem]:
    names = frozenset(name for template in step.templates for name in template.names)
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
            yield _problem(
                "reserved-name",
                f"the capture '{name}' has the name of a built-in value",
                capture.key_place,
                f"choose another name; built-in values: {', '.join(NAMES)}",
            )


def _conditions(node: Node) -> Iterator[Problem]:
    """Values of one path in two conditions: the first one decides."""
    seen: list[tuple[str, Json, str]] = []
    for key in _CONDITIONS:
        for path, wanted in node.entries(key):
            values = wanted.value if isinstance(wanted.value, list) else [wanted.value]
            for value in values:
                first = next((k for p, v, k in seen if p == path and is_same(v, value)), "")
                if first:
                    yield _problem(
                        "no-effect",
                        f"{quote(value)} at {path} is both in '{first}' and in '{key}'",
                        wanted.place,
                        f"'{first}' takes precedence; keep one of them",
                    )
                else:
                    seen.append((path, value, key))


def _unread_answer(step: Step, node: Node) -> Iterator[Problem]:
    if step.answer.encoding is not Encoding.NONE:
        return
    answer = node.at("answer")
    readers = [("answer.schema", answer.get("schema"))]
    readers += [(key, node.get(key)) for key in ("capture", "reply", *_CONDITIONS)]
    for key, reader in readers:
        if reader is not None:
            yield _problem(
                "no-effect",
                f"'{key}' has no effect with 'as: none', because nothing is read",
                reader.key_place,
                "remove one of the two",
            )


def _whole(step: Step, node: Node) -> Iterator[Problem]:
    found = node.at("reply").get("whole") if step.reply is not None else None
    if found is not None and found.value and not reads_each_event(step):
        yield _problem(
            "no-effect",
            "'whole' has no effect, because no event of a stream is a separate message",
            found.key_place,
            "remove it",
        )


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
            yield _problem(
                "wrong-header",
                f"{quote(name)} is not the name of a header",
                value.key_place,
                "use letters, digits and '-', without spaces and colons",
            )
        elif name.lower() in _FRAMING_HEADERS:
            yield _problem(
                "wrong-header",
                f"the header {quote(name)} cannot be set",
                value.key_place,
                "it describes the body and is set automatically; remove it",
            )
        elif first != name:
            yield _problem(
                "duplicate-key",
                f"{quote(name)} and {quote(first)} are the same header",
                value.key_place,
                "keep one of them",
            )


def _forms(key: str, node: Node) -> Iterator[Problem]:
    """A list where names and values are wanted, of which nothing would be sent."""
    forms = ("for_each", "first_of") if key == "headers" else ("for_each",)
    for form in forms:
        if (found := node.get(form)) is not None:
            yield _problem(
                "no-effect",
                f"'{key}' takes names and values, not '{form}'",
                found.key_place,
                "write it as the value of a name",
            )


def _address(path: Node) -> Iterator[Problem]:
    for expression in expressions(str(path.value)):
        if found := _MAPPINGS.fullmatch(expression):
            message = f"{quote(found[1])} is a mapping or a list, but is used in a path"
            place = expression_with(found[1], path.place)
            yield _problem("wrong-address-part", message, place, "name one value of it")


def _replaced_replies(steps: tuple[Step, ...], nodes: list[Node]) -> Iterator[Problem]:
    """A reply that a later step of the phase always replaces."""
    last = max((i for i, s in enumerate(steps) if s.reply and s.when is None), default=0)
    for step, node in list(zip(steps, nodes, strict=True))[:last]:
        if step.reply is not None:
            yield _problem(
                "no-effect",
                f"the reply of {step.name} is replaced by that of {steps[last].name}",
                node.at("reply").key_place,
                "keep one of them, or choose with 'when'",
            )


def _problem(code: str, message: str, place: Place, hint: str) -> Problem:
    return Problem(code=code, message=message, place=place, hint=hint)
