"""Reads a setting of a definition: a JSON Schema with additional keys."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterator, Mapping

from harness.core import Json, Place, Problem, SchemaError, describe, did_you_mean, quote, unseen
from harness.formats.json_schema import Schema, compile_schema
from harness.formats.json_schema.keywords import KEYWORDS
from harness.providers.definition import Setting

FLAGS = ("secret", "required")
OWN = (*FLAGS, "variable")
"""Keys of a setting that are not keywords of JSON Schema."""
VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""The name of an environment variable."""
_BOOLEANS: Mapping[str, Json] = {"true": True, "1": True, "false": False, "0": False}
"""Texts of the environment that a setting of true or false takes."""

LITERAL = re.compile(r"""(?<!\[)(?:'[^']+'|"[^"]+")""")
"""A text within a template, but not the name in `env['NAME']`."""


def setting_of(name: str, given: Mapping[str, Json]) -> Setting:
    """The setting of a node that `setting_problems` found to be valid."""
    return Setting(
        name=name,
        schema={key: value for key, value in given.items() if key not in OWN},
        is_secret=bool(given.get("secret")),
        is_required=bool(given.get("required")),
        default=given.get("default"),
        variable=str(given.get("variable", "")),
    )


def as_type(text: str, wanted: Json) -> Json:
    """A text of the environment as the type that a setting wants; itself where it is not one."""
    types = wanted if isinstance(wanted, list) else [wanted]
    if "string" in types or None in types:
        return text
    if "boolean" in types and text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    for kind, read in (("integer", int), ("number", float)):
        if kind in types:
            with contextlib.suppress(ValueError):
                number = read(text)
                return number if math.isfinite(number) else text
    return text


def setting_problems(
    name: str, given: Mapping[str, Json], place: Place | None = None, where: str = ""
) -> Iterator[Problem]:
    """The problems of a setting, with their places; `where` is used instead of a missing one."""

    def problem(code: str, message: str, hint: str = "") -> Problem:
        told = f"the setting '{name}': {message}"
        return Problem(code=code, message=told, place=place, where=where, hint=hint)

    unknown = given.keys() - {*OWN, *KEYWORDS}
    for key in sorted(unknown):
        hint = did_you_mean(key, (*OWN, *KEYWORDS))
        yield problem("unknown-key", f"unknown key {quote(key)}", hint)
    for key in FLAGS:
        if not isinstance(given.get(key, False), bool):
            message = f"'{key}' is {describe(given[key])}, expected true or false"
            yield problem("wrong-value", message)
    variable = given.get("variable", "NAME")
    if not isinstance(variable, str) or not VARIABLE_NAME.fullmatch(variable):
        message = f"'variable' is {describe(variable)}, expected the name of a variable"
        yield problem("wrong-value", message, "write letters, digits and '_', as in SHOP_KEY")
    setting = setting_of(name, given)
    if setting.is_required and setting.default is not None:
        message = "'required' has no effect together with 'default'"
        yield problem("no-effect", message, "remove one of the two")
    try:
        schema = compile_schema(dict(setting.schema), name=name)
    except SchemaError as error:
        first = error.problems[0]
        if not unknown:
            yield problem(first.code, first.message, first.hint)
        return
    yield from _default_problems(setting, schema, problem)


def _default_problems(
    setting: Setting, schema: Schema, problem: Callable[[str, str, str], Problem]
) -> Iterator[Problem]:
    default = setting.default
    if setting.is_secret and default is not None:
        found = problem(
            "inline-secret",
            "the default of a secret is written in the definition",
            "remove it, and write ${env.NAME} in harness.yaml",
        )
        yield unseen(found)
    elif isinstance(default, str) and "${" in default:
        yield problem(
            "not-filled-in",
            "${…} is not evaluated in its default",
            "write it where the setting is used",
        )
    elif default is not None and (reason := schema.misfit(default)):
        yield problem("wrong-value", f"its default: {reason}", "")
