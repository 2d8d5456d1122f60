"""The origin of a session's run, for the reports that name it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.reports.run_origin import RunOrigin, origin_in, shown_command, typed_command
from harness.reports.typed_secrets import secrets_in

_KEY = pytest.StashKey[RunOrigin]()


def origin_of(config: pytest.Config, session: ScenarioSession) -> RunOrigin:
    """The origin of the run. Git is asked once, when the first report needs it."""
    found = config.stash.get(_KEY, None)
    if found is None:
        words = typed_command([str(one) for one in config.invocation_params.args])
        typed = "\n".join(words)
        secrets: dict[str, str] = {}
        for suite in session.suites:
            secrets |= secrets_in(typed, suite.project)
        command = shown_command(words, secrets, config.rootpath)
        found = config.stash[_KEY] = replace(origin_in(config.rootpath), command=command)
    return found
