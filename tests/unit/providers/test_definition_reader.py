from __future__ import annotations

import json

import pytest

from harness.core.errors import AuthoringError, DefinitionError
from harness.providers.builtin import FOLDERS
from harness.providers.catalogue import installed
from harness.providers.definition_reader import read_definition
from harness.providers.definition_schema import REPLY_FORMATS, USABLE
from harness.providers.flow import NAMES
from harness.providers.reply_plan import TextPath
from harness.providers.step_kinds import KINDS
from harness.providers.step_plans import Encoding, Framing

GOOD = """\
definition: ours
settings:
  base_url: {type: string, required: true}
  token: {type: string, secret: true}
  size: {type: integer, default: 3}
headers: {Authorization: 'Bearer ${settings.token}', X-Common: a}
keep_headers: [X-Trace]
prepare:
  - request: {post: /log-in}
    capture: {key: $.key}
open:
  - request: {post: /open, headers: {X-Common: b}, json: {key: '${key}'}, schema: opening}
    answer: {status: [200, 201], schema: opened}
    capture: {id: $.id}
send:
  - request:
      post: /say/${id}
      form: {text: '${message.text}', size: '${settings.size}'}
      repeatable: true
  - poll: {get: '/state/${id}'}
    until: {$.state: done}
    fail_if: {$.state: [failed, lost]}
    every: 1s
    timeout: 1m
  - stream: {get: '/answer/${id}'}
    framing: sse
    done: '[DONE]'
    reply: {text: [$.text, $.message], only_new: true, id: $.id}
close:
  - when: ${id}
    request: {delete: '/say/${id}'}
    answer: {status: 204, as: none}
"""


def read(folder, text=GOOD, **schemas):
    for name, schema in {"opening": {}, "opened": {}, **schemas}.items():
        file = folder / "schemas" / f"{name}.schema.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(schema if isinstance(schema, str) else json.dumps(schema))
    (folder / "provider.yaml").write_text(text)
    return read_definition(folder, "ours")


def test_a_capture_may_be_secret_and_headers_may_hold_secrets(tmp_path):
    """A step names its secret captures; headers of single steps count as those of all."""
    secret = "capture: {id: {json: $.id, secret: true}, size: {json: $.size}}"
    text = GOOD.replace("capture: {id: $.id}", secret).replace("{X-Common: b}", "{X-Step: b}")

    found = read(tmp_path, text)

    opening = found.phases["open"][0]
    assert opening.capture == {"id": ("$.id",), "size": ("$.size",)}
    assert opening.secret_captures == {"id"}
    assert found.has_secret_captures
    assert not read(tmp_path).has_secret_captures
    assert found.header_names == {"authorization", "x-common", "x-step"}


def problems(folder, text, **schemas):
    with pytest.raises(AuthoringError) as caught:
        read(folder, text, **schemas)
    return [(str(one.place), one.code) for one in caught.value.problems]


def test_a_definition_is_read(tmp_path):
    """Every part of a definition arrives in its value."""
    found = read(tmp_path)

    assert (found.name, found.title) == ("ours", "ours")
    assert found.captures == {"key", "id"}
    assert found.settings["base_url"].is_required
    assert found.settings["token"].is_secret
    assert found.settings["size"].default == 3
    assert found.headers_kept == {"x-trace"}
    assert found.header_names == {"authorization", "x-common"}
    assert [
        len(found.phases[phase]) for phase in ("prepare", "open", "send", "history", "close")
    ] == [*(1, 1, 3, 0, 1)]


def test_the_steps_of_a_definition(tmp_path):
    """Steps have their phase and number, their kind, statuses and bodies."""
    phases = read(tmp_path).phases
    (opening,) = phases["open"]
    say, poll, stream = phases["send"]
    (closing,) = phases["close"]

    assert (opening.name, opening.answer.status) == ("open.1", (200, 201))
    assert opening.request.headers.render({"settings": {}}) == {"X-Common": "b"}
    assert (say.request.encoding, say.request.is_repeatable) == (Encoding.FORM, True)
    assert poll.fail_if == {"$.state": ("failed", "lost")}
    assert poll.poll.until == {"$.state": ("done",)}
    assert poll.request.is_repeatable
    assert (stream.stream.framing, stream.stream.done) == (Framing.SSE, "[DONE]")
    assert stream.reply.text == (TextPath("$.text"), TextPath("$.message"))
    assert (closing.answer.status, closing.answer.encoding) == ((204,), Encoding.NONE)
    assert str(closing.place) == place_of("when: ${id}", GOOD)


