"""Words of other tools for the keys of a scenario, and the word for the same thing here."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks import KIND_NAMED
from harness.core.synonyms import synonyms

TOP: Mapping[str, str] = synonyms(
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
    answers="tool_answers tool_results functions mocks stubs tools",
    links="link issue issues url ticket",
)
"""At the top of a scenario."""

TURN: Mapping[str, str] = synonyms(
    user="say human input message send prompt question ask text_input customer",
    expect="bot response reply answer expected assert asserts should then output checks",
    id="name label step",
    wait="delay sleep pause",
    capture="save extract store remember",
    on_fail="fail_fast stop_on_fail",
    answers="tool_answers tool_results functions mocks stubs tools",
    include="file fragment use",
) | {
    **dict.fromkeys(("click", "tap", "button", "press_button"), "write user: {press: …}"),
    **dict.fromkeys(("role", "from", "speaker"), "write 'user: …' for what the user says"),
    **dict.fromkeys(
        ("skip", "xfail", "timeout", "tags", "repeat", "provider", "vars", "session", "matrix"),
        "put it at the top level of the scenario, next to 'turns:'",
    ),
}
"""In a turn."""

MESSAGE: Mapping[str, str] = synonyms(
    text="message content body say value",
    press="button click tap quick_reply action",
    attachments="file files attachment image images",
    metadata="data meta context extra",
    utterances="variants alternatives phrases examples",
)
"""In what a user says."""

CHECK: Mapping[str, str] = {
    **synonyms(**{name: kind.other_words for name, kind in KIND_NAMED.items()}),
    **dict.fromkeys(("case_sensitive", "case_insensitive"), "write ignore_case: true"),
    "count": "write messages: {count: …}",
    "header": "did you mean 'headers'?",
}
"""Among checks."""
