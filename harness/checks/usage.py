"""`usage`: what the provider counted of a reply, such as tokens or cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.checks.arguments import each_key, mapping_of
from harness.checks.check import Judge, Kind, Options, Subject
from harness.checks.matcher import all_expected, first_complaint
from harness.checks.matchers import COUNT, compile_count, is_lower_bound
from harness.checks.verdict import PASS, Verdict, failed, not_told
from harness.core import Json, nearest_word, show

_NOT_READ = "the provider's definition does not say where usage is"
_NOT_SAID = "the provider reported no usage"


def _compile(value: Json, options: Options) -> Judge:
    named = mapping_of(
        value, "a mapping of names to numbers", "such as {total_tokens: {at_most: 500}}"
    )
    # Of tokens there may be a million, so that no limit is doubtful.
    sure = replace(options, doubts=None)
    rules = each_key(named, lambda wanted: compile_count(wanted, sure))
    forbids = not all(map(is_lower_bound, named.values()))

    def judge(subject: Subject) -> Verdict:
        used = subject.usage
        if not used:
            return not_told(_NOT_READ if used is None else _NOT_SAID, forbids=forbids)
        for name, matchers in rules.items():
            found = used.get(name)
            expected = all_expected(matchers)
            if found is None:
                hint = nearest_word(name, used)
                return failed(
                    f"the usage of {subject.name} has no '{name}'",
                    expected=f"{name}: {expected}",
                    actual=_shown(used),
                    difference=(hint,) if hint else (),
                )
            if first_complaint(matchers, found, ()):
                return failed(
                    f"{subject.name} used {show(found)} {name}, expected {expected}",
                    expected=f"{name}: {expected}",
                    actual=_shown(used),
                )
        return PASS

    return judge


def _shown(used: Mapping[str, float]) -> str:
    return "\n".join(f"{name}: {show(number)}" for name, number in used.items())


USAGE = Kind(
    name="usage",
    schema={
        "type": "object",
        "minProperties": 1,
        "additionalProperties": COUNT,
        "description": "What the provider counted: its own names to a number or comparison.",
        "examples": [{"total_tokens": {"at_most": 500}}],
    },
    compile=_compile,
    is_caseless=True,
    needs="usage",
    lacks="does not say where usage is",
    other_words="tokens cost",
)