MISTAKES = {
    "an unknown key at the top": ("close:", "clos:", "clos:", "unknown-key"),
    "an unknown key in a step": ("repeatable: true", "repeat: true", "repeat:", "unknown-key"),
    "an unknown capture": ("'/state/${id}'", "'/state/${idd}'", "${idd}", "unknown-capture"),
    "an unknown capture in a condition": ("${id}\n", "${opened}\n", "${opened}", "unknown-capture"),
    "an unknown schema": ("schema: opened", "schema: openned", "openned", "unknown-schema"),
    "an unknown key of joined pieces": (
        "$.message]",
        "{join: '$.d[*]', seperator: ' '}]",
        "seperator",
        "unknown-key",
    ),
    "an unknown setting": ("settings.token", "settings.tokn", "${settings.tokn", "unknown-setting"),
    "an unknown member": ("${message.text}", "${message.txt}", "${message.txt}", "unknown-member"),
    "a bad path": ("capture: {id: $.id}", "capture: {id: '$.['}", "'$.['", "invalid-path"),
    "a bad path in a condition": (
        "until: {$.state:",
        "until: {state:",
        "state: done",
        "invalid-path",
    ),
    "a bad path of a text": ("$.message", "$message", "$message", "invalid-path"),
    "a bad template": ("${message.text}", "${message.}", "${message.}", "template-syntax"),
    "a forbidden template": ("${message.text}", "${message.__x}", "${message.__x}", "forbidden"),
    "a duration without unit": ("every: 1s", "every: 1", "1\n    timeout", "wrong-value"),
    "an unknown framing": ("framing: sse", "framing: ssse", "ssse", "wrong-value"),
    "a status that is none": ("status: 204", "status: ok", "ok,", "wrong-value"),
    "a setting of no kind": ("type: integer", "type: whole", "{type: whole", "invalid-schema"),
    "a poll without an end": ("    until: {$.state: done}\n", "", "poll:", "missing-key"),
    "an empty phase": (GOOD.partition("close:")[2], " []\n", "[]\n", "wrong-value"),
    "a key twice": ("close:", "send:", "send:\n  - when", "duplicate-key"),
    "no YAML": ("close:", "close", "close", "missing-colon"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_has_its_place(case, tmp_path):
    """Each mistake of a definition is named where it stands."""
    old, new, at, code = MISTAKES[case]
    text = GOOD.replace(old, new, 1)

    assert problems(tmp_path, text) == [(place_of(at, text), code)]


STEPS = {
    "request": "  - request: {post: /a}\n",
    "poll": "  - poll: {get: /a}\n    until: {$.a: 1}\n    every: 1s\n    timeout: 1m\n",
    "stream": "  - stream: {post: /a}\n",
    "socket": "  - socket: /a\n",
    "frame": "  - socket: /a\n  - frame: {text: a}\n",
    "receive": "  - socket: /a\n  - receive: {quiet: 1s}\n",
}
WITHOUT_ANSWER = ("socket", "frame")
VALUES = {
    ("until",): "until: {$.a: 1}",
    ("pending",): "pending: {$.a: 2}",
    ("every",): "every: 1s",
    ("timeout",): "timeout: 1m",
    ("quiet",): "quiet: 1s",
    ("framing",): "framing: sse",
    ("events",): "events: json",
    ("names",): "names: true",
    ("done",): "done: end",
    ("answer", "as"): "answer: {as: json}",
    ("answer", "status"): "answer: {status: 200}",
    ("answer", "content_type"): "answer: {content_type: text/plain}",
    ("answer",): "answer: {}",
    ("capture",): "capture: {b: $.b}",
    ("fail_if",): "fail_if: {$.b: 1}",
    ("reply",): "reply: {text: $.a}",
}
PHASES = ["open", "send", "late", "history", "close"]


@pytest.mark.parametrize(
    ("kind", "phase"),
    [
        *[(kind, phase) for kind in KINDS for phase in PHASES],
        *[(kind, "prepare") for kind in ("request", "poll", "stream")],
    ],
)
@pytest.mark.parametrize("key", [key for key in USABLE if key != ("reply",)], ids=".".join)
def test_a1_a_key_that_the_kind_of_step_cannot_use(key, kind, phase, tmp_path):
    """In each phase, a kind of step takes the keys that it can use, and no other."""
    is_there = f"\n    {VALUES[key].partition(':')[0]}:" in STEPS[kind]
    step = STEPS[kind] + ("" if is_there else f"    {VALUES[key]}\n")
    reply = "    reply: {text: $.a}\n"
    replying = f"{STEPS['request'] if kind in WITHOUT_ANSWER else ''}{reply}"
    send = f"send:\n{STEPS['request']}{reply}"
    text = "definition: ours\nsettings: {base_url: {}}\n"
    text += f"{phase}:\n{step}{replying if phase in REPLY_FORMATS else ''}"
    text += "" if phase == "send" else send

    if kind in USABLE[key]:
        assert read(tmp_path, text).phases[phase]
        return
    with pytest.raises(DefinitionError) as wrong:
        read(tmp_path, text)
    (problem,) = wrong.value.problems
    named = key[0] if kind in WITHOUT_ANSWER else ".".join(key)
    assert problem.message == f"a '{kind}' step cannot use '{named}'"
    assert problem.place.source.line(problem.place.line).strip().startswith(key[0])


@pytest.mark.parametrize("kind", WITHOUT_ANSWER)
@pytest.mark.parametrize("phase", REPLY_FORMATS)
def test_a1_a_step_without_an_answer_has_no_reply(phase, kind, tmp_path):
    """Opening a WebSocket, and sending on it, reads nothing."""
    reply = "    reply: {text: $.a}\n"
    send = f"send:\n{STEPS['request']}{reply}" if phase != "send" else ""
    text = f"definition: ours\nsettings: {{base_url: {{}}}}\n{phase}:\n{STEPS[kind]}{reply}{send}"

    with pytest.raises(DefinitionError, match=f"a '{kind}' step cannot use 'reply'"):
        read(tmp_path, text)


@pytest.mark.parametrize("kind", ["socket", "frame", "receive"])
def test_a_web_socket_cannot_be_prepared(kind, tmp_path):
    """Each conversation opens its own."""
    send = f"send:\n{STEPS['request']}    reply: {{text: $.a}}\n"
    text = f"definition: ours\nsettings: {{base_url: {{}}}}\nprepare:\n{STEPS[kind]}{send}"

    with pytest.raises(DefinitionError, match=f"a '{kind}' step has no effect in 'prepare'"):
        read(tmp_path, text)


@pytest.mark.parametrize("phase", ["open", "send", "late", "history", "close"])
@pytest.mark.parametrize("step", ["frame: {text: a}", "receive: {quiet: 1s}"])
def test_a_web_socket_that_no_step_opens(step, phase, tmp_path):
    """A step on a WebSocket needs one that was opened before it."""
    reply = "    reply: {text: $.a}\n"
    text = f"definition: ours\nsettings: {{base_url: {{}}}}\n{phase}:\n  - {step}\n"
    text += f"{STEPS['request']}{reply}" if phase in REPLY_FORMATS else ""
    text += "" if phase == "send" else f"send:\n{STEPS['request']}{reply}"

    with pytest.raises(DefinitionError, match=f"no step before {phase}.1 opens a WebSocket"):
        read(tmp_path, text)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITHOUT_ANSWER])
