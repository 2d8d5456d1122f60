"""`json`: values in the payload, by JSONPath. Source: RFC 9535."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from harness.checks.arguments import below, mapping_of
from harness.checks.check import Judge, Kind, Options, Subject
from harness.checks.diff import difference, named_difference
from harness.checks.finder import Finder, finder
from harness.checks.matcher import Compile, Located, Matcher, all_expected
from harness.checks.matchers import VALUE_OR_MATCHER, compile_at_path, compile_matchers
from harness.checks.turn_matchers import recalled_turns, resolved
from harness.checks.verdict import PASS, Finding, Verdict, failed
from harness.core import Json, Path, show

NOTHING: Mapping[int, Json] = MappingProxyType({})


class PathRules:
    """A mapping of paths to values or matchers, compiled.

    A path that can lead to one value at most (`$.a.b[0]`): every matcher judges that value.
    Any other path: `every`, `some`, `none`, `length`, `unique`, `exists` and a literal list judge
    all its matches together; anything else must hold for each match, and there must be one.
    """

    def __init__(self, value: Json, options: Options, compile_: Compile = compile_matchers) -> None:
        """Raises `BadExpectation`, its path within the mapping."""
        self._rules: list[tuple[Finder, tuple[Matcher, ...]]] = []
        for path, wanted in mapping_of(value, "a mapping of JSONPaths").items():
            with below(path):
                self._rules.append((finder(path), compile_(wanted, options)))
        if options.doubts is not None:
            _doubt_of_all(self._rules, options)
        self.looks_back = any(one.resolve for _, matchers in self._rules for one in matchers)
        """Whether any matcher depends on an earlier turn."""

    def faults(self, payload: Json, earlier: Mapping[int, Json] = NOTHING) -> Sequence[Finding]:
        """What is wrong, path by path; empty if nothing is.

        `earlier` are the payloads of earlier turns, which are needed if `looks_back`.
        """
        found: list[Finding] = []
        for path, compiled in self._rules:
            matchers = resolved(compiled, path, earlier) if self.looks_back else compiled
            nodes = path.find(payload)
            for matcher in matchers:
                complaint, hints = _complain(path, nodes, matcher, payload)
                if complaint:
                    found.append(
                        Finding(
                            message=complaint,
                            expected=f"{path.text}: {all_expected(matchers)}",
                            actual=f"{path.text}: {_shown(path, nodes)}",
                            lines=hints,
                        )
                    )
                    break
        return found


def _doubt_of_all(rules: Sequence[tuple[Finder, tuple[Matcher, ...]]], options: Options) -> None:
    """Doubt a path whose matchers hold for any value, and for no value."""
    for path, matchers in rules:
        if any(one.resolve for one in matchers) or (path.is_single and path.text != "$"):
            continue
        found = [path.find(one) for one in LIKELY] if path.is_single else _LIKELY_MATCHES
        if not any(_complain(path, nodes, one, None)[0] for one in matchers for nodes in found):
            options.doubt(f"{path.text} is true of most payloads", "write what must be there")


LIKELY: Sequence[Json] = ({}, {"a": 1}, {"b": "text", "c": [{"d": None}]})
"""Payloads with nothing in common."""
_VALUES: Sequence[Json] = (None, True, 0, "text", [], {}, {"a": 1})
_LIKELY_MATCHES: Sequence[Sequence[Located]] = (
    (),
    *([((0,), one)] for one in _VALUES),
    [((at,), one) for at, one in enumerate(_VALUES)],
)
"""Likely matches of a path that may have many."""


def _complain(
    path: Finder, nodes: Sequence[Located], matcher: Matcher, payload: Json
) -> tuple[str, tuple[str, ...]]:
    """What is wrong at one path, with lines that help."""
    together = matcher.complain_of_all
    # Where one value is meant, only `exists: false` may find nothing.
    may_be_nothing = matcher.accepts_nothing and (not path.is_single or matcher.wants_nothing)
    if not nodes and not may_be_nothing:
        message, hint = path.explain_nothing(payload)
        return message, tuple(one for one in (hint, matcher.hint_for_nothing) if one)
    if together is not None and (not path.is_single or not nodes):
        complaint = together(nodes, path.text)
        values = [value for _, value in nodes]
        return complaint, _differences(matcher, values, ()) if complaint else ()
    for at, value in nodes:
        if complaint := matcher.complain(value, at):
            return complaint, _differences(matcher, value, at)
    return "", ()


def _differences(matcher: Matcher, found: Json, at: Path) -> tuple[str, ...]:
    if not matcher.literal:
        return ()
    wanted = matcher.literal[0]
    is_simple = not isinstance(wanted, Mapping | list | tuple) and "\n" not in str(wanted)
    # If two texts print alike, the complaint already names the difference.
    is_named = is_simple or bool(named_difference(wanted, found))
    return () if is_named else difference(wanted, found, at)


def _shown(path: Finder, nodes: Sequence[Located]) -> str:
    return show(path.value(nodes)) if nodes else "nothing"


def verdict_of(faults: Sequence[Finding], where: str = "") -> Verdict:
    """The verdict on what is wrong, path by path; `where` is put before its sentence."""
    if not faults:
        return PASS
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    lines = [line for fault in faults for line in (fault.message, *fault.difference)]
    return failed(
        f"{where}{faults[0].message}{more}",
        expected="\n".join(fault.expected for fault in faults),
        actual="\n".join(fault.actual for fault in faults),
        difference=tuple(lines if more else lines[1:]),
    )


def without_payload(subject: Subject) -> Verdict:
    """The verdict of a payload check on a subject without a payload."""
    return failed(
        f"{subject.name} is not JSON", expected="a JSON payload", actual=subject.text[:200]
    )


def _compile(value: Json, options: Options) -> Judge:
    rules = PathRules(value, options, compile_at_path)

    def judge(subject: Subject) -> Verdict:
        if not subject.has_payload:
            return without_payload(subject)
        earlier = subject.earlier if rules.looks_back else NOTHING
        return verdict_of(rules.faults(subject.payload, earlier))

    return judge


PATHS: Mapping[str, Json] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": VALUE_OR_MATCHER,
}
"""JSON Schema of a mapping of paths to values or matchers."""

JSON = Kind(
    name="json",
    schema={
        **PATHS,
        "description": (
            "JSONPath to a value or matcher, on the raw payload; for a path with several matches,"
            " it must match each of them."
        ),
        "examples": [{"$.response.events[*].price": {"every": {"less_than": 200}}}],
    },
    compile=_compile,
    on="payload",
    recalls=recalled_turns,
    other_words="body payload path",
)
