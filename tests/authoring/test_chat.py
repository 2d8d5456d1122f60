from __future__ import annotations

import base64
import re

import pytest

from harness.conversation import Outcome
from harness.emulators import EMULATORS, NAMES
from harness.formats.yaml import read
from harness.project.plan import Mode
from harness.reports.failure import failure_screen
from tests.authoring.chatting import chatting, chatting_at_the_library


@pytest.fixture
def talking(tmp_path, monkeypatch):
    """Open a project with these providers, in the current folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *names, **settings: chatting(tmp_path, *names, **settings)


def assert_plays(project, name):
    """A saved scenario replays without a server, and passes live and when recorded again."""
    for mode in (Mode.REPLAY, Mode.RECORD, Mode.LIVE, Mode.REFRESH, Mode.REPLAY):
        result = project.play(name, mode)
        assert result.outcome is Outcome.PASSED, f"{mode}: {failure_screen(result)}"
        assert not [note for note in result.notes if "not used" in note]
    project.lint()


def test_buttons_are_pressed_by_number_and_by_label(talking):
    """Both become `press` in the saved scenario, which plays in every mode."""
    with talking("rasa-rest") as project:
        said = project.chat("Hello", "2", "Yes", "/save moods", options=("rasa-rest",))

        assert said.status == 0
        assert said.after("Hello") == "bot> Hey! How are you?\n   1  Great\n   2  Super sad"
        assert [turn["user"] for turn in project.turns("moods")] == [
            "Hello",
            {"press": "Super sad"},
            {"press": "Yes"},
        ]
        assert_plays(project, "moods")


def test_a_number_without_a_button_and_say_are_texts(talking):
    """What is typed is said if no button has this number, or `/say` comes before it."""
    with talking("rasa-rest") as project:
        project.chat("3", "Hello", "/say 2", "/save texts", options=("rasa-rest",))

        assert [turn["user"] for turn in project.turns("texts")] == ["3", "Hello", "2"]


def test_a_slip_is_not_said_to_the_bot(talking):
    """A number above those of the buttons, a check without its colon, and a name with spaces."""
    with talking("rasa-rest") as project:
        project.write("schemas/scenario.schema.json", "{}")
        said = project.chat(
            "Hello",
            "9",
            "/check contains How are you",
            "/check contains: How are you",
            "/new",
            "Hello",
            "2026",
            "Hello",
            '/save "My talk"',
            "/save my-talk",
            options=("rasa-rest",),
        )

        assert said.after("9") == "there are only 2 buttons; to say it, write /say 9"
        assert "write /check contains: How are you" in said.after("/check contains How are you")
        assert said.after("/check contains: How are you").startswith("passes")
        assert "write /save my-talk" in said.after('/save "My talk"')
        text = (project.folder / "scenarios/my-talk.yaml").read_text()
        schema = "../schemas/scenario.schema.json"
        assert text.startswith(f"# yaml-language-server: $schema={schema}\n")
        assert [turn["user"] for turn in project.turns("my-talk")] == ["Hello", "2026", "Hello"]


def test_a_script_saves_nothing_after_a_wrong_command(talking):
    """What the rest of the script means is not what was done; another conversation is saved."""
    with talking("rasa-rest") as project:
        said = project.chat(
            *("Hello", "/chekc contains: you", "2", "/save wrong"),
            *("/new", "Hello", "/save right"),
            options=("rasa-rest",),
        )

        assert said.status == 1
        assert said.after("/save wrong") == (
            "nothing was written, because '/chekc contains: you' was not done; correct the script"
        )
        assert [file.name for file in (project.folder / "scenarios").glob("*.yaml")] == [
            "right.yaml"
        ]
        assert_plays(project, "right")


def test_a_refused_key_leads_to_its_setting(talking):
    """The refusal shows the code, the body, and from which variable the key is."""
    with talking("connectly") as project:
        name = next(one for one in project.environment if one.endswith("KEY"))
        project.environment[name] = "wrong-key-000000000000"
        said = project.chat("Hello", options=("connectly",))

        assert f"check the setting 'api_key', from {name} [unexpected-status]" in said.text
        assert "invalid or missing api key" in said.text


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("Hello",), 1),
        (("Hello", "/new"), 1),
        (("Hello", "/back"), 1),
        (("Hello", "/check status: 403", "/payload"), 0),
        (("Hello", "/check status: 403", "Again?", "/save refused"), 1),
        (("Hello", "/check status: 403", "Again?", "/check {status: 403}", "/save refused"), 0),
        (("/help",), 0),
    ],
    ids=["alone", "new", "taken back", "expected", "one of two", "both", "nothing said"],
)
def test_a_script_ends_with_1_if_a_message_is_refused(tmp_path, monkeypatch, lines, status):
    """Unless a check passes on the refusal, and so says that it is expected."""
    monkeypatch.chdir(tmp_path)
    with chatting_at_the_library(tmp_path) as (project, _):
        project.environment["LIBRARY_KEY"] = "k-0000000000000000"

        assert project.chat(*lines).status == status


def test_tools_are_answered_by_hand(talking):
    """JSON, a text and a failure are answers, and are those of the saved scenario."""
    with talking("openai-chat") as project:
        said = project.chat(
            "weather in Paris and Rome",
            '{"temp": 21}',
            "/fail no such city",
            "book a table in Paris if it is dry",
            "it is dry",
            "[1, 2]",
            "/save tools",
            options=("openai-chat",),
        )

        assert 'tool> get_weather {"city":"Rome"}\nget_weather returns> /fail' in said.text
        assert [turn["answers"] for turn in project.turns("tools")] == [
            {"get_weather": [{"returns": {"temp": 21}}, {"fails": "no such city"}]},
            {"get_weather": {"returns": "it is dry"}, "book_table": {"returns": [1, 2]}},
        ]
        assert_plays(project, "tools")


def test_an_unanswered_call_ends_the_conversation(talking):
    """At the end of the input there is no answer, and nothing of the turn counts."""
    with talking("openai-chat") as project:
        said = project.chat("weather in Paris", options=("openai-chat",))

    assert said.status == 1
    assert "[tool-unanswered]" in said.text


def test_what_varies_is_expected_by_its_form(tmp_path, monkeypatch):
    """A date and a UUID of the reply become a pattern, and `/save` names them."""
    monkeypatch.chdir(tmp_path)
    with chatting_at_the_library(tmp_path) as (project, _):
        said = project.chat("Dune", "Hello", "/save renewed")

        expected = project.turns("renewed")[0]["expect"]
        assert expected == {
            "matches": r"Renewed until \d+-\d+-\d+\. Your receipt is [0-9a-fA-F-]{36}\."
        }
        until, receipt = re.findall(r"Renewed until (\S+)\. Your receipt is (\S+)\.", said.text)[0]
        note = f"note: turn 1: only the form is expected of {until}, {receipt}\n"
        assert note in said.after("/save renewed")
        assert_plays(project, "renewed")


def test_every_message_of_a_reply_is_expected(tmp_path, monkeypatch):
    """Each with a check of its own, in order; an empty one too."""
    monkeypatch.chdir(tmp_path)
    with chatting_at_the_library(tmp_path) as (project, _):
        project.chat("Renew a book", "My account", "/save two")

        text = (project.folder / "scenarios/two.yaml").read_text()
        assert text.splitlines()[3:] == [
            "  - user: Renew a book",
            "    expect:",
            "      replies:",
            "        - contains: We can do that.",
            "        - contains: Which book?",
            "  - user: My account",
            "    expect:",
            "      replies:",
            r"        - matches: 'Your card is valid until \d+-\d+-\d+\.'",
            "        - contains: You have 2 books.",
            "        - matches: '^[0-9a-fA-F-]{36}$'",
            '        - equals: ""',
            "        - equals: OK",
        ]
        assert_plays(project, "two")


@pytest.mark.parametrize("name", ["enthusiast", "bighummingbird", "websocket-json"])
def test_late_messages_are_waited_for(talking, name):
    """The saved scenario waits for them, and its recording has no other looks."""
    with talking(name) as project:
        said = project.chat("Hello [[late 300ms]]", "/wait 3s", "/save late", options=(name,))

        assert "bot> One more thing: our phone line is open until six." in said.after("/wait 3s")
        replies = project.turns("late")[0]["expect"]["replies"]
        assert len(replies["messages"]) == 2
        assert replies["within"].endswith("s")
        assert_plays(project, "late")


def test_looks_for_late_messages_that_did_not_come_are_not_saved(talking):
    """The recording has only what the scenario needs."""
    with talking("enthusiast") as project:
        said = project.chat("Hello", "/wait 1s", "/save plain", options=("enthusiast",))

        assert said.after("/wait 1s") == "no message came"
        assert_plays(project, "plain")


def test_back_says_earlier_turns_again(talking):
    """With a provider that keeps the conversation; the turn taken back is not saved."""
    with talking("rasa-rest") as project:
        said = project.chat("Hello", "2", "1", "/back", "No", "/save back", options=("rasa-rest",))

        assert said.after("/back").startswith("in a new conversation, 2 turns said again:\nyou> H")
        assert project.turns("back")[-1]["user"] == {"press": "No"}
        assert len(project.turns("back")) == 3
        assert_plays(project, "back")


def test_back_needs_no_request_if_the_provider_keeps_nothing(talking):
    """The conversation goes on where it was, and the emulator remembers what it was told."""
    with talking("openai-chat") as project:
        said = project.chat(
            "My name is Ada.",
            "Hello",
            "/back",
            "What is my name?",
            "/save name",
            options=("openai-chat",),
        )

        assert "goes on after turn 1, without a request" in said.after("/back")
        assert said.after("What is my name?") == "bot> Your name is Ada."
        assert_plays(project, "name")


def test_late_messages_are_waited_for_again(talking):
    """A turn with one is not said again without it."""
    with talking("websocket-json") as project:
        project.chat(
            "Hello [[late 300ms]]",
            "/wait 3s",
            "Tell me a story",
            "/back",
            "/save late",
            options=("websocket-json",),
        )

        assert len(project.turns("late")[0]["expect"]["replies"]["messages"]) == 2
        assert_plays(project, "late")


def test_a_refusal_is_a_turn_of_its_own(talking):
    """It is saved with `error:`, and the conversation goes on."""
    with talking("connectly") as project:
        said = project.chat(
            "Hello",
            "[[status 503]]",
            "/check status: 503",
            "/payload",
            "I need a pink dress",
            "/save refused",
            options=("connectly",),
        )

        assert said.after("[[status 503]]").startswith("refused> ")
        assert said.after("/check status: 503").startswith("passes: status")
        assert project.turns("refused")[1] == {"user": "[[status 503]]", "error": {"status": 503}}
        assert_plays(project, "refused")


def test_a_broken_turn_does_not_count(talking):
    """Its failure is shown, and the next message is said in a new conversation."""
    with talking("rasa-rest") as project:
        said = project.chat(
            "Hello", "[[close]] hm", "/again", "brochure", "/save mended", options=("rasa-rest",)
        )

        assert said.status == 1
        assert said.after("[[close]] hm").startswith("chat:2:1: turn 2: http://127.0.0.1:")
        assert "[connection-broken]" in said.after("/again")
        assert said.after("brochure").startswith("in a new conversation, 1 turn said again:")
        assert [turn["user"] for turn in project.turns("mended")] == ["Hello", "brochure"]
        assert_plays(project, "mended")


def test_checks_that_passed_can_be_kept(talking):
    """They replace proposed ones of their name, with templates as they were typed."""
    with talking("connectly") as project:
        said = project.chat(
            "I need a pink dress",
            "/check {contains: stand out, max_words: 20}",
            "/keep",
            "/check",
            "messages:",
            "  count: 2",
            "",
            "/save kept",
            "/check contains: cow",
            "/keep",
            options=("connectly",),
        )

        assert "the reply does not contain 'cow'" in said.text
        assert "no check passed on the last reply" in said.text
        assert "passes: messages" in said.text
        expected = project.turns("kept")[0]["expect"]
        assert expected["contains"] == "stand out"
        assert expected["max_words"] == 20
        assert_plays(project, "kept")


def test_a_check_waits_for_late_messages(talking):
    """With `within`, as in a scenario."""
    with talking("enthusiast") as project:
        said = project.chat(
            "Hello [[late 300ms]]",
            "/check messages: {count: 2, within: 10s}",
            "/keep",
            "/save within",
            options=("enthusiast",),
        )

        assert "passes: messages" in said.text
        assert project.turns("within")[0]["expect"]["messages"] == {"count": 2, "within": "10s"}
        assert_plays(project, "within")


def test_files_go_with_the_next_message(talking):
    """A file as base64, and a URL under a name."""
    with talking("openai-chat") as project:
        project.write("dot.png", "not really a picture")
        project.chat(
            "/attach dot.png",
            "What is it?",
            "/attach cat.png https://images.example.com/cat.png",
            "And this?",
            "/save files",
            options=("openai-chat",),
        )

        content = base64.b64encode(b"not really a picture").decode()
        assert [turn["user"]["attachments"] for turn in project.turns("files")] == [
            [{"name": "dot.png", "content": content}],
            [{"name": "cat.png", "content": "https://images.example.com/cat.png"}],
        ]
        assert_plays(project, "files")


def test_metadata_goes_with_every_message(tmp_path, monkeypatch):
    """From the option until `/metadata` changes or removes it; the saved scenario has it."""
    monkeypatch.chdir(tmp_path)
    with chatting_at_the_library(tmp_path) as (project, desk):
        said = project.chat(
            "Hello",
            "2",
            "/metadata page=[3, true]",
            "Dune",
            "/again",
            "/metadata page=",
            "Again?",
            "/save pages",
            options=("--metadata", "page=home of ${all}"),
        )

        assert said.status == 0, said.text
        first = "home of ${all}"
        pages = [post.get("page") for post in desk.posted]
        assert pages == [first, first, [3, True], [3, True], None]
        written = {"page": "home of $${all}"}
        assert [turn["user"] for turn in project.turns("pages")] == [
            {"text": "Hello", "metadata": written},
            {"press": "Renew a book", "metadata": written},
            {"text": "Dune", "metadata": {"page": [3, True]}},
            {"text": "Dune", "metadata": {"page": [3, True]}},
            "Again?",
        ]
        assert "with page=[3, true]" in said.after("/again")
        assert said.after("/metadata page=") == "with every further message: no metadata"
        assert_plays(project, "pages")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pgae=1", "unknown key 'pgae'"),
        ("pgae=1", "did you mean 'page'?"),
        ("page", "'page' is not KEY=VALUE"),
        ("=1", "'=1' is not KEY=VALUE"),
    ],
)
def test_metadata_that_is_never_sent(tmp_path, monkeypatch, text, reason):
    """It is refused as an option and as a command, and nothing is said with it."""
    monkeypatch.chdir(tmp_path)
    with chatting_at_the_library(tmp_path) as (project, desk):
        option = project.chat("Hello", options=("--metadata", text))
        command = project.chat(f"/metadata {text}", "/metadata")

        assert (option.status, command.status, desk.posted) == (2, 1, [])
        assert reason in option.text
        assert reason in command.after(f"/metadata {text}")
        assert "with every further message: no metadata" in command.after("/metadata")


def test_a_text_with_a_variable_sign_is_said_as_it_is(talking):
    """`${` and lines that look like YAML are texts in the saved scenario, too."""
    with talking("openai-chat") as project:
        texts = ["${env.HOME} is {not} a variable", "- user: x # no", "one\\", "two: yes"]
        project.chat(*texts, "/save odd", options=("openai-chat",))

        played = project.play("odd")
        assert [turn.user.text for turn in played.transcript.turns] == [
            *texts[:2],
            "one\ntwo: yes",
        ]
        assert_plays(project, "odd")


def test_saving_ends_the_conversation(talking):
    """It can be saved under a second name, and the next message begins another one."""
    with talking("superoffice") as project:
        said = project.chat(
            "Hello", "/save one", "/save more/two", "Hello", "/save three", options=("superoffice",)
        )

        assert said.status == 0
        assert "this is a new conversation" in said.text
        assert len(project.turns("three")) == 1
        for name in ("one", "more/two", "three"):
            assert project.play(name).outcome is Outcome.PASSED


def test_what_is_not_saved_leaves_no_files(talking):
    """Neither after `/quit` nor after a conversation that broke."""
    with talking("rasa-rest") as project:
        before = project.files()
        said = project.chat("Hello", "[[close]]", "Hello", "/quit", options=("rasa-rest",))

        assert said.text.endswith("2 turns not saved\n")
        assert project.files() == before


def test_no_secret_is_shown_or_saved(talking):
    """Of the settings; a scenario that would contain one is not written."""
    with talking("rasa-rest") as project:
        secret = project.environment["RASA_TOKEN"]
        said = project.chat(f"my name is {secret}", "what is my name", "/payload", "/save secret")

        assert secret not in said.text.replace(f"you> my name is {secret}", "")
        assert "secret-in-cassette" in said.text
        assert not (project.folder / "scenarios/secret.yaml").exists()
        assert not list((project.folder).rglob("cassettes/**/*.yaml"))


def test_control_characters_of_a_bot_have_no_effect(talking):
    """They are replaced, and further lines of a reply never look like a prompt."""
    with talking("rasa-rest") as project:
        said = project.chat("my name is \x1b[2J", "what is my name", "/payload")

        assert "\x1b" not in said.text.replace("you> my name is \x1b[2J", "")


@pytest.mark.parametrize("name", NAMES)
def test_every_built_in_provider_can_be_talked_to(talking, name):
    """The emulator's sample conversation is saved, and replays."""
    sample = EMULATORS[name].sample
    session = [
        part for key, value in sample.session.items() for part in ("--session", f"{key}={value}")
    ]
    with talking(name) as project:
        said = project.chat(*sample.say, "/save sample", options=(name, *session))

        for typed, text in zip(sample.say, sample.contains, strict=True):
            assert text in said.after(typed)
        assert project.play("sample").outcome is Outcome.PASSED
        project.lint()


