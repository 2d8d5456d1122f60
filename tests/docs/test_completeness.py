from __future__ import annotations

import re
import sys

import pytest
import typer

from harness.authoring.init.initial_files import WORKFLOWS
from harness.checks import KINDS
from harness.checks.matchers import MATCHERS
from harness.checks.regular_expression import LONGEST_TEXT, SECONDS
from harness.cli.app import app
from harness.config import CONFIG_SCHEMA
from harness.config.config_schema import PROVIDER
from harness.config.env_file import LARGEST as LARGEST_ENV_FILE
from harness.config.network_format import NETWORK
from harness.conversation import Phase
from harness.core.durations import format_duration, parse_duration
from harness.core.network_guard import UNSEEN_CLIENTS
from harness.core.repetition import LONGEST_PATTERN, MOST_REPEATED
from harness.formats.json_path import DEEPEST_DESCENT, LONGEST_PATH, MOST_CONDITIONS, MOST_DESCENTS
from harness.formats.json_path import SECONDS as PATH_SECONDS
from harness.formats.json_schema.compiled_schema import DEEPEST_EXPLAINED
from harness.formats.json_schema.json_file import DEEPEST as DEEPEST_SCHEMA
from harness.formats.json_schema.json_file import LARGEST as LARGEST_SCHEMA
from harness.formats.json_schema.judged import MOST_JUDGED_AGAIN
from harness.formats.json_schema.library import MOST_APPLIED
from harness.formats.json_schema.schema_pattern import BACKTRACKED
from harness.formats.parsed_cache import MAX_BYTES, MAX_ENTRIES
from harness.formats.strict_json import MAX_LEVELS
from harness.formats.template.filters import FILTERS, MOST
from harness.formats.template.hashes import HASHES
from harness.formats.template.sandbox import LONGEST_EXPRESSION, MOST_BITS
from harness.formats.yaml import Limits
from harness.parallel.dividing import MOST_PARTS
from harness.parallel.workers import PROVIDER_CONCURRENCY
from harness.play.context_factory import CLOSING_SECONDS
from harness.project.parts import LARGEST_PART
from harness.project.plan import MOST_CONVERSATIONS, Mode
from harness.project.vocabulary import Vocabulary
from harness.providers.catalogue import installed
from harness.providers.definition_schema import DEFINITION_SCHEMA, STEP
from harness.providers.flow import NAMES
from harness.providers.late import PAUSE
from harness.providers.reply_format import REPLY
from harness.providers.request_format import REQUEST
from harness.providers.step_plans import Framing
from harness.providers.web_socket import LIMIT
from harness.pytest_plugin import pytest_addoption
from harness.reports.annotations.annotations_report import MOST_FINDINGS
from harness.reports.annotations.github import MOST_ERRORS
from harness.reports.failure import MAX_SHOWN, MOST_LISTED
from harness.reports.markdown.markdown_report import LARGEST as LARGEST_SUMMARY
from harness.reports.markdown.markdown_report import MOST_DETAILS
from harness.scenario import defaults_schema, fragment_schema, scenario_schema
from harness.scenario.compiling import LONGEST_PAUSE
from harness.scenario.names import MOST_ROWS
from harness.scenario.repeats import MOST_TAKES
from harness.scenario.rows import MOST_LEVELS
from harness.scenario.simulation import MOST_SIMULATED, SIMULATE
from harness.scenario.tool_answers import ANSWERS
from harness.scenario.turns import MOST_TURNS
from harness.secrets.secret_forms import LONGEST as LONGEST_SECRET
from harness.testing import Chat, ChatReply
from harness.transport.cassette.cassette_files import SAFE_NAME
from harness.transport.cassette.cassette_reading import LARGEST
from harness.transport.cassette.foreign import MOST_NODES
from harness.transport.decoding import MOST_CODINGS, MOST_MEMBERS
from harness.transport.interaction_redaction import KEPT_HEADERS
from harness.transport.live.limits import LiveLimits
from harness.transport.live.live_web_socket import CLOSE_SECONDS
from harness.transport.live.repeating import LONGEST_WAIT
from harness.transport.live.sender import MOST_REDIRECTS
from harness.transport.network import PROXY_PORTS
from tests.docs.blocks import ROOT, blocks_of, prose, table

DOCS = ROOT / "docs"
MEBIBYTE = 1024 * 1024


def _scenario_format():
    return scenario_schema(Vocabulary(KINDS, None).blocks)


