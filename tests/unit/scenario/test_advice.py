from __future__ import annotations

import pytest

from harness.checks import KINDS
from harness.checks.matchers import MATCHERS, OTHER_WORDS
from harness.formats.file_format import departures_of
from harness.formats.json_path import path_hint
from harness.formats.json_schema import compile_schema
from harness.formats.yaml import read
from harness.project.vocabulary import Vocabulary
from harness.scenario import NO_FILES, advise, examine_scenario, fragment_schema, scenario_schema
from harness.scenario.advice import CHECKS, KEYS_OF_A_TURN, OF_THE_WHOLE, TOP_KEYS
from harness.scenario.other_words import CHECK, MESSAGE, TOP, TURN
from harness.scenario.scenario_schema import MESSAGE_KEYS


def test_a_path_is_told_as_it_was_meant():
    """Names that cannot stand behind a dot are put into brackets, and nothing else is guessed."""
    hints = {
        "$.response.session-id": "write $.response['session-id']",
        "$.unit price[0].a": "write $['unit price'][0].a",
        "$..a-b.c": "",
        "$.a[": "",
        "response.text": "a path starts with '$', such as $.response.text",
    }

    assert {path: path_hint(path) for path in hints} == hints


FORMAT = scenario_schema(Vocabulary(KINDS, None).blocks)
SCHEMA = compile_schema(FORMAT, name="scenario")
HEAD = "scenario: dress\nturns:\n  - user: Hello\n    expect: {contains: hello}\n"


def hints(text):
    """What is told about a scenario, hint by hint."""
    _, problems = examine_scenario(read(text.encode(), "a.yaml"), SCHEMA, NO_FILES)
    return [problem.hint for problem in problems]


def test_every_key_at_the_top_is_known():
    """A key in the wrong place is told from a misspelt one."""
    assert set(FORMAT["properties"]) == TOP_KEYS


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        (TOP, TOP_KEYS),
        (TURN, {*KEYS_OF_A_TURN, "expect", "include"}),
        (MESSAGE, MESSAGE_KEYS),
        (CHECK, CHECKS | OF_THE_WHOLE),
        (OTHER_WORDS, MATCHERS),
    ],
    ids=["top", "turn", "message", "check", "matcher"],
)
def test_a_word_of_another_tool_leads_to_one_of_ours(words, ours):
    """No word is ours already, and what it leads to is a key or a sentence."""
    assert not words.keys() & set(ours)
    assert {name for name in words.values() if name.isidentifier()} <= set(ours)