CAPTURING = """\
scenario: captured
provider: openai-chat
vars: {name: Ada}
turns:
  - id: greeting
    user: My name is ${name}.
    expect: {contains: '${name}'}
    capture: {said: {matches: 'meet you, (\\w+)'}}
  - assistant: I am listening.
  - user: weather in Paris
    answers: {get_weather: {returns: {temp: 21}}}
    expect: {contains: '21'}
  - user: Hello
    expect: none
"""


def test_a_scenario_is_continued_with_a_branch(talking):
    """If the last turn before has an id; `branch` keeps its variables, and it plays everywhere."""
    with talking("openai-chat") as project:
        project.write("scenarios/captured.yaml", CAPTURING)
        said = project.chat(
            "What is my name?",
            "/check contains: ${said}",
            "/keep",
            "/save more/branched",
            options=("--from", "scenarios/captured.yaml", "--turn", "2"),
        )

        assert "passes: contains" in said.text
        saved = read(
            (project.folder / "scenarios/more/branched.yaml").read_bytes(), "branched"
        ).value
        assert saved["branch"] == {"file": "../captured.yaml", "from": "greeting"}
        assert [turn.get("user") for turn in saved["turns"]] == [None, "What is my name?"]
        assert_plays(project, "more/branched")


def test_a_scenario_is_continued_as_it_was_said(talking):
    """If the last turn before has no id, its texts and answers are written, with a note."""
    with talking("openai-chat") as project:
        project.write("scenarios/captured.yaml", CAPTURING)
        said = project.chat(
            "What is my name?",
            "/save flat",
            options=("--from", "scenarios/captured.yaml", "--turn", "3"),
        )

        assert "are saved as they were said; a 'branch:' repeats them" in said.text
        turns = project.turns("flat")
        assert turns[0]["user"] == "My name is Ada."
        assert turns[1] == {"assistant": "I am listening."}
        assert turns[2]["answers"] == {"get_weather": {"returns": {"temp": 21}}}
        assert_plays(project, "flat")