def _keys(schema, *steps):
    for step in steps:
        schema = schema[step]
    return {*schema["properties"]}


SCENARIO = _scenario_format()
TURN = SCENARIO["properties"]["turns"]["items"]
MESSAGE = TURN["properties"]["user"]["oneOf"][1]
INCLUDE = TURN["properties"]["include"]
CAPTURE = TURN["properties"]["capture"]["additionalProperties"]["oneOf"][1]
SETTING = DEFINITION_SCHEMA["properties"]["settings"]["additionalProperties"]

KEYS = {
    ("scenarios", "Scenario keys"): _keys(SCENARIO),
    ("scenarios", "Repetition keys"): _keys(SCENARIO, "properties", "repeat", "oneOf", 1),
    ("scenarios", "Turn keys"): _keys(TURN),
    ("scenarios", "User message keys"): _keys(MESSAGE),
    ("scenarios", "Attachment keys"): _keys(MESSAGE, "properties", "attachments", "items"),
    ("scenarios", "Capture keys"): _keys(CAPTURE),
    ("scenarios", "Keys of a block of checks"): _keys(TURN, "properties", "expect", "oneOf", 1)
    - {*KINDS},
    ("scenarios", "Keys of the whole conversation"): _keys(SCENARIO, "properties", "expect")
    - {*KINDS},
    ("conversations", "Fragment keys"): _keys(fragment_schema(SCENARIO)),
    ("conversations", "Include keys"): _keys(INCLUDE, "oneOf", 1),
    ("conversations", "Keys of a branch at the top level"): _keys(SCENARIO, "properties", "branch"),
    ("conversations", "Keys of a branch among turns"): _keys(TURN, "properties", "branch"),
    ("conversations", "Keys of skip and xfail"): _keys(SCENARIO, "properties", "xfail", "oneOf", 1),
    ("conversations", "Skipping and expected failures"): _keys(
        SCENARIO, "properties", "xfail", "oneOf", 1, "properties", "when"
    ),
    ("conversations", "Sample keys"): _keys(MESSAGE, "properties", "pick", "oneOf", 1),
    ("conversations", "Keys of defaults.yaml"): _keys(defaults_schema(SCENARIO)),
    ("tools", "Answers of a scenario"): _keys(ANSWERS, "additionalProperties", "else"),
    ("simulate", "Keys of simulate"): _keys(SIMULATE),
    ("simulate", "Keys of a rule"): _keys(SIMULATE, "properties", "script", "items"),
    ("checks", "Matchers"): {*MATCHERS},
    ("providers", "The built-in definitions"): {*installed()},
    ("providers", "Keys of harness.yaml"): _keys(CONFIG_SCHEMA),
    ("providers", "Keys of a provider"): _keys(PROVIDER),
    ("requests", "Templates"): {*NAMES},
    ("streams", "Framing"): {framing.value for framing in Framing},
    ("providers", "Definition keys"): _keys(DEFINITION_SCHEMA),
    ("providers", "Setting keys"): _keys(SETTING),
    ("providers", "Step keys"): _keys(STEP),
    ("providers", "Request keys"): _keys(REQUEST),
    ("providers", "Answer keys"): _keys(STEP, "properties", "answer"),
    ("providers", "Reply keys"): _keys(REPLY),
    ("network", "All keys"): _keys(NETWORK),
    ("network", "Proxies"): {f"{scheme}://HOST:PORT" for scheme in PROXY_PORTS},
    ("recordings", "Modes"): {mode.value for mode in Mode},
    ("python", "The conversation"): {
        name for name in vars(Chat) if not name.startswith("_") and name not in ("close", "result")
    },
    ("python", "The reply"): {
        name
        for name in (*vars(ChatReply), *ChatReply.__slots__)
        if not name.startswith("_") and name != "turn"
    },
}
"""What the tables of the documents list, by document and heading."""

