"""Makes a scenario, and a cassette that it replays, from a recording of any origin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from harness.authoring.importing.chain import ChainConversion
from harness.authoring.importing.cleaning import captured_in, cleaned, redactor_for, require_clean
from harness.authoring.importing.conversion import Conversion
from harness.authoring.importing.model_history import Unplaced
from harness.authoring.importing.repeated_history import histories_in
from harness.authoring.importing.target import Target
from harness.cassettes.inventory import take_inventory
from harness.cassettes.scanning import project_secrets
from harness.core import CassetteError, Problem, ScenarioError, quote
from harness.project.project import Project
from harness.project_file import YAML_ENDINGS
from harness.providers.catalogue import definition_of
from harness.providers.definition import Definition
from harness.providers.recorded_steps import Match, match_rows
from harness.providers.recorded_values import ProjectFacts, facts_in
from harness.secrets.redaction import Redactor
from harness.secrets.secret_scan import SecretScan
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    cassette_path,
    dump_cassette,
    write_cassette,
)
from harness.transport.cassette.plain_interaction import (
    PlainInteraction,
    break_of,
    plain_interaction,
    request_of,
    response_of,
)
from harness.transport.lock import WriterLock
from harness.transport.redirects import followed, redirect_target

_ID = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9_])*-?")
ALREADY_THERE = "the file already exists"
_SUFFIXES = (".gz", ".json", ".har", *YAML_ENDINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A scenario and its recording, not yet written."""

    text: str
    """The scenario's file."""
    cassette: Cassette
    redactor: Redactor
    turns: int
    notes: tuple[str, ...]
    """What was left out of the recording, and what was added; one sentence each."""


def target_of(
    project: Project, file: Path, provider: str, scenario: str = "", out: Path | None = None
) -> Target:
    """The paths of the scenario and the cassette that are made from a file.

    Without an id, the file's name is used. Raises `ConfigurationError` for an unknown provider
    and `ScenarioError` for an id that is not valid.
    """
    config = project.config
    project.provider_config(provider)
    scenario = scenario or _id_of(file)
    if not _ID.fullmatch(scenario):
        raise ScenarioError(
            Problem(
                code="wrong-id",
                message=f"{quote(scenario)} is not a valid scenario id",
                where="--scenario",
                hint="use letters, digits, '_' and single '-', and start with a letter or digit",
            )
        )
    place = out.resolve() if out is not None else config.scenarios / provider / f"{scenario}.yaml"
    path = cassette_path(config.cassettes, provider, scenario)
    return Target(provider=provider, scenario=scenario, out=place, path=path)


def require_room(project: Project, target: Target) -> None:
    """Raise `ScenarioError` `import-exists` if a file would be overwritten."""
    if taken := taken_by(project, target):
        where, message = taken
        is_file = message == ALREADY_THERE
        hint = "--force replaces it, or choose another --scenario"
        raise _exists(where, message, hint if is_file else "choose another --scenario")


def taken_by(project: Project, target: Target) -> tuple[str, str] | None:
    """What already has a file or the id of a target, and a message; None if nothing has."""
    shown = project.config.shown
    taken = [path for path in (target.out, target.path) if path.exists()]
    if taken:
        return shown(taken[0]), ALREADY_THERE
    for slot in take_inventory(project).slots.values():
        is_same = slot.scenario.id.casefold() == target.scenario.casefold()
        if is_same and slot.play.file != target.out:
            return shown(slot.play.file), f"the id '{target.scenario}' is already used"
    return None