def test_a1_every_kind_of_step_may_fail(kind, tmp_path):
    """A refusal can be told from the answer of each kind of step."""
    step = STEPS[kind] + "    fail_if: {$.b: [x, y]}\n    reply: {text: $.a}\n"

    found = read(tmp_path, f"definition: ours\nsettings: {{base_url: {{}}}}\nsend:\n{step}")

    assert found.phases["send"][-1].fail_if == {"$.b": ("x", "y")}


@pytest.mark.parametrize("phase", ["prepare", "open", "history", "close"])
def test_a1_a_reply_that_nobody_reads(phase, tmp_path):
    """Only what `send` and `late` answer is what the bot says."""
    step = f"{phase}:\n{STEPS['request']}    reply: {{text: $.a}}\n"
    send = f"send:\n{STEPS['request']}    reply: {{text: $.a}}\n"

    with pytest.raises(DefinitionError, match=f"the 'reply' of '{phase}' steps is never read"):
        read(tmp_path, f"definition: ours\nsettings: {{base_url: {{}}}}\n{step}{send}")


@pytest.mark.parametrize("name", NAMES)
def test_a12_a_capture_with_the_name_of_a_built_in_value(name, tmp_path):
    """It would never be seen, so it is refused."""
    text = GOOD.replace("capture: {key: $.key}", f"capture: {{key: $.key, {name}: $.a}}")

    with pytest.raises(DefinitionError) as wrong:
        read(tmp_path, text)

    assert [problem.code for problem in wrong.value.problems] == ["reserved-name"]


