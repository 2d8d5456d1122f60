"""`status` and `headers`: the HTTP answer that the reply was read from."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.arguments import each_key, is_whole, mapping_of
from harness.checks.check import BadExpectation, Decided, Judge, Kind, Options, Subject
from harness.checks.matcher import Matcher
from harness.checks.matchers import VALUE_OR_MATCHER, compile_matchers
from harness.checks.verdict import PASS, Verdict, failed, not_told
from harness.conversation import Response
from harness.core import Json, show

_NO_ANSWER = not_told("there is no HTTP answer to check")


def _response(subject: Subject) -> Response | None:
    return subject.exchange.response if subject.exchange is not None else None


def _status(value: Json, _options: Options) -> Judge:
    wanted = list(value) if isinstance(value, list | tuple) else [value]
    if not wanted or not all(map(is_whole, wanted)):
        raise BadExpectation(
            "wrong-value", f"{show(value)} is not an HTTP status or a list of them"
        )
    shown = " or ".join(str(one) for one in wanted)

    def judge(subject: Subject) -> Verdict:
        response = _response(subject)
        if response is None:
            return _NO_ANSWER
        if response.status in wanted:
            return PASS
        actual = f"{response.status} {response.reason}".strip()
        return failed(f"the status is {actual}, not {shown}", expected=shown, actual=actual)

    return judge


def _headers(value: Json, options: Options) -> Judge:
    named = mapping_of(value, "a mapping of header names")
    rules = each_key(named, lambda wanted: compile_matchers(wanted, options))

    def judge(subject: Subject) -> Verdict:
        response = _response(subject)
        if response is None:
            return _NO_ANSWER
        verdicts = (
            _judge_header(response, name, matcher)
            for name, matchers in rules.items()
            for matcher in matchers
        )
        return next((verdict for verdict in verdicts if verdict is not PASS), PASS)

    return judge


def _judge_header(response: Response, name: str, matcher: Matcher) -> Verdict:
    found = _header(response, name)
    expected = f"{name}: {matcher.expected}"
    if found is None:
        if matcher.wants_nothing:
            return PASS
        names = ", ".join(sorted({key.lower() for key, _ in response.headers}))
        message = f"the answer has no header '{name}'"
        return failed(message, expected=expected, actual=f"headers: {names or 'none'}")
    if not matcher.complain(found, ()):
        return PASS
    message = f"the header '{name}' is {show(found)}, expected {matcher.expected}"
    return failed(message, expected=expected, actual=f"{name}: {found}")


def _header(response: Response, name: str) -> str | None:
    """All values of a header, joined as RFC 9110 allows; None if it is missing."""
    wanted = name.lower()
    found = [value for key, value in response.headers if key.lower() == wanted]
    return ", ".join(found) if found else None


STATUS = Kind(
    name="status",
    schema={
        "oneOf": [
            {"type": "integer", "minimum": 100, "maximum": 599},
            {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        ],
        "description": "The HTTP status of the answer, or one of several.",
        "examples": [200, [200, 201]],
    },
    compile=_status,
    on="answer",
    is_caseless=True,
    decides=lambda _value: (Decided.STATUS,),
    instead=lambda value, _text: "write its number, such as 200" if isinstance(value, str) else "",
    other_words="code http_status",
)
HEADERS = Kind(
    name="headers",
    schema={
        "type": "object",
        "minProperties": 1,
        "additionalProperties": VALUE_OR_MATCHER,
        "description": "Headers of the answer: case-insensitive name to a text or matcher.",
        "examples": [{"content-type": {"contains": "json"}}],
    },
    compile=_headers,
    on="answer",
    headers=lambda value: value if isinstance(value, Mapping) else (),
)
