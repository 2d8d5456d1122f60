"""`harness init`: writes the first files of a project, after a few questions."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.authoring.defining.config_entry import with_entry
from harness.authoring.defining.definition_draft import first_scenario
from harness.authoring.defining.new_provider import targets_of
from harness.authoring.defining.opened_conversation import OPEN_CURL
from harness.authoring.init.initial_files import (
    initial_files,
    missing_lines,
    require_ci,
    require_new,
    with_modeline,
)
from harness.authoring.init.setting_choices import (
    EnvironmentVariable,
    SettingChoices,
)
from harness.authoring.new_project import write_new_files
from harness.cli.commands.definition_questions import NewOptions
from harness.cli.commands.init_questions import ask_settings, asked_api, asked_ci, asked_targets
from harness.cli.commands.new_provider import drafted_provider
from harness.cli.commands.schemas import editor_schemas
from harness.cli.terminal import echo
from harness.config.env_file import environment_of
from harness.core import ConfigurationError, Problem, counted, nearest_word, quote
from harness.project_file import FILE_NAME
from harness.providers.catalogue import installed, installed_definition
from harness.providers.definition import Definition

GREETING = "Hello"
OWN = "bot"
"""The name of a provider made from a request, unless another one is chosen."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions:
    """The options of the command; empty ones are asked for."""

    api: str = ""
    name: str = ""
    request: NewOptions = field(default_factory=NewOptions)
    """The request from which a definition is made."""
    variables: Sequence[str] = ()
    values: Sequence[str] = ()
    ci: str = ""
    is_agreed: bool = False

    @property
    def fault(self) -> str:
        """Why the options do not fit together, in a sentence; empty if they do."""
        request = self.request
        if bool(self.api) + request.sources > 1:
            return "choose one of --api, --from-curl, --from-har and --from-openapi"
        given = {
            "--message": request.message,
            "--reply": request.reply,
            "--secret": request.secrets,
            "--answer": request.answer,
            OPEN_CURL: request.open_curl,
            "--live": request.is_live,
        }
        if self.api and any(given.values()):
            flag = next(flag for flag, value in given.items() if value)
            return f"{flag} has no effect with --api; it is for --from-curl and the like"
        if request.open_curl and not request.sources:
            return f"{OPEN_CURL} needs the request that sends a message: --from-curl 'curl …'"
        return request.fault if request.sources else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Provider:
    """The provider of the new project."""

    name: str
    files: Mapping[str, str]
    """Its files by path, harness.yaml among them."""
    variables: tuple[EnvironmentVariable, ...]
    message: str
    notes: Sequence[str] = ()


def start_project(folder: Path, options: InitOptions) -> None:
    """Write the files of a new project, and print what was written and what comes next.

    Nothing is written before every question is answered. Raises `AuthoringError`, and `PlayError`
    if a server is asked and does not answer.
    """
    require_new(folder)
    if options.ci:
        require_ci(options.ci)
    provider = _provider(folder, options)
    ci = options.ci or asked_ci(is_agreed=options.is_agreed)
    schemas = {
        name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in editor_schemas(None).items()
        if name != "results"
    }
    files = {**provider.files, **initial_files(provider.variables, ci, schemas)}
    old = [name for name in files if (folder / name).exists()]
    lacking = missing_lines(folder)
    write_new_files(folder, {name: text for name, text in files.items() if name not in old})
    _print(files, old, lacking)
    for note in provider.notes:
        echo(f"note: {note}")
    _print_next(folder, provider)


def _provider(folder: Path, options: InitOptions) -> _Provider:
    """The provider that the options name, or the one that is asked for."""
    request = options.request
    if not options.api and not request.sources:
        if options.is_agreed:
            raise _missing("it is not known which chat API it is", "give --api NAME or --from-curl")
        typed = asked_api(environment_of(folder, os.environ))
        if not typed.startswith("curl"):
            return _installed(replace(options, api=typed))
        request = replace(request, curl=typed)
    if options.api:
        return _installed(options)
    if options.variables or options.values:
        where = "--variable" if options.variables else "--set"
        hint = "use --secret NAME=VARIABLE for a secret of the request"
        raise _problem("no-effect", where, "it is for the settings of --api", hint)
    return _drafted(folder, replace(options, request=request))


