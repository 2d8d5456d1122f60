"""Merges the results of the parts of one plan, if they are all there and belong together."""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from harness.core import ConfigurationError, Problem, counted
from harness.parallel.part_of_plan import PartOfPlan
from harness.project.suite_digests import differing
from harness.reports.results.results_reader import Results, id_of

MOST_NAMED = 3
"""Conversations that a message names."""
_ONE_PLAN = "make one plan for all of them: harness plan --parts 10 --out plan.json"


def has_parts(files: Sequence[Results]) -> bool:
    """Whether any of the files is of a part."""
    return any("part" in file.head for file in files)


def require_parts(files: Sequence[Results]) -> None:
    """Raise `ConfigurationError` with all that keeps files from being the parts of one plan."""
    problems = list(_problems(files))
    if problems:
        raise ConfigurationError(problems)


def lines_of_parts(files: Sequence[Results]) -> Iterator[Sequence[str]]:
    """The conversations of all parts, in the order of the plan.

    Each has one line; where parts have takes of the same scenario, several.
    """
    divided = {name for file in files for name in file.head["plan"].get("takes", ())}
    merged = heapq.merge(*map(_in_order, files), key=itemgetter(0))
    for _, group in groupby(merged, key=itemgetter(0)):
        lines = [line for _, line in group]
        if id_of(lines[0]) in divided:
            yield lines
        else:
            # A Python test may hold several conversations.
            yield from ([line] for line in lines)


def positions_in(files: Sequence[Results]) -> dict[str, int]:
    """The position in the plan of every test, by pytest's id."""
    positions: dict[str, int] = {}
    for file in files:
        plan = PartOfPlan.from_json(file.head["plan"])
        positions |= {**plan.conversations, **plan.tests}
    return positions


def played_in(file: Results) -> int:
    """How many tests of a part pytest ran."""
    return PartOfPlan.from_json(file.head["plan"]).played


def in_order_of_parts(files: Sequence[Results]) -> list[Results]:
    """The parts by their numbers."""
    return sorted(files, key=lambda file: file.head["part"]["number"])


def _problems(files: Sequence[Results]) -> Iterator[Problem]:
    parts = [file for file in files if "part" in file.head]
    for file in files:
        if "part" not in file.head:
            message = "it is of a run without --part, and others are parts"
            hint = "merge the parts first, then the result with the others"
            yield _problem("other-plan", file, message, hint)
    yield from _numbers(parts)
    known = [(file, _plan(file)) for file in parts]
    for file, plan in known:
        yield from _cut(file, plan)
    whole = [(file, plan) for file, plan in known if plan is not None]
    for file, plan in whole[1:]:
        differences = list(_differences((file, plan), whole[0]))
        if differences:
            message = f"it is not a part of the plan of {_name(whole[0][0])}: "
            yield _problem("other-plan", file, message + "; ".join(differences), _ONE_PLAN)


def _numbers(parts: Sequence[Results]) -> Iterator[Problem]:
    """Parts that are there more than once, or not at all."""
    counts = {file.head["part"]["of"] for file in parts}
    if len(counts) > 1:
        # That they are of different plans says it all.
        return
    by_number: dict[int, list[Results]] = {}
    for file in parts:
        by_number.setdefault(file.head["part"]["number"], []).append(file)
    for count in counts:
        for number in range(1, count + 1):
            found = by_number.get(number, [])
            if not found:
                message = f"part {number} of {count} is missing"
                hint = f"play it with --part {number}/{count}, or give its results, too"
                yield Problem(code="part-missing", message=message, hint=hint)
            elif len(found) > 1:
                names = " and ".join(map(_name, found))
                message = f"part {number} of {count} is there {len(found)} times: {names}"
                yield Problem(code="part-doubled", message=message, hint="give one of them")


