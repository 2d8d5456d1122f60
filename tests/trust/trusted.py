"""Runs `harness trust` in the folder of a desk."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner, Result

from harness.cli.app import app
from harness.core import HarnessError


def trust(*words: str) -> Result:
    """Run the command. Raises its error."""
    result = CliRunner().invoke(app, ["trust", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refused(*words: str) -> str:
    """Why the command cannot run."""
    try:
        result = trust(*words)
    except HarnessError as error:
        return str(error)
    assert result.exit_code == 2
    return result.output


def scenarios(*words: str) -> dict[str, Any]:
    """What `--json` says of each scenario, by its name."""
    said = json.loads(trust("--json", *words).stdout)
    return {one["scenario"]: one for one in said["scenarios"]}


def findings(*words: str) -> list[tuple[str, str]]:
    """Code and place of every finding: file and line."""
    return [
        (finding["code"], finding["at"].rpartition(":")[0])
        for one in scenarios(*words).values()
        for finding in one["findings"]
    ]
