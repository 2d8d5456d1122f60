"""Files of facts, which `grounded_in` may name as a source."""

from __future__ import annotations

from pathlib import PurePosixPath

from harness.checks.check import BadExpectation
from harness.checks.check_files import TEXTS, CheckFiles, UnreadableFile
from harness.core import CheckCrashed, Json, quote, show
from harness.project_file import YAML_ENDINGS

FACT_FILES = (".json", *YAML_ENDINGS, *TEXTS)
"""Endings of files of facts."""


def require_name_of_facts(name: str) -> None:
    """Raise `BadExpectation` for the name of a file that cannot be in the project."""
    if PurePosixPath(name).is_absolute() or "\\" in name:
        hint = "use a path relative to the scenario's folder or to schemas/"
        raise BadExpectation("facts-outside", f"{show(name)} is not a path in the project", hint)


def facts_in(name: str, scenario: str, files: CheckFiles | None) -> tuple[str, Json]:
    """The path of a file of facts, as it is shown, and the value in it; a text for a text.

    The file is next to that of a scenario, or in the folder of schemas. Raises `CheckCrashed`
    `facts-missing`, `facts-outside` or `unreadable-facts`.
    """
    if files is None:
        message = "a file of facts must be in a project, but there is none"
        raise CheckCrashed("facts-missing", message)
    try:
        file = files.located(name, scenario)
    except ValueError as error:
        message = f"{quote(name)} is not a valid name of a file of facts"
        raise CheckCrashed("facts-outside", message) from error
    if file is None:
        message = f"the file of facts {quote(name)} would be outside the project"
        raise CheckCrashed("facts-outside", message, "keep it next to the scenario or in schemas/")
    shown = files.shown(file)
    if not files.exists(file):
        hint = "write it next to the scenario or in schemas/"
        raise CheckCrashed("facts-missing", f"there is no file of facts {quote(shown)}", hint)
    try:
        return shown, files.value(file)
    except UnreadableFile as error:
        message = f"the file of facts {quote(shown)} cannot be read: {error}"
        raise CheckCrashed("unreadable-facts", message, error.hint) from error
