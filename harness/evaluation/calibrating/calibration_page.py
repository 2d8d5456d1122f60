"""What a calibration found, as a page and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from harness.calibration import Figures, Label
from harness.core import Json, counted, on_one_line, shorten
from harness.core.sections import Section
from harness.evaluation.calibrating.judge_probes import ProbeResult
from harness.evaluation.calibrating.label_comparison import LabelComparison, differing
from harness.statistics.agreement import Agreement
from harness.statistics.intervals import TakeCounts, wilson_interval
from harness.statistics.judged_rate import JudgedRate

VERSION = 1
"""Of the format as JSON."""
MOST_DIFFERENCES = 10
LONGEST_WORDS = 60
Row = tuple[str, str, str, str]


def calibration_page(
    comparison: LabelComparison, probes: Sequence[ProbeResult] = ()
) -> Iterator[Section]:
    """The page: figures, criteria, differences, and probes if there are any."""
    people, name = comparison.people, comparison.judge.name
    labels = counted(len(people.pairs), "verdict")
    yield Section(
        title=f"judge {name}: {labels} {_by(comparison)}",
        heads=("figure", "value", "95 % interval", "of"),
        rows=[*_rows(people), *_rates(comparison)],
        lines=[*_lines(comparison)],
    )
    criteria = [_criterion(words, figures) for words, figures in comparison.by_criterion.items()]
    if len(criteria) > 1:
        heads = ("criterion", "labels", "equal", "kappa", "false yes", "false no")
        yield Section(title="criteria", heads=heads, rows=criteria)
    if comparison.models.pairs:
        yield Section(
            title=f"{counted(len(comparison.models.pairs), 'verdict')} labelled by others,"
            " which do not count towards 'require'",
            heads=("figure", "value", "95 % interval", "of"),
            rows=[*_rows(comparison.models)],
        )
    differences = [*differing(comparison)]
    if differences:
        yield _differences(differences)
    if probes:
        yield _probes(probes)


def _by(comparison: LabelComparison) -> str:
    return "of built-in conversations" if comparison.is_built_in else "labelled by people"


def _rows(figures: Figures) -> Iterator[Row]:
    if figures.counting:
        yield _share("agreement", figures.agreement, "verdicts")
        yield _coefficient("kappa", figures.kappa, "verdicts")
        yield _share("false yes", figures.false_yes, "labels no")
        yield _share("false no", figures.false_no, "labels yes")
    if any(len(pair.answers) > 1 for pair in figures.pairs):
        yield _coefficient("alpha of the answers to one question", figures.samples, "verdicts")
    if any(len(pair.labels) > 1 for pair in figures.pairs):
        yield _coefficient("alpha of the labellers", figures.labellers, "verdicts")


def _rates(comparison: LabelComparison) -> Iterator[Row]:
    verdicts = comparison.verdicts
    if verdicts.judged:
        yield _share("verdicts yes", verdicts, "verdicts in recordings")
    if comparison.rate is not None:
        yield _corrected(comparison.rate)


def _corrected(rate: JudgedRate) -> Row:
    return ("yes, corrected by the labels", f"{rate.rate:.2f}", str(rate.interval), "")


def _share(name: str, counts: TakeCounts, what: str) -> Row:
    of = f"{counts.passed} of {counts.judged} {what}"
    if not counts.judged:
        return (name, "", "", of)
    return (name, f"{counts.rate:.2f}", str(wilson_interval(*counts)), of)


def _coefficient(name: str, found: Agreement | None, what: str) -> Row:
    if found is None:
        return (name, "not defined", "", "")
    return (name, f"{found.value:.2f}", str(found.interval), f"{found.units} {what}")


def _lines(comparison: LabelComparison) -> Iterator[str]:
    people = comparison.people
    if people.undecided:
        yield f"without a verdict: {people.undecided}, because the judge did not decide"
    if people.unclear:
        yield f"without a clear label: {people.unclear}; labellers cannot tell, or disagree"
    for reason, count in comparison.reasons.most_common():
        yield f"stale: {counted(count, 'label')}: {reason}"
    recorded = comparison.recorded
    if recorded.unplayed:
        yield f"not recorded: {counted(recorded.unplayed, 'conversation')}"
    if comparison.reasons:
        option = "--built-in" if comparison.is_built_in else "--write"
        yield f"ask: harness calibrate {comparison.judge.name} --judge record {option}"


def _criterion(words: str, figures: Figures) -> Sequence[str]:
    equal, kappa = figures.agreement, figures.kappa
    return (
        shorten(on_one_line(words), LONGEST_WORDS),
        str(equal.judged),
        f"{equal.rate:.2f}" if equal.judged else "",
        f"{kappa.value:.2f}" if kappa is not None else "not defined",
        _of(figures.false_yes),
        _of(figures.false_no),
    )


def _of(counts: TakeCounts) -> str:
    return f"{counts.passed} of {counts.judged}"


def _differences(found: Sequence[tuple[Label, str]]) -> Section:
    rows = [
        (
            _place(label),
            shorten(on_one_line(label.asked.words), LONGEST_WORDS),
            label.label,
            verdict,
        )
        for label, verdict in islice(found, MOST_DIFFERENCES)
    ]
    more = len(found) - len(rows)
    return Section(
        title="where people and the judge differ",
        heads=("conversation", "criterion", "label", "verdict"),
        rows=rows,
        lines=[f"and {more} more: --json has all"] if more else [],
    )


def _place(label: Label) -> str:
    if label.at is None:
        return ""
    at = label.at
    where = f"{at.scenario}[{'-'.join(filter(None, (at.provider, at.row)))}]"
    take = f" take {at.take}" if at.take > 1 else ""
    return f"{where}{take}, {f'turn {at.turn}' if at.turn else 'the whole'}"


def _probes(probes: Sequence[ProbeResult]) -> Section:
    rows = []
    for probe in probes:
        changed = probe.changed
        told = f"{changed.passed} of {changed.judged}" if changed.judged else ""
        interval = str(wilson_interval(*changed)) if changed.judged else ""
        left = f"{probe.undecided} not decided" if probe.undecided else ""
        rows.append((probe.name, probe.meaning, told, interval, probe.reason or left))
    return Section(
        title="asked in another way",
        heads=("probe", "counted", "times", "95 % interval", "note"),
        rows=rows,
    )


def calibration_json(
    comparison: LabelComparison, probes: Sequence[ProbeResult] = ()
) -> dict[str, Json]:
    """What a calibration found, as JSON."""
    rate, verdicts = comparison.rate, comparison.verdicts
    return {
        "version": VERSION,
        "judge": comparison.judge.name,
        "people": _figures_json(comparison.people),
        "models": _figures_json(comparison.models),
        "criteria": [
            {"words": words, **_figures_json(figures)}
            for words, figures in comparison.by_criterion.items()
        ],
        "verdicts": _counts_json(verdicts),
        "corrected": None
        if rate is None
        else {"rate": round(rate.rate, 6), "interval": _rounded(rate.interval)},
        "stale": dict(comparison.reasons),
        "not_recorded": comparison.recorded.unplayed,
        "differences": [
            {
                "conversation": _place(label),
                "criterion": label.asked.words,
                "label": label.label,
                "verdict": verdict,
            }
            for label, verdict in differing(comparison)
        ],
        "probes": [
            {
                "name": probe.name,
                "counted": probe.meaning,
                "times": probe.changed.passed,
                "of": probe.changed.judged,
                "undecided": probe.undecided,
            }
            for probe in probes
        ],
        "unmet": comparison.unmet,
    }


def _figures_json(figures: Figures) -> dict[str, Json]:
    return {
        "labelled": len(figures.pairs),
        "agreement": _counts_json(figures.agreement),
        "kappa": _agreement_json(figures.kappa),
        "false_yes": _counts_json(figures.false_yes),
        "false_no": _counts_json(figures.false_no),
        "samples": _agreement_json(figures.samples),
        "labellers": _agreement_json(figures.labellers),
        "undecided": figures.undecided,
        "unclear": figures.unclear,
    }


def _counts_json(counts: TakeCounts) -> Json:
    return {"count": counts.passed, "of": counts.judged}


def _agreement_json(found: Agreement | None) -> Json:
    if found is None:
        return None
    return {
        "value": round(found.value, 6),
        "interval": _rounded(found.interval),
        "units": found.units,
    }


def _rounded(interval: Sequence[float]) -> list[Json]:
    return [round(one, 6) for one in interval]