def import_cassette(project: Project, source: Cassette, target: Target) -> Imported:
    """Make a scenario from a recording, and play it: the result replays without a failure.

    Raises `CassetteError`: `import-unmatched` if a request of the definition was not recorded,
    `import-no-message` if there is no message of the user, `import-not-green` if an answer breaks
    the definition, and `secret-in-cassette`.
    """
    definition = definition_of(project.config, project.provider_config(target.provider))
    rows, led = _behind_redirects(source.interactions.plain)
    raw, _ = match_rows(definition, rows, led)
    _require_answers(raw, rows, source.path)
    redactor = redactor_for(rows, project_secrets(project) | facts_in(raw, definition).secrets)
    redactor = redactor.adding(captured_in(rows, raw))
    clean = [cleaned(row, redactor, definition) for row in rows]
    matches, unmatched = match_rows(definition, clean, led)
    notes = [
        f"interaction {row.place + 1} of {len(clean)}: {row.reason}; left out" for row in unmatched
    ]
    try:
        histories = histories_in(definition, matches, clean)
    except Unplaced as error:
        where = f"interaction {error.interaction + 1} of {len(clean)}"
        raise CassetteError(
            "import-unmatched", f"{source.path}: {where}: {error}", "nothing was written"
        ) from error
    make = partial(ChainConversion, histories=histories) if histories else Conversion
    conversion = make(
        project=project,
        definition=definition,
        target=target,
        source=source,
        rows=clean,
        matches=matches,
        facts=_facts(matches, definition, source.head),
        notes=notes,
    )
    text, cassette, turns = conversion.convert()
    require_clean(text, redactor, project.config.shown(target.out))
    require_clean(dump_cassette(cassette), redactor, project.config.shown(target.path))
    return Imported(
        text=text,
        cassette=cassette,
        redactor=redactor,
        turns=turns,
        notes=tuple(conversion.notes),
    )


def _behind_redirects(
    rows: Sequence[PlainInteraction],
) -> tuple[list[PlainInteraction], dict[int, int]]:
    """The interactions with the answers after their redirects, as a live connection gives them.

    With them the places of those answers, and for each the place of the first request.
    """
    answered = list(rows)
    led: dict[int, int] = {}
    for place, behind in followed(rows).items():
        led |= dict.fromkeys(behind, place)
        request = request_of(rows[place])
        answer, broken = response_of(rows[behind[-1]]), break_of(rows[behind[-1]])
        answered[place] = plain_interaction(request, answer, is_ours=False, broken=broken)
    return answered, led


def _require_answers(
    matches: Sequence[Match], rows: Sequence[PlainInteraction], shown: str
) -> None:
    for match in matches:
        target = redirect_target(rows[match.place])
        if target:
            named = f"interaction {match.place + 1} of {len(rows)}, {match.step.name}"
            path = urlsplit(target).path
            raise CassetteError(
                "import-unmatched",
                f"{shown}: {named}: it redirects to {path}, which was not recorded",
                "nothing was written",
            )


def _facts(
    matches: Sequence[Match], definition: Definition, head: CassetteHead | None
) -> ProjectFacts:
    """Facts from the requests; those of the recording's head take precedence."""
    facts = facts_in(matches, definition)
    if head is not None:
        facts.settings |= {name: value for name, value in head.settings.items() if value}
        facts.session = dict(head.session)
    return facts


def write_imported(imported: Imported, target: Target, shown: str) -> None:
    """Write the cassette, then the scenario. `shown` is the cassette's path as people see it.

    Raises `CassetteError`, and `ScenarioError` where the scenario cannot be written.
    """
    lock: WriterLock | None = None
    try:
        target.path.parent.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(target.path, shown)
        scan = SecretScan(imported.redactor.secrets)
        write_cassette(target.path, imported.cassette, scan, shown)
        target.out.parent.mkdir(parents=True, exist_ok=True)
        target.out.write_text(imported.text, encoding="utf-8")
    except OSError as error:
        raise ScenarioError(
            Problem(
                code="import-not-written",
                message=f"it cannot be written: {error.strerror}",
                where=str(error.filename or target.out),
            )
        ) from error
    finally:
        if lock is not None:
            lock.release()


def _id_of(file: Path) -> str:
    name = file.name
    while name.endswith(_SUFFIXES):
        name = name.rpartition(".")[0]
    return re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-_") or "imported"


def _exists(where: str, message: str, hint: str) -> ScenarioError:
    return ScenarioError(Problem(code="import-exists", message=message, where=where, hint=hint))
