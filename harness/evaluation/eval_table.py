"""Scenarios by providers: how many takes passed, how reliably, and which provider is better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.core import Json, counted
from harness.core.sections import Section
from harness.evaluation.take_counts import CountedTakes, Stored, by_scenario, count_takes
from harness.evaluation.two_bots import TakesCompared, compare_takes
from harness.statistics.intervals import Interval, TakeCounts, pooled_interval
from harness.statistics.reliability import pass_power

VERSION = 1
"""Of the format as JSON."""
MOST_CODES = 5
"""Kinds of takes that were not judged, which are named."""


@dataclass(slots=True)
class EvalTable:
    """The takes of scenarios, by provider."""

    providers: Sequence[str]
    """In the order of the columns."""
    takes: int
    """That each scenario shall have."""
    cells: dict[str, dict[str, CountedTakes]] = field(default_factory=dict)
    """By an id that all providers share, and provider."""

    def add(self, name: str, conversation: Stored) -> None:
        """Count a conversation, as results.json has it, under an id without the provider."""
        self.cells.setdefault(name, {})[conversation["provider"]] = count_takes(conversation)

    def column(self, provider: str) -> dict[str, CountedTakes]:
        """What was played with a provider, by shared id."""
        return {name: row[provider] for name, row in self.cells.items() if provider in row}

    def rate(self, provider: str) -> tuple[float, Interval] | None:
        """The pass rate over all takes, and its interval; None if none was judged."""
        counts = by_scenario(self.column(provider).values()).values()
        judged = sum(some.judged for some in counts)
        if not judged:
            return None
        return sum(some.passed for some in counts) / judged, pooled_interval(counts)

    def powers(self, provider: str) -> dict[int, float]:
        """pass^k by k: 1, all takes, and the half between, as far as there are enough takes.

        The rows of a matrix are scenarios of their own here: a user needs the takes of one row.
        """
        counts = [some.counts for some in self.column(provider).values() if some.is_fair]
        wanted = sorted({1, (self.takes + 1) // 2, self.takes})
        powers = {takes: pass_power(counts, takes) for takes in wanted}
        return {takes: power for takes, power in powers.items() if power is not None}

    @property
    def is_pair(self) -> bool:
        """Whether there are two providers, which can be compared."""
        return len(self.providers) == 2  # noqa: PLR2004  # a pair

    def compared(self) -> TakesCompared | None:
        """The second provider against the first; None unless there are two."""
        if not self.is_pair:
            return None
        first, second = self.providers
        return compare_takes((first, second), self.column(first), self.column(second))

    @property
    def unjudged(self) -> Counter[str]:
        """How many takes were not judged, by code."""
        cells = (cell for row in self.cells.values() for cell in row.values())
        return Counter(code for cell in cells for code in cell.unjudged)

    @property
    def missing(self) -> list[tuple[str, str, tuple[int, ...]]]:
        """Shared id, provider and numbers of takes without a recording."""
        return [
            (name, provider, cell.missing)
            for name, row in self.cells.items()
            for provider, cell in row.items()
            if cell.missing
        ]

    @property
    def judged(self) -> int:
        """Takes that were judged."""
        return sum(cell.counts.judged for row in self.cells.values() for cell in row.values())

    @property
    def classes(self) -> dict[str, str]:
        """How a page shows the cells of the table, by their texts."""
        cells = (cell for row in self.cells.values() for cell in row.values())
        return {_cell(cell): _class(cell.counts) for cell in cells if cell.counts.judged}

    def section(self, compared: TakesCompared | None, commands: Sequence[str]) -> Section:
        """The table. `compared` is from the method, and `commands` record what is missing."""
        scenarios = {cell.scenario for row in self.cells.values() for cell in row.values()}
        return Section(
            title=f"{counted(len(scenarios), 'scenario')}, {counted(self.takes, 'take')} each",
            heads=("scenario", *self.providers, *(("difference",) if self.is_pair else ())),
            rows=[*self._rows(), *self._totals()],
            lines=[
                *(compared.lines if compared is not None else ()),
                *self._unjudged_lines(),
                *self._missing_lines(commands),
            ],
        )

    def json(self, compared: TakesCompared | None) -> dict[str, Json]:
        """The table as JSON. `compared` is from the method."""
        return {
            "version": VERSION,
            "takes": self.takes,
            "providers": {name: self._provider_json(name) for name in self.providers},
            "scenarios": [
                {
                    "id": name,
                    "providers": {provider: _cell_json(cell) for provider, cell in row.items()},
                }
                for name, row in self.cells.items()
            ],
            "unjudged": dict(self.unjudged),
            **({"compared": compared.json()} if compared is not None else {}),
        }

    def _provider_json(self, provider: str) -> Json:
        rate = self.rate(provider)
        powers: dict[str, Json] = {
            str(takes): round(power, 6) for takes, power in self.powers(provider).items()
        }
        if rate is None:
            return {}
        share, interval = rate
        return {
            "rate": round(share, 6),
            "interval": [round(one, 6) for one in interval],
            "pass_power": powers,
        }

    def _rows(self) -> Iterator[Sequence[str]]:
        for name, row in self.cells.items():
            cells = [_cell(row.get(provider)) for provider in self.providers]
            yield (_short(name), *cells, *(self._difference(row) if self.is_pair else ()))

    def _difference(self, row: Mapping[str, CountedTakes]) -> Iterator[str]:
        first, second = (row.get(provider) for provider in self.providers)
        if first is None or second is None or not (first.is_fair and second.is_fair):
            yield ""
        else:
            yield f"{second.counts.rate - first.counts.rate:+.2f}"

    def _totals(self) -> Iterator[Sequence[str]]:
        blank = ("",) if self.is_pair else ()
        rates = [self.rate(provider) for provider in self.providers]
        cells = ("" if rate is None else f"{rate[0]:.2f} ({rate[1]})" for rate in rates)
        yield ("all, 95 % interval", *cells, *blank)
        powers = [self.powers(provider) for provider in self.providers]
        for takes in sorted({takes for one in powers for takes in one}):
            shown = (f"{one[takes]:.2f}" if takes in one else "" for one in powers)
            yield (f"pass^{takes}", *shown, *blank)

    def _unjudged_lines(self) -> Iterator[str]:
        if unjudged := self.unjudged:
            listed = [f"{count} {code}" for code, count in unjudged.most_common(MOST_CODES)]
            if len(unjudged) > MOST_CODES:
                listed.append(f"and {len(unjudged) - MOST_CODES} other kinds")
            yield f"not judged: {counted(unjudged.total(), 'take')} ({', '.join(listed)})"

    def _missing_lines(self, commands: Sequence[str]) -> Iterator[str]:
        if not self.missing:
            return
        count = sum(len(numbers) for _, _, numbers in self.missing)
        name, provider, numbers = self.missing[0]
        such_as = f"{_short(name)} with {provider}: take {', '.join(map(str, numbers))}"
        yield f"not recorded: {counted(count, 'take')}, such as {such_as}"
        yield from (f"  {command}" for command in commands)


def _short(name: str) -> str:
    """The scenario and its row, without the file."""
    return name.rpartition("::")[2]


def _cell(cell: CountedTakes | None) -> str:
    if cell is None:
        return ""
    return f"{cell.counts.passed}/{cell.counts.judged}" if cell.counts.judged else "not judged"


def _class(counts: TakeCounts) -> str:
    """All of these takes passed, none, or some."""
    if counts.passed == counts.judged:
        return "good"
    return "doubtful" if counts.passed else "bad"


def _cell_json(cell: CountedTakes) -> Json:
    stored: dict[str, Json] = {"passed": cell.counts.passed, "judged": cell.counts.judged}
    if cell.unjudged:
        stored["unjudged"] = list(cell.unjudged)
    return stored
