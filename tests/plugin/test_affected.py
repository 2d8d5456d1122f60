from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

OPTION = "--harness-affected"


def git(*words: str, at: Path | None = None) -> str:
    """Run git as somebody whose own settings do not count."""
    apart = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    settings = ("user.name=Ada", "user.email=ada@example.org", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *(part for one in settings for part in ("-c", one)), *words],
        cwd=at,
        env={**os.environ, **apart},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def commit(folder: Path, subject: str = "a change") -> str:
    git("add", "--all", at=folder)
    git("commit", "-qm", subject, at=folder)
    return git("rev-parse", "HEAD", at=folder)


@pytest.fixture
def repository(project) -> Path:
    """The recorded project, committed."""
    (project / ".gitignore").write_text("__pycache__\n.pytest_cache\n")
    git("init", "-q", at=project)
    commit(project, "the project")
    return project


@pytest.fixture
def played(repository, run_here):
    """Runs pytest for what is affected. Gives its result, and the plays."""

    def play(*options: str, revision: str = ""):
        option = OPTION if not (revision or options) else f"{OPTION}={revision or 'HEAD'}"
        result = run_here("-v", option, *options)
        return result, [
            line.split("::")[1].split(" ")[0] for line in result.outlines if " PASSED" in line
        ]

    return play


def change(file: Path, text: str = "\n") -> None:
    file.write_text(file.read_text() + text)


def test_nothing_changed_is_a_green_run_that_says_so(played):
    """Without a change there is nothing to play, and that is no failure."""
    result, plays = played()

    assert (result.ret, plays) == (pytest.ExitCode.OK, [])
    result.stdout.fnmatch_lines(
        [
            "affected: no file has changed since HEAD, so none of 4 scenarios is played",
            "*4 deselected*",
        ]
    )


def test_a_changed_scenario_is_played_alone(played, repository):
    """The other scenarios are deselected, as pytest calls it."""
    change(repository / "scenarios/greet.yaml", "# a remark\n")

    result, plays = played()

    assert plays == ["greet[echo]"]
    result.stdout.fnmatch_lines(
        [
            (
                "affected: 1 of 4 scenarios can be touched by 1 changed file since HEAD:"
                " scenarios/greet.yaml"
            ),
            "*1 passed, 3 deselected*",
        ]
    )


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("cassettes/echo/colours--red.yaml", "\n", ["colours[echo-red]"]),
        ("schemas/short-answer.schema.json", "\n", ["greet[echo]"]),
        ("definitions/echo/schemas/answer.schema.json", "\n", "all"),
        ("harness.yaml", "# a remark\n", []),
        ("harness.yaml", "concurrency: 3\n", []),
        ("harness.yaml", "drift: {latency: {factor: 3}}\n", "all"),
        ("harness.yaml", "tags: {smoke: '', named: '', colourful: ''}\n", "all"),
    ],
    ids=["recording", "schema", "definition", "remark", "concurrency", "drift", "tags"],
)
def test_a_changed_file_is_followed(played, repository, name, text, expected):
    """What a file means decides how much is played."""
    change(repository / name, text)

    _, plays = played()

    everything = ["greet[echo]", "colours[echo-red]", "colours[echo-blue]", "only-echo[echo]"]
    assert plays == (everything if expected == "all" else expected)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("conftest.py", 4),
        ("requirements.txt", 4),
        (".env", 4),
        ("README.md", 0),
        ("data/prices.csv", 0),
        ("scenarios/defaults.yaml", 4),
        ("scenarios/shop/defaults.yaml", 3),
    ],
)
def test_a_new_file_is_followed(played, repository, name, count):
    """A file that is not yet known to git counts as well."""
    file = repository / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("" if file.suffix != ".yaml" else "tags: [smoke]\n")

    _, plays = played()

    assert len(plays) == count


def test_where_python_takes_part_an_unknown_file_plays_everything(played, repository):
    """A conftest.py may read any file."""
    (repository / "conftest.py").write_text("")
    commit(repository)
    (repository / "prices.csv").write_text("1\n")

    result, plays = played()

    assert len(plays) == 4
    result.stdout.fnmatch_lines(["affected: 4 of 4 *; prices.csv can touch all of its project"])


def test_a_provider_is_followed_to_its_scenarios(played, repository):
    """A setting of another provider touches nothing."""
    file = repository / "harness.yaml"
    file.write_text(file.read_text().replace("  parrot:", "  parrot:\n    retries: 2", 1))

    _, default = played()
    _, parrots = played("--harness-provider=parrot")

    assert default == []
    assert parrots == ["greet[parrot]", "colours[parrot-red]", "colours[parrot-blue]"]


