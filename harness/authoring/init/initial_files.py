"""The texts of the files with which a project begins, apart from its provider."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from harness.authoring.init.setting_choices import EnvironmentVariable
from harness.authoring.new_project import GITIGNORE
from harness.core import ConfigurationError, Problem, did_you_mean, quote
from harness.project_file import FILE_NAME

NO_CI = "none"
_GITHUB = """\
# Replays the recorded conversations; nothing is sent to the chat API.
name: conversations
on: [push, pull_request]
permissions:
  contents: read
jobs:
  replay:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: '3.13'}
      - run: pip install conversation-harness
      - run: harness lint --strict
      - run: harness cassettes check
      - run: harness run
      - uses: actions/upload-artifact@v4
        if: always()
        with: {name: reports, path: reports}
"""
_GITLAB = """\
default:
  image: python:3.13
  before_script:
    - pip install conversation-harness

# Replays the recorded conversations; nothing is sent to the chat API.
replay:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - harness lint --strict
    - harness cassettes check
    - harness run
  artifacts:
    when: always
    paths: [reports/]
    reports:
      junit: reports/junit.xml
      codequality: reports/code-quality.json
"""
WORKFLOWS: Mapping[str, Mapping[str, str]] = {
    "github": {".github/workflows/conversations.yml": _GITHUB},
    "gitlab": {".gitlab-ci.yml": _GITLAB},
    NO_CI: {},
}
"""The files of a CI system, by its name. `docs/guides/ci.md` shows the same texts."""
_EDITOR = {
    "yaml.schemas": {
        "schemas/harness.schema.json": FILE_NAME,
        "schemas/definition.schema.json": "definitions/*/provider.yaml",
        "schemas/scenario.schema.json": "scenarios/**/*.yaml",
    }
}


def require_new(folder: Path) -> None:
    """Raise `ConfigurationError` if a folder is a project already."""
    if (folder / FILE_NAME).exists():
        raise ConfigurationError(
            Problem(
                code="project-exists",
                where=str(folder / FILE_NAME),
                message="this folder is a project already",
                hint="'harness providers new' adds a provider to it; nothing was written",
            )
        )


def require_ci(name: str) -> None:
    """Raise `ConfigurationError` if there is no CI system of this name."""
    if name not in WORKFLOWS:
        raise ConfigurationError(
            Problem(
                code="unknown-ci",
                where="--ci",
                message=f"there is no workflow for {quote(name)}",
                hint=did_you_mean(name, WORKFLOWS) or f"there are {', '.join(WORKFLOWS)}",
            )
        )


def initial_files(
    variables: Iterable[EnvironmentVariable], ci: str, schemas: Mapping[str, str]
) -> dict[str, str]:
    """The texts of the files by path; `schemas` are those of the editor, by name.

    Without variables, there is no `.env.example`.
    """
    example = _example(variables)
    return {
        **({".env.example": example} if example else {}),
        ".gitignore": GITIGNORE,
        ".vscode/settings.json": json.dumps(_EDITOR, indent=2) + "\n",
        **{f"schemas/{name}.schema.json": text for name, text in schemas.items()},
        **WORKFLOWS[ci],
    }


def with_modeline(text: str, path: str, schema: str) -> str:
    """The text of a YAML file with the line that leads editors to its schema."""
    up = "../" * path.count("/")
    return f"# yaml-language-server: $schema={up}schemas/{schema}.schema.json\n{text}"


def missing_lines(folder: Path) -> Sequence[str]:
    """The lines that a `.gitignore` of the folder lacks; none without such a file."""
    try:
        found = (folder / ".gitignore").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    patterns = [line for line in GITIGNORE.splitlines() if not line.startswith("#")]
    has = {line.strip().strip("/") for line in found}
    return [pattern for pattern in patterns if pattern.strip("/") not in has]


def _example(variables: Iterable[EnvironmentVariable]) -> str:
    lines: list[str] = []
    named: set[str] = set()
    for variable in variables:
        if variable.name not in named:
            named.add(variable.name)
            lines += [f"# {variable.what}\n", f"{variable.name}=\n"]
    head = "# Copy this file to .env, and fill it in. Git ignores .env.\n"
    return "".join([head, *lines]) if lines else ""
