"""The questions of `harness init`. A wrong answer is asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from harness.authoring.defining.curl_command import sample_from_curl
from harness.authoring.defining.new_provider import Targets, targets_of
from harness.authoring.init.initial_files import WORKFLOWS, require_ci
from harness.authoring.init.setting_choices import SettingChoices, variable_of
from harness.cli.commands.definition_questions import ask_command
from harness.cli.terminal import ask_or_stop, echo
from harness.core import ConfigurationError, Problem, nearest_word, quote
from harness.providers.catalogue import installed, installed_definition

NOT_USED = "-"
_Answer = TypeVar("_Answer")


def asked_api(environment: Mapping[str, str]) -> str:
    """The name of a definition, or a curl command that can be read."""
    names = sorted(installed())
    width = max(map(len, names))
    echo("Which chat API does the bot have?")
    for number, name in enumerate(names, 1):
        echo(f"  {number:>2}  {name:<{width}}  {installed_definition(name).title}")
    echo("For another one, paste a curl command that sends a message to it.")
    return _until_valid(lambda: _api(names, environment))


def _api(names: Sequence[str], environment: Mapping[str, str]) -> str:
    typed = ask_command("number, name or curl command", ask_or_stop)
    if typed.startswith("curl"):
        sample_from_curl(typed, environment, Path.cwd(), "")
        return typed
    if typed.isdecimal() and 0 < int(typed) <= len(names):
        return names[int(typed) - 1]
    if typed in names:
        return typed
    hint = nearest_word(typed, names) or "write its number or name, or a whole curl command"
    message = f"there is no chat API {quote(typed)}"
    raise ConfigurationError(Problem(code="unknown-definition", message=message, hint=hint))


def ask_settings(choices: SettingChoices) -> None:
    """Ask for the settings that are still open: a value, or the variable of a secret."""
    for setting in choices.open:
        usual = variable_of(choices.provider, setting)
        described = setting.schema.get("description")
        what = f"{setting.name} ({described})" if described else setting.name
        if not setting.is_secret:
            question = f"{what}: its value, or empty to read it from {usual}"
            _until_valid(partial(_ask_value, choices, setting.name, question, usual))
            continue
        default = NOT_USED if choices.has_secret and not setting.is_required else usual
        question = f"{what}: variable that will have this secret; {NOT_USED} if it is not used"
        _until_valid(partial(_ask_variable, choices, setting.name, question, default))


def _ask_value(choices: SettingChoices, setting: str, question: str, usual: str) -> None:
    if typed := ask_or_stop(question):
        choices.use_value(setting, typed)
    else:
        choices.use_variable(setting, usual)


def _ask_variable(choices: SettingChoices, setting: str, question: str, default: str) -> None:
    typed = ask_or_stop(question, default)
    if typed != NOT_USED:
        choices.use_variable(setting, typed)


def asked_targets(folder: Path, usual: str) -> Targets:
    """The files of a provider whose name is asked for."""
    question = "name of your bot"
    return _until_valid(lambda: targets_of(ask_or_stop(question, usual), None, folder))


def asked_ci(*, is_agreed: bool) -> str:
    """The name of a workflow for CI; the usual one without asking if `is_agreed`."""
    usual = next(iter(WORKFLOWS))
    return usual if is_agreed else _until_valid(partial(_typed_ci, usual))


def _typed_ci(usual: str) -> str:
    name = ask_or_stop(f"workflow for CI: {', '.join(WORKFLOWS)}", usual)
    require_ci(name)
    return name


def _until_valid(ask: Callable[[], _Answer]) -> _Answer:
    """What is answered; after a wrong answer, its error is printed and the question repeated."""
    while True:
        try:
            return ask()
        except ConfigurationError as error:
            echo(str(error), err=True)
