"""`--tag` of `harness run`, held against the tags that harness.yaml declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from harness.core.errors import ConfigurationError, Problem, did_you_mean, quote

_NAME = re.compile(r"[\w:+.\-]+")
_WORDS = frozenset(("and", "or", "not", "True", "False", "None"))
_OF_PYTEST = frozenset(
    ("skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings", "asyncio")
)


def require_tags(expression: str, declared: Mapping[str, str] | None, paths: Iterable[str]) -> None:
    """Raise `ConfigurationError` `unknown-tag` where a tag of an expression is not declared.

    Nothing is asked where harness.yaml declares none, or Python tests are among what is played:
    their marks are declared elsewhere.
    """
    if declared is None or any(path.partition("::")[0].endswith(".py") for path in paths):
        return
    named = _NAME.findall(re.sub(r"\([^()]*=[^()]*\)", "", expression))
    unknown = [one for one in named if one not in _WORDS | _OF_PYTEST | declared.keys()]
    if unknown:
        raise ConfigurationError(
            Problem(
                code="unknown-tag",
                message=f"unknown tag {quote(unknown[0])}",
                where="--tag",
                hint=did_you_mean(unknown[0], declared)
                or "declare it under 'tags:' in harness.yaml",
            )
        )
