"""How well the authored schemas of a provider fit its recorded payloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.core import CheckCrashed, Json, counted, on_one_line, shorten, show, value_class
from harness.core.sections import Section
from harness.evaluation.payload_fields import Field, fields_of
from harness.evaluation.schema_fit.judged_payloads import AuthoredSchema, RecordedPayload
from harness.evaluation.schema_fit.looseness import Loose, loose_in, tightest_of
from harness.evaluation.strength.json_changes import pattern_of
from harness.secrets.redacted_values import of_real_values

LONGEST = 40
"""Characters of the examples of a field."""


@dataclass(slots=True, kw_only=True)
class TooTight:
    """A place at which recorded payloads are not valid."""

    where: str
    """The name of the field."""
    message: str
    """What is wrong with the first one."""
    payloads: list[RecordedPayload] = field(default_factory=list)


@value_class(frozen=True, slots=True, kw_only=True)
class SchemaFit:
    """How well a schema fits the payloads that it judges."""

    name: str
    payloads: int
    fields: Mapping[str, Field]
    loose: Sequence[Loose]
    too_tight: Sequence[TooTight]

    def as_json(self) -> Json:
        """For programs."""
        return {
            "schema": self.name,
            "payloads": self.payloads,
            "loose": [
                {
                    "field": one.field.name,
                    "what": one.what,
                    "payloads": one.field.payloads,
                    "examples": list(one.field.examples),
                }
                for one in self.loose
            ],
            "too_tight": [
                {
                    "field": one.where,
                    "message": one.message,
                    "payloads": len(one.payloads),
                    "first": str(one.payloads[0]),
                }
                for one in self.too_tight
            ],
        }


def fit_of(authored: AuthoredSchema) -> SchemaFit:
    """How well a schema fits its payloads."""
    values = [payload.value for payload in authored.payloads]
    return SchemaFit(
        name=authored.name,
        payloads=len(values),
        fields=fields_of(values),
        loose=loose_in(authored.schema, values, tightest_of(values)),
        too_tight=_too_tight(authored),
    )


def _too_tight(authored: AuthoredSchema) -> list[TooTight]:
    found: dict[tuple[str, str], TooTight] = {}
    for payload in authored.payloads:
        for name, keyword, message in _violations(authored, payload.value):
            one = found.setdefault((name, keyword), TooTight(where=name, message=message))
            if payload not in one.payloads[-1:]:
                one.payloads.append(payload)
    return list(found.values())


def _violations(authored: AuthoredSchema, value: Json) -> Iterator[tuple[str, str, str]]:
    try:
        violations = of_real_values(authored.schema.violations(value), value)
    except CheckCrashed as error:
        yield "$", error.code, error.message
        return
    for one in violations:
        yield pattern_of(one.path), one.schema_pointer, one.message


def fit_sections(fits: Sequence[SchemaFit]) -> list[Section]:
    """A section for each schema."""
    return [section for fit in fits for section in _sections(fit)]


def _sections(fit: SchemaFit) -> Iterator[Section]:
    title = f"{fit.name}: {counted(fit.payloads, 'payload')}"
    if fit.too_tight:
        yield Section(
            title=f"{title}, too tight",
            heads=("field", "payloads", "why", "first in"),
            rows=[
                (
                    one.where,
                    f"{len(one.payloads)} of {fit.payloads}",
                    shorten(on_one_line(one.message), 2 * LONGEST),
                    str(one.payloads[0]),
                )
                for one in fit.too_tight
            ],
        )
    if fit.loose:
        by_field: dict[str, list[Loose]] = {}
        for one in fit.loose:
            by_field.setdefault(one.field.name, []).append(one)
        yield Section(
            title=f"{title}, loose",
            heads=("field", "payloads", "recorded", "but"),
            rows=[
                (
                    name,
                    f"{found[0].field.payloads} of {fit.payloads}",
                    _recorded(found[0].field),
                    shorten("; ".join(one.what for one in found), 3 * LONGEST),
                )
                for name, found in by_field.items()
            ],
        )
    if not (fit.too_tight or fit.loose):
        yield Section(title=f"{title}, neither loose nor too tight")


def _recorded(one: Field) -> str:
    """The types of a field, and examples."""
    types = ", ".join(f"{name}" for name, _ in one.types.most_common())
    examples = ", ".join(show(value) for value in one.examples)
    return f"{types}: {shorten(examples, LONGEST)}" if examples else types
