"""What a scenario tells a provider, or expects of it, that its definition knows nothing of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.engine.project import Project
from harness.errors import Problem, did_you_mean, quote
from harness.providers.catalogue import definition_of
from harness.providers.definition import Definition
from harness.scenario import Scenario, Scope, turn_subject
from harness.yaml_reader import Document

_SENT = ("attachments", "metadata")
_READ = ("tools", "usage")


def untold_problems(
    project: Project, scenario: Scenario, documents: Sequence[Document]
) -> Iterator[Problem]:
    """What no provider of the scenario is ever told. Raises `DefinitionError`."""
    keys = [one for document in documents for one in document.at().entries("session")]
    sent = [
        (turn, what)
        for turn in scenario.user_turns
        for what in _SENT
        if getattr(turn.message, what) is not None
    ]
    if not keys and not sent:
        return
    definitions = _definitions(project, scenario)
    if not definitions:
        return
    taken = [one.taken.session for one in definitions.values()]
    known = frozenset().union(*(one for one in taken if one is not None))
    for name, node in keys if None not in taken else ():
        if name not in known and "${" not in name:
            yield Problem(
                code="unknown-key",
                message=f"unknown key {quote(name)}: {_of(definitions, 'take')} {_alone(known)}",
                place=node.key_place,
                subject="session",
                hint=did_you_mean(name, known) or "take it out, or send it in the definition",
            )
    for turn, what in sent:
        messages = [one.taken.message for one in definitions.values()]
        if any(one is None or what in one for one in messages):
            continue
        yield Problem(
            code="never-sent",
            message=f"{_of(definitions, 'send')} no {what}",
            place=turn.place,
            subject=turn_subject(turn.number, turn.id),
            hint=f"take them out, or send ${{message.{what}}} in the definition",
        )


def skipped_notes(project: Project, scenario: Scenario) -> Iterator[str]:
    """Checks that are always skipped, a sentence each. Raises `DefinitionError`."""
    checks = [
        (turn, one)
        for turn in scenario.user_turns
        for one in turn.expectations
        if one.name in _READ and one.scope is not Scope.HISTORY
    ]
    for turn, check in checks:
        for name, one in _definitions(project, scenario).items():
            if one.client is None and not _reads(one, check.name):
                subject = turn_subject(turn.number, turn.id)
                yield (
                    f"{check.place}: {subject}: '{check.name}' is skipped: the definition of"
                    f" '{name}' does not say where to read it; add '{check.name}:' to its 'reply:'"
                )


def _definitions(project: Project, scenario: Scenario) -> Mapping[str, Definition]:
    """Those that the scenario is played against; of unknown names, other problems tell."""
    configs = project.config.providers
    names = project.providers_of(scenario.providers, ())
    return {name: definition_of(project.config, configs[name]) for name in names if name in configs}


def _reads(definition: Definition, what: str) -> bool:
    replies = [step.reply for phase in definition.phases.values() for step in phase]
    return any(getattr(reply, what) for reply in replies if reply is not None)


def _of(definitions: Mapping[str, Definition], verb: str) -> str:
    names = " and ".join(quote(name) for name in definitions)
    is_one = len(definitions) == 1
    return f"the definition{'' if is_one else 's'} of {names} {verb}{'s' if is_one else ''}"


def _alone(known: frozenset[str]) -> str:
    return f"{', '.join(sorted(known))} alone" if known else "no 'session:'"
