"""Tools that the bot calls are answered by the scenario."""

from __future__ import annotations

import pytest

from harness.conversation import Reply, ToolCall, ToolResult
from harness.core import ProtocolError
from harness.formats.yaml.yaml_writing import write_line
from harness.providers import tool_answer
from harness.providers.flow import FlowState
from harness.providers.tool_answer import ToolAnswer, answer_tools, answers_to_add, unanswered
from tests.plugin.tool_bot import DEFINITION, serving_tools

PROJECT = """\
provider: tools
providers:
  tools: {definition: definitions/tools, settings: {base_url: '${env.TOOLS_URL}'}}
"""
WEATHER = """\
scenario: weather
turns:
  - user: 'call get_weather {"city": "Rome"}'
    answers: {get_weather: {returns: {temp: 21}}}
    expect:
      contains: 'said {"temp":21}'
      tools: {exactly: {name: get_weather, arguments: {city: Rome}}}
  - user: Thanks
    expect: {contains: after 4 messages}
"""
RECORD = "--harness-mode=record"


@pytest.fixture(scope="module")
def tool_server():
    with serving_tools() as bot:
        yield bot


@pytest.fixture
def bot(tool_server, pytester, monkeypatch):
    """The bot, running, and a project that talks to it."""
    tool_server.requests.clear()
    monkeypatch.setenv("TOOLS_URL", tool_server.url)
    for name, text in {
        "harness.yaml": PROJECT,
        "definitions/tools/provider.yaml": DEFINITION,
    }.items():
        file = pytester.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tool_server


@pytest.fixture
def write(bot, pytester):
    """Writes a scenario file."""
    del bot
    (pytester.path / "scenarios").mkdir()

    def write(text, name="weather.yaml"):
        (pytester.path / "scenarios" / name).write_text(text, encoding="utf-8")

    return write


def turn(user, rest):
    """A scenario of one turn."""
    return f"scenario: weather\nturns:\n  - user: {user!r}\n{rest}"


def test_a_call_is_answered_and_the_bot_goes_on(write, run_here, bot):
    """The answer is sent back with the whole transcript; the reply is what the bot says then."""
    write(WEATHER)

    run_here(RECORD).assert_outcomes(passed=1)

    first, second, third = bot.requests
    assert [message["role"] for message in first] == ["user"]
    assert [message["role"] for message in second] == ["user", "assistant", "tool"]
    assert second[1]["tool_calls"] == [
        {"id": "c1-0", "name": "get_weather", "arguments": '{"city":"Rome"}'}
    ]
    assert second[2] == {"role": "tool", "call": "c1-0", "content": '{"temp":21}', "failed": False}
    assert [message["role"] for message in third] == [
        *("user", "assistant", "tool", "assistant", "user")
    ]


def test_a_recorded_answer_is_replayed(write, run_here, bot, monkeypatch):
    """A replay needs no server, and gives the same."""
    write(WEATHER)
    run_here(RECORD).assert_outcomes(passed=1)
    monkeypatch.delenv("TOOLS_URL")
    bot.requests.clear()

    run_here().assert_outcomes(passed=1)

    assert bot.requests == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("returns: {temp: 21}", "returns: {temp: 22}"),
        ("returns: {temp: 21}", "fails: no such city"),
    ],
)
def test_a_changed_answer_does_not_fit_the_recording(write, run_here, before, after):
    """A changed answer is a changed message, whatever the bot said then."""
    write(WEATHER)
    run_here(RECORD).assert_outcomes(passed=1)
    write(WEATHER.replace(before, after))

    result = run_here()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*an answer to a tool call in turn 1 differs*"])
    result.stdout.fnmatch_lines(["*message-changed*"])


def test_a_call_without_an_answer_is_broken(write, run_here):
    """The error shows what to write, with the arguments of the call."""
    write(turn('call get_weather {"city": "Rome"}', "    expect: {contains: tools}\n"))

    result = run_here(RECORD)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*the bot calls the tool 'get_weather', and nothing answers it*",
            "*add to turn 1: answers: {get_weather: {arguments: {city: Rome}, returns: …}}*",
        ]
    )


