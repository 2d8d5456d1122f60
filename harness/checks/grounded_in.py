"""`grounded_in`: every figure of the text is in a source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.checks.arguments import OptionalKeys, each
from harness.checks.check import BadExpectation, Judge, Kind, Options, Subject
from harness.checks.fact_sources import EARLIER, Fact, Facts, sources_of
from harness.checks.figures import Figure, FigureKind, figures_in
from harness.checks.json_paths import without_payload
from harness.checks.text_forms import listed, normal, said
from harness.checks.tools import NOT_READ
from harness.checks.verdict import PASS, Verdict, failed, not_told, noted, skipped
from harness.core import Json, did_you_mean, shorten, show

ALL = "all"
_MOST = 5
"""Figures that a sentence names."""
_AROUND = 30
"""Characters of a text that are shown on each side of a figure."""
_LONGEST = 120
"""Characters that a list of a source's figures may have."""


def _compile(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, ("sources", "figures"))
    files = options.goldens.files if options.goldens is not None else None
    sources = parts.make("sources", lambda found: sources_of(found, files))
    kinds = parts.make("figures", _kinds)
    if sources is None:
        message, hint = "'grounded_in' takes sources", "add 'sources:', such as [user]"
        raise BadExpectation("missing-key", message, hint)
    if kinds is None:
        message = "'grounded_in' does not say what must be in a source"
        raise BadExpectation("missing-key", message, "add 'figures: all'")

    def judge(subject: Subject) -> Verdict:
        figures = [one for one in figures_in(subject.text) if one.kind in kinds]
        if not figures:
            return skipped(f"{subject.name} has no figures")
        if subject.tools is None and any(source.needs_tools for source in sources):
            return not_told(NOT_READ)
        if not subject.has_payload and any(source.needs_payload for source in sources):
            return without_payload(subject)
        return _verdict(subject, figures, [source.read(subject) for source in sources])

    return judge


def _kinds(value: Json) -> frozenset[FigureKind]:
    if value == ALL:
        return frozenset(FigureKind)
    kinds = each(value, _kind)
    if not kinds:
        raise BadExpectation("wrong-value", "the list of figures is empty", f"write {ALL}")
    return frozenset(kinds)


def _kind(value: Json) -> FigureKind:
    try:
        return FigureKind(str(value))
    except ValueError as error:
        hint = did_you_mean(str(value), [ALL, *FigureKind])
        message = f"{show(value)} is not a kind of figures"
        raise BadExpectation("wrong-value", message, hint) from error


def _verdict(subject: Subject, figures: Sequence[Figure], read: Sequence[Facts]) -> Verdict:
    fault = next((one.fault for one in read if one.fault is not None), None)
    expected = "\n".join(_expected(one) for one in read)
    if fault is not None:
        sentence, hint = fault
        return failed(sentence, expected=expected, actual=said(subject.text), difference=(hint,))
    facts = [fact for one in read for fact in one.facts]
    known = tuple(fact.figure for fact in facts)
    loose = [figure for figure in figures if not figure.is_said_by(known)]
    notes = tuple(one.idle for one in read if one.idle)
    if not loose:
        return noted("; ".join(notes)) if notes else PASS
    texts = list(dict.fromkeys(figure.text for figure in loose))
    more = f" (and {len(texts) - _MOST} more)" if len(texts) > _MOST else ""
    verb = "is" if len(texts) == 1 else "are"
    where = "in none of the sources" if len(read) > 1 else "not in the source"
    return failed(
        f"{subject.name} says {listed(texts[:_MOST])}{more}, which {verb} {where}",
        expected=expected,
        actual=said(subject.text),
        difference=(*_near(subject, loose, facts), *(f"note: {note}" for note in notes)),
    )


def _expected(read: Facts) -> str:
    """A source with its figures, as they are written."""
    texts = list(dict.fromkeys(fact.figure.text for fact in read.facts))
    return f"{read.source}: {shorten(', '.join(texts), _LONGEST) or 'no figures'}"


def _near(subject: Subject, loose: Iterable[Figure], facts: Sequence[Fact]) -> Iterable[str]:
    """For each figure the words around it, and the figure of a source that is most like it."""
    for figure in loose:
        words = f"{show(figure.text)} in {show(_around(normal(subject.text), figure))}"
        near = [(distance, fact) for fact in facts for distance in _distances(figure, fact.figure)]
        if not near:
            yield f"{words}: no source has {_NOUNS[figure.kind]}"
            continue
        _, fact = min(near, key=lambda one: one[0])
        yield f"{words}: the nearest is {show(fact.figure.text)} in {fact.place}"


_NOUNS = {
    FigureKind.NUMBERS: "a number",
    FigureKind.DATES: "a date",
    FigureKind.TIMES: "a time",
    FigureKind.EMAILS: "an email address",
    FigureKind.URLS: "a URL",
}


def _distances(figure: Figure, other: Figure) -> Iterable[float]:
    for own in figure.readings:
        for its in other.readings:
            if type(own) is type(its) and figure.kind is other.kind:
                yield own.distance(its)  # type: ignore[arg-type]  # of one type


def _around(text: str, figure: Figure) -> str:
    """The words around a figure, on its line."""
    start = max(text.rfind("\n", 0, figure.start) + 1, figure.start - _AROUND)
    line_end = text.find("\n", figure.end)
    end = min(len(text) if line_end < 0 else line_end, figure.end + _AROUND)
    while start > 0 and start < figure.start and not text[start - 1].isspace():
        start += 1
    while figure.end < end < len(text) and not text[end].isspace():
        end -= 1
    return text[start:end].strip()


_SOURCE: list[Json] = [
    {"type": "string"},
    {
        "type": "object",
        "required": [EARLIER],
        "additionalProperties": False,
        "properties": {
            EARLIER: {"type": "string", "description": "JSONPath into the replies before this one."}
        },
    },
]

GROUNDED_IN = Kind(
    name="grounded_in",
    schema={
        "type": "object",
        "required": ["sources", "figures"],
        "additionalProperties": False,
        "description": (
            "Every figure of the text is in a source: numbers, prices, dates, times, email"
            " addresses and URLs."
        ),
        "examples": [{"sources": ["user", "$..products[*].price"], "figures": "all"}],
        "properties": {
            "sources": {
                "description": (
                    "Where figures may come from: user, tools, a JSONPath of the payload, one of"
                    " earlier replies, or a file of facts next to the scenario or in schemas/."
                ),
                "oneOf": [*_SOURCE, {"type": "array", "items": {"oneOf": _SOURCE}, "minItems": 1}],
            },
            "figures": {
                "description": "Which figures: all, or some kinds of them.",
                "oneOf": [
                    {"enum": [ALL, *(kind.value for kind in FigureKind)]},
                    {
                        "type": "array",
                        "minItems": 1,
                        "items": {"enum": [kind.value for kind in FigureKind]},
                    },
                ],
            },
        },
    },
    compile=_compile,
    is_caseless=True,
    names_files=True,
    other_words="faithful faithfulness groundedness hallucination hallucinations",
)