TOPS = {
    "variables: {a: 1}": "did you mean 'vars'?",
    "examples: {a: [1]}": "did you mean 'matrix'?",
    "bot: shop": "did you mean 'provider'?",
    "before: []": "did you mean 'setup'?",
    "after: []": "did you mean 'teardown'?",
    "retries: 3": "did you mean 'repeat'?",
    "disabled: true": "did you mean 'skip'?",
    "setup: log in": "write [{user: log in, expect: none}]",
    "matrix: [a, b]": "write {name: [a, b]}",
}
FRAGMENTS = {
    "params: {a: 1}": "did you mean 'parameters'?",
    "steps: []": "did you mean 'turns'?",
    "bot: shop": "known: description, parameters, turns",
    "data: {a: [1]}": "known: description, parameters, turns",
}
"""What a fragment cannot say has no hint with the word of a scenario."""
TURNS = {
    "expected: {contains: a}": "did you mean 'expect'?",
    "response: {contains: a}": "did you mean 'expect'?",
    "delay: 2s": "did you mean 'wait'?",
    "name: first": "did you mean 'id'?",
    "extract: {a: $.id}": "did you mean 'capture'?",
    "tags: [smoke]": "put it at the top level of the scenario, next to 'turns:'",
    "timeout: 2s": "put it at the top level of the scenario, next to 'turns:'",
    "capture: $.id": "write {name: $.id}",
}
CHECKED = {
    "includes: a": "did you mean 'contains'?",
    "text: a": "did you mean 'equals'?",
    "length: 3": "did you mean 'max_characters'?",
    "response_time: {under: 2s}": "did you mean 'latency'?",
    "or: [{contains: a}]": "did you mean 'any_of'?",
    "and: [{contains: a}]": "did you mean 'all_of'?",
    "quick_replies: [a]": "did you mean 'actions'?",
    "case_sensitive: false": "write ignore_case: true",
    "count: 2": "write messages: {count: …}",
    "not: hello": "write {contains: hello}",
    "messages: 2": "write {count: 2}",
    "messages: [hello]": "use 'replies:' to say what each message must be",
    "latency: < 2s": "write {under: 2s}",
}
ANSWERS = {
    "answers: {get_weather: sunny}": "write {returns: sunny}",
    "answers: {get_weather: [21]}": "write {returns: 21}",
    "answers: {get_weather: {sky: clear, wind: 2}}": "write {returns: {sky: clear, wind: 2}}",
    "answers: {get_weather: }": "write {returns: …}",
    "answers: {get_weather: {return: 21}}": "did you mean 'returns'?",
    "answers: {get_weather: {argument: {a: 1}, returns: 2}}": "did you mean 'arguments'?",
    "answers: {get_weather: {arguments: {a: 1}}}": "add 'returns: …'",
    "answers: {get_weather: {returns: 1, delay: 20}}": (
        "write it with its unit, such as 500ms, 2s or 1m"
    ),
}
IN_EXPECT = ("answers: {get_weather: {returns: 1}}", "capture: {a: $.id}", "wait: 2s", "id: a")
SAID = {
    "{message: Help}": "did you mean 'text'?",
    "{button: Help}": "did you mean 'press'?",
    "{text: a, file: a.png}": "did you mean 'attachments'?",
    "[a, b]": "write {utterances: [a, b]}",
    "{utterances: [a, b], pick: random}": "write {sample: 1} to draw one",
}
ENTRIES = {
    "say: Hello": "did you mean 'user'?",
    "input: Hello": "did you mean 'user'?",
    "click: Help": "write user: {press: …}",
}
MISTAKES = {
    **{HEAD + line + "\n": hint for line, hint in TOPS.items()},
    **{f"{HEAD}    {line}\n": hint for line, hint in TURNS.items()},
    **{HEAD.replace("contains: hello", line): hint for line, hint in CHECKED.items()},
    **{f"{HEAD}    {line}\n": hint for line, hint in ANSWERS.items()},
    f"{HEAD}answers: {{get_weather: sunny}}\n": "write {returns: sunny}",
    f"{HEAD}expect: {{answers: {{get_weather: {{returns: 1}}}}}}\n": (
        "put it at the top level of the scenario, next to 'expect:'"
    ),
    **{
        HEAD.replace("contains: hello", f"contains: hello, {line}"): "put it next to 'expect:'"
        for line in IN_EXPECT
    },
    **{HEAD.replace("Hello", said): hint for said, hint in SAID.items()},
    **{HEAD.replace("user: Hello", line): hint for line, hint in ENTRIES.items()},
    HEAD.replace("turns", "steps"): "did you mean 'turns'?",
    HEAD.replace("scenario", "id"): "did you mean 'scenario'?",
    HEAD.replace("{contains: hello}", "[{contains: a}]"): (
        "write the checks as one mapping, or {all_of: [{…}]}"
    ),
}


@pytest.mark.parametrize(("text", "hint"), MISTAKES.items(), ids=map(str, range(len(MISTAKES))))
def test_d5_a_likely_mistake_has_one_message_with_the_right_hint(text, hint):
    """Words that other tools use, keys in another place and values of another kind."""
    assert hints(text) == [hint]


@pytest.mark.parametrize(("line", "hint"), FRAGMENTS.items(), ids=FRAGMENTS)
def test_d5_a_hint_names_nothing_that_a_fragment_cannot_say(line, hint):
    """Words of other tools lead to a key of the file's own kind, or to none."""
    document = read(f"{line}\nturns: [{{user: Hi, expect: none}}]\n".encode(), "fragments/a.yaml")
    schema = compile_schema(fragment_schema(FORMAT), name="fragment")

    assert [one.problem.hint for one in departures_of(document, schema, advise=advise)] == [hint]


def test_d5_a_fragment_among_the_scenarios():
    """A file with parameters is no scenario without an id: it lies in the wrong folder."""
    text = HEAD.replace("scenario: dress", "parameters: {colour: red}")

    assert hints(text) == ["put a fragment into a folder 'fragments'"]


@pytest.mark.parametrize("include", ["{fiel: a.yaml}", "fragments/none.yaml"])
def test_d5_names_of_a_fragment_that_cannot_be_read(include):
    """The include is told, and not that the variables of its fragment are unknown."""
    text = HEAD.replace("Hello", "'Hello ${seen}'") + f"include: {include}\n"
    _, problems = examine_scenario(read(text.encode(), "a.yaml"), SCHEMA, NO_FILES)

    assert {problem.code for problem in problems} <= {"unknown-key", "missing-key", "no-such-file"}
    assert problems
