"""The judges of a project: which models are asked, how often, and with which prompt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path

from harness.core import value_class

Place = tuple[str, int, str]
"""Scenario, turn and criterion; the turn is 0 for the whole conversation."""
PROMPTS = Path(__file__).parent / "prompts"


@value_class(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The text of a question, with places for what is judged."""

    name: str
    """A built-in one with its version, such as `criterion@1`, or the file that it is in."""
    text: str
    """A template: `${seen}`, `${criteria}`, `${reference}`, `${delimiter}` and `${data}`."""


@value_class(frozen=True, slots=True, kw_only=True)
class JudgeSettings:
    """A judge: an entry below `judges:`."""

    name: str
    providers: tuple[str, ...]
    """The models that are asked; several are a panel."""
    samples: int = 1
    """How often each of them is asked."""
    agree: int = 1
    """How many answers must say the same."""
    prompt: Prompt
    uncalibrated: str = ""
    """Why its verdicts do not count; empty if they do."""
    calibration: str = ""
    """How well it agrees with people, for reports; empty if that is not known."""
    labelled: Mapping[Place, Collection[str]] = field(default_factory=dict)
    """Where it must be calibrated: the words of the criteria that people labelled, by place."""
    known_words: frozenset[str] = frozenset()
    """The words of all criteria that people labelled."""

    @property
    def answers(self) -> int:
        """How many answers there are to each question."""
        return len(self.providers) * self.samples


@value_class(frozen=True, slots=True, kw_only=True)
class Judges:
    """The judges of a project."""

    named: Mapping[str, JudgeSettings]
    default: str = ""
    """The judge of checks that name none; empty if they must name one."""
    embedders: tuple[str, ...] = ()
    """The providers of embeddings that `similar_to` asks; checks that name none ask the first."""


NO_JUDGES = Judges(named={})


@cache
def built_in_prompt(name: str) -> Prompt:
    """A prompt of the package, such as `criterion@1`. Raises `KeyError` if there is none."""
    file = PROMPTS / f"{name}.txt"
    if name not in prompt_names():
        raise KeyError(name)
    return Prompt(name=name, text=file.read_text(encoding="utf-8"))


@cache
def prompt_names() -> tuple[str, ...]:
    """The prompts of the package."""
    return tuple(sorted(file.stem for file in PROMPTS.glob("*.txt")))
