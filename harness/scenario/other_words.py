"""Words of other tools, and the word for the same thing here."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def _meaning(**words: str) -> dict[str, str]:
    """Each of the words, with what it means; several stand in one text."""
    return {word: name for name, listed in words.items() for word in listed.split()}


TOP: Mapping[str, str] = _meaning(
    scenario="name id test case",
    turns="conversation steps messages dialog dialogue flow turn tests script",
    vars="variables params env constants",
    matrix="examples rows data dataset parametrize parameters cases table",
    provider="bot agent target model endpoint",
    setup="before given background fixtures preconditions",
    teardown="after cleanup finally",
    repeat="retries times runs attempts retry",
    skip="disabled ignore enabled pending",
    tags="tag labels markers groups",
    expect="checks assert asserts assertions then",
    timeout="max_time time_limit",
    links="link issue issues url ticket",
)
"""At the top of a scenario."""

TURN: Mapping[str, str] = _meaning(
    user="say human input message send prompt question ask text_input customer",
    expect="bot response reply answer expected assert asserts should then output checks",
    id="name label step",
    wait="delay sleep pause",
    capture="save extract store remember",
    on_fail="fail_fast stop_on_fail",
    include="file fragment use",
) | {
    **dict.fromkeys(("click", "tap", "button", "press_button"), "write user: {press: …}"),
    **dict.fromkeys(("role", "from", "speaker"), "write 'user: …' for what the user says"),
    **dict.fromkeys(
        ("skip", "xfail", "timeout", "tags", "repeat", "provider", "vars", "session", "matrix"),
        "put it at the top of the scenario, beside 'turns:'",
    ),
}
"""In a turn."""

MESSAGE: Mapping[str, str] = _meaning(
    text="message content body say value",
    press="button click tap quick_reply action",
    attachments="file files attachment image images",
    metadata="data meta context extra",
    utterances="variants alternatives phrases examples",
)
"""In what a user says."""

CHECK: Mapping[str, str] = _meaning(
    matches="regex regexp pattern re like_regex",
    not_matches="not_regex not_match",
    contains="includes include has text_contains substring keyword keywords",
    not_contains="excludes exclude forbidden not_includes",
    equals="text is exact exactly value eq message response",
    max_characters="length max_length max_chars",
    max_words="word_count words",
    latency="response_time duration max_latency",
    actions="buttons quick_replies suggestions options chips",
    any_of="or one_of",
    all_of="and",
    tools="functions function_calls calls",
    status="code http_status",
    json="body payload path",
    products="cards items carousel",
    attachments="files images media",
    usage="tokens cost",
    language="lang locale",
    schema="contract",
    reading="readability",
) | {
    **dict.fromkeys(("case_sensitive", "case_insensitive"), "write ignore_case: true"),
    "count": "write messages: {count: …}",
    "header": "did you mean 'headers'?",
}
"""Among checks."""

MATCHER: Mapping[str, str] = {
    **_meaning(
        greater_than="gt",
        at_least="gte ge min minimum",
        less_than="lt",
        at_most="lte le max maximum",
        equals="eq is value const",
        matches="regex regexp pattern starts_with ends_with",
        one_of="in enum any_of options",
        length="size count",
        exists="present defined required",
        every="all each",
        some="any",
        contains="includes has",
        between="range",
    ),
    **dict.fromkeys(("ne", "neq", "not_equals", "not_contains"), "not"),
}
"""Among the matchers of a JSON value."""


def meant(word: str, words: Mapping[str, str], known: Collection[str] = ()) -> str:
    """A hint that names our word; empty where the word is none of another tool's.

    Where the keys that may stand there are `known`, no other one is named.
    """
    name = words.get(word.lower().replace("-", "_").replace(" ", "_"), "")
    if not name.isidentifier():
        return name
    return f"did you mean '{name}'?" if not known or name in known else ""
