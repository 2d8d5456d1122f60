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
    """Probe, and print what came. Returns whether words of one conversation are in the other.

    Raises `AuthoringError` where a file is wrong, and `PlayError` where a conversation broke.
    """
    project = project_here()
    project.provider_config(provider)
    came = probe(ContextFactory(project), provider, _scripts(project, scenarios, texts))
    for leak in came.leaks:
        echo(leak_text(leak))
    said = f"{came.turns} turns each, {came.own} words repeated in their own conversation"
    if came.leaks:
        echo(f"{provider}: {len(came.leaks)} words leaked ({said})")
        return True
    echo(f"{provider}: the conversations are isolated ({said})")
    if came.own == 0:
        echo("note: no answer repeated any word, so a leak may not have been visible")
    return False


def leak_text(leak: Leak) -> str:
    """Where a word turned up, who said it, and what stands around it."""
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