def test_a_revision_is_compared_from_where_the_branch_left_it(played, repository):
    """What others did on the main branch since then is not played."""
    git("checkout", "-qb", "mine", at=repository)
    change(repository / "scenarios/greet.yaml", "# mine\n")
    commit(repository)
    git("checkout", "-q", "main", at=repository)
    change(repository / "scenarios/shop/only-echo.yaml", "# theirs\n")
    commit(repository)
    git("checkout", "-q", "mine", at=repository)

    _, since_head = played()
    _, since_main = played(revision="main")

    assert (since_head, since_main) == ([], ["greet[echo]"])


def test_a_renamed_and_a_deleted_file_count(played, repository):
    """A recording that is gone, and a scenario in a new place."""
    scenarios = repository / "scenarios"
    git("mv", "scenarios/greet.yaml", "scenarios/hello.yaml", at=repository)
    (repository / "schemas/short-answer.schema.json").unlink()
    (scenarios / "shop/only-echo.yaml").unlink()

    result = played("scenarios/shop")[0]
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["affected: 0 of 2 scenarios can be touched by 4 changed files *"])


def test_a_project_below_the_top_of_its_repository(run_here, project, pytester):
    """Files above the project count if they are requirements; those of other folders do not."""
    below = pytester.path / "tests" / "chat"
    below.mkdir(parents=True)
    for name in ("harness.yaml", "definitions", "scenarios", "schemas", "cassettes"):
        shutil.move(project / name, below / name)
    git("init", "-q", at=pytester.path)
    commit(pytester.path)
    (pytester.path / "web").mkdir()
    (pytester.path / "web" / "app.ts").write_text("")

    other = run_here("tests/chat", OPTION)
    (pytester.path / "uv.lock").write_text("")
    locked = run_here("tests/chat", OPTION)

    other.stdout.fnmatch_lines(["affected: 0 of 4 scenarios *"])
    locked.stdout.fnmatch_lines(["affected: 4 of 4 scenarios *; uv.lock can touch all *"])


def test_ignored_recordings_count_as_changed(played, repository):
    """Git does not know whether a file that it ignores has changed."""
    (repository / ".gitignore").write_text("cassettes/\n__pycache__\n.pytest_cache\n")
    git("rm", "-rq", "--cached", "cassettes", at=repository)
    commit(repository)

    _, plays = played()

    assert len(plays) == 4


def test_python_tests_stay(played, repository):
    """Which files a Python test reads is not known."""
    (repository / "test_own.py").write_text("def test_own(): pass\n")
    commit(repository)

    _, plays = played()

    assert plays == ["test_own"]


def test_other_selections_that_leave_nothing_keep_their_status(played, repository):
    """`-k` that matches nothing is pytest's status 5."""
    change(repository / "scenarios/greet.yaml", "# a remark\n")

    result, plays = played("-k", "nothing")

    assert (result.ret, plays) == (pytest.ExitCode.NO_TESTS_COLLECTED, [])


def test_the_workers_of_xdist_choose_the_same(played, repository):
    """The process that starts them asks git, and each of them is given the answer."""
    change(repository / "scenarios/greet.yaml", "# a remark\n")

    result, _ = played("-n2")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["note: affected: 1 of 4 scenarios can be touched by *"])


def test_workers_without_work_are_a_green_run(played):
    """Nothing affected passes there as well."""
    result, _ = played("-n2")

    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("nowhere", "--affected: git knows no commit 'nowhere'; check the name; in CI, fetch"),
        ("--output=x", "--affected: git knows no commit '--output=x'"),
        ("scenarios", "'scenarios'; it is a path: write --affected=HEAD to name paths as well"),
    ],
)
def test_an_unknown_revision_is_wrong_use(played, revision, expected):
    """Also one that looks like an option of git."""
    result, _ = played(revision=revision)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert expected in result.stderr.str()


def test_without_a_repository_it_is_wrong_use(run, monkeypatch, project):
    """There is nothing to compare with."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))

    result = run(OPTION)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--affected: git knows no repository here: not a git repository" in result.stderr.str()


def test_without_git_it_is_wrong_use(run, monkeypatch, project):
    """The message says what is missing."""
    monkeypatch.setenv("PATH", str(project / "empty"))

    result = run(OPTION)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--affected: git cannot be run: No such file or directory" in result.stderr.str()


def test_a_repository_without_a_commit_plays_everything(run, project):
    """Every file is new."""
    git("init", "-q", at=project)

    result = run(OPTION)

    result.assert_outcomes(passed=4)


@pytest.mark.parametrize("name", ["scenarios/facts.md", "schemas/facts.json"])
def test_a_file_of_facts_touches_what_names_it(played, repository, name):
    """A text counts as a golden file does, and another file of its kind touches nothing."""
    file = repository / name
    source = f"      grounded_in: {{sources: {file.name}, figures: all}}\n"
    change(repository / "scenarios/greet.yaml", source)
    file.write_text("12\n")
    file.with_stem("others").write_text("12\n")
    commit(repository)
    file.with_stem("others").write_text("13\n")
    _, others = played()

    file.write_text("13\n")
    _, plays = played()

    assert (others, plays) == ([], ["greet[echo]"])
