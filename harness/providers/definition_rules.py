"""What a definition says in vain, or against itself, beyond the format of its keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.conversation import REPLYING, Phase
from harness.core import Json, Place, Problem, did_you_mean, is_same, quote
from harness.formats.template import compile_template
from harness.formats.template.expressions import expression_with
from harness.formats.yaml import Document, Node
from harness.providers.definition import Definition, Step
from harness.providers.definition_schema import OPENING_AGAIN, REPLY_FORMATS
from harness.providers.flow import NAMES, NOW
from harness.providers.request_rules import header_problems, request_problems
from harness.providers.sign import SIGNED
from harness.providers.step_kinds import KINDS
from harness.providers.step_plans import Encoding
from harness.providers.web_socket import order_problems

_CONDITIONS = ("fail_if", "until", "pending")
"""In the order in which an answer is held against them."""
_EVENTS = re.compile(r"\$(?:\.events|\[['\"]events['\"]\])")
_ONE = re.compile(rf"{_EVENTS.pattern}\[-?\d+\]")
"""Leads to one event at most."""


def rule_problems(definition: Definition, document: Document) -> Iterator[Problem]:
    """All that contradicts itself, has no effect, or uses what is not there."""
    top = document.at()
    yield from _unread_settings(definition, top)
    yield from _unforkable(definition, top.get("forks"))
    yield from order_problems(definition.phases)
    known = definition.captures.union(NAMES)
    if not definition.phases[Phase.TOOLS]:
        known -= {"results"}
    if common := top.get("headers"):
        yield from header_problems(common)
        names = compile_template(common.value, definition=True).names
        who = "the headers of every request use"
        yield from _unknown(names.difference(known, (NOW,)), who, common.key_place, known)
        known |= names
    yield from _unseen_calls(definition, top)
    yield from _opening_again(definition, top)
    for phase in Phase:
        nodes = list(top.get(phase) or ())
        steps = definition.phases[phase]
        if nodes and phase in REPLY_FORMATS and not any(step.reply for step in steps):
            yield _problem(
                "missing-key",
                f"no step of '{phase}' reads messages",
                top.at(phase).key_place,
                "give one a 'reply'",
            )
        for step, node in zip(steps, nodes, strict=True):
            yield from _in_step(step, node, top, definition)
            yield from _unknown_names(step, known)
        if phase is Phase.SEND:
            yield from _replaced_replies(steps, nodes)


def _unseen_calls(definition: Definition, top: Node) -> Iterator[Problem]:
    """Replies that do not say which tools are called, although tools are answered."""
    if not definition.phases[Phase.TOOLS]:
        if node := top.get("tool_rounds"):
            message = "'tool_rounds' has no effect without 'tools' steps"
            yield _problem("no-effect", message, node.key_place, "remove it, or add 'tools'")
        return
    for phase in REPLYING:
        for step, node in zip(definition.phases[phase], top.get(phase) or (), strict=True):
            if step.reply is not None and step.reply.tools is None:
                yield _problem(
                    "missing-key",
                    f"the reply of {step.name} does not say where tool calls are,"
                    " so the 'tools' steps do not run after it",
                    node.at("reply").key_place,
                    "add 'tools: {path: …}' to it",
                )


def _in_step(step: Step, node: Node, top: Node, definition: Definition) -> Iterator[Problem]:
    yield from _captures(node)
    yield from _conditions(node)
    yield from _unread_answer(step, node)
    yield from KINDS[step.kind].problems(step, node)
    yield from _whole(step, node)
    if step.reply is not None:
        yield from _fixed_correlation(node.at("reply").get("in_reply_to"))
    yield from request_problems(node.at(step.kind), step, top.get("headers"), definition)


def _opening_again(definition: Definition, top: Node) -> Iterator[Problem]:
    """`on` where nothing can be opened again, or of a status that is expected."""
    steps = [(step, top.at(step.phase, step.number - 1)) for step in definition.steps]
    nodes = [top.get("on"), *(node.get("on") for _, node in steps)]
    if not definition.phases[Phase.OPEN]:
        for node in filter(None, nodes):
            hint = "add the steps that log in, or remove 'on'"
            yield _problem("no-effect", "there are no 'open' steps to run", node.key_place, hint)
        return
    for step, node in steps:
        on = node.get("on")
        if on is None:
            continue
        if step.phase not in OPENING_AGAIN:
            yield _problem(
                "no-effect",
                f"a step of '{step.phase}' cannot open the conversation again",
                on.key_place,
                f"'on' is used in the steps of {', '.join(OPENING_AGAIN)}",
            )
        for status, value in on.items():
            if step.answer.allows(int(status)):
                message = f"'on' has no effect for {status}, which 'answer' expects"
                yield _problem("no-effect", message, value.key_place, "remove one of the two")


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
        (
            any(step.kind == "socket" for step in definition.steps),
            "'forks: true' is used together with a WebSocket",
            "two conversations cannot continue on one WebSocket",
        ),
    )
    for is_so, message, hint in faults:
        if is_so:
            yield _problem("cannot-fork", message, node.key_place, f"remove 'forks': {hint}")


def _unknown_names(step: Step, known: Iterable[str]) -> Iterator[Problem]:
    who = f"step {step.name} uses"
    others = frozenset(name for template in step.other_templates for name in template.names)
    if NOW in others.difference(known):
        where = expression_with(NOW, step.place)
        message = f"{who} now() outside of its request"
        yield _problem("unknown-capture", message, where, "a request alone is made with a time")
    sign = step.request.sign
    signed = sign.over.names.difference(SIGNED) if sign is not None and sign.over else frozenset()
    parts = [one for one in step.request.templates if sign is None or one is not sign.over]
    names = frozenset().union(*(template.names for template in parts))
    yield from _unknown(others.difference(known, (NOW,)), who, step.place, known)
    yield from _unknown(names.difference(known, others, (NOW,)), who, step.place, {*known, NOW})
    yield from _unknown(
        signed.difference(known, others, names, (NOW,)), who, step.place, {*known, NOW, *SIGNED}
    )


def _unknown(
    names: Iterable[str], who: str, place: Place, known: Iterable[str]
) -> Iterator[Problem]:
    for name in sorted(names):
        message = f"{who} '{name}', which no step captures"
        where = expression_with(name, place)
        yield _problem("unknown-capture", message, where, did_you_mean(name, known))


def _captures(node: Node) -> Iterator[Problem]:
    for name, capture in node.entries("capture"):
        if name in {*NAMES, NOW}:
            yield _problem(
                "reserved-name",
                f"the capture '{name}' has the name of a built-in value",
                capture.key_place,
                f"choose another name; built-in values: {', '.join((*NAMES, NOW))}",
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


def _fixed_correlation(node: Node | None) -> Iterator[Problem]:
    """A correlation that is the same in every turn, and so tells no turn from another."""
    if node is not None and "${" not in str(node.value):
        yield _problem(
            "no-effect",
            "'in_reply_to' compares with the same value in every turn",
            node.key_place,
            "capture the id of the turn and write '${…}'; a fixed condition belongs in 'messages'",
        )


def reads_each_event(step: Step) -> bool:
    """Whether the events of a stream are read as a message each."""
    if step.stream is None or step.reply is None or step.reply.index:
        return False
    messages = step.reply.messages
    return _EVENTS.match(messages) is not None and _ONE.match(messages) is None


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