CALLING = """\
definition: own
settings:
  base_url: {type: string}
send:
  - request: {post: /say, json: {text: '${message.text}'}}
    reply: {messages: $.text, tools: {path: '$.calls[*]'}}
tools:
  - request: {post: /results, json: {for_each: results, as: one, yield: '${one.text}'}}
    reply: {text: $.text, tools: {path: '$.calls[*]'}}
"""
TOOLS = CALLING[CALLING.index("tools:\n") :]
DOES_NOT_RUN = "does not say where tool calls are, so the 'tools' steps do not run after it"
UNSEEN = {
    "in send": (
        "messages: $.text, tools: {path: '$.calls[*]'}",
        "messages: $.text",
        f"the reply of send.1 {DOES_NOT_RUN}",
    ),
    "in tools": (
        "text: $.text, tools: {path: '$.calls[*]'}",
        "text: $.text",
        f"the reply of tools.1 {DOES_NOT_RUN}",
    ),
    "without a reply": (
        "    reply: {text: $.text, tools: {path: '$.calls[*]'}}\n",
        "",
        "no step of 'tools' reads messages",
    ),
    "results without tools": (
        TOOLS,
        "history:\n  - request: {post: /a, json: {for_each: results, as: one, yield: 1}}\n",
        "step history.1 uses 'results', which no step captures",
    ),
    "rounds without tools": (
        TOOLS,
        "tool_rounds: 3\n",
        "'tool_rounds' has no effect without 'tools' steps",
    ),
}


@pytest.mark.parametrize("case", UNSEEN)
def test_tools_that_can_never_be_answered(case, tmp_path):
    """What keeps the steps of `tools` from running is an error."""
    old, new, message = UNSEEN[case]

    with pytest.raises(DefinitionError) as raised:
        read(tmp_path, CALLING.replace(old, new))

    assert [problem.message for problem in raised.value.problems] == [message]


def test_e9_any_success_may_be_expected(tmp_path):
    """`2xx` stands for every status that says yes, alone or beside others."""
    text = GOOD.replace("status: 204", "status: [2xx, 404]").replace("[200, 201]", "2xx")

    phases = read(tmp_path, text).phases
    closing, opening = phases["close"][0].answer, phases["open"][0].answer

    statuses = (200, 202, 299, 300, 404, 500)
    assert [closing.allows(status) for status in statuses] == [True, True, True, False, True, False]
    assert [opening.allows(status) for status in statuses] == [True, True, True, *[False] * 3]


def test_e10_content_types(tmp_path):
    """One media type or several may be expected; any, where none is named."""
    text = GOOD.replace("schema: opened}", "content_type: application/json}")
    text = text.replace("as: none", "as: none, content_type: [text/plain, application/json]")

    phases = read(tmp_path, text).phases

    assert phases["open"][0].answer.content_types == ("application/json",)
    assert phases["close"][0].answer.content_types == ("text/plain", "application/json")
    assert phases["prepare"][0].answer.content_types == ()


def test_e6_framings_of_which_the_body_tells_one(tmp_path):
    """A list of framings, and a last event that may be missing."""
    text = GOOD.replace("framing: sse", "framing: [sse, text]")
    text = text.replace("done: '[DONE]'", "done: {text: '[DONE]', optional: true}")

    plan = read(tmp_path, text).phases["send"][2].stream

    assert (plan.framing, plan.candidates) == (Framing.AUTO, (Framing.SSE, Framing.TEXT))
    assert (plan.done, plan.is_done_optional) == ("[DONE]", True)


def test_the_pieces_of_a_text_may_have_a_separator(tmp_path):
    """Without it, nothing is between them."""
    text = GOOD.replace("$.message]", "{join: '$.a[*]', separator: ' '}, {join: '$.b[*]'}]")

    *_, spaced, close = read(tmp_path, text).phases["send"][2].reply.text

    assert spaced == TextPath("$.a[*]", joins=True, separator=" ")
    assert close == TextPath("$.b[*]", joins=True)


