"""`harness probe`: whether a provider keeps two conversations apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.cli.here import project_here
from harness.cli.terminal import echo
from harness.core import Problem, ScenarioError
from harness.play.context_factory import ContextFactory
from harness.play.isolation import TEXTS, Leak, Script, probe
from harness.project.loading import load_scenario
from harness.project.project import Project


def probe_isolation(provider: str, scenarios: Sequence[Path], texts: Sequence[str]) -> bool:
    """Probe, and print the result. Returns whether words of one conversation are in the other.

    Raises `AuthoringError` if a file is wrong, and `PlayError` if a conversation breaks.
    """
    project = project_here()
    project.provider_config(provider)
    contexts = ContextFactory(project)
    result = probe(contexts, provider, _scripts(project, scenarios, texts))
    for note in contexts.notes:
        echo(f"note: {note}")
    for leak in result.leaks:
        echo(leak_text(leak))
    summary = f"{result.turns} turns each, {result.own} words repeated in their own conversation"
    if result.leaks:
        echo(f"{provider}: {len(result.leaks)} words leaked ({summary})")
        return True
    echo(f"{provider}: the conversations are isolated ({summary})")
    if result.own == 0:
        echo("note: no answer repeated any word, so a leak may not have been visible")
    return False


def leak_text(leak: Leak) -> str:
    """Where a word was found, who said it, and the text around it."""
    turn = f"turn {leak.found_in}, {leak.where}" if leak.found_in else leak.where
    return (
        f"{turn} of the {leak.found_by} conversation: '{leak.marker}' was said in turn"
        f" {leak.said_in} of the {leak.said_by} [not-isolated]\n  {leak.text}"
    )


def _scripts(
    project: Project, scenarios: Sequence[Path], texts: Sequence[str]
) -> tuple[Script, Script]:
    if len(scenarios) > 2 or (scenarios and texts):  # noqa: PLR2004  # two conversations
        message = "use either --say texts, or one or two --scenario files"
        raise ScenarioError(Problem(code="wrong-option", message=message, where="harness probe"))
    scripts: list[Script] = [load_scenario(project, file.resolve()) for file in scenarios]
    scripts = scripts or [tuple(texts) or TEXTS]
    return scripts[0], scripts[-1]
