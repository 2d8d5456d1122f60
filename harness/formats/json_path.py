"""Paths into JSON payloads. Source: RFC 9535."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from functools import cache, lru_cache, partialmethod
from typing import TYPE_CHECKING, cast

from harness.core import CheckCrashed, Json, Path, quote
from harness.core.repetition import PatternTooLarge, require_size
from harness.formats.plain_path import is_plain, values_at

if TYPE_CHECKING:
    # With an alias, so that other modules can name the type without importing the library.
    import regex
    from jsonpath_rfc9535 import JSONPathEnvironment, JSONPathError, JSONPathNode
    from jsonpath_rfc9535 import JSONPathQuery as JSONPathQuery  # noqa: PLC0414


LONGEST_PATH = 2_000
"""Characters."""
MOST_DESCENTS = 3
"""Uses of `..` in a path: each multiplies the values that the next one visits."""
MOST_CONDITIONS = 50
"""Filters, conditions, negations and parentheses of a path: each nests in the one before it."""
DEEPEST_DESCENT = 100
"""Levels of a payload that `..` visits."""
SECONDS = 1.0
"""The time limit of `match()` and `search()` on one text."""


class BadPath(ValueError):
    """A text is not a JSONPath; `str(error)` is the reason."""


_ODD_NAME = re.compile(r"\.([A-Za-z0-9_]+(?:[ -][A-Za-z0-9_]+)+)(?=[.\[]|$)")
"""A name after a dot that needs brackets: `session-id`, `unit price`."""
_CANONICAL_STEP = re.compile(r"\['((?:[^'\\]|\\.)*)'\]|\[(-?\d+)\]")
"""A name or an index in a path as the library writes it: the normalized paths of RFC 9535."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FUNCTION = re.compile(r"\w+")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
"""Texts, in which `..` means nothing."""
_CONDITION = re.compile(r"\?|\(|!(?!=)|&&|\|\|")
_DOT = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\.", re.DOTALL)
_REASONS = {
    "JSONPathNameError": "there is no function '{name}' (character {at})",
    "JSONPathTypeError": "a function cannot be used in this way (character {at})",
    "JSONPathIndexError": "the index at character {at} is too large",
    "JSONPathRecursionError": "it is nested too deeply",
}
"""By the class of the library's error; for a syntax error the reason is its position."""


@lru_cache(maxsize=4096)
def compile_path(text: str) -> JSONPathQuery:
    """Compile a path once. Raises `BadPath` where the text is not one."""
    # Late: most paths are names only, and importing the library takes 40 ms.
    from jsonpath_rfc9535 import JSONPathError  # noqa: PLC0415

    _require_at_most(LONGEST_PATH, len(text), "it has {:,} characters")
    bare = _QUOTED.sub("", text)
    _require_at_most(MOST_DESCENTS, bare.count(".."), "it descends with '..' {} times")
    conditions = len(_CONDITION.findall(bare))
    sentence = "it has {} filters, conditions, negations and parentheses"
    _require_at_most(MOST_CONDITIONS, conditions, sentence)
    try:
        return _environment().compile(text)
    except JSONPathError as error:
        raise BadPath(_reason(text, error)) from error
    except RecursionError as error:
        raise BadPath(_REASONS["JSONPathRecursionError"]) from error
    except (OverflowError, ValueError) as error:
        raise BadPath("a number in it is too large") from error


def _require_at_most(limit: int, count: int, sentence: str) -> None:
    if count > limit:
        raise BadPath(f"{sentence.format(count)}, the limit is {limit:,}")


@cache
def _environment() -> JSONPathEnvironment:
    """The library with our own limits: its versions have different ones, patterns have none."""
    from jsonpath_rfc9535 import JSONPathEnvironment  # noqa: PLC0415  # as in compile_path

    environment = JSONPathEnvironment()
    environment.max_recursion_depth = DEEPEST_DESCENT
    if hasattr(environment, "max_expression_depth"):
        # Version 2 has it, and counts conditions in a row as well.
        environment.max_expression_depth = 10 * MOST_CONDITIONS
    # `functions` in version 2, `function_extensions` in version 1.
    functions = getattr(environment, "functions", None) or environment.function_extensions
    for name, method in (("match", "fullmatch"), ("search", "search")):
        kind = type(functions[name])
        bounded = type(kind.__name__, (kind,), {"__call__": partialmethod(_matches, method)})
        functions[name] = bounded()
    return environment


def _matches(_function: object, method: str, text: object, pattern: object) -> bool:
    """`match()` and `search()`. Source: RFC 9535, sections 2.4.6 and 2.4.7."""
    if not isinstance(text, str) or not isinstance(pattern, str):
        return False
    try:
        expression = _expression(pattern)
        return bool(expression and getattr(expression, method)(text, timeout=SECONDS))
    except PatternTooLarge as error:
        raise _failed(quote(pattern), f"the pattern is too large: {error}") from error
    except TimeoutError as error:
        raise _failed(
            quote(pattern), f"the pattern took longer than {SECONDS:g} s on one text"
        ) from error


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> regex.Pattern[str] | None:
    """A compiled I-Regexp; None if the text is not one. Source: RFC 9485, section 5.3."""
    import regex  # noqa: PLC0415  # late, as the library, which needs it too
    from iregexp_check import check  # noqa: PLC0415  # the library's own check

    require_size(pattern)
    if not check(pattern):
        return None
    try:
        dots = _DOT.sub(lambda match: "[^\\n\\r]" if match[0] == "." else match[0], pattern)
        return regex.compile(dots, regex.VERSION1)
    except (regex.error, ValueError):
        # ValueError: a number of more digits than Python reads.
        return None


