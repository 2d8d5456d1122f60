"""What a scenario tells a provider, or expects of it, that its definition knows nothing of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.checks import KINDS, BadExpectation, Options, Subject
from harness.conversation import Outcome
from harness.engine.project import Project
from harness.errors import Problem, did_you_mean, quote
from harness.providers.catalogue import definition_of
from harness.providers.definition import Definition
from harness.scenario import Expectation, Scenario, Scope, turn_subject
from harness.yaml_reader import Document

_SENT = ("attachments", "metadata")
_LACK = {
    "tools": "does not say where tool calls stand",
    "usage": "does not say where usage stands",
    "first_token": "reads no stream",
}
"""What a definition that does not tell a check enough is like."""
_MEND = {
    "tools": "add 'tools:' to its 'reply:', or leave the check out",
    "usage": "add 'usage:' to its 'reply:', or leave the check out",
}
_AROUND = ("not", "any_of", "all_of")


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
        for provider, definition in _definitions(project, scenario).items():
            if definition.client is None and not _says(definition, name):
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
    try:
        judge = KINDS[name].compile(value, Options())  # type: ignore[arg-type]  # rendered from JSON
    except BadExpectation:
        return value is None
    return judge(Subject()).outcome is Outcome.BROKEN


def _definitions(project: Project, scenario: Scenario) -> Mapping[str, Definition]:
    """Those that the scenario is played against; of unknown names, other problems tell."""
    configs = project.config.providers
    names = project.providers_of(scenario.providers, ())
    return {name: definition_of(project.config, configs[name]) for name in names if name in configs}


def _says(definition: Definition, name: str) -> bool:
    steps = [step for phase in definition.phases.values() for step in phase]
    if name == "first_token":
        return any(step.stream is not None for step in steps)
    return any(getattr(step.reply, name) for step in steps if step.reply is not None)


def _of(definitions: Mapping[str, Definition], verb: str) -> str:
    names = " and ".join(quote(name) for name in definitions)
    is_one = len(definitions) == 1
    return f"the definition{'' if is_one else 's'} of {names} {verb}{'s' if is_one else ''}"


def _alone(known: frozenset[str]) -> str:
    return f"{', '.join(sorted(known))} alone" if known else "no 'session:'"
