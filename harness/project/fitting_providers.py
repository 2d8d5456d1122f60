"""What a scenario sends or expects that the definitions of its providers do not support."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from harness.checks import KIND_NAMED, BadExpectation, Kind, Options, Subject
from harness.conversation import Outcome, UserMessage
from harness.core import Json, Place, Problem, did_you_mean, quote
from harness.formats.yaml import Document, Node
from harness.project.project import Project
from harness.providers.catalogue import definition_of
from harness.providers.definition import Definition
from harness.scenario import Expectation, Scenario, Scope, turn_subject
from harness.scenario.tool_answers import PlannedAnswers
from harness.scenario.turn_names import LISTS

Key: TypeAlias = tuple[str, Place]
"""A key that an author wrote, and where."""

_SENT = {"attachments": "attachment", "metadata": "metadata"}
"""Parts of a message that a definition may leave out, and what it takes of each one."""


def untold_problems(
    project: Project, scenario: Scenario, documents: Sequence[Document]
) -> Iterator[Problem]:
    """What is never sent to any provider of the scenario. Raises `DefinitionError`."""
    entries = [entry for document in documents for entry in document.at().entries("session")]
    sent = [
        turn for turn in scenario.user_turns if turn.message.attachments or turn.message.metadata
    ]
    answers = [*scenario.answers.values()]
    answers += [one for turn in scenario.user_turns for one in turn.answers.values()]
    definitions = definitions_for(project, scenario) if entries or sent or answers else {}
    if not definitions:
        return
    yield from unsent_answers(definitions, answers)
    yield from unknown_session_keys(definitions, _keys(entries))
    said = {str(user.key_place): user for document in documents for user in _messages(document)}
    for turn in sent:
        message = said.get(str(turn.place))
        parts = {
            what: _keys_of(message.get(what) if message is not None else None)
            for what in _SENT
            if getattr(turn.message, what) is not None
        }
        yield from unsent_parts(definitions, parts, turn.place, turn_subject(turn.number, turn.id))


def unsent_answers(
    definitions: Mapping[str, Definition], answers: Iterable[PlannedAnswers]
) -> Iterator[Problem]:
    """Answers to tool calls that no definition sends."""
    if any(one.answers_tools for one in definitions.values()):
        return
    for answer in answers:
        yield Problem(
            code="never-sent",
            message=f"{_of(definitions, 'send')} no answers to tool calls",
            place=answer.place,
            subject="answers",
            hint="remove 'answers', or add 'tools' steps to the definition",
        )


def unknown_session_keys(
    definitions: Mapping[str, Definition], keys: Iterable[Key]
) -> Iterator[Problem]:
    """Keys of `session:` that none of the definitions takes."""
    known = _all_taken(definitions, "session")
    takes = f"{_of(definitions, 'take')} {_alone(known, 'session:')}"
    yield from _unknown_keys(keys, known, takes, "session")


def unsent_parts(
    definitions: Mapping[str, Definition],
    parts: Mapping[str, Iterable[Key]],
    place: Place,
    subject: str,
) -> Iterator[Problem]:
    """Parts of a message that no definition sends: `metadata`, `attachments`, or keys of them."""
    members = _all_taken(definitions, "message")
    for what, keys in parts.items():
        if members is not None and what not in members:
            yield Problem(
                code="never-sent",
                message=f"{_of(definitions, 'send')} no {what}",
                place=place,
                subject=subject,
                hint=f"remove them, or send ${{message.{what}}} in the definition",
            )
            continue
        known = _all_taken(definitions, _SENT[what])
        takes = f"of {what} {_of(definitions, 'send')} {_alone(known, what)}"
        yield from _unknown_keys(keys, known, takes, subject)


def unsent_in_message(
    definitions: Mapping[str, Definition], message: UserMessage, place: Place, subject: str
) -> Iterator[Problem]:
    """What no definition sends of the attachments and the metadata of a message."""
    parts = {
        "attachments": [
            (name, place)
            for attachment in message.attachments
            for name in ("name", "content")
            if getattr(attachment, name)
        ],
        "metadata": [(name, place) for name in message.metadata],
    }
    yield from unsent_parts(definitions, {p: k for p, k in parts.items() if k}, place, subject)


def _unknown_keys(
    keys: Iterable[Key], known: frozenset[str] | None, takes: str, subject: str
) -> Iterator[Problem]:
    for name, place in keys:
        if known is not None and name not in known and "${" not in name:
            yield Problem(
                code="unknown-key",
                message=f"unknown key {quote(name)}: {takes}",
                place=place,
                subject=subject,
                hint=did_you_mean(name, known) or "remove it, or send it in the definition",
            )


def _keys(entries: Iterable[tuple[str, Node]]) -> Iterator[Key]:
    return ((name, node.key_place) for name, node in entries)


def _keys_of(written: Node | None) -> Iterator[Key]:
    """The keys of a mapping, or of each mapping of a list."""
    for node in () if written is None else (written, *written):
        yield from _keys(node.items())


def _messages(document: Document) -> Iterator[Node]:
    entries = (node for key in LISTS for node in document.at().get(key) or ())
    return (node.at("user") for node in entries if node.has("user"))


def _all_taken(definitions: Mapping[str, Definition], what: str) -> frozenset[str] | None:
    """The keys of something that any of the definitions takes; None if one takes it whole."""
    taken: list[frozenset[str] | None] = [getattr(d.taken, what) for d in definitions.values()]
    known = [member for member in taken if member is not None]
    return frozenset().union(*known) if len(known) == len(taken) else None


def blind_checks(project: Project, scenario: Scenario) -> Iterator[Problem]:
    """Checks that can never look, because a definition of the scenario does not say where.

    The code is `not-told` if the check forbids something, and empty if the check only requires
    something, because it is skipped. Raises `DefinitionError`.
    """
    found = [
        (subject, check, *read)
        for subject, check in expectations_of(scenario)
        if check.scope is not Scope.HISTORY
        for read in _reads_in(check.name, check.constant, is_turned=check.scope is Scope.NEVER)
    ]
    for subject, check, kind, forbids in found:
        for provider, definition in definitions_for(project, scenario).items():
            if definition.client is None and not says(definition, kind.needs):
                leave = "remove the check"
                is_part = kind.needs != STREAM
                yield Problem(
                    code="not-told" if forbids else "",
                    message=f"'{kind.name}' {'cannot be checked' if forbids else 'is skipped'}:"
                    f" the definition of '{provider}' {kind.lacks}",
                    place=check.place,
                    subject=subject,
                    hint=f"add '{kind.needs}:' to its 'reply:', or {leave}" if is_part else leave,
                )


def expectations_of(scenario: Scenario) -> Iterator[tuple[str, Expectation]]:
    """All expectations, each after the words for its turn; "" for the whole conversation."""
    for turn in scenario.user_turns:
        yield from (
            (turn_subject(turn.number, turn.id), expectation) for expectation in turn.expectations
        )
    yield from (("", expectation) for expectation in scenario.expectations)
    user = scenario.simulation
    if user is not None:
        rules = (expectation for rule in user.script for expectation in rule.when)
        yield from (("simulate", expectation) for expectation in (*rules, *user.stop_when))


def _reads_in(name: str, value: Json, *, is_turned: bool) -> Iterator[tuple[Kind, bool]]:
    """The kinds in a check that need something of a definition, and whether each forbids it."""
    kind = KIND_NAMED.get(name)
    if kind is None:
        return
    if kind.needs:
        yield kind, is_turned or _forbids(kind, value)
    for _, inner, check in kind.inner_checks(value):
        yield from _reads_in(inner, check, is_turned=is_turned or name == "not")


def _forbids(kind: Kind, value: Json) -> bool:
    """Whether a check is BROKEN if nothing is known; a value with variables counts as BROKEN."""
    nothing = Subject()
    if getattr(nothing, kind.needs, None) is not None:
        # A reply has an empty list of these if its definition does not read them.
        return True
    try:
        judge = kind.compile(value, Options())
    except BadExpectation:
        return value is None
    return judge(nothing).outcome is Outcome.BROKEN


def definitions_for(project: Project, scenario: Scenario) -> Mapping[str, Definition]:
    """The definitions that a scenario is played against, by the name of the provider if known."""
    configs = project.config.providers
    names = project.providers_of(scenario.providers, ())
    return {name: definition_of(project.config, configs[name]) for name in names if name in configs}


STREAM = "stream"
"""What a check on the arrival of an answer needs."""


def says(definition: Definition, name: str) -> bool:
    """Whether a definition says where this part of a reply is, or reads a stream."""
    if name == STREAM:
        return any(step.stream is not None for step in definition.steps)
    return any(getattr(step.reply, name) for step in definition.steps if step.reply is not None)


def _of(definitions: Mapping[str, Definition], verb: str) -> str:
    names = " and ".join(quote(name) for name in definitions)
    is_one = len(definitions) == 1
    return f"the definition{'' if is_one else 's'} of {names} {verb}{'s' if is_one else ''}"


def _alone(known: frozenset[str] | None, what: str) -> str:
    return f"only {', '.join(sorted(known))}" if known else f"no '{what}'"
