"""A project's own checks: Python files and installed packages that harness.yaml names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field, replace
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from harness.checks import (
    KIND_NAMED,
    BadExpectation,
    Judge,
    Kind,
    Options,
    Subject,
    Verdict,
)
from harness.checks.check import MODIFIERS
from harness.config import Config
from harness.core import (
    ConfigurationError,
    Json,
    Problem,
    SchemaError,
    Source,
    did_you_mean,
    quote,
    value_class,
)
from harness.core.hashing import content_key
from harness.core.network_guard import require_seen, telling
from harness.core.python_file import module_of, raised_at
from harness.formats.json_schema import compile_schema
from harness.formats.yaml import Node
from harness.scenario.scenario import INNER_SCOPES

GROUP = "harness.checks"
"""Entry points of this group lead to a module with checks, or to one check."""

_NAME = re.compile("[a-z][a-z0-9_]*")
_INNER_NAMES = (scope.value for scopes in INNER_SCOPES.values() for scope in scopes)
_TAKEN = frozenset((*KIND_NAMED, *MODIFIERS, *_INNER_NAMES, "none"))


@value_class(frozen=True, slots=True, kw_only=True)
class OwnChecks:
    """The checks that a project adds."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    fingerprint: str = ""
    """A hash of the files and formats; empty if there are none."""


def own_checks(config: Config) -> OwnChecks:
    """Import what `checks:` of harness.yaml names. Raises `ConfigurationError`."""
    if not config.checks:
        return OwnChecks()
    read: list[bytes] = []
    kinds: dict[str, Kind] = {}
    for node in config.checks:
        try:
            module, found = _kinds_of(config, node, read)
            for kind in found:
                kinds[kind.name] = _examined(kind, module, kinds, node)
        except (ConfigurationError, KeyboardInterrupt):
            raise
        except SyntaxError as error:
            raise _unread(config, node, error) from error
        except BaseException as error:
            # A file of the project may raise anything while it is imported, SystemExit too.
            what = f"{quote(str(node.value))} cannot be imported"
            raise _wrong("broken-checks", node, f"{what}: {error!r}{raised_at(error)}") from error
    read.append(json.dumps({name: kind.schema for name, kind in kinds.items()}).encode())
    return OwnChecks(kinds=kinds, fingerprint=content_key("checks", *read))


def _kinds_of(config: Config, node: Node, read: list[bytes]) -> tuple[str, list[Kind]]:
    """The checks that an entry names, and the module that they are from."""
    name = str(node.value)
    if name.endswith(".py"):
        imported = _imported(config, node, read)
        module, found = imported.__name__, _kinds_in(imported)
    else:
        module, found = _installed(node)
    if not found:
        raise _wrong(
            "no-checks",
            node,
            f"there is no check in {quote(name)}",
            "make one with the decorator harness.check",
        )
    return module, found


def _imported(config: Config, node: Node, read: list[bytes]) -> ModuleType:
    file = (config.root / str(node.value)).resolve()
    if not file.is_relative_to(config.root):
        raise _wrong(
            "outside-project",
            node,
            f"the file {quote(str(node.value))} is outside the project",
            "name a file next to or below harness.yaml",
        )
    if not file.is_file():
        raise _wrong("no-such-file", node, f"there is no file {quote(str(node.value))}")
    content = file.read_bytes()
    read.append(content)
    return module_of(file, content)


def _installed(node: Node) -> tuple[str, list[Kind]]:
    known = {point.name: point for point in entry_points(group=GROUP)}
    name = str(node.value)
    if name not in known:
        raise _wrong(
            "unknown-checks",
            node,
            f"no installed package provides checks named {quote(name)}",
            did_you_mean(name, known) or "the name of a file must end in .py",
        )
    found = known[name].load()
    return known[name].module, _kinds_in(found)


def _kinds_in(found: object) -> list[Kind]:
    """The check that an object is, or those of a module, each once."""
    objects = vars(found).values() if isinstance(found, ModuleType) else (found,)
    return list({id(one): one for one in objects if isinstance(one, Kind)}.values())


def _examined(kind: Kind, module: str, taken: Mapping[str, Kind], node: Node) -> Kind:
    """The check with a guard against crashes. Raises `ConfigurationError` if it cannot be used."""
    if not _NAME.fullmatch(kind.name):
        raise _wrong(
            "wrong-name",
            node,
            f"{quote(kind.name)} is not a valid name of a check",
            "use lowercase letters, digits and '_', and start with a letter",
        )
    if kind.name in _TAKEN or kind.name in taken:
        whose = "another check of the project" if kind.name in taken else "the harness itself"
        raise _wrong(
            "duplicate-check",
            node,
            f"the name '{kind.name}' is already used by {whose}",
            "rename the check",
        )
    try:
        compile_schema(kind.schema, name=kind.name)
    except SchemaError as error:
        first = error.problems[0]
        raise _wrong(
            first.code, node, f"the check '{kind.name}': {first.message}", first.hint
        ) from error
    return replace(kind, schema=_as_part(kind), compile=partial(_guarded, kind, module))


def _as_part(kind: Kind) -> Json:
    """The schema as a part of the scenario format, its references still within itself."""
    schema = kind.schema
    if isinstance(schema, Mapping) and "$id" not in schema and '"$ref"' in json.dumps(schema):
        return {"$id": f"https://schemas.invalid/checks/{kind.name}", **schema}
    return schema


def _guarded(kind: Kind, module: str, value: Json, options: Options) -> Judge:
    try:
        judge = kind.compile(value, options)
    except (BadExpectation, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise BadExpectation(
            "check-crashed",
            f"the check '{kind.name}' crashed on its value: {error!r}{raised_at(error)}",
        ) from error

    def watched(subject: Subject) -> Verdict:
        require_seen(module, f"the check '{kind.name}'")
        with telling():
            return judge(subject)

    return watched


def _unread(config: Config, node: Node, error: SyntaxError) -> ConfigurationError:
    """The error for a file that is not valid Python, with its line."""
    file = Path(error.filename or str(node.value))
    if not (file.is_relative_to(config.root) and error.lineno and file.is_file()):
        return _wrong(
            "broken-checks", node, f"{quote(str(node.value))} is not valid Python: {error}"
        )
    text = file.read_text(encoding="utf-8", errors="replace")
    source = Source(path=config.shown(file), text=text)
    message = f"{quote(str(node.value))} is not valid Python: {error.msg}"
    place = source.place(error.lineno, max(error.offset or 1, 1))
    return ConfigurationError(Problem(code="broken-checks", message=message, place=place))


def _wrong(code: str, node: Node, message: str, hint: str = "") -> ConfigurationError:
    return ConfigurationError(Problem(code=code, message=message, place=node.place, hint=hint))