def _cut(file: Results, plan: PartOfPlan | None) -> Iterator[Problem]:
    """What a part lacks, and what it has without being asked."""
    part = file.head["part"]
    name = f"part {part['number']} of {part['of']}"
    again = f"play it again with --part {part['number']}/{part['of']}"
    if plan is None:
        reason = "its run ended before it played" if file.is_whole else "its run was killed"
        yield _problem("part-cut", file, f"{name} was cut: {reason}{_unread(file)}", again)
        return
    ids = set(map(id_of, file.lines()))
    lacking = [one for one in plan.conversations if one not in ids]
    if lacking:
        total = counted(len(plan.conversations), "conversation")
        message = f"{name} was cut: it lacks {len(lacking)} of its {total}, {_listed(lacking)}"
        yield _problem("part-cut", file, f"{message}{_unread(file)}", again)
    elif wrong := _wrong_takes(file, plan):
        message = f"{name} was cut: it does not have the takes of the plan of {_listed(wrong)}"
        yield _problem("part-cut", file, message, again)
    tests = tuple(plan.tests)
    foreign = [one for one in ids - plan.conversations.keys() if not one.startswith(tests)]
    if foreign:
        message = f"{name} holds what its plan has not: {_listed(sorted(foreign))}"
        yield _problem("other-plan", file, message, again)


def _wrong_takes(file: Results, plan: PartOfPlan) -> list[str]:
    """The scenarios of which a part has other takes than its plan says."""
    if not plan.takes:
        return []
    records = (file.parsed(line) for line in file.lines() if id_of(line) in plan.takes)
    return [
        record["id"]
        for record in records
        if "takes" in record
        and [take["take"] for take in record["takes"]] != list(plan.takes[record["id"]])
    ]


def _unread(file: Results) -> str:
    """The files that could not be read, because of which pytest plays nothing."""
    errors = [str(error["file"]) for error in file.head.get("errors", ())]
    return f"; {_listed(errors)} cannot be read" if errors else ""


def _differences(
    one: tuple[Results, PartOfPlan], first: tuple[Results, PartOfPlan]
) -> Iterator[str]:
    """What differs between the plans of two parts; nothing if it is one plan."""
    (file, plan), (other_file, other) = one, first
    counts = file.head["part"]["of"], other_file.head["part"]["of"]
    if counts[0] != counts[1]:
        yield f"it is one of {counts[0]} parts, not of {counts[1]}"
    for name in ("harness", "commit"):
        values = file.head.get(name), other_file.head.get(name)
        if values[0] != values[1]:
            yield _differs(name, *values)
    for name in differing(plan.options, other.options):
        yield _differs(name, plan.options.get(name), other.options.get(name))
    if names := differing(plan.project, other.project):
        yield f"{', '.join(names)} {'differs' if len(names) == 1 else 'differ'}"
    if plan.selection != other.selection:
        yield f"other scenarios were chosen: {plan.plays} plays, and {other.plays}"
    elif plan.division != other.division and counts[0] == counts[1]:
        yield "it is divided by other recorded seconds"


def _in_order(file: Results) -> Iterator[tuple[int, str]]:
    plan = PartOfPlan.from_json(file.head["plan"])
    tests = sorted(plan.tests, key=len, reverse=True)

    def position(line: str) -> int:
        name = id_of(line)
        if name in plan.conversations:
            return plan.conversations[name]
        return plan.tests[next(test for test in tests if name.startswith(test))]

    positions = [position(line) for line in file.lines()]
    placed = zip(positions, file.lines(), strict=True)
    # Only a test that was run again is out of order.
    yield from placed if positions == sorted(positions) else sorted(placed, key=itemgetter(0))


def _plan(file: Results) -> PartOfPlan | None:
    content: Mapping[str, object] | None = file.head.get("plan")
    return None if content is None or not file.is_whole else PartOfPlan.from_json(content)


def _problem(code: str, file: Results, message: str, hint: str) -> Problem:
    return Problem(code=code, where=_name(file), message=message, hint=hint)


def _name(file: Results) -> str:
    return os.path.relpath(file.path)


def _differs(name: str, value: object, other: object) -> str:
    return f"{name} differs: {value or 'none'}, and {other or 'none'}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"
