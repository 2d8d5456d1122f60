"""What checks on numbers and on values of a payload may say instead."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from harness.authoring.accepting.seen import CannotAccept, Proposal, SeenSubject, Wanted, said
from harness.authoring.proposing import is_varying
from harness.checks import BadExpectation, Options
from harness.checks.arguments import is_number
from harness.checks.finder import Finder, finder
from harness.checks.json_paths import PathRules
from harness.checks.matchers import compile_comparisons
from harness.checks.readability import counts_of
from harness.checks.varying import EARLIEST, form_of, pattern_for
from harness.conversation import Response
from harness.core import Json, PlayError, describe, is_same, show, type_names
from harness.formats.template import literal

_LIMITS = {"less_than": max, "at_most": max, "greater_than": min, "at_least": min}
_BY_HAND = "change it by hand"


def bounds(written: Json, numbers: Sequence[float], loosened: list[str]) -> Json:
    """A number, or comparisons, that hold for all numbers; those that hold already are kept."""
    low, high = min(numbers), max(numbers)
    if not isinstance(written, Mapping):
        return _one_number(numbers, loosened)
    new: dict[str, Json] = {}
    for name, limit in written.items():
        if _holds_for(name, limit, numbers):
            new[name] = limit
        elif name in _LIMITS:
            new[name] = _limit(name, _LIMITS[name](numbers))
            loosened.append(f"{name} is {show(new[name])} instead of {show(limit)}")
        elif name == "between" and isinstance(limit, list) and all(map(is_number, limit)):
            new[name] = [min(limit[0], low), max(limit[1], high)]
            loosened.append(f"between is {show(new[name])} instead of {show(limit)}")
        elif name == "one_of" and isinstance(limit, list):
            new[name] = sorted(set(numbers))
        else:
            number = _one_number(numbers, loosened)
            new |= number if isinstance(number, Mapping) else {name: number}
    return new


def _holds_for(name: str, limit: Json, numbers: Sequence[float]) -> bool:
    try:
        matchers = compile_comparisons({name: limit})
    except BadExpectation:
        return False
    return not any(one.complain(number, ()) for one in matchers for number in numbers)


def _one_number(numbers: Sequence[float], loosened: list[str]) -> Json:
    if len(set(numbers)) == 1:
        return numbers[0]
    loosened.append(f"any number from {show(min(numbers))} to {show(max(numbers))} passes")
    return {"between": [min(numbers), max(numbers)]}


def _limit(name: str, number: float) -> float:
    step = {"less_than": 1, "greater_than": -1}.get(name, 0)
    if isinstance(number, int):
        return number + step
    # One more in the last digit that is written.
    digits = len(repr(number).partition(".")[2]) if math.isfinite(number) else 0
    return float(round(number + step / 10**digits, digits))


def turns(wanted: Wanted) -> Iterator[Proposal]:
    """How many turns the conversations have."""
    transcripts = [seen.subject.transcript for seen in wanted.seen]
    yield _counted(wanted.written, [len(one.turns) for one in transcripts if one is not None])


def _counted(written: Json, numbers: Sequence[float]) -> Proposal:
    loosened: list[str] = []
    value = bounds(written, numbers, loosened)
    return Proposal(value=value, loosened=tuple(loosened))


def usage(wanted: Wanted) -> Iterator[Proposal]:
    """The numbers that the providers counted."""
    loosened: list[str] = []
    new: dict[str, Json] = {}
    for name, limit in _mapping(wanted.written).items():
        numbers = [(seen.subject.usage or {}).get(name) for seen in wanted.seen]
        known = [number for number in numbers if number is not None]
        if len(known) < len(numbers):
            raise CannotAccept(f"a reply has no usage '{name}'", _BY_HAND)
        new[name] = bounds(limit, known, loosened)
    yield Proposal(value=new, loosened=tuple(loosened))


def reading(wanted: Wanted) -> Iterator[Proposal]:
    """How easily the texts are read."""
    counts = [counts_of(text) for text in wanted.texts]
    loosened: list[str] = []
    new = {
        name: bounds(
            limit, [round(getattr(one, name), 1) for one in counts if one is not None], loosened
        )
        for name, limit in _mapping(wanted.written).items()
    }
    yield Proposal(value=new, loosened=tuple(loosened))


def status(wanted: Wanted) -> Iterator[Proposal]:
    """The statuses of the answers."""
    found = sorted({one.status for one in map(_response, wanted.seen) if one is not None})
    loosened = (f"{len(found)} statuses pass",) if len(found) > 1 else ()
    yield Proposal(value=found if len(found) > 1 else found[0], loosened=loosened)


def _response(seen: SeenSubject) -> Response | None:
    return seen.subject.exchange.response if seen.subject.exchange is not None else None


def headers(wanted: Wanted) -> Iterator[Proposal]:
    """The headers of the answers."""
    loosened: list[str] = []
    new: dict[str, Json] = {}
    for name, rule in _mapping(wanted.written).items():
        if wanted.holds_for_all({name: rule}):
            new[name] = rule
            continue
        values = [_header(_response(seen), name) for seen in wanted.seen]
        if any(value is None for value in values):
            raise CannotAccept(f"an answer has no header '{name}'", _BY_HAND)
        new[name] = rule_for(rule, values, f"the header {name}", loosened)
    yield Proposal(value=new, loosened=tuple(loosened))


def _header(response: Response | None, name: str) -> str | None:
    found = [v for k, v in (response.headers if response else ()) if k.lower() == name.lower()]
    return ", ".join(found) if found else None


def json(wanted: Wanted) -> Iterator[Proposal]:
    """The values at the paths; those whose rule holds already are kept."""
    loosened: list[str] = []
    new: dict[str, Json] = {}
    for path, rule in _mapping(wanted.written).items():
        if wanted.holds_for_all({path: rule}, "json"):
            new[path] = rule
            continue
        found = [_found(finder(path), seen.subject.payload) for seen in wanted.seen]
        new[path] = _at_path(path, rule, found, wanted, loosened)
    yield Proposal(value=new, loosened=tuple(loosened))


def rules(
    written: Mapping[str, Json], payloads: Sequence[Json], loosened: list[str]
) -> dict[str, Json]:
    """Rules for the values at paths, where none of them has variables of its own to keep."""
    new: dict[str, Json] = {}
    for path, rule in written.items():
        if all(_passes({path: rule}, payload) for payload in payloads):
            new[path] = rule
            continue
        values = [value for payload in payloads for value in _found(finder(path), payload)]
        if not values:
            raise CannotAccept(f"nothing is at {path}", _BY_HAND)
        new[path] = rule_for(rule, values, path, loosened)
    return new


def _passes(rule: Mapping[str, Json], payload: Json) -> bool:
    try:
        return not PathRules(rule, Options()).faults(payload)
    except (BadExpectation, PlayError):
        return False


def _found(path: Finder, payload: Json) -> list[Json]:
    return [value for _, value in path.find(payload)]


def _at_path(
    path: str, rule: Json, found: Sequence[list[Json]], wanted: Wanted, loosened: list[str]
) -> Json:
    names = rule if isinstance(rule, Mapping) else {}
    if "exists" in names and len(names) == 1:
        return {"exists": all(found)}
    if "length" in names and not finder(path).is_single:
        return {**names, "length": bounds(names["length"], [len(one) for one in found], loosened)}
    if isinstance(rule, list) and not finder(path).is_single:
        if any(not is_same(one, found[0]) for one in found):
            raise CannotAccept(f"the values at {path} differ from play to play", _BY_HAND)
        return literal(found[0])
    if not all(found):
        message, hint = finder(path).explain_nothing(wanted.seen[0].subject.payload)
        raise CannotAccept(message, hint or _BY_HAND)
    values = [value for one in found for value in one]
    if isinstance(rule, str) and "${" in rule:
        for names_ in wanted.namings():
            texts = {
                said(str(value), seen, names_).written
                for one, seen in zip(found, wanted.seen, strict=True)
                for value in one
            }
            if len(texts) == 1:
                return texts.pop()
    return rule_for(rule, values, path, loosened)


def rule_for(rule: Json, values: Sequence[Json], path: str, loosened: list[str]) -> Json:
    """A literal or matchers that hold for all values; matchers that hold already are kept."""
    if not isinstance(rule, Mapping):
        return _literal_for(values, path, loosened)
    new: dict[str, Json] = {}
    for name, wanted in rule.items():
        if all(_passes({"$.v": {name: wanted}}, {"v": value}) for value in values):
            new[name] = wanted
        else:
            new |= _matcher_for(name, wanted, values, path, loosened)
    return new


def _matcher_for(
    name: str, wanted: Json, values: Sequence[Json], path: str, loosened: list[str]
) -> Mapping[str, Json]:
    if name in ("equals", "contains", "matches"):
        return _same_for(name, values, path, loosened)
    if name in _LIMITS or name == "between":
        numbers = [value for value in values if is_number(value)]
        if len(numbers) < len(values):
            raise CannotAccept(f"{path} is {describe(values[0])}, not a number", _BY_HAND)
        return bounds({name: wanted}, numbers, loosened)  # type: ignore[return-value]  # a mapping
    made = _of_all(name, wanted, values, path, loosened)
    if made is None:
        raise CannotAccept(f"'{name}' at {path} cannot be rewritten", _BY_HAND)
    return {name: made}


def _of_all(
    name: str, wanted: Json, values: Sequence[Json], path: str, loosened: list[str]
) -> Json:
    """The value of a matcher that looks at the form of all values; None if it has none."""
    if name == "type":
        return _types(values)
    if name == "one_of":
        distinct = [v for at, v in enumerate(values) if not any(is_same(v, o) for o in values[:at])]
        return literal(distinct)
    if name == "length":
        sizes = [len(one) for one in values if isinstance(one, str | Mapping | list)]
        return bounds(wanted, sizes, loosened) if len(sizes) == len(values) else None
    items = [item for value in values if isinstance(value, list) for item in value]
    return rule_for(wanted, items, path, loosened) if name == "every" and items else None


def _same_for(
    name: str, values: Sequence[Json], path: str, loosened: list[str]
) -> Mapping[str, Json]:
    made = _literal_for(values, path, loosened)
    if isinstance(made, Mapping):
        return made
    if name == "matches" and isinstance(made, str):
        return {name: pattern_for(made)}
    return {name if name == "contains" and isinstance(made, str) else "equals": made}


def _literal_for(values: Sequence[Json], path: str, loosened: list[str]) -> Json:
    """The value if all are the same and it does not vary; else a matcher for its form."""
    first = values[0]
    is_one = all(is_same(first, value) for value in values)
    forms = [form_of(value) for value in values]
    if is_one and forms[0] is None and not is_varying(first):
        return {"equals": literal(first)} if isinstance(first, Mapping) else literal(first)
    if any(isinstance(value, list | Mapping) for value in values):
        raise CannotAccept(
            f"the value at {path} varies in parts", "use 'like' with placeholders for those parts"
        )
    loosened.append(f"{path} is matched by its form")
    if all(isinstance(value, str) for value in values):
        patterns = {pattern_for(str(value)) for value in values}
        if all(forms) and len(patterns) == 1:
            return {"matches": f"^{literal(patterns.pop())}$"}
        return {"type": "string"}
    if all(map(is_number, values)):
        if all(forms):
            return {"at_least": EARLIEST}
        return bounds({}, values, loosened) or {"between": [min(values), max(values)]}  # type: ignore[type-var,arg-type]  # numbers
    return {"type": _types(values)}


def _types(values: Sequence[Json]) -> Json:
    by_words = {words: name for name, words in type_names.items()}
    names = sorted({by_words[describe(value)] for value in values})
    return names[0] if len(names) == 1 else names


def _mapping(written: Json) -> Mapping[str, Json]:
    return written if isinstance(written, Mapping) else {}
