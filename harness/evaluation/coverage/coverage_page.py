"""The page of `harness coverage`: a summary, and what is not covered, by provider and scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.core import counted, on_one_line
from harness.core.sections import Section
from harness.evaluation.coverage.coverage import Coverage, noticed_of
from harness.evaluation.coverage.covered import Covered, Noticed, Tried

_HEADS = (
    "conversations",
    "fields",
    "always",
    "sometimes",
    "never noticed",
    "buttons",
    "never pressed",
    "tools",
    "never called",
    "error branches",
    "never played",
)


def coverage_page(coverage: Coverage, *, all_fields: bool = False) -> list[Section]:
    """The page. Without `all_fields`, those that are always noticed are left out."""
    skipped = f", {coverage.skipped} skipped by their scenario" if coverage.skipped else ""
    sections = [
        Section(title=f"{counted(coverage.conversations, 'recorded conversation')}{skipped}"),
        _summary("provider", coverage.providers),
        *(
            section
            for name, covered in coverage.providers.items()
            for section in _uncovered(name, covered, all_fields=all_fields)
        ),
        _summary("scenario", coverage.scenarios),
    ]
    for what, reasons in (
        ("not read", coverage.not_read),
        ("whose fields were not tried", coverage.untried),
    ):
        if reasons:
            lines = [f"{name}: {on_one_line(why)}" for name, why in reasons.items()]
            title = f"{counted(len(reasons), 'conversation')} {what}"
            sections.append(Section(title=title, lines=lines))
    return sections


def _summary(noun: str, found: Mapping[str, Covered]) -> Section:
    return Section(
        title=counted(len(found), noun),
        heads=(noun, *_HEADS),
        rows=[(name, *_row(one, is_provider=noun == "provider")) for name, one in found.items()],
    )


def _row(covered: Covered, *, is_provider: bool) -> Iterator[str]:
    yield str(covered.conversations)
    names = covered.fields.fields()
    yield str(len(names))
    words = [noticed_of(covered, name) for name in names]
    for word in (Noticed.ALWAYS, Noticed.SOMETIMES, Noticed.NEVER):
        yield str(words.count(word)) if covered.tried else ""
    for known, missing in (
        (covered.offered, covered.unpressed),
        (covered.known_tools, covered.uncalled),
        (covered.branches if is_provider else {}, covered.unplayed if is_provider else []),
    ):
        yield str(len(known)) if known else ""
        yield str(len(missing)) if known else ""


def _uncovered(name: str, covered: Covered, *, all_fields: bool) -> Iterator[Section]:
    if covered.tried or all_fields:
        yield _fields(name, covered, all_fields=all_fields)
    for title, found in (
        ("buttons never pressed", covered.unpressed),
        ("tools never called", covered.uncalled),
        ("error branches never played", [str(one) for one in covered.unplayed]),
        ("steps that never sent anything", covered.unsent),
    ):
        if found:
            yield Section(title=f"{name}: {title}", lines=found)


def _fields(name: str, covered: Covered, *, all_fields: bool) -> Section:
    rows = []
    for field, one in covered.fields.fields().items():
        tried = covered.tried.get(field, Tried())
        if not all_fields and tried.how_often in (Noticed.ALWAYS, Noticed.UNKNOWN):
            continue
        changes = f"{tried.noticed} of {tried.tried}" if tried.tried else ""
        checks = ", ".join(check for check, _ in tried.by.most_common())
        rows.append((field, str(one.payloads), tried.how_often.value, changes, checks))
    if not rows:
        return Section(title=f"{name}: every field that was changed is always noticed")
    return Section(
        title=f"{name}: fields" if all_fields else f"{name}: fields that are not always noticed",
        heads=("field", "payloads", "noticed", "changes noticed", "first by"),
        rows=rows,
    )