@pytest.mark.parametrize(
    ("name", "arguments", "yaml"),
    [
        pytest.param("5", {}, 'answers: {"5": {returns: …}}', id="a number"),
        pytest.param("a: b", {}, "answers: {'a: b': {returns: …}}", id="a colon"),
        pytest.param(
            'a\n"b"\x1b', {}, r'answers: {? "a\n\"b\"\e" : {returns: …}}', id="a line end"
        ),
        pytest.param(
            "get", {"id": "7"}, 'answers: {get: {arguments: {id: "7"}, returns: …}}', id="short"
        ),
        pytest.param("get", {"text": "x" * 5000}, "answers: {get: {returns: …}}", id="long"),
        pytest.param("get", "{broken", "answers: {get: {returns: …}}", id="not JSON"),
    ],
)
def test_the_yaml_to_add_is_on_one_line(name, arguments, yaml):
    """The YAML in the message can be copied, whatever the bot calls its tools."""
    assert answers_to_add(name, arguments) == yaml


def test_a_call_in_a_message_is_short():
    """A message does not contain megabytes of arguments, nor lines of the bot's."""
    call = ToolCall(name="a\nb" * 1_000_000, arguments={"text": "x" * 1_000_000})

    with pytest.raises(ProtocolError) as caught:
        unanswered(call)

    assert "\n" not in caught.value.message
    assert len("".join(caught.value.details)) < 300
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("depth", [10, 150, 300])
def test_deep_arguments_of_a_call_have_a_hint(depth):
    """They are omitted before they are written as YAML, which has a limit of levels and is slow."""
    arguments = {"n": 1}
    for _ in range(depth):
        arguments = {"a": arguments}

    hint = answers_to_add("find", arguments)

    assert hint.startswith("answers: {find: {arguments: {a: {a:" if depth == 10 else "answers: {")
    assert len(hint) <= 200


def test_the_yaml_to_add_is_not_written_for_long_arguments(monkeypatch):
    """A call with megabytes of arguments is reported at once: writing them takes minutes."""
    written = []

    def write(value):
        written.append(value)
        return write_line(value)

    monkeypatch.setattr(tool_answer, "write_line", write)

    hint = answers_to_add("find", {"words": ["word"] * 500_000})

    assert hint == "answers: {find: {returns: …}}"
    assert written == [{"answers": {"find": {"returns": "…"}}}]


def test_a_misspelt_tool_is_named(write, run_here):
    """The nearest name of the answers is told."""
    write(
        turn(
            "call get_weather {}",
            "    answers: {get_wether: {returns: 1}}\n    expect: {contains: tools}\n",
        )
    )

    result = run_here(RECORD)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*did you mean 'get_wether'?*"])


def test_an_answer_that_is_not_used_is_noted(write, run_here):
    """The bot did not call the tool: a note says so, and the scenario passes."""
    write(
        turn("Hello", "    answers: {search: {returns: 1}}\n    expect: {contains: Hello}\n")
        + "answers: {more: {fails: 'no'}}\n"
    )

    result = run_here(RECORD)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*turn 1: the bot did not call 'search', so its answer was not used*",
            "*the scenario: the bot did not call 'more', so its answer was not used*",
        ]
    )


LISTED = """\
scenario: weather
vars: {city: Rome}
answers:
  search:
    - {arguments: {city: '${city}'}, returns: 'in ${city}'}
    - {returns: first}
    - {fails: second}
turns:
  - user: "call search {\\"city\\": \\"Oslo\\"}\\ncall search {\\"city\\": \\"Rome\\"}"
    expect: {equals: "Let me look\\nThe tools said first and said in Rome"}
  - user: call search {}
    expect: {ends_with: failed second}
"""


def test_answers_in_order(write, run_here):
    """One with fitting arguments comes first; the others are given once each, in order."""
    write(LISTED)

    run_here(RECORD).assert_outcomes(passed=1)
    run_here().assert_outcomes(passed=1)


def test_answers_that_are_used_up(write, run_here):
    """A further call is not answered by the last one again."""
    write(LISTED + "  - {user: 'call search {}', expect: {contains: tools}}\n")

    result = run_here(RECORD)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*calls the tool 'search', and its 2 answers were given before*"])


def test_many_calls_of_a_turn_are_counted_where_it_failed(write, run_here):
    """The first and last calls are shown, so that a failure stays on a screen."""
    lines = "\\n".join("call find {}" for _ in range(300))
    rest = "    answers: {find: {returns: 1}}\n    expect: {not_contains: tools}\n"
    write(f'scenario: weather\nturns:\n  - user: "{lines}"\n{rest}')

    result = run_here(RECORD)

    result.assert_outcomes(failed=1)
    shown = result.stdout.str().partition("= FAILURES =")[2]
    assert shown.count("find {} → 1") == 17
    assert "  …           283 more tool calls\n" in shown


