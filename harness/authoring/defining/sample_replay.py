"""Plays a new scenario against the sample's answer, before anything is written."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

import harness
from harness.authoring.defining.choices import Choices
from harness.authoring.defining.definition_draft import Draft
from harness.authoring.defining.new_provider import Targets, files_of, write_files
from harness.authoring.defining.request_secrets import RequestSecret, path_with
from harness.authoring.defining.sample import PATH, SampleRequest
from harness.conversation import Origin, Outcome, Phase, UserMessage
from harness.core import ConfigurationError, Json, Problem
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.project_file import FILE_NAME
from harness.providers.catalogue import definition_of
from harness.providers.definition import Definition, Step
from harness.providers.message_hash import message_hash
from harness.secrets.secret_marks import mark
from harness.transport.cassette import Cassette, CassetteHead, Interactions
from harness.transport.cassette.plain_interaction import PlainInteraction, plain_interaction


def require_playable(
    targets: Targets, draft: Draft, sample: SampleRequest, choices: Choices
) -> str:
    """Play the scenario in a folder of its own. Returns what the bot says in the sample.

    Without an answer, the files are only read. Raises `AuthoringError` if a file is wrong, and
    `ConfigurationError` if the definition does not read the answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        here = replace(
            targets,
            root=root,
            definition=root / targets.definition.relative_to(targets.root),
            schema=root / targets.schema.relative_to(targets.root),
            scenario=root / "scenarios" / targets.scenario.name,
            config=root / FILE_NAME,
        )
        write_files(files_of(here, draft, {}))
        project = Project.at(here.config)
        definition = definition_of(project.config, project.provider_config(here.name))
        scenario = load_scenario(project, here.scenario)
        if not sample.answers:
            return ""
        play = Play(file=here.scenario, scenario=scenario.id, provider=here.name)
        head = _head(definition, draft.entry, scenario.id, scenario.fingerprint)
        cassette = Cassette(
            path="the sample", head=head, interactions=_rows(definition, sample, choices)
        )
        result = Runner(project, Mode.REPLAY).replay(scenario, play, cassette)
    _require_passed(result)
    reply = result.transcript.turns[0].reply
    return " ".join(message.text for message in reply.messages) if reply is not None else ""


def _head(
    definition: Definition, entry: Mapping[str, Json], scenario: str, fingerprint: str
) -> CassetteHead:
    settings = entry["settings"]
    assert isinstance(settings, Mapping)  # noqa: S101  # as drafted
    return CassetteHead(
        scenario=scenario,
        scenario_hash=fingerprint,
        definition=definition.name,
        definition_hash=definition.fingerprint,
        settings={k: v for k, v in settings.items() if not definition.settings[k].is_secret},
        seed="0",
        version=harness.__version__,
    )


def _rows(definition: Definition, sample: SampleRequest, choices: Choices) -> Interactions:
    hashed = message_hash(UserMessage(text=choices.message.said))
    send = definition.phases[Phase.SEND][0]
    rows = [_row(sample, choices.secrets, send, hashed)]
    if sample.opening is not None:
        opens = definition.phases[Phase.OPEN][0]
        rows.insert(0, _row(sample.opening.sample, choices.of_opening, opens, hashed))
    return Interactions(rows)


def _row(
    sample: SampleRequest, secrets: Sequence[RequestSecret], step: Step, hashed: str
) -> PlainInteraction:
    """A request with its answer, as a recording of the first turn has them."""
    address = urlsplit(sample.request.url)
    hidden = {
        secret.path: percent_encode(secret.before + mark(secret.setting), safe=":")
        for secret in secrets
        if secret.place == PATH
    }
    path = path_with(address.path, hidden)
    request = replace(
        sample.request,
        url=address._replace(path=path).geturl(),
        headers=(),
        origin=Origin(turn=1, step=step.name, message=hashed),
        is_stream=step.stream is not None,
    )
    return plain_interaction(request, sample.answers[0])


def _require_passed(result: ScenarioResult) -> None:
    if result.outcome is Outcome.PASSED:
        return
    stop = result.transcript.stop
    reasons = [str(stop.error)] if stop else [check.message for check in result.failures]
    raise ConfigurationError(
        Problem(
            code="sample-not-read",
            message=f"the definition does not read the sample's answer: {'; '.join(reasons)}",
            where="--reply",
            hint="name another path, or give another answer; nothing was written",
        )
    )
