"""What a scenario tells a provider, or expects of it, that its definition knows nothing of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from harness.checks import KINDS, BadExpectation, Options, Subject
from harness.conversation import Outcome
from harness.core.errors import Problem, did_you_mean, quote
from harness.core.source import Place
from harness.formats.yaml import Document, Node
from harness.project.project import Project
from harness.providers.catalogue import definition_of
from harness.providers.definition import Definition
from harness.scenario import Expectation, Scenario, Scope, turn_subject
from harness.scenario.subject import LISTS

Key: TypeAlias = tuple[str, Place]
"""A key that an author wrote, and where."""

_SENT = {"attachments": "attachment", "metadata": "metadata"}
"""Parts of a message that a definition may leave out, and what it takes of each one."""
_LACK = {
    "tools": "does not say where tool calls stand",
    "usage": "does not say where usage stands",
    "first_token": "reads no stream",
    "actions": "does not say where buttons stand",
    "products": "does not say where products stand",
    "attachments": "does not say where attachments stand",
}
"""What a definition that does not tell a check enough is like."""
_MEND = {
    "tools": "add 'tools:' to its 'reply:', or leave the check out",
    "usage": "add 'usage:' to its 'reply:', or leave the check out",
    "actions": "add 'actions:' to its 'reply:', or leave the check out",
    "products": "add 'products:' to its 'reply:', or leave the check out",
    "attachments": "add 'attachments:' to its 'reply:', or leave the check out",
}
_NEVER_UNKNOWN = ("actions", "products", "attachments")
"""Of these a reply has none where its definition does not read them."""
_AROUND = ("not", "any_of", "all_of")


def untold_problems(
    project: Project, scenario: Scenario, documents: Sequence[Document]
) -> Iterator[Problem]:
    """What no provider of the scenario is ever told. Raises `DefinitionError`."""
    entries = [one for document in documents for one in document.at().entries("session")]
    sent = [
        turn for turn in scenario.user_turns if turn.message.attachments or turn.message.metadata
    ]
    if not entries and not sent:
        return
    definitions = definitions_for(project, scenario)
    if not definitions:
        return
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


def unknown_session_keys(
    definitions: Mapping[str, Definition], keys: Iterable[Key]
) -> Iterator[Problem]:
    """Keys of what a session is told that none of the definitions takes."""
    known = _all_taken(definitions, "session")
    takes = f"{_of(definitions, 'take')} {_alone(known, 'session:')}"
    yield from _unknown_keys(keys, known, takes, "session")


def unsent_parts(
    definitions: Mapping[str, Definition],
    parts: Mapping[str, Iterable[Key]],
    place: Place,
    subject: str,
) -> Iterator[Problem]:
    """What of a message no definition sends: its `metadata` or `attachments`, or keys of them."""
    members = _all_taken(definitions, "message")
    for what, keys in parts.items():
        if members is not None and what not in members:
            yield Problem(
                code="never-sent",
                message=f"{_of(definitions, 'send')} no {what}",
                place=place,
                subject=subject,
                hint=f"take them out, or send ${{message.{what}}} in the definition",
            )
            continue
        known = _all_taken(definitions, _SENT[what])
        takes = f"of {what} {_of(definitions, 'send')} {_alone(known, what)}"
        yield from _unknown_keys(keys, known, takes, subject)


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
                hint=did_you_mean(name, known) or "take it out, or send it in the definition",
            )


def _keys(entries: Iterable[tuple[str, Node]]) -> Iterator[Key]:
    return ((name, node.key_place) for name, node in entries)


def _keys_of(written: Node | None) -> Iterator[Key]:
    """The keys of a mapping, and of each mapping of a list."""
    for node in () if written is None else (written, *written):
        yield from _keys(node.items())


def _messages(document: Document) -> Iterator[Node]:
    entries = (node for key in LISTS for node in document.at().get(key) or ())
    return (node.at("user") for node in entries if node.has("user"))


def _all_taken(definitions: Mapping[str, Definition], what: str) -> frozenset[str] | None:
    """What any of the definitions takes of something; None where one takes it whole."""
    taken: list[frozenset[str] | None] = [getattr(d.taken, what) for d in definitions.values()]
    known = [one for one in taken if one is not None]
    return frozenset().union(*known) if len(known) == len(taken) else None


def blind_checks(project: Project, scenario: Scenario) -> Iterator[Problem]:
    """Checks that can never look, because a definition of the scenario does not say where.

    Of one that forbids something the problem has the code `not-told`; one that only asks that
    something is there is skipped, and has no code. Raises `DefinitionError`.
    """
    checks = [
        (turn_subject(turn.number, turn.id), one)
        for turn in scenario.user_turns
        for one in turn.expectations
        if one.scope is not Scope.HISTORY
    ]
    checks += [("", one) for one in scenario.expectations]
    found = [(subject, check, *read) for subject, check in checks for read in _reads_of(check)]
    for subject, check, name, forbids in found:
        for provider, definition in definitions_for(project, scenario).items():
            if definition.client is None and not says(definition, name):
                yield Problem(
                    code="not-told" if forbids else "",
                    message=f"'{name}' {'cannot look' if forbids else 'is skipped'}:"
                    f" the definition of '{provider}' {_LACK[name]}",
                    place=check.place,
                    subject=subject,
                    hint=_MEND.get(name, "leave the check out"),
                )


def _reads_of(check: Expectation) -> Iterator[tuple[str, bool]]:
    """What a check reads that not every definition says, and whether it forbids something."""
    value = check.value.render({}) if check.value.is_constant else None
    yield from _reads_in(check.name, value, is_turned=check.scope is Scope.NEVER)


def _reads_in(name: str, value: object, *, is_turned: bool) -> Iterator[tuple[str, bool]]:
    if name in _LACK:
        yield name, is_turned or _forbids(name, value)
    elif name in _AROUND:
        for block in value if isinstance(value, list) else [value]:
            for inner, one in block.items() if isinstance(block, Mapping) else ():
                yield from _reads_in(inner, one, is_turned=is_turned or name == "not")


def _forbids(name: str, value: object) -> bool:
    """Whether a check is BROKEN where nothing is known; of a value with variables, it may be."""
    if name in _NEVER_UNKNOWN:
        return True
    try:
        judge = KINDS[name].compile(value, Options())  # type: ignore[arg-type]  # rendered from JSON
    except BadExpectation:
        return value is None
    return judge(Subject()).outcome is Outcome.BROKEN


def definitions_for(project: Project, scenario: Scenario) -> Mapping[str, Definition]:
    """Those that the scenario is played against; of unknown names, other problems tell."""
    configs = project.config.providers
    names = project.providers_of(scenario.providers, ())
    return {name: definition_of(project.config, configs[name]) for name in names if name in configs}


def says(definition: Definition, name: str) -> bool:
    """Whether a definition says where this part of a reply stands."""
    steps = [step for phase in definition.phases.values() for step in phase]
    if name == "first_token":
        return any(step.stream is not None for step in steps)
    return any(getattr(step.reply, name) for step in steps if step.reply is not None)


def _of(definitions: Mapping[str, Definition], verb: str) -> str:
    names = " and ".join(quote(name) for name in definitions)
    is_one = len(definitions) == 1
    return f"the definition{'' if is_one else 's'} of {names} {verb}{'s' if is_one else ''}"


def _alone(known: frozenset[str] | None, what: str) -> str:
    return f"{', '.join(sorted(known))} alone" if known else f"no '{what}'"