SLIPS = {
    "a class that is no success": ("status: 204", "status: 3xx"),
    "a media type with parameters": ("as: none", "content_type: text/plain; charset=utf-8"),
    "no media type": ("as: none", "content_type: json"),
    "a framing twice": ("framing: sse", "framing: [sse, sse]"),
    "one framing in a list": ("framing: sse", "framing: [sse]"),
    "auto in a list": ("framing: sse", "framing: [auto, text]"),
    "a last event without a text": ("done: '[DONE]'", "done: {optional: true}"),
    "a last event that is filled in": ("done: '[DONE]'", "done: {text: '${id}'}"),
    "no condition": ("only_new: true", "question: {}"),
    "a condition that is no path": ("only_new: true", "question: {role: user}"),
    "a separator of nothing": ("$.message]", "{separator: ' '}]"),
    "a separator that is not a text": ("$.message]", "{join: '$.d[*]', separator: 1}]"),
    "an index of one message": ("only_new: true", "index: $.id"),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_slip_in_a_key_of_answers_and_streams_is_told(case, tmp_path):
    """What these keys cannot mean is an error at its place."""
    before, after = SLIPS[case]

    ((place, code),) = problems(tmp_path, GOOD.replace(before, after))

    assert place.startswith("ours/provider.yaml:")
    assert code in ("wrong-value", "missing-key", "not-filled-in", "invalid-path")


def test_true_and_1_in_two_conditions_are_two_values(tmp_path):
    """Neither of the conditions decides for the other."""
    text = GOOD.replace("fail_if: {$.state: [failed, lost]}", "fail_if: {$.state: true}")

    poll = read(tmp_path, text.replace("{$.state: done}", "{$.state: 1}")).phases["send"][1]

    assert (poll.poll.until, poll.fail_if) == ({"$.state": (1,)}, {"$.state": (True,)})


def test_repeatable_is_as_it_is_said(tmp_path):
    """What is sent twice by itself is not where the definition says so."""
    text = GOOD.replace("poll: {get: '/state/${id}'}", "poll: {get: /a, repeatable: false}")

    found = read(tmp_path, text).phases["send"]

    assert [step.request.is_repeatable for step in found] == [True, False, True]


def test_a_header_of_a_step_goes_before_the_common_one_in_any_case(tmp_path):
    """Header names have no case, so one of them is sent."""
    text = GOOD.replace("{X-Common: b}", "{x-common: b}")

    headers = read(tmp_path, text).phases["open"][0].request.headers

    assert headers.render({"settings": {}}) == {"x-common": "b"}


def place_of(words, text):
    """The line and column of words that stand once in a text."""
    assert text.count(words) == 1
    before = text.partition(words)[0]
    line = before.count("\n") + 1
    return f"ours/provider.yaml:{line}:{len(before.rpartition(chr(10))[2]) + 1}"


def test_several_mistakes_at_once(tmp_path):
    """All mistakes come at once, in the order of the file."""
    text = GOOD.replace("'/state/${id}'", "'/state/${it}'").replace("$.message", "message")

    found = problems(tmp_path, text.replace("schema: opened", "schema: openned"))

    assert [code for _, code in found] == ["unknown-schema", "unknown-capture", "invalid-path"]


SCHEMAS = {
    "no JSON": "{",
    "no schema": '{"type": "txt"}',
    "a remote reference": '{"$ref": "http://127.0.0.1:9/a.json"}',
    "a reference out of the folder": '{"$ref": "../../../../etc/passwd"}',
    "a reference to itself": '{"$ref": "#"}',
}


@pytest.mark.parametrize("case", SCHEMAS)
def test_a_mistake_in_a_schema(case, tmp_path):
    """A contract that cannot be used is named in its own file; nothing is fetched."""
    found = problems(tmp_path, GOOD, opened=SCHEMAS[case])

    assert found
    assert all("opened.schema.json" in place for place, _ in found)


def test_an_empty_folder(tmp_path):
    """A folder without provider.yaml is named."""
    with pytest.raises(DefinitionError, match=r"ours: there is no provider.yaml \[no-definition\]"):
        read_definition(tmp_path, "ours")


def test_the_fingerprint_knows_the_schemas(tmp_path):
    """A changed contract is another definition, a reading again is not."""
    first = read(tmp_path).fingerprint
    again = read(tmp_path).fingerprint
    changed = read(tmp_path, opened={"type": "object"}).fingerprint

    assert first == again != changed


@pytest.mark.parametrize("name", FOLDERS)
def test_built_in_definitions_are_right(name):
    """Every definition that comes with the package is read without a problem."""
    folder = FOLDERS[name]

    definition = read_definition(folder, name)

    assert installed()[name] == folder
    assert definition.name == name
    assert definition.phases["send"]
