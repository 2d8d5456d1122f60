from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from harness.project_file import COMMAND_VARIABLE
from harness.reports.run_origin import (
    LONGEST_COMMAND,
    RunOrigin,
    origin_in,
    shown_command,
    shown_commit,
    typed_command,
)

PATH = {"PATH": os.environ["PATH"]}
FOLDER = Path("/work/shop")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with one commit on the branch `fix/order`."""
    _git(tmp_path, "init", "--quiet", "--initial-branch=fix/order")
    (tmp_path / "scenario.yaml").write_text("a")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "--quiet", "--message=one")
    return tmp_path


def _git(folder: Path, *words: str) -> str:
    who = {"NAME": "a", "EMAIL": "a@example.com"}
    names = {f"GIT_{one}_{key}": who[key] for one in ("AUTHOR", "COMMITTER") for key in who}
    environment = {**PATH, **names, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
    answer = subprocess.run(
        ["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


def test_commit_and_branch_are_those_of_git(repository: Path) -> None:
    """Changes of files that git knows are reported, new files are not."""
    commit = _git(repository, "rev-parse", "HEAD")
    (repository / "report.html").write_text("new")

    assert origin_in(repository, PATH) == RunOrigin(commit=commit, branch="fix/order")
    (repository / "scenario.yaml").write_text("b")
    assert origin_in(repository, PATH).is_changed


def test_without_a_branch_the_commit_is_enough(repository: Path) -> None:
    """A checkout of a commit has no branch."""
    _git(repository, "checkout", "--quiet", "--detach")

    found = origin_in(repository, PATH)

    assert (bool(found.commit), found.branch) == (True, "")


def test_without_a_commit_nothing_is_known(tmp_path: Path) -> None:
    """No repository, no commit yet, or no git: the run has no origin, and goes on."""
    assert origin_in(tmp_path, PATH) == RunOrigin()
    assert origin_in(tmp_path, {"PATH": str(tmp_path)}) == RunOrigin()
    _git(tmp_path, "init", "--quiet", "--initial-branch=main")
    assert origin_in(tmp_path, PATH) == RunOrigin(branch="main")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"GITHUB_SHA": "abc", "GITHUB_REF_NAME": "main"}, ("abc", "main")),
        (
            {"GITHUB_SHA": "abc", "GITHUB_REF_NAME": "12/merge", "GITHUB_HEAD_REF": "fix"},
            ("abc", "fix"),
        ),
        ({"CI_COMMIT_SHA": "abc", "CI_COMMIT_BRANCH": "main"}, ("abc", "main")),
        (
            {
                "CI_COMMIT_SHA": "abc",
                "CI_COMMIT_REF_NAME": "refs/merge-requests/1/head",
                "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix",
            },
            ("abc", "fix"),
        ),
        ({"CI_COMMIT_SHA": "abc", "CI_COMMIT_REF_NAME": "v1.0"}, ("abc", "v1.0")),
    ],
    ids=["github", "github-pull-request", "gitlab", "gitlab-merge-request", "gitlab-tag"],
)
def test_variables_of_ci_come_first(
    repository: Path, environment: dict[str, str], expected: tuple[str, str]
) -> None:
    """CI names the commit; git, which may have a merge of its own, is then not asked."""
    found = origin_in(repository, {**PATH, **environment})

    assert (found.commit, found.branch) == expected


def test_the_head_of_results_has_no_empty_values() -> None:
    """What is unknown is left out; changes are mentioned only if there are some."""
    assert RunOrigin().json() == RunOrigin().properties() == {}
    origin = RunOrigin(commit="c0ffee0123", branch="main", is_changed=True, command="pytest")
    assert origin.json() == {
        "commit": "c0ffee0123",
        "branch": "main",
        "changed": True,
        "command": "pytest",
    }
    assert origin.properties()["changed"] == "uncommitted"
    assert shown_commit(origin.json(), 6) == "c0ffee with uncommitted changes"
    assert shown_commit({"commit": "c0ffee0123"}, 6) == "c0ffee"
    assert shown_commit({"changed": True}, 6) == ""


def test_the_command_is_the_one_that_was_typed() -> None:
    """That of `harness`, which starts pytest, or of pytest itself."""
    typed = {COMMAND_VARIABLE: json.dumps(["harness", "run", "a b.yaml"])}

    assert typed_command(["-q", "--harness-reports=x"], typed) == ["harness", "run", "a b.yaml"]
    assert typed_command(["-q"], {}) == ["pytest", "-q"]
    assert typed_command(["-q"], {COMMAND_VARIABLE: "{"}) == ["pytest", "-q"]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["pytest", "-k", "a or b"], "pytest -k 'a or b'"),
        (["pytest", "--api-key=hunter22"], "pytest '--api-key=<redacted:api-key>'"),
        (["pytest", "--password", "hunter22"], "pytest --password '<redacted:password>'"),
        (["pytest", "--password", "-q"], "pytest --password -q"),
        (["pytest", "--env", "X=k-5up3r-s3cret"], "pytest --env 'X=<redacted:key>'"),
        (
            ["pytest", "--harness-history=postgresql://me:hunter22@db/h"],
            "pytest '--harness-history=postgresql://me:<redacted:password>@db/h'",
        ),
        (["pytest", f"--x=ghp_{'a1' * 20}"], "pytest '--x=<redacted:secret>'"),
        (["pytest", "/work/shop/scenarios", "/work/shop"], "pytest scenarios ."),
        (["pytest", f"{Path.home()}/other"], "pytest '~/other'"),
    ],
)
def test_a_command_is_shown_without_secrets(words: list[str], shown: str) -> None:
    """By known value, by the name of an option and by shape; paths name no user."""
    assert shown_command(words, {"key": "k-5up3r-s3cret"}, FOLDER) == shown


def test_a_long_command_is_cut() -> None:
    """Thousands of paths do not fill the reports; the words that are left out are counted."""
    paths = [f"scenarios/{number}.yaml" for number in range(9_999)]

    shown = shown_command(["pytest", *paths], {}, FOLDER)

    assert len(shown) < LONGEST_COMMAND + 100
    kept = shown.partition(" … ")[0].split()
    assert shown.endswith(f" … ({10_000 - len(kept)} more words)")
    assert len(shown_command(["pytest", "x" * 9_999], {}, FOLDER)) < LONGEST_COMMAND + 100