def test_a_bot_that_calls_many_tools_without_end():
    """The error stays short, however many tools the last reply calls."""
    calls = tuple(ToolCall(name=f"tool_{number}", arguments={}) for number in range(2000))
    result = ToolAnswer(result=ToolResult(value=1), recorded=ToolResult(value=1))

    with pytest.raises(ProtocolError) as error:
        answer_tools(
            Reply(tools=calls),
            FlowState(settings={}),
            answer=lambda _call: result,
            next_reply=lambda _calls: Reply(tools=calls),
            sleep=lambda _seconds: None,
            most_rounds=1,
        )

    assert "after 1 rounds of answers: tool_0, tool_1" in error.value.message
    assert len(error.value.message) < 400


def test_a_bot_that_calls_tools_without_end(write, run_here, bot):
    """The limit of rounds ends it."""
    write(turn("again", "    answers: {more: {returns: 1}}\n    expect: {contains: tools}\n"))

    result = run_here(RECORD)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the bot still calls tools after 10 rounds of answers: more*"])
    assert len(bot.requests) == 11


PYTHON_TEST = """
import re
import pytest
from harness.errors import PlayError, ScenarioError


def test_weather(conversation):
    chat = conversation("tools")
    answer = {"arguments": {"city": "Rome"}, "returns": {"temp": 21}}
    reply = chat.say('call get_weather {"city": "Rome"}', answers={"get_weather": answer})
    assert reply.text.endswith('said {"temp":21}')
    assert reply.tools[0].result.value == {"temp": 21}


def test_no_answer(conversation):
    with pytest.raises(PlayError, match="nothing answers it"):
        conversation("tools").say("call search {}", answers={"find": {"fails": "no"}})


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"a": {}}, "answers"),
        ({"a": {"returns": 1, "dely": "1s"}}, "did you mean 'delay'?"),
        ({"a": []}, "answers"),
        ({"a": {1, 2}}, "answers"),
        ({"a": {"returns": 1, "delay": "20h"}}, "20 h is longer than the limit of 1 h"),
    ],
)
def test_wrong_answers(conversation, answers, message):
    with pytest.raises(ScenarioError, match=re.escape(message)):
        conversation("tools").say("Hello", answers=answers)
"""


def test_a_python_test_answers_tools(bot, pytester, run_here):
    """`say` takes the answers of a scenario, and judges their form."""
    del bot
    pytester.makepyfile(test_talk=PYTHON_TEST)

    run_here("--harness-mode=live", "test_talk.py").assert_outcomes(passed=7)


CLASS = """
from harness import Connection, ToolCall, UserMessage, Reply, ReplyMessage


class Bot:
    settings = {"base_url": {"type": "string", "required": True}}

    def __init__(self, connection: Connection):
        self.connection = connection
        self.messages = []

    def say(self, message: UserMessage) -> Reply:
        return self._ask({"role": "user", "content": message.text})

    def tools(self, calls: tuple[ToolCall, ...]) -> Reply:
        return self._ask(*({"role": "tool", "content": call.result.text, "failed": False}
                           for call in calls))

    def _ask(self, *messages) -> Reply:
        self.messages += messages
        said = self.connection.request("POST", "/chat", json={"messages": self.messages})["message"]
        self.messages.append({"role": "assistant", **said})
        calls = tuple(ToolCall(name=call["name"]) for call in said.get("tool_calls", ()))
        return Reply(messages=(ReplyMessage(text=said["content"]),), tools=calls)
"""


def test_a_provider_class_sends_answers(write, run_here, pytester):
    """Its method `tools` takes the answered calls, and gives the next reply."""
    write(turn("call get_weather {}", WEATHER_ANSWER))
    (pytester.path / "bot.py").write_text(CLASS)
    (pytester.path / "harness.yaml").write_text(PROJECT.replace("definitions/tools", "bot.py"))

    run_here(RECORD).assert_outcomes(passed=1)
    run_here().assert_outcomes(passed=1)


WEATHER_ANSWER = (
    "    answers: {get_weather: {returns: sunny}}\n    expect: {ends_with: The tools said sunny}\n"
)
SECRET = """\
scenario: weather
turns:
  - user: Sesame12345
    capture: {code: {matches: 'said (\\w+)', secret: true}}
    expect: {contains: You said}
  - user: call open {}
    answers: {open: {returns: 'with ${code}'}}
    expect: {contains: The tools said with}
"""


def test_a_secret_in_an_answer_is_not_recorded(write, run_here, pytester):
    """The recording has its mark, and the replay gives the mark as the answer."""
    write(SECRET)

    run_here(RECORD).assert_outcomes(passed=1)

    recorded = "".join(file.read_text() for file in pytester.path.glob("cassettes/**/*.yaml"))
    assert "with <redacted:code>" in recorded
    run_here().assert_outcomes(passed=1)