def test_a_check_on_a_header_can_be_kept(talking):
    """The recording then has this header, which it has not otherwise."""
    with talking("mister-turing") as project:
        project.chat(
            "Hello",
            "/check headers: {server: uvicorn}",
            "/keep",
            "/save header",
            options=("mister-turing",),
        )

        assert project.play("header").outcome is Outcome.PASSED


def test_a_check_on_the_record_of_the_provider_can_be_kept(talking):
    """The recording has the request for it."""
    with talking("enthusiast") as project:
        project.chat(
            "Hello",
            "/check history: {contains: Hello}",
            "/keep",
            "Hello",
            "/save history",
            options=("enthusiast",),
        )

        assert "history" in project.turns("history")[0]["expect"]
        assert_plays(project, "history")


MOODY = """\
from harness import Connection, UserMessage


class Moody:
    settings = {"base_url": {"type": "string", "required": True}, "token": {"secret": True}}

    def __init__(self, connection: Connection):
        self.connection = connection

    def say(self, message: UserMessage) -> str:
        if message.text == "crash":
            raise ZeroDivisionError("the class is wrong")
        path = f"/webhooks/rest/webhook?token={self.connection.settings['token']}"
        said = {"sender": "me", "message": message.text}
        return self.connection.request("POST", path, json=said)[0]["text"]
"""
OF_CLASS = """\
providers:
  moody:
    definition: moody.py
    settings: {base_url: '${env.RASA_URL}', token: '${env.RASA_TOKEN}'}
"""


def test_a_provider_in_python_can_be_talked_to(talking):
    """A turn in which its class crashes does not count."""
    with talking("rasa-rest") as project:
        project.write("moody.py", MOODY)
        project.write("harness.yaml", OF_CLASS)
        said = project.chat("Hello", "crash", "/again", "brochure", "/save class")

        assert "ZeroDivisionError: the class is wrong" in said.after("crash")
        assert said.after("brochure").endswith("bot> Here it is.")
        assert [turn["user"] for turn in project.turns("class")] == ["Hello", "brochure"]
        assert_plays(project, "class")


def test_a_reply_without_a_text_is_expected_by_its_payload(talking):
    """With placeholders for what varies, such as the id of the conversation."""
    with talking("rasa-rest") as project:
        project.chat("menu", "/save menu")

        [item] = project.turns("menu")[0]["expect"]["like"]
        assert item["recipient_id"] == "<uuid>"
        assert item["custom"]["cards"][1] == {"title": "Pie"}
        assert_plays(project, "menu")
