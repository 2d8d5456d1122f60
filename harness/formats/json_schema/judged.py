"""Finds which schemas judge which parts of a value, without judging any.

The validator cannot be interrupted. It does not say that it gave up a pattern below `not`, and a
schema that applies twice to the next level of a payload doubles its explanations at each level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from harness.core import CheckCrashed, Json, Path, pointer, quote
from harness.formats.json_schema.keywords import patterns
from harness.formats.json_schema.library import Library, Site
from harness.formats.json_schema.schema_pattern import BACKTRACKED, gives_up, matches, may_backtrack

MOST_JUDGED_AGAIN = 100_000
"""How often schemas may judge parts of a payload that they have judged before."""

MOST_LINKS = 1_000_000
"""Paths through a schema up to which validating is quick. Explaining may still be slow."""

Part = tuple[Path, Json, Counter[Site]]
"""A part of a value, or a key of it, with the schemas that judge it and how often each does."""


class Judged:
    """The parts of a value that a schema of a library judges, at all depths."""

    def __init__(self, library: Library, start: Site) -> None:
        self._library = library
        self._start = start
        self._applied: dict[Site, Counter[Site]] = {}
        self._inner: dict[Site, Mapping[str, Mapping[str | int, Site]]] = {}
        self._patterns = {
            site: risky
            for site, schema in library.schemas.items()
            if (risky := [pattern for _, pattern in patterns(schema) if may_backtrack(pattern)])
        }
        self._is_wide = self._ways_through() > MOST_LINKS
        self.may_not_answer = self._is_wide or bool(self._patterns)
        """Whether `require_answer` can raise."""

    def require_answer(self, value: Json) -> None:
        """Raise `CheckCrashed` if validating a value exceeds the limits."""
        if self._is_wide:
            self.require_explanation(value)
        if self._patterns:
            self._require_searches(value)

    def require_explanation(self, value: Json) -> None:
        """Raise `CheckCrashed` if explaining the violations takes too much work."""
        repeated = 0
        for path, _, judging in self._parts(value):
            repeated += judging.total() - len(judging)
            if repeated > MOST_JUDGED_AGAIN:
                often, site = max(
                    (count, str(judge[1]), judge) for judge, count in judging.items()
                )[::2]
                raise CheckCrashed(
                    "schema-repeats",
                    f"{site[0]}#{pointer(site[1])} would be evaluated {often:,} times on "
                    f"{_shown(path)};"
                    f" the limit is {MOST_JUDGED_AGAIN:,} repeated evaluations on one payload",
                    "lead from each schema to the next level by one branch only",
                )

    def _require_searches(self, value: Json) -> None:
        """Raise `CheckCrashed` if a search is given up on a text that a pattern may judge."""
        for path, part, judging in self._parts(value):
            texts = (part,) if isinstance(part, str) else part if isinstance(part, Mapping) else ()
            for site in judging.keys() & self._patterns.keys() if texts else ():
                for pattern in self._patterns[site]:
                    if any(gives_up(pattern, text) for text in texts):
                        raise CheckCrashed(
                            "pattern-timeout",
                            f"the pattern {quote(pattern)} of {site[0]}#{pointer(site[1])} needed"
                            f" more than {BACKTRACKED:,} backtracking steps on {_shown(path)}",
                            "avoid a repetition inside a repetition, such as (a+)+",
                        )

    def _parts(self, value: Json) -> Iterator[Part]:
        waiting: list[Part] = [((), value, Counter({self._start: 1}))]
        while waiting:
            path, part, given = waiting.pop()
            judging: Counter[Site] = Counter()
            for site, count in given.items():
                for applied, times in self._all_applied(site).items():
                    judging[applied] += count * times
            yield path, part, judging
            if isinstance(part, Mapping):
                waiting += self._members(path, part, judging)
            elif isinstance(part, list | tuple):
                waiting += self._items(path, part, judging)

    def _members(
        self, path: Path, part: Mapping[str, Json], judging: Counter[Site]
    ) -> Iterator[Part]:
        values: dict[str, Counter[Site]] = {}
        keys: Counter[Site] = Counter()
        for site, count in judging.items():
            inner = self._inner_of(site)
            if not inner:
                continue
            for target in inner.get("propertyNames", {}).values():
                keys[target] += count
            for key in part:
                for target in _of_member(inner, self._library.schemas[site], key):
                    values.setdefault(key, Counter())[target] += count
        for key, given in values.items():
            yield (*path, key), part[key], given
        for key in part if keys else ():
            yield (*path, key), key, keys

    def _items(self, path: Path, part: Sequence[Json], judging: Counter[Site]) -> Iterator[Part]:
        values: dict[int, Counter[Site]] = {}
        for site, count in judging.items():
            inner = self._inner_of(site)
            for index in range(len(part)) if inner else ():
                for target in _of_item(inner, index):
                    values.setdefault(index, Counter())[target] += count
        return (((*path, index), part[index], given) for index, given in values.items())

    def _all_applied(self, start: Site) -> Counter[Site]:
        """The schemas that judge the same value as a schema, itself included, with their number."""
        applied = self._applied.get(start)
        if applied is None:
            applied = Counter({start: 1})
            waiting = list(self._library.in_place(start))
            while waiting:
                site = waiting.pop()
                applied[site] += 1
                waiting += self._library.in_place(site)
            self._applied[start] = applied
        return applied

    def _inner_of(self, site: Site) -> Mapping[str, Mapping[str | int, Site]]:
        """The schemas inside a schema that judge parts of its value, by keyword."""
        parts = self._inner.get(site)
        if parts is None:
            made: dict[str, dict[str | int, Site]] = {}
            for inner in self._library.inner(site):
                step = inner[1][len(site[1]) :]
                # If a keyword has one schema, the last step is the keyword.
                made.setdefault(str(step[0]), {})[step[-1]] = inner
            parts = self._inner[site] = made
        return parts

    def _ways_through(self) -> int:
        """The number of chains of schemas that begin here. A chain ends where it repeats itself."""
        ways: dict[Site, int] = {}
        begun: set[Site] = set()
        waiting = [self._start]
        while waiting:
            site = waiting[-1]
            below = (*self._library.in_place(site), *self._library.inner(site))
            if site not in begun:
                begun.add(site)
                waiting += (inner for inner in below if inner not in begun)
                continue
            waiting.pop()
            if site not in ways:
                ways[site] = 1 + sum(ways.get(inner, 1) for inner in below)
        return ways[self._start]


def _shown(path: Path) -> str:
    return f"the value at {quote(pointer(path))}" if path else "the whole value"


def _of_member(
    inner: Mapping[str, Mapping[str | int, Site]], schema: Mapping[str, Json], key: str
) -> Iterator[Site]:
    """The schemas inside a schema that judge the value of a key."""
    named = schema.get("properties")
    is_known = isinstance(named, Mapping) and key in named
    if key in (properties := inner.get("properties", {})):
        yield properties[key]
    by_pattern = schema.get("patternProperties")
    for pattern in by_pattern if isinstance(by_pattern, Mapping) else ():
        if matches(pattern, key):
            is_known = True
            if pattern in (known := inner.get("patternProperties", {})):
                yield known[pattern]
    if not is_known:
        yield from inner.get("additionalProperties", {}).values()
        yield from inner.get("unevaluatedProperties", {}).values()


def _of_item(inner: Mapping[str, Mapping[str | int, Site]], index: int) -> Iterator[Site]:
    """The schemas inside a schema that judge an item. In draft 07, `items` has the first ones."""
    items = inner.get("items", {})
    first = inner.get("prefixItems") or ({} if "items" in items else items)
    if index in first:
        yield first[index]
    else:
        yield from items.values() if "items" in items else ()
        for keyword in ("additionalItems", "unevaluatedItems"):
            yield from inner.get(keyword, {}).values()
    yield from inner.get("contains", {}).values()
