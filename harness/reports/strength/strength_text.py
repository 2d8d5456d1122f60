"""The strength of scenarios as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.core import counted, shorten
from harness.evaluation.strength import (
    Aspect,
    Fate,
    MeasuredPlay,
    Mutant,
    Mutator,
    StrengthScore,
    score_of,
)

LABEL = 13
COLUMN = 9
MOST_KINDS = 5
"""Mutators that are named with the number of their survivors."""
MOST_SHOWN = 6
"""Survivors of one turn that are named."""
LONGEST = 40
"""Characters of a number or field that is named."""

Weakness = tuple[float, float]
"""The noticed share of what is said, and of other fields, which decides between equals."""


def percent(share: float | None) -> str:
    """A share as a person reads it; `-` where there is none.

    It is cut, not rounded: what is not complete is not 100 %.
    """
    return "-" if share is None else f"{int(share * 100)} %"


def summary_lines(
    score: StrengthScore, conversations: int, unmeasured: int, seconds: float | None = None
) -> Iterator[str]:
    """The figures of all conversations, and how long it took if that is known.

    `unmeasured` is how many conversations are in no figure.
    """
    took = "" if seconds is None else f" in {seconds:.1f}s"
    missing = f"; {unmeasured} more not measured" if unmeasured else ""
    count = f"{counted(conversations, 'conversation')}, {counted(score.mutants, 'mutant')}"
    yield f"{count}{took}{missing}"
    yield f"{'':<{LABEL}}{'said':<{COLUMN}}payload"
    behind = f"contract alone: {counted(score.contract, 'mutant')}, counted apart"
    shares = f"{percent(score.said):<{COLUMN}}{percent(score.payload):<{COLUMN}}"
    yield f"{'killed':<{LABEL}}{shares}{behind if score.contract else ''}".rstrip()
    if score.survivors:
        most = score.survivors.most_common()
        listed = [f"{name} {count}" for name, count in most[:MOST_KINDS]]
        others = sum(count for _, count in most[MOST_KINDS:])
        listed += [f"others {others}"] if others else []
        yield f"{'survivors':<{LABEL}}{' · '.join(listed)}"
    noticed = score.harmless[Fate.KILLED]
    harmless = noticed + score.harmless[Fate.SURVIVED]
    if harmless:
        yield (
            f"{'brittle':<{LABEL}}{percent(score.brittle):<{COLUMN}}"
            f"{noticed} of {counted(harmless, 'harmless change')} noticed"
        )
    if score.left_out:
        left_out = counted(score.left_out, "mutant")
        yield f"{'left out':<{LABEL}}{left_out} of volatile or ignored fields"


def play_lines(measured: MeasuredPlay, shown: str) -> Iterator[str]:
    """A conversation with its survivors, turn by turn; `shown` is its file."""
    if measured.unmeasured:
        yield f"{shown} {measured.play.name}: not measured, {measured.unmeasured}"
        return
    score = score_of(measured.mutants)
    figures = [
        f"{aspect.value} {score.killed(aspect)} of {score.total(aspect)}"
        for aspect in Aspect
        if score.total(aspect)
    ]
    yield f"{shown} {measured.play.name}  {', '.join(figures)}"
    proposed = {check.turn: check for check in reversed(measured.checks)}
    for turn, survivors in survivors_by_turn(measured.mutants).items():
        yield f"  turn {turn}  {_listed(survivors)}"
        if turn in proposed:
            check = proposed[turn]
            yield f"          cheapest check: {check} would kill {len(check.kills)}"
    brittle = [one for one in measured.mutants if one.is_harmless and one.fate is Fate.KILLED]
    if brittle:
        named = ", ".join(f"{one.id} ({one.reason})" for one in brittle[:MOST_SHOWN])
        more = f" and {len(brittle) - MOST_SHOWN} more" if len(brittle) > MOST_SHOWN else ""
        yield f"  harmless, but noticed: {named}{more}"
    yield from (f"  note: {note}" for note in measured.notes)


def weakness_of(measured: MeasuredPlay) -> Weakness:
    """For the order of conversations: the smaller, the weaker."""
    score = score_of(measured.mutants)
    said, payload = score.said, score.payload
    return 1.0 if said is None else said, 1.0 if payload is None else payload


def survivors_by_turn(mutants: Sequence[Mutant]) -> Mapping[int, list[Mutant]]:
    """What nobody noticed, by turn."""
    turns: dict[int, list[Mutant]] = {}
    for one in mutants:
        if one.fate is Fate.SURVIVED and not one.is_harmless:
            turns.setdefault(one.turn, []).append(one)
    return turns


def survivor_names(survivors: Sequence[Mutant]) -> list[str]:
    """Survivors in few words, each once."""
    return list(dict.fromkeys(map(_named, survivors)))


def _listed(survivors: Sequence[Mutant]) -> str:
    names = survivor_names(survivors)
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return f"{', '.join(names[:MOST_SHOWN])}{more}"


def _named(mutant: Mutant) -> str:
    """A mutant in few words: `negated`, `"12" → "13"`, `$.price changed`."""
    if mutant.change is Mutator.NUMBER_CHANGED:
        return " → ".join(f'"{word}"' for word in _differing(mutant.before, mutant.after))
    path = _end_of(mutant.paths[0])
    if mutant.change in (Mutator.PART_DROPPED, Mutator.FIELD_DROPPED):
        return f"{path} dropped"
    return f"{path} changed" if mutant.change is Mutator.FIELD_CHANGED else mutant.change.value


def _end_of(path: str) -> str:
    """The end of a path, which says what it is."""
    return (
        path if len(path) <= LONGEST else f"…{path[-LONGEST:].partition('.')[2] or path[-LONGEST:]}"
    )


def _differing(before: str, after: str) -> tuple[str, str]:
    """The first words that differ."""
    pairs = zip(before.split(), after.split(), strict=False)
    words = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    return shorten(words[0], LONGEST), shorten(words[1], LONGEST)
