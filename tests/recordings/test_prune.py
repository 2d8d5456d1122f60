from __future__ import annotations

import pytest

from harness.core.errors import HarnessError

ORPHAN = "cassettes/echo/only-echo.yaml"


@pytest.fixture
def orphaned(here):
    """The project with one orphan."""
    (here.folder / "scenarios/shop/only-echo.yaml").unlink()
    return here


def test_orphans_are_removed_after_asking(orphaned):
    """The list comes first, then the question."""
    result = orphaned.call("prune", answer="y\n")

    assert result.exit_code == 0
    assert result.output == f"{ORPHAN}\nRemove 1 file? [y/N]: y\n1 file removed\n"
    assert not (orphaned.folder / ORPHAN).exists()
    assert len(list((orphaned.folder / "cassettes/echo").iterdir())) == 4


@pytest.mark.parametrize("answer", ["n\n", "\n", ""], ids=["no", "nothing", "no-terminal"])
def test_without_a_yes_nothing_is_removed(orphaned, answer):
    """Silence is a no."""
    result = orphaned.call("prune", answer=answer)

    assert result.exit_code == 0
    assert result.output.endswith("nothing was removed\n")
    assert (orphaned.folder / ORPHAN).exists()


def test_ci_may_agree_beforehand(orphaned):
    """`--yes` asks nothing, and still lists what goes."""
    result = orphaned.call("prune", "--yes")

    assert result.output == f"{ORPHAN}\n1 file removed\n"


def test_only_what_is_named_is_removed(orphaned):
    """A path narrows what is removed."""
    result = orphaned.call("prune", "--yes", "cassettes/echo/greet.yaml")

    assert result.output == "there is nothing to remove\n"
    assert (orphaned.folder / ORPHAN).exists()


def test_unfinished_files_go_and_journals_stay(here):
    """A file that was not finished is worth nothing; a journal may be a conversation."""
    folder = here.folder / "cassettes/echo"
    (folder / ".greet.yaml.1-ab.tmp").touch()
    (folder / ".greet.yaml.journal").touch()

    result = here.call("prune", "--yes")

    assert result.output == "cassettes/echo/.greet.yaml.1-ab.tmp\n1 file removed\n"
    assert (folder / ".greet.yaml.journal").exists()


def test_recordings_of_others_stay(here):
    """What a Python test or another tool recorded, or is damaged, is not removed."""
    folder = here.folder / "cassettes/echo"
    here.rehead("cassettes/echo/greet.yaml", scenario_hash="")
    (folder / "other.yaml").write_text("version: 1\ninteractions: []\n")
    (folder / "cut.yaml").write_text("version: 1\nharness:\n  format: 1\n")
    (here.folder / "scenarios/greet.yaml").unlink()

    result = here.call("prune", "--yes")

    assert result.output == (
        "left as it is: cassettes/echo/cut.yaml: the recording is cut inside its head"
        " [cassette-cut]\nthere is nothing to remove\n"
    )


def test_nothing_is_removed_while_a_scenario_cannot_be_read(orphaned):
    """What a wrong file plays is not known, so nothing can be called an orphan."""
    orphaned.edit("scenarios/greet.yaml", "turns:", "truns:")

    result = orphaned.call("prune", "--yes")

    assert isinstance(result.exception, HarnessError)
    assert (orphaned.folder / ORPHAN).exists()