LIVE, YAML = LiveLimits(), Limits()
LIMITS = {
    "a YAML file": f"{YAML.size // MEBIBYTE} MiB",
    "another file that a scenario uses, such as rows of a matrix": (
        f"{LARGEST_PART // MEBIBYTE} MiB"
    ),
    "levels of a YAML file": f"{YAML.depth}",
    "levels of a JSON file with rows": f"{MOST_LEVELS}",
    "the file `.env` of a project": f"{LARGEST_ENV_FILE // MEBIBYTE} MiB",
    "values of a YAML file, counting each use of an alias": f"{YAML.nodes:,}",
    "a scenario's id": "100 characters",
    "turns of a scenario, counting those of a fragment each time": f"{MOST_TURNS:,}",
    "messages of a simulated user": f"{MOST_SIMULATED}",
    "rows of a scenario: matrix, utterances and branches multiplied": f"{MOST_ROWS:,}",
    "conversations of a scenario: rows, takes and providers multiplied": f"{MOST_CONVERSATIONS:,}",
    "an expression in `${…}`": f"{LONGEST_EXPRESSION:,} characters",
    "a text or list that a template produces": f"{MOST:,} characters or elements",
    "a whole number that a template produces": f"{MOST_BITS:,} bits",
    "a regular expression": f"{LONGEST_PATTERN:,} characters",
    "elements that counted repetitions add to a regular expression": f"{MOST_REPEATED:,}",
    "one search of a regular expression": format_duration(SECONDS),
    "a text that a regular expression searches": f"{LONGEST_TEXT:,} characters",
    "a captured secret": f"{LONGEST_SECRET:,} characters",
    "backtracking steps of a pattern in a schema": f"{BACKTRACKED:,}",
    "a JSON Schema file": f"{LARGEST_SCHEMA // 1_000_000} MB",
    "levels of a JSON Schema file": f"{DEEPEST_SCHEMA}",
    "schemas that judge one value": f"{MOST_APPLIED:,}",
    "levels of a payload for which a schema violation is explained": f"{DEEPEST_EXPLAINED}",
    "repeated evaluations of a schema on parts of one payload": f"{MOST_JUDGED_AGAIN:,}",
    "a JSONPath": f"{LONGEST_PATH:,} characters",
    "descents with `..` in a JSONPath": f"{MOST_DESCENTS}",
    "levels of a payload that one `..` descends": f"{DEEPEST_DESCENT}",
    "filters, conditions, negations and parentheses of a JSONPath": f"{MOST_CONDITIONS}",
    "one search of a pattern in a JSONPath": format_duration(PATH_SECONDS),
    "opening a connection": format_duration(LIVE.connect),
    "silence of the server": format_duration(LIVE.read),
    "one request with its retries (`timeout` of a provider)": format_duration(LIVE.total),
    "an answer's body, decoded": f"{LIVE.body // MEBIBYTE} MiB",
    "all messages of one `receive` step on a WebSocket": f"{LIVE.body // MEBIBYTE} MiB",
    "one `receive` step, unless it has a `timeout`": format_duration(parse_duration(LIMIT)),
    "the server's answer when a WebSocket is closed at the end": format_duration(CLOSE_SECONDS),
    "attempts of one request": f"{LIVE.attempts}",
    "one wait between attempts": format_duration(LONGEST_WAIT),
    "redirects in a row": f"{MOST_REDIRECTS}",
    "content encodings of one answer": f"{MOST_CODINGS}",
    "digits of a number in an answer": f"{sys.int_info.default_max_str_digits}",
    "levels of an answer's JSON": f"{MAX_LEVELS}",
    "levels of an answer's XML": f"{MAX_LEVELS}",
    "values that aliases add to a cassette of another tool": f"{MOST_NODES:,}",
    "members of gzip data": f"{MOST_MEMBERS:,}",
    "a cassette, compressed and uncompressed, and its decoded bodies": f"{LARGEST // MEBIBYTE} MiB",
    "interval between looks for messages that come late": format_duration(PAUSE),
    "closing steps of an interrupted conversation": format_duration(CLOSING_SECONDS),
    "failed checks of a scenario that are shown": f"{MAX_SHOWN}",
    "one `wait` of a turn, or `delay` of a tool's answer": format_duration(LONGEST_PAUSE),
    "takes of a scenario": f"{MOST_TAKES:,}",
    "takes of a scenario that are listed one by one": f"{MOST_LISTED}",
    "parts of a suite": f"{MOST_PARTS:,}",
    "summary.md": f"{LARGEST_SUMMARY:,} bytes",
    "failures with their text in `summary.md`": f"{MOST_DETAILS}",
    "findings in `code-quality.json` and `results.sarif`": f"{MOST_FINDINGS:,}",
    "annotations on GitHub": f"{MOST_ERRORS}",
    "the cache of parsed files": f"{MAX_BYTES // MEBIBYTE} MiB",
    "entries in the cache of parsed files": f"{MAX_ENTRIES:,}",
}


