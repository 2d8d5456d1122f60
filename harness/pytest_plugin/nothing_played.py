"""Which reports of the run before stay if a run collects nothing, as after a misspelt path."""

from __future__ import annotations

import pytest

from harness.pytest_plugin.project_files import files_above, files_below

NOTHING_PLAYED = (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)
"""After a run with such a status, the reports of the run before stay."""
CLEAN = pytest.StashKey[bool]()
"""Whether Allure's folder is emptied once something is collected."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Take `--clean-alluredir` over from allure-pytest, which empties its folder at the start.

    Workers of xdist get the options of this process, so that none of them empties it again.
    """
    if not getattr(config.option, "clean_alluredir", False) or config.option.collectonly:
        return
    is_named = bool(config.getoption("--harness-config"))
    if is_named or files_above(config) or files_below(config):
        config.option.clean_alluredir = False
        config.stash[CLEAN] = True