def _installed(options: InitOptions) -> _Provider:
    """A provider with an installed definition."""
    definition = _definition(options.api)
    name = options.name or definition.name
    if not _NAME.fullmatch(name):
        hint = "use letters, digits, '-' and '_', and start with a letter or digit"
        raise _problem("wrong-name", "--name", f"{quote(name)} is not a provider's name", hint)
    choices = SettingChoices(definition.name, definition)
    choices.take(options.variables, options.values)
    if options.is_agreed:
        choices.use_usual()
    else:
        ask_settings(choices)
    path = f"scenarios/{name}/first.yaml"
    return _Provider(
        name=name,
        files={
            FILE_NAME: with_modeline(with_entry("", name, choices.entry()), FILE_NAME, "harness"),
            path: with_modeline(first_scenario(name, GREETING), path, "scenario"),
        },
        variables=choices.variables(),
        message=GREETING,
    )


def _drafted(folder: Path, options: InitOptions) -> _Provider:
    """A provider with a definition that is made from a request."""
    if options.name or options.is_agreed:
        targets = targets_of(options.name or OWN, None, folder)
    else:
        targets = asked_targets(folder, OWN)
    new = drafted_provider(targets, replace(options.request, is_agreed=options.is_agreed))
    schemas = {
        targets.config: "harness",
        targets.definition: "definition",
        targets.scenario: "scenario",
    }
    files = {}
    for file, text in new.files.items():
        path = targets.shown(file)
        files[path] = with_modeline(text, path, schemas[file]) if file in schemas else text
    return _Provider(
        name=targets.name,
        files=files,
        variables=tuple(
            EnvironmentVariable(name=secret.variable, what=f"{secret.name}, a secret")
            for secret in new.secrets
        ),
        message=new.message,
        notes=new.notes,
    )


def _definition(name: str) -> Definition:
    known = sorted(installed())
    if name not in known:
        others = f"there are {', '.join(known)}; for another API, give --from-curl"
        message = f"there is no chat API {quote(name)}"
        hint = nearest_word(name, known) or others
        raise _problem("unknown-definition", "--api", message, hint)
    return installed_definition(name)


def _print(files: Mapping[str, str], old: Sequence[str], lacking: Sequence[str]) -> None:
    schemas = [name for name in files if name.startswith("schemas/")]
    for name in files:
        if name in schemas or name in old:
            continue
        echo(f"{name}: written")
    if new := len([name for name in schemas if name not in old]):
        echo(f"schemas/: {counted(new, 'schema')} for editors written")
    for name in old:
        echo(f"{name}: left as it is")
    if lacking:
        echo(f"note: add to .gitignore: {' '.join(lacking)}")


def _print_next(folder: Path, provider: _Provider) -> None:
    names = ", ".join(dict.fromkeys(variable.name for variable in provider.variables))
    said = shlex.quote(provider.message)
    commands = {
        **({} if folder == Path() else {f"cd {shlex.quote(str(folder))}": ""}),
        **({"cp .env.example .env": f"and fill in {names}"} if names else {}),
        f"harness providers check {provider.name} --live --message {said}": "does it answer?",
        "pytest --harness-mode=record": "record the first conversation",
        "pytest": "replay it",
    }
    width = max(map(len, commands))
    echo("next:")
    for command, what in commands.items():
        echo(f"  {command:<{width}}  {what}".rstrip())


def _missing(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(Problem(code="missing-choice", message=message, hint=hint))


def _problem(code: str, where: str, message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(Problem(code=code, message=message, where=where, hint=hint))