class _Options:
    """Takes the options of the plugin, as pytest's parser does."""

    def __init__(self):
        self.names = []

    def getgroup(self, *_arguments):
        return self

    def addoption(self, name, **_options):
        self.names.append(name)


@pytest.mark.parametrize(("document", "heading"), KEYS, ids=str)
def test_a_table_lists_what_there_is(document, heading):
    """The table below a heading names every key, mode or member, each once and no other."""
    listed = table(DOCS / f"{document}.md", heading)

    assert sorted(listed) == sorted(KEYS[document, heading])


def test_phases_are_listed_in_their_order():
    """docs/providers.md lists the phases in the order in which they run."""
    text = "\n".join(prose(DOCS / "providers.md"))

    start = text.index("## Writing a definition")
    places = [text.index(f"\n| `{phase}` | ", start) for phase in Phase]

    assert places == sorted(places)


def test_limits_are_those_of_the_code():
    """docs/limits.md lists every limit with the number that holds, and a code that there is."""
    document = DOCS / "limits.md"
    names, values, codes = (table(document, "Limits", column=column) for column in (0, 1, 2))
    errors = (DOCS / "errors.md").read_text()

    assert dict(zip(names, values, strict=True)) == LIMITS
    assert [code for code in codes if code and f"| `{code}` |" not in errors] == []


def test_clients_that_cannot_be_seen_are_listed():
    """docs/recordings.md names every client that is refused by name, in the order of letters."""
    text = " ".join(prose(DOCS / "recordings.md"))

    assert ", ".join(sorted(UNSEEN_CLIENTS, key=str.lower)) in text


def test_a_name_has_at_most_as_many_characters_as_documented():
    """An id of 100 characters can name a cassette, one of 101 cannot."""
    assert SAFE_NAME.fullmatch("a" * 100)
    assert not SAFE_NAME.fullmatch("a" * 101)


def test_the_plugins_options_are_listed():
    """docs/recordings.md lists every option of the plugin."""
    options = _Options()
    pytest_addoption(options)

    assert table(DOCS / "recordings.md", "Options") == options.names


def test_the_options_of_harness_run_are_listed():
    """docs/recordings.md lists every option of `harness run`."""
    command = typer.main.get_command(app).commands["run"]
    options = {one.opts[-1] for one in command.params if one.param_type_name == "option"}
    rows = table(DOCS / "recordings.md", "In CI")

    assert {name.strip("`") for row in rows for name in row.split(", ")} == options


def test_the_options_of_harness_watch_are_listed():
    """docs/affected.md has a row for each option of `harness watch`, and for its paths."""
    command = typer.main.get_command(app).commands["watch"]
    options = {one.opts[-1] for one in command.params if one.param_type_name == "option"}

    assert {*table(DOCS / "affected.md", "harness watch")} == {"PATH…", *options}


def test_filters_are_listed():
    """docs/scenarios.md lists every filter of templates."""
    text = " ".join(prose(DOCS / "scenarios.md"))
    listed = re.search(r"- Filters: (.*?)\.", text)

    assert listed
    assert {*re.findall(r"`(\w+)`", listed[1])} == {*FILTERS, *HASHES, "default"}


def test_headers_that_are_kept_are_listed():
    """docs/recordings.md lists the answer headers that a recording keeps."""
    text = " ".join(prose(DOCS / "recordings.md"))
    listed = re.search(r"and the answer headers (.*?), those of", text)

    assert listed
    assert {*re.findall(r"`([\w-]+)`", listed[1])} == KEPT_HEADERS


def test_concurrency_is_that_of_the_code():
    """docs/providers.md and docs/recordings.md name the default number of conversations."""
    providers, recordings = (
        " ".join(prose(DOCS / f"{name}.md")) for name in ("providers", "recordings")
    )

    assert f"with this provider; default: {PROVIDER_CONCURRENCY}" in providers
    assert f"20 over all providers and {PROVIDER_CONCURRENCY} for each" in recordings


@pytest.mark.parametrize("system", [name for name, files in WORKFLOWS.items() if files])
def test_the_workflows_of_the_guide_begin_as_those_of_a_new_project(system):
    """docs/guides/ci.md shows what `harness init` writes; GitLab's file goes on after it."""
    blocks = {block.file: block.text for block in blocks_of(DOCS / "guides/ci.md") if block.file}

    for file, text in WORKFLOWS[system].items():
        assert blocks[file].startswith(text)
