"""How far the labels of people let a judge's verdicts count."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.calibration import (
    JudgeIdentity,
    Label,
    Requirement,
    figures_of,
    identity_difference,
    read_labels,
)
from harness.checks.judge import JudgeSettings
from harness.config import Config
from harness.core import ConfigurationError, Json, Problem, counted, quote, value_class
from harness.core.held_files import Files
from harness.formats.yaml import Node
from harness.providers.catalogue import definition_of
from harness.providers.filling_in import settings_now
from harness.providers.provider import BASE_URL


@value_class(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The labels for a judge, as its file has them, and what they are compared with."""

    path: Path
    labels: Sequence[Label]
    requirement: Requirement
    now: JudgeIdentity
    """What the judge is now."""

    def difference(self, label: Label) -> str:
        """What has changed since the judge said what is with a label; empty if nothing has."""
        return identity_difference(label.said.judge, self.now) if label.said is not None else ""

    @property
    def fresh(self) -> Iterable[Label]:
        """The labels of people, with what the judge said as it is now."""
        for label in self.labels:
            if label.is_by_person:
                yield replace(label, said=None) if self.difference(label) else label

    @property
    def stale(self) -> Counter[str]:
        """How many labels of people have an old verdict, by what has changed since."""
        differences = (self.difference(label) for label in self.labels if label.is_by_person)
        return Counter(filter(None, differences))


def calibrated(
    judge: JudgeSettings,
    node: Node,
    config: Config,
    files: Files,
    environment: Mapping[str, str],
) -> JudgeSettings:
    """A judge with what its calibration says. Raises `ConfigurationError`."""
    found = calibration_of(judge, node, config, files, environment)
    figures = figures_of(found.fresh)
    unmet = found.requirement.unmet(figures)
    stale = _stale(found.stale)
    command = f"harness label {judge.name}"
    if stale:
        command = f"harness calibrate {judge.name} --judge record --write"
    reason = "; ".join(filter(None, (unmet, stale, command)))
    return replace(
        judge,
        uncalibrated=f"the judge '{judge.name}' is not calibrated: {reason}" if unmet else "",
        calibration="; ".join(filter(None, (figures.summary, stale))),
        labelled=_labelled(found.labels) if node.has("require") else {},
        known_words=frozenset(label.asked.words for label in found.fresh if label.said),
    )


def calibration_of(
    judge: JudgeSettings,
    node: Node,
    config: Config,
    files: Files,
    environment: Mapping[str, str],
) -> Calibration:
    """The calibration of a judge. Raises `ConfigurationError`."""
    path = calibration_path(config, judge.name, node)
    try:
        content = files.read(path)
    except OSError as error:
        raise ConfigurationError(
            Problem(
                code="no-calibration",
                message=f"{quote(str(node.value_of('calibration')))} cannot be read:"
                f" {error.strerror}",
                place=node.at("calibration").place,
                subject=f"judge {judge.name}",
                hint=f"correct the path, or let people label: harness label {judge.name}",
            )
        ) from error
    return Calibration(
        path=path,
        labels=read_labels(content, config.shown(path)),
        requirement=_requirement(node.get("require")),
        now=identity_of(judge, config, environment),
    )


def calibration_path(config: Config, judge: str, node: Node) -> Path:
    """The file with the labels for a judge. Raises `ConfigurationError` for one elsewhere."""
    named = str(node.value_of("calibration"))
    path = (config.root / named).resolve()
    if path.is_relative_to(config.root):
        return path
    raise ConfigurationError(
        Problem(
            code="no-calibration",
            message=f"{quote(named)} is not in the project",
            place=node.at("calibration").place,
            subject=f"judge {judge}",
            hint="a path is relative to harness.yaml",
        )
    )


def identity_of(
    judge: JudgeSettings,
    config: Config,
    environment: Mapping[str, str],
    recorded: Mapping[str, Mapping[str, Json]] | None = None,
) -> JudgeIdentity:
    """What decides over a judge's answers.

    `recorded` are settings of providers when they were asked, for those whose variables are not
    set now. Raises `DefinitionError`.
    """
    providers: dict[str, Json] = {}
    for name in judge.providers:
        entry = config.providers[name]
        definition = definition_of(config, entry)
        before = (recorded or {}).get(name, {})
        settings = {**before, **settings_now(entry, definition, environment)}
        settings.pop(BASE_URL, None)
        providers[name] = {
            "definition": definition.name,
            "definition_hash": definition.fingerprint,
            "settings": settings,
        }
    prompt = judge.prompt
    digest = hashlib.blake2s(prompt.text.encode(), digest_size=8).hexdigest()
    return {
        "prompt": prompt.name,
        "prompt_hash": digest,
        "samples": judge.samples,
        "agree": judge.agree,
        "providers": providers,
    }


def _requirement(node: Node | None) -> Requirement:
    if node is None:
        return Requirement()
    labels, kappa = node.get("labels"), node.get("kappa")
    return Requirement(
        labels=int(labels.value_of("at_least")) if labels is not None else 0,
        kappa=float(kappa.value_of("at_least")) if kappa is not None else None,
    )


def _labelled(labels: Iterable[Label]) -> Mapping[tuple[str, int, str], frozenset[str]]:
    """The words of the labelled criteria, by scenario, turn and name."""
    found = defaultdict[tuple[str, int, str], set[str]](set)
    for label in labels:
        if label.at is not None:
            at = label.at.scenario, label.at.turn, label.asked.criterion
            found[at].add(label.asked.words)
    return {at: frozenset(words) for at, words in found.items()}


def _stale(reasons: Counter[str]) -> str:
    if not reasons:
        return ""
    labels = counted(reasons.total(), "label")
    return f"{labels} compared with another judge: {'; '.join(reasons)}"
