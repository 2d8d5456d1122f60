"""`same_as_turn`: the value at the same path in the reply to an earlier turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.checks.arguments import is_whole
from harness.checks.check import BadExpectation, Options
from harness.checks.finder import Finder
from harness.checks.matcher import Builder, Compile, Matcher, Recall, all_expected
from harness.checks.value_matchers import equal_to, negated
from harness.core import CheckCrashed, Json, Path, show


def _same_as_turn(value: Json, options: Options, _compile: Compile) -> Matcher:
    if not is_whole(value) or value < 1:
        message = f"'same_as_turn' takes the number of an earlier turn, not {show(value)}"
        raise BadExpectation("wrong-value", message)

    def resolve(recall: Recall) -> Matcher:
        return _with_origin(equal_to(recall(value), options), f"as in turn {value}")

    return Matcher(expected=f"the same as in turn {value}", complain=_nothing, resolve=resolve)


def _with_origin(matcher: Matcher, words: str) -> Matcher:
    """The matcher with words on the origin of its value at the end of its sentences."""
    complain, together = matcher.complain, matcher.complain_of_all

    def said(complaint: str) -> str:
        return complaint and f"{complaint} {words}"

    return replace(
        matcher,
        expected=f"{matcher.expected} {words}",
        complain=lambda value, at: said(complain(value, at)),
        complain_of_all=together and (lambda found, where: said(together(found, where))),
    )


def _not(value: Json, options: Options, compile_: Compile) -> Matcher:
    inner = compile_(value, options)
    if all(matcher.resolve is None for matcher in inner):
        return negated(inner)

    def resolve(recall: Recall) -> Matcher:
        return negated(
            [matcher.resolve(recall) if matcher.resolve else matcher for matcher in inner]
        )

    expected = f"anything but {all_expected(inner)}"
    return Matcher(expected=expected, complain=_nothing, resolve=resolve)


def _nothing(_value: Json, _at: Path) -> str:
    """Never called: the matcher is resolved to another matcher first."""
    return ""


def resolved(
    matchers: Sequence[Matcher], path: Finder, earlier: Mapping[int, Json]
) -> Sequence[Matcher]:
    """The matchers of a path, with those that depend on an earlier turn resolved.

    Raises `CheckCrashed` if that turn has no reply, or nothing is at the path.
    """

    def recall(turn: int) -> Json:
        if turn not in earlier:
            known = ", ".join(map(str, earlier)) or "none"
            message = f"turn {turn} is not an earlier turn with a reply; earlier turns: {known}"
            raise CheckCrashed("no-such-turn", message)
        found = path.find(earlier[turn])
        if path.is_single and not found:
            raise CheckCrashed("no-such-turn", f"turn {turn} has nothing at {path.text}")
        return path.value(found)

    return [matcher if matcher.resolve is None else matcher.resolve(recall) for matcher in matchers]


def recalled_turns(value: Json) -> Iterator[tuple[Path, int]]:
    """The turns that the matchers of paths name, each with its place in the mapping."""
    for key, one in value.items() if isinstance(value, Mapping) else ():
        if key == "same_as_turn" and isinstance(one, int):
            yield (key,), one
        elif key != "equals":
            yield from (((key, *path), number) for path, number in recalled_turns(one))


TURN_MATCHERS: Mapping[str, Builder] = {"same_as_turn": _same_as_turn, "not": _not}
"""Matchers directly below a path of `json`, in place of others of the same name."""
