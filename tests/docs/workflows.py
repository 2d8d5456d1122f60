"""The workflows of a document for GitHub and GitLab, played on this machine.

Every job starts in a copy of the project, as after a checkout, with the variables that the workflow
gives it. Artifacts are copied from job to job. What the runner of a vendor does itself, such as
installing Python, is left out; an action that is not known here is an error.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from tests.docs.commands import Shell

GITHUB, GITLAB = ".github/workflows/", ".gitlab-ci.yml"
_VALUE = re.compile(r"\$\{\{ *(secrets|matrix|github)\.(\w+) *\}\}")
_OF_GITHUB = {"sha": "c0ffee"}
_ACTIONS = ("actions/checkout@", "actions/setup-python@")
_SETTING = re.compile(r"\$\{env\.(\w+)\}")
_SPECIAL = re.compile(r"[*$|>&]")
"""What only a shell of its own understands."""


class Workflow:
    """Plays the jobs of one workflow in copies of a project."""

    def __init__(self, project: Path, work: Path, shell: Shell) -> None:
        self._project = project
        self._work = work
        self._shell = shell
        self._artifacts = work / "artifacts"
        self._caches = work / "caches"
        self._jobs = 0

    def play(self, name: str, text: str) -> None:
        """Play every job. Raises AssertionError where a command ends with an error."""
        # YAML 1.1 reads GitHub's key `on` as true.
        workflow = yaml.safe_load(text)
        if name.startswith(GITHUB):
            for job in _in_order(workflow["jobs"]):
                self._github(workflow["jobs"][job])
        else:
            assert name == GITLAB, f"'{name}' is not a workflow of GitHub or GitLab"
            self._gitlab(workflow)

    def _github(self, job: Mapping[str, Any]) -> None:
        matrix = job.get("strategy", {}).get("matrix", {})
        for values in _rows(matrix):
            folder = self._checkout()
            secrets = {**os.environ}
            given = {
                name: _filled(value, {**secrets}, values)
                for name, value in job.get("env", {}).items()
            }
            given |= {
                "GITHUB_ACTIONS": "true",
                "GITHUB_WORKSPACE": str(folder),
                "GITHUB_STEP_SUMMARY": str(folder.with_suffix(".summary")),
            }
            with _environment(self._project, given):
                for step in job["steps"]:
                    self._step(step, folder, secrets, values)
                for step in job["steps"]:
                    if step.get("uses", "").startswith("actions/cache@"):
                        self._keep(folder, _options(step, secrets, values))

    def _step(
        self,
        step: Mapping[str, Any],
        folder: Path,
        secrets: Mapping[str, str],
        values: Mapping[str, str],
    ) -> None:
        if "run" in step:
            self._run(_filled(step["run"], secrets, values), folder)
            return
        options = _options(step, secrets, values)
        action = step["uses"]
        if action.startswith("actions/upload-artifact@"):
            shutil.copytree(folder / options["path"], self._artifacts / options["name"])
        elif action.startswith("actions/download-artifact@"):
            found = [*self._artifacts.glob(options["pattern"])]
            assert found, f"no artifact matches '{options['pattern']}'"
            for artifact in found:
                shutil.copytree(artifact, folder / options["path"] / artifact.name)
        elif action.startswith("actions/cache@"):
            for kept in self._caches.glob(f"{options['restore-keys']}*"):
                shutil.copytree(kept, folder / options["path"], dirs_exist_ok=True)
        else:
            assert action.startswith(_ACTIONS), f"the action '{action}' is not known"

    def _keep(self, folder: Path, options: Mapping[str, str]) -> None:
        """Keep a folder for later jobs, as `actions/cache` does when a job ends."""
        kept = self._caches / options["key"]
        assert options["key"].startswith(options["restore-keys"])
        shutil.copytree(folder / options["path"], kept, dirs_exist_ok=True)

    def _gitlab(self, workflow: Mapping[str, Any]) -> None:
        default = workflow["default"]
        jobs = {name: job for name, job in workflow.items() if "script" in job}
        for name in _in_order(jobs):
            job = jobs[name]
            for values in _copies(job.get("parallel", {})):
                folder = self._checkout()
                for needed in job.get("needs", ()):
                    shutil.copytree(self._artifacts / needed, folder, dirs_exist_ok=True)
                variables = {**os.environ, **values, "CI_PROJECT_DIR": str(folder)}
                with patch.dict(os.environ, variables):
                    for command in [*default["before_script"], *job["script"]]:
                        self._run(command, folder)
                for path in job.get("cache", {}).get("paths", ()):
                    assert (folder / path).is_dir(), f"there is no '{path}' to keep"
                for path in job["artifacts"]["paths"]:
                    target = self._artifacts / name / path
                    shutil.copytree(folder / path, target, dirs_exist_ok=True)

    def _run(self, command: str, folder: Path) -> None:
        self._shell.run(command, folder, in_shell=bool(_SPECIAL.search(command)))

    def _checkout(self) -> Path:
        self._jobs += 1
        folder = self._work / f"job-{self._jobs}"
        shutil.copytree(self._project, folder, ignore=shutil.ignore_patterns("reports", ".*_cache"))
        return folder


def _in_order(jobs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The names of jobs, after those that they need."""
    played: set[str] = set()
    while len(played) < len(jobs):
        ready = [
            name
            for name, job in jobs.items()
            if name not in played and {*_listed(job.get("needs", []))} <= played
        ]
        assert ready, "jobs need each other"
        yield from ready
        played |= {*ready}


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _rows(*matrices: Mapping[str, list[Any]]) -> Iterator[dict[str, str]]:
    for matrix in matrices:
        for values in product(*matrix.values()):
            yield dict(zip(matrix, map(str, values), strict=True))


def _copies(parallel: int | Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The variables of each copy of a job of GitLab."""
    if isinstance(parallel, int):
        for number in range(1, parallel + 1):
            yield {"CI_NODE_INDEX": str(number), "CI_NODE_TOTAL": str(parallel)}
    else:
        yield from _rows(*parallel.get("matrix", [{}]))


def _options(
    step: Mapping[str, Any], secrets: Mapping[str, str], values: Mapping[str, str]
) -> dict[str, str]:
    """What a step gives to its action."""
    given = step.get("with", {})
    return {name: _filled(str(value), secrets, values) for name, value in given.items()}


def _filled(text: str, secrets: Mapping[str, str], values: Mapping[str, str]) -> str:
    """A text with the values of `${{ … }}`. Raises KeyError for one that there is not."""
    known = {"secrets": secrets, "matrix": values, "github": _OF_GITHUB}
    filled = _VALUE.sub(lambda match: known[match[1]][match[2]], text)
    assert "${{" not in filled, f"'{text}' uses more than secrets, matrix and github"
    return filled


def _environment(project: Path, given: Mapping[str, str]) -> Any:  # mock's own type
    """The environment of a job: without the variables of the project, unless they are given."""
    names = _SETTING.findall((project / "harness.yaml").read_text(encoding="utf-8"))
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return patch.dict(os.environ, {**kept, **given}, clear=True)
