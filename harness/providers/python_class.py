"""Providers that are Python classes, for chat APIs that a definition cannot describe."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from harness.conversation import Phase
from harness.core import DefinitionError, Problem, Source, did_you_mean
from harness.core.hashing import content_key
from harness.core.python_file import module_of, raised_at
from harness.providers.definition import Definition
from harness.providers.setting import setting_of, setting_problems

MEMBERS = (
    *("settings", "name", "secret_headers", "keep_headers"),
    *("open", "say", "tools", "late", "history", "close"),
)
"""The members that are read from a class."""


def definition_of_class(made: type, where: str) -> Definition:
    """The definition of a Python class. `where` names the class, for messages.

    The class has `settings`, which are JSON Schemas by name as in a definition, and `say`, which
    gets a `UserMessage` and returns a `Reply` or a text. It may have `open`, `tools`, `late`,
    `history` and `close`. Raises `DefinitionError` if it lacks `say`, or `settings` with
    `base_url`.
    """
    lacking = [name for name in ("settings", "say") if not hasattr(made, name)]
    settings = getattr(made, "settings", {})
    if not lacking and not (isinstance(settings, Mapping) and "base_url" in settings):
        lacking = ["settings['base_url']"]
    faults = [f"lacks {' and '.join(lacking)}"] if lacking else list(_misread(made, settings))
    if faults:
        raise DefinitionError(
            Problem(
                code="wrong-class",
                message=f"the class {made.__name__} {faults[0]}",
                where=where,
                hint=next(filter(None, (meant(name, dir(made)) for name in lacking)), "")
                or "see docs/python-providers.md",
            )
        )
    problems = [
        problem
        for name, one in settings.items()
        for problem in setting_problems(name, one, where=where)
    ]
    if problems:
        raise DefinitionError(problems)
    return Definition(
        name=str(getattr(made, "name", made.__name__)),
        title=(inspect.getdoc(made) or made.__name__).partition("\n")[0],
        fingerprint=content_key(
            "class", made.__qualname__, Path(inspect.getfile(made)).read_bytes()
        ),
        settings={name: setting_of(name, one) for name, one in settings.items()},
        phases=dict.fromkeys(Phase, ()),
        headers_kept=frozenset(name.lower() for name in getattr(made, "keep_headers", ())),
        header_names=frozenset(name.lower() for name in getattr(made, "secret_headers", ())),
        client=made,
    )


def meant(member: str, names: Iterable[str]) -> str:
    """A hint if one of the names is similar to that of a missing member; otherwise empty."""
    near = [(name, did_you_mean(name, [member])) for name in names if not name.startswith("_")]
    return next((f"{name!r}: {hint}" for name, hint in near if hint.startswith("did")), "")


def _misread(made: type, settings: Mapping[str, object]) -> Iterator[str]:
    """Problems of attributes that have another type than expected."""
    for name, setting in settings.items():
        if not isinstance(setting, Mapping):
            yield f"has settings[{name!r}] = {setting!r}, expected a JSON Schema"
    for name in ("secret_headers", "keep_headers"):
        if isinstance(found := getattr(made, name, ()), str):
            yield f"has {name} = {found!r}, expected a list of header names"


NEAR = 0.7
"""How similar a name must be to that of a member, from 0 to 1, to count as misspelt."""


def read_class_file(file: Path, shown: str) -> Definition:
    """The definition of the one provider class in a file. `shown` is the file's path.

    Raises `DefinitionError` if the file cannot be imported, or does not have exactly one class
    with `say`.
    """
    return _read(file, shown, file.read_bytes())


@lru_cache(maxsize=64)
def _read(file: Path, shown: str, content: bytes) -> Definition:
    module = _imported(file, content, shown)
    found = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__ and hasattr(one, "say")
    ]
    if len(found) == 1:
        return definition_of_class(found[0], shown)
    names = ", ".join(one.__name__ for one in found)
    message = (
        (f"several classes have a method 'say': {names}")
        if found
        else "no class has a method 'say'"
    )
    hint = "a provider is one class in its own file"
    if not found:
        own = [one for one in vars(module).values() if isinstance(one, type)]
        members = [name for one in own if one.__module__ == module.__name__ for name in vars(one)]
        hint = meant("say", members) or hint
    raise DefinitionError(Problem(code="wrong-class", message=message, where=shown, hint=hint))


def _imported(file: Path, content: bytes, shown: str) -> ModuleType:
    try:
        return module_of(file, content)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise DefinitionError(
            Problem(
                code="broken-class",
                message=f"the file cannot be imported: {error!r}{raised_at(error)}",
                where=shown,
            )
        ) from error


def class_doubts(file: Path, shown: str) -> Iterator[Problem]:
    """A warning for each member of a class whose name is similar to that of a known member.

    There is no warning for a name that the file itself uses. Raises `DefinitionError` as
    `read_class_file` does.
    """
    made = read_class_file(file, shown).client
    assert made is not None  # noqa: S101  # it is a class that was read
    source = Source(path=shown, text=file.read_text(encoding="utf-8"))
    tree = ast.parse(source.text)
    classes = {one.__name__ for one in made.__mro__ if one.__module__ == made.__module__}
    absent = [name for name in MEMBERS if not hasattr(made, name)]
    own = frozenset(MEMBERS).union(_names_read(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in classes:
            for name, line in _members_of(node):
                near = get_close_matches(name.lower(), absent, n=1, cutoff=NEAR)
                if near and not name.startswith("_") and name not in own:
                    yield Problem(
                        code="no-effect",
                        message=f"{name!r} of the class {node.name} is never used",
                        place=source.place(line, source.line(line).find(name) + 1, len(name)),
                        hint=f"did you mean '{near[0]}'?",
                    )


def _members_of(made: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """The methods and attributes in a class statement, with their lines."""
    for one in made.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            # The line of a decorated method is that of its `def`.
            yield one.name, one.lineno
        elif isinstance(one, ast.Assign | ast.AnnAssign):
            for target in one.targets if isinstance(one, ast.Assign) else (one.target,):
                if isinstance(target, ast.Name):
                    yield target.id, target.lineno


def _names_read(tree: ast.AST) -> Iterator[str]:
    """Every name that a file uses, also in a text that `getattr` may get."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Load):
            yield one.attr
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            yield one.id
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value
