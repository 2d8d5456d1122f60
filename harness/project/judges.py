"""The judges of a project, with their prompts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Template

from harness.checks.judge import Judges, JudgeSettings, Prompt, built_in_prompt, prompt_names
from harness.config import Config
from harness.config.judges_format import providers_of
from harness.core import ConfigurationError, Problem, did_you_mean, quote
from harness.core.held_files import Files
from harness.formats.yaml import Node

CRITERION_PROMPT = "criterion@1"
"""The prompt of judges that name none."""
PLACES = ("seen", "criteria", "reference", "delimiter", "data")
"""What a prompt has places for; all but the reference must be in it."""


def judges_of(config: Config, files: Files, environment: Mapping[str, str]) -> Judges:
    """The judges of harness.yaml.

    Raises `ConfigurationError` for a prompt or a calibration that cannot be used.
    """
    named = {name: _judge(name, node, config, files) for name, node in config.judges.items()}
    for name, node in config.judges.items():
        if node.has("calibration"):
            # Late: most judges have no calibration.
            from harness.project.judge_calibration import calibrated  # noqa: PLC0415

            named[name] = calibrated(named[name], node, config, files, environment)
    return Judges(named=named, default=config.judge, embedders=config.similarity)


def _judge(name: str, node: Node, config: Config, files: Files) -> JudgeSettings:
    providers = tuple(str(one.value) for one in providers_of(node))
    samples = int(node.value_of("samples", 1))
    answers = len(providers) * samples
    return JudgeSettings(
        name=name,
        providers=providers,
        samples=samples,
        agree=int(node.value_of("agree", answers // 2 + 1)),
        prompt=_prompt(name, node.get("prompt"), config, files),
    )


def _prompt(judge: str, node: Node | None, config: Config, files: Files) -> Prompt:
    if node is None:
        return built_in_prompt(CRITERION_PROMPT)
    named = str(node.value)
    if named in prompt_names():
        return built_in_prompt(named)
    problem = _unreadable(judge, node, named)
    path = (config.root / named).resolve()
    if "@" in named or not path.is_relative_to(config.root):
        raise ConfigurationError(problem)
    try:
        text = files.read(path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(problem) from error
    if problems := list(_faults(judge, node, text)):
        raise ConfigurationError(problems)
    return Prompt(name=named, text=text)


def _unreadable(judge: str, node: Node, named: str) -> Problem:
    return Problem(
        code="no-prompt",
        message=f"{quote(named)} is neither a built-in prompt nor a text file of the project",
        place=node.place,
        subject=f"judge {judge}",
        hint=did_you_mean(named, prompt_names()) or "a path is relative to harness.yaml",
    )


def _faults(judge: str, node: Node, text: str) -> Iterator[Problem]:
    """What is wrong with the text of a prompt."""
    for message, hint in _clauses(Template(text)):
        yield Problem(
            code="wrong-prompt",
            message=f"the prompt has {message}",
            place=node.place,
            subject=f"judge {judge}",
            hint=hint,
        )


def _clauses(template: Template) -> Iterator[tuple[str, str]]:
    """Places that a prompt lacks, and those that nothing fills, each with a hint."""
    if not template.is_valid():
        yield "a '$' that begins no place", "write '$$' for the character '$'"
        return
    found = template.get_identifiers()
    for name in found:
        if name not in PLACES:
            yield f"an unknown place ${{{name}}}", did_you_mean(name, PLACES)
    for name in PLACES:
        if name not in found and name != "reference":
            yield f"no place ${{{name}}}", "without it, the judge does not see what it must decide"
    if len(re.findall(r"\$\{?delimiter\b", template.template)) == 1:
        yield "${delimiter} only once", "write it on a line before ${data}, and on one after it"