def _reason(text: str, error: JSONPathError) -> str:
    """Why a text is not a path, in our own words: the library's differ between its versions."""
    # Version 1 has tokens with an index, version 2 tuples whose second member it is.
    token = getattr(error, "token", None)
    index = token[1] if isinstance(token, tuple) else getattr(token, "index", 0)
    kind = type(error).__name__
    if kind in _REASONS:
        name = _FUNCTION.match(text, index)
        return _REASONS[kind].format(at=index + 1, name=name[0] if name else "")
    if not text.startswith("$"):
        return "it does not start with '$'"
    if index >= len(text.rstrip()):
        return "it ends too early"
    return f"'{text[index]}' is not allowed at character {index + 1}"


def steps_of(query: JSONPathQuery) -> Path | None:
    """The names and indexes of a path that leads to at most one value; None for any other.

    They are read from the path's canonical text: the versions of the library differ in the rest.
    """
    steps: list[str | int] = []
    canonical = str(query)
    at = 1
    while at < len(canonical):
        step = _CANONICAL_STEP.match(canonical, at)
        if step is None:
            return None
        steps.append(_unescaped(step[1]) if step[2] is None else int(step[2]))
        at = step.end()
    return tuple(steps)


def last_name(query: JSONPathQuery) -> str:
    """The name that a path ends with; empty if it ends with something else."""
    before = str(beginning(query, len(query.segments) - 1))
    step = _CANONICAL_STEP.fullmatch(str(query), len(before))
    return _unescaped(step[1]) if step and step[2] is None else ""


def _unescaped(name: str) -> str:
    """A name without the library's escapes: those of JSON, but for single quotes."""
    return str(json.loads('"' + name.replace("\\'", "'").replace('"', '\\"') + '"'))


def require_path(text: str) -> None:
    """Raise `BadPath` if a text is not a JSONPath."""
    if not is_plain(text):
        compile_path(text)


def path_hint(text: str) -> str:
    """What to write instead of a text that is not a JSONPath; empty if that is not known."""
    if not text.startswith("$"):
        return "a path starts with '$', such as $.response.text"
    meant = _ODD_NAME.sub(r"['\1']", text)
    try:
        require_path(meant)
    except BadPath:
        return ""
    return f"write {meant}" if meant != text else ""


def path_text(path: Path) -> str:
    """A path as the shortest JSONPath: `$.products[0]['unit price']`."""
    return "$" + "".join(map(_step, path))


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if _NAME.fullmatch(part):
        return f".{part}"
    escaped = part.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"


def without_places(value: Json, places: Collection[Path], at: Path = ()) -> Json:
    """The value without what is at these places; what is at `at` itself stays."""
    if isinstance(value, Mapping):
        below = ((key, one, (*at, key)) for key, one in value.items())
        return {key: without_places(one, places, to) for key, one, to in below if to not in places}
    if isinstance(value, list | tuple):
        items = ((one, (*at, index)) for index, one in enumerate(value))
        return [without_places(one, places, to) for one, to in items if to not in places]
    return value


def find_all(path: str, value: Json) -> list[Json]:
    """All values that the path leads to, in document order; empty if it leads nowhere.

    Raises `CheckCrashed` as `find_located` does.
    """
    found = values_at(path, value)
    if found is not None:
        return found
    return [cast("Json", node.value) for node in _nodes(path, value)]


def find_located(path: str, value: Json) -> list[tuple[Path, Json]]:
    """All values that the path leads to, each with its place in the payload.

    Raises `CheckCrashed` if a filter of the path cannot be evaluated.
    """
    return [(tuple(node.location), cast("Json", node.value)) for node in _nodes(path, value)]


def _failed(path: str, reason: str) -> CheckCrashed:
    """The error of a path that cannot be evaluated on a payload."""
    return CheckCrashed("path-failed", f"{path} could not be evaluated: {reason}")


def _nodes(path: str, value: Json) -> list[JSONPathNode]:
    from jsonpath_rfc9535 import JSONPathError  # noqa: PLC0415  # as in compile_path

    try:
        return list(compile_path(path).find(value))  # type: ignore[arg-type]  # version 1 names JSON otherwise
    except (JSONPathError, RecursionError) as error:
        if type(error).__name__ != "JSONPathRecursionError":
            raise _failed(path, str(error)) from error
        reason = f"'..' descends more than {DEEPEST_DESCENT} levels of this payload"
        raise _failed(path, reason) from error


def beginning(query: JSONPathQuery, length: int) -> JSONPathQuery:
    """The first segments of a path, as a path."""
    return type(query)(env=query.env, segments=query.segments[:length])


def find_first(path: str, value: Json) -> tuple[bool, Json]:
    """Whether the path leads anywhere, and the first value there."""
    values = find_all(path, value)
    return (True, values[0]) if values else (False, None)
