"""Projects with one fault in their configuration each, by the name of the golden text."""

from __future__ import annotations

from dataclasses import dataclass, field

SECRET_WRITTEN = "pl4nted-s3cret"
OTHER = "an0ther"
DEFINITION = """\
definition: ours
settings:
  base_url: {type: string, required: true}
  token: {type: string, secret: true}
  data_set: {type: integer}
open:
  - request: {post: /conversations, json: {set: '${settings.data_set}'}}
    capture: {conversation_id: $.id}
send:
  - request: {post: '/conversations/${conversation_id}', json: {text: '${message.text}'}}
    reply: {text: $.text}
"""
OURS = """\
providers:
  shop:
    definition: definitions/ours
    settings:
      base_url: ${env.SHOP_URL}
      token: ${env.SHOP_KEY}
"""
CONNECTLY = """\
providers:
  shop:
    definition: connectly
    settings:
      base_url: ${env.SHOP_URL}
      api_key: ${env.SHOP_KEY}
      business_id: B1
      agent_descriptor_id: A1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What stands in harness.yaml and in the project's own definition; and the environment."""

    config: str | bytes = OURS
    definition: str = DEFINITION
    environment: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Variables that are not set."""


def url(value: str) -> Case:
    """A project whose `base_url` comes out of the environment as this."""
    return Case(environment={"SHOP_URL": value})


def network(lines: str) -> Case:
    """A project with these network settings of the provider."""
    return Case(config=f"{OURS}    network: {{{lines}}}\n")


def setting(line: str) -> Case:
    """A project with a further line in the provider's settings."""
    return Case(config=f"{OURS}      {line}\n")


def entry(line: str) -> Case:
    """A project with a further line in the provider's entry."""
    return Case(config=f"{OURS}    {line}\n")


def step(old: str, new: str) -> Case:
    """A project whose definition has another text in one place."""
    assert DEFINITION.count(old) == 1
    return Case(definition=DEFINITION.replace(old, new))


def reading(step_of_send: str) -> Case:
    """A project whose definition has another step that reads the reply."""
    last = DEFINITION.index("  - request: {post: '/conversations/")
    return Case(definition=DEFINITION[:last] + step_of_send)


SAY = "  - request: {post: '/c/${conversation_id}', json: {text: '${message.text}'}}\n"
STREAM = SAY.replace("request:", "stream:")
READS = "    reply: {text: $.text}\n"
POLL = (
    "  - poll: {get: '/c/${conversation_id}'}\n    until: {$.state: done}\n"
    "    every: 1s\n    timeout: 5s\n"
)
CASES: dict[str, Case] = {
    "variable-missing": Case(missing=("SHOP_URL",)),
    "variable-of-a-secret-missing": Case(missing=("SHOP_KEY",)),
    "variable-empty": Case(environment={"SHOP_URL": ""}),
    "variables-missing": Case(missing=("SHOP_URL", "SHOP_KEY")),
    "variable-missing-in-a-text": Case(
        config=OURS.replace("${env.SHOP_URL}", "http://${env.SHOP_HOST}:${env.SHOP_PORT}/v1")
    ),
    "variable-without-env": Case(config=OURS.replace("env.SHOP_URL", "SHOP_URL")),
    "variable-with-a-dollar-only": Case(config=OURS.replace("${env.SHOP_URL}", "$SHOP_URL")),
    "url-ftp": url("ftp://chat.example.com"),
    "url-file": url("file:///etc/passwd"),
    "url-javascript": url("javascript:alert(1)"),
    "url-without-scheme": url("chat.example.com/v1"),
    "url-a-host-and-port": url("localhost:8000"),
    "url-a-path": url("/v1"),
    "url-with-a-password": url(f"https://maria:{SECRET_WRITTEN}@chat.example.com"),
    "url-with-a-user": url("https://maria@chat.example.com"),
    "url-without-a-host": url("https://"),
    "url-with-a-bad-port": url("https://chat.example.com:port"),
    "url-with-a-bad-address": url("https://[::1"),
    "url-with-blanks": url("https://chat example.com"),
    "url-with-a-query": url("https://chat.example.com/v1?key=1"),
    "default-provider-unknown": Case(config=f"provider: shopp\n{OURS}"),
    "no-providers": Case(config="provider: shop\n"),
    "providers-empty": Case(config="providers: {}\n"),
    "provider-without-definition": Case(config="providers:\n  shop:\n    settings: {}\n"),
    "provider-name-climbs": Case(config=OURS.replace("shop:", "../../etc:")),
    "A4-providers-of-one-name": Case(config=OURS + OURS.partition("\n")[2].replace("shop", "Shop")),
    "setting-unknown": setting("data_sett: 4"),
    "setting-missing": Case(config=OURS.replace("      base_url: ${env.SHOP_URL}\n", "")),
    "setting-of-another-kind": setting("data_set: many"),
    "setting-a-list": setting("data_set: [1, 2]"),
    "setting-of-another-kind-from-the-environment": Case(
        config=f"{OURS}      data_set: ${{env.SHOP_SET}}\n", environment={"SHOP_SET": "many"}
    ),
    "secret-inline": Case(config=OURS.replace("${env.SHOP_KEY}", SECRET_WRITTEN)),
    "secret-inline-as-a-default": Case(
        config=OURS.replace("${env.SHOP_KEY}", f"${{env.SHOP_KEY | default('{SECRET_WRITTEN}')}}")
    ),
    "secret-inline-in-a-template": Case(
        config=OURS.replace("${env.SHOP_KEY}", f"${{'{SECRET_WRITTEN}'}}")
    ),
    "secret-inline-beside-another-fault": Case(
        config=OURS.partition("      base_url")[0].replace("settings:", "settings: {")
        + f"      token: {SECRET_WRITTEN}, data_set: many, base_url: 'http://a'}}\n"
    ),
    "secret-under-a-misspelt-name": setting(f"tokn: {SECRET_WRITTEN}"),
    "password-written-into-the-url": Case(
        config=OURS.replace("${env.SHOP_URL}", f"https://maria:{SECRET_WRITTEN}@chat.example.com")
    ),
    "secret-inline-number": Case(config=OURS.replace("${env.SHOP_KEY}", "12345")),
    "key-unknown": Case(config=f"{OURS}provder: shop\n"),
    "key-of-a-provider-unknown": entry("concurency: 3"),
    "concurrency-zero": entry("concurrency: 0"),
    "rate-without-time": entry("rate: 10"),
    "rate-of-an-unknown-unit": entry("rate: 10/day"),
    "D8-retries-too-many": entry("retries: 21"),
    "D8-retries-as-a-text": entry("retries: never"),
    "timeout-without-unit": entry("timeout: 30"),
    "prices-without-usage": entry("prices: {prompt_tokens: 3.00}"),
    "prices-of-nothing": entry("prices: {}"),
    "prices-negative": entry("prices: {prompt_tokens: -3.00}"),
    "prices-a-text": entry("prices: {prompt_tokens: free}"),
    "prices-part-of-nothing": entry("prices: {a: 3.00, b: {price: 1.00, part_of: c}}"),
    "prices-part-of-itself": entry("prices: {a: {price: 3.00, part_of: a}}"),
    "prices-part-without-a-price": entry("prices: {a: 3.00, b: {part_of: a}}"),
    "prices-of-a-currency-alone": entry("prices: {currency: EUR}"),
    "prices-in-an-unknown-currency": entry("prices: {prompt_tokens: 3.00, currency: Euro}"),
    "prices-currency-a-level-too-high": entry("currency: EUR"),
    "network-of-nothing": entry("network: {}"),
    "network-key-unknown": network("certificate: company.pem"),
    "network-key-misspelt": network("prxy: environment"),
    "network-key-a-level-too-high": entry("verify: false"),
    "network-key-a-level-too-low": network("retries: 3"),
    "network-verify-a-text": network("verify: 'no'"),
    "network-ca-without-verification": network("ca: company.pem, verify: false"),
    "network-ca-missing": network("ca: ../company.pem"),
    "network-ca-that-is-no-certificate": network("ca: harness.yaml"),
    "network-ca-an-empty-folder": network("ca: definitions"),
    "network-client-certificate-missing": network("client_certificate: client.pem"),
    "network-client-certificate-key-unknown": network(
        "client_certificate: {certificate: a.pem, keyfile: b.pem}"
    ),
    "network-client-certificate-without-one": network("client_certificate: {key: b.pem}"),
    "network-password-inline": network(
        f"client_certificate: {{certificate: a.pem, password: {SECRET_WRITTEN}}}"
    ),
    "network-proxy-without-scheme": network("proxy: proxy.example.com:3128"),
    "network-proxy-of-another-scheme": network("proxy: ftp://proxy.example.com"),
    "network-proxy-without-host": network("proxy: http://"),
    "network-proxy-with-a-bad-port": network("proxy: http://proxy.example.com:port"),
    "network-proxy-with-a-path": network("proxy: http://proxy.example.com/pac"),
    "network-proxy-password-inline": network(
        f"proxy: http://maria:{SECRET_WRITTEN}@proxy.example.com"
    ),
    "network-proxy-password-inline-as-a-default": network(
        f"proxy: \"http://maria:${{env.PW | default('{SECRET_WRITTEN}')}}@proxy.example.com\""
    ),
    "network-proxy-password-that-breaks-the-url": Case(
        config=f"{OURS}    network: {{proxy: 'http://maria:${{env.PW}}@proxy.example.com'}}\n",
        environment={"PW": f"{SECRET_WRITTEN}/x"},
    ),
    "network-proxy-of-a-missing-variable": Case(
        config=f"{OURS}    network: {{proxy: '${{env.BOT_PROXY}}'}}\n", missing=("BOT_PROXY",)
    ),
    "network-proxy-of-the-environment": Case(
        config=f"{OURS}    network: {{proxy: environment}}\n",
        environment={"HTTPS_PROXY": f"gopher://maria:{SECRET_WRITTEN}@proxy.example.com"},
    ),
    "hosts-a-text": entry("hosts: chat.example.com"),
    "hosts-a-url": entry("hosts: ['https://cdn.example.com']"),
    "hosts-a-wildcard": entry("hosts: ['*.example.com']"),
    "rate-of-nothing": entry("rate: 0.0/s"),
    "timeout-of-nothing": entry("timeout: 0s"),
    "folder-with-a-variable": Case(config=f"{OURS}scenarios: '${{env.SCENARIOS}}'\n"),
    "setting-with-a-variable-of-a-shell": Case(
        config=f"{OURS}      data_set: $SET\n",
        definition=DEFINITION.replace("{type: integer}", "{type: string}"),
    ),
    "setting-with-a-variable-inside": Case(
        config=f"{OURS}      data_set: {{id: ['${{env.SET}}']}}\n",
        definition=DEFINITION.replace("{type: integer}", "{type: object}"),
    ),
    "filter-unknown": Case(config=OURS.replace("env.SHOP_KEY", "env.SHOP_KEY | uper")),
    "drift-of-nothing": Case(config=f"{OURS}drift: {{}}\n"),
    "history-of-nothing": Case(config=f"{OURS}history: {{}}\n"),
    "max-age-without-unit": Case(config=f"{OURS}max_age: 90\n"),
    "number-in-quotation-marks": Case(config=f"{OURS}concurrency: '5'\n"),
    "word-for-a-number": Case(config=f"{OURS}concurrency: many\n"),
    "drift-key-unknown": Case(config=f"{OURS}drift: {{latency: {{faktor: 3}}}}\n"),
    "drift-factor-below-one": Case(config=f"{OURS}drift: {{latency: {{factor: 0.5}}}}\n"),
    "folder-outside": Case(config=f"{OURS}cassettes: ../elsewhere\n"),
    "folder-absolute": Case(config=f"{OURS}cassettes: /elsewhere\n"),
    "tag-with-a-blank": Case(config=f"{OURS}tags: {{'smoke test': short}}\n"),
    "tags-a-list": Case(config=f"{OURS}tags: [smoke, sales]\n"),
    "definition-unknown": Case(config=CONNECTLY.replace("connectly", "conectly")),
    "definition-of-nothing-known": Case(config=CONNECTLY.replace("connectly", "zzz")),
    "definition-folder-missing": Case(config=OURS.replace("/ours", "/our")),
    "definition-folder-outside": Case(config=OURS.replace("definitions/ours", "../ours")),
    "definition-folder-without-file": Case(config=OURS.replace("definitions/ours", "./schemas")),
    "config-empty": Case(config=""),
    "config-a-list": Case(config="- shop\n"),
    "config-with-a-tab": Case(config="providers:\n\tshop: {}\n"),
    "config-with-a-key-twice": Case(config=f"{OURS}{OURS}"),
    "config-in-utf-16": Case(config=OURS.encode("utf-16")),
    "capture-that-no-step-makes": step("/conversations/${conversation_id}", "/c/${chat_id}"),
    "capture-misspelt": step("/${conversation_id}", "/${conversaton_id}"),
    "capture-misspelt-in-common-headers": step(
        "open:\n", "headers:\n  X-Chat: ${conversaton_id}\nopen:\n"
    ),
    "capture-in-a-condition": step(
        "  - request: {post: '/c", "  - when: ${is_open}\n    request: {post: '/c"
    ),
    "step-key-unknown": step("reply:", "repley:"),
    "step-without-request": step("request: {post: /conversations,", "ask: {post: /conversations,"),
    "step-with-two-methods": step("post: /conversations,", "post: /conversations, get: /c,"),
    "step-with-two-kinds": step(
        "  - request: {post: /conversations,",
        "  - poll: {get: /x}\n    request: {post: /conversations,",
    ),
    "path-without-slash": step("post: /conversations,", "post: conversations,"),
    "poll-without-end": step(
        "  - request: {post: /conversations, json: {set: '${settings.data_set}'}}",
        "  - poll: {get: /state}",
    ),
    "bad-path": step("{text: $.text}", "{text: '$.text['}"),
    "path-without-dollar": step("conversation_id: $.id", "conversation_id: id"),
    "bad-template": step("${message.text}", "${message.text +}"),
    "python-member": step("${message.text}", "${message.__class__}"),
    "unknown-schema": step("reply: {text", "answer: {schema: answr}\n    reply: {text"),
    "unknown-setting-in-a-template": step("${settings.data_set}", "${settings.dataset}"),
    "forks-beside-closing-steps": Case(
        definition=f"{DEFINITION}forks: true\nclose:\n"
        "  - request: {delete: '/conversations/${conversation_id}'}\n"
    ),
    "forks-beside-a-secret": Case(
        definition="forks: true\n"
        + DEFINITION.replace(
            "{conversation_id: $.id}", "{conversation_id: {json: $.id, secret: true}}"
        )
    ),
    "settings-without-base-url": step("  base_url: {type: string, required: true}\n", ""),
    "setting-of-no-kind": step("data_set: {type: integer}", "data_set: {type: whole}"),
    "A5-setting-of-an-unknown-format": step(
        "data_set: {type: integer}", "data_set: {type: string, format: date_time}"
    ),
    "definition-with-a-bad-name": step("definition: ours", "definition: Our bot"),
    "A1-until-on-a-request": reading(f"{SAY}    until: {{$.state: done}}\n{READS}"),
    "A1-done-on-a-poll": reading(f"{POLL}    done: '[DONE]'\n{READS}"),
    "A1-as-on-a-stream": reading(f"{STREAM}    answer: {{as: json}}\n{READS}"),
    "A1-two-bodies": reading(SAY.replace("}}", "}, form: {text: a}}") + READS),
    "A1-schema-without-a-body": reading(
        "  - request: {get: '/c/${conversation_id}', schema: answer}\n" + READS
    ),
    "A1-nothing-reads-the-reply": reading(SAY),
    "A1-reply-while-opening": step(
        "    capture: {conversation_id: $.id}",
        "    capture: {conversation_id: $.id}\n    reply: {text: $.greeting}",
    ),
    "A1-reply-that-is-replaced": reading(SAY + READS + SAY + READS),
    "A1-value-in-two-conditions": reading(f"{POLL}    fail_if: {{$.state: [done]}}\n{READS}"),
    "A1-condition-without-a-value": reading(f"{SAY}    fail_if: {{$.state: []}}\n{READS}"),
    "A1-nothing-is-read": reading(
        f"{SAY}    answer: {{as: none, schema: answer}}\n    fail_if: {{$.state: no}}\n{READS}"
    ),
    "A1-end-of-a-text": reading(f"{STREAM}    framing: text\n    done: '[DONE]'\n{READS}"),
    "A2-whole-message-that-is-no-event": reading(f"{STREAM}    reply: {{whole: true}}\n"),
    "A1-texts-of-json-lines": reading(f"{STREAM}    framing: ndjson\n    events: text\n{READS}"),
    "A1-when-is-a-text": reading(f"{SAY}    when: ${{settings.data_set}} == 1\n{READS}"),
    "A1-when-is-always-the-same": reading(f"{SAY}    when: 'false'\n{READS}"),
    "A1-headers-are-a-list": step(
        "{post: /conversations,",
        "{post: /conversations, headers: {for_each: session, as: one, yield: 1},",
    ),
    "header-with-a-blank": step(
        "{post: /conversations,", "{post: /conversations, headers: {X Key: a, 'X-Ü': b},"
    ),
    "header-of-the-body": step(
        "{post: /conversations,", "{post: /conversations, headers: {Content-Length: 5},"
    ),
    "header-twice": step(
        "{post: /conversations,", "{post: /conversations, headers: {X-Key: a, x-key: b},"
    ),
    "header-of-every-request": Case(definition=f"{DEFINITION}headers: {{'X-Key:': a}}\n"),
    "A1-choice-beside-a-key": step(
        "json: {set: '${settings.data_set}'}", "json: {first_of: [1, 2], set: 3}"
    ),
    "A1-new-messages-without-an-id": reading(f"{SAY}    reply: {{only_new: true}}\n"),
    "A1-kept-header-with-a-colon": Case(definition=f"{DEFINITION}keep_headers: ['X-Trace:']\n"),
    "status-in-quotation-marks": reading(f"{SAY}    answer: {{status: '201'}}\n{READS}"),
    "flag-in-quotation-marks": reading(SAY.replace("json:", "repeatable: 'true', json:") + READS),
    "A1-status-that-is-none": reading(f"{SAY}    answer: {{status: [200, 2001]}}\n{READS}"),
    "on-a-status-that-is-none": reading(f"{SAY}    on: {{expired: open}}\n{READS}"),
    "on-a-status-another-phase": reading(f"{SAY}    on: {{401: prepare}}\n{READS}"),
    "on-a-status-while-opening": step(
        "    capture: {conversation_id: $.id}",
        "    capture: {conversation_id: $.id}\n    on: {401: open}",
    ),
    "signing-key-that-is-open": reading(
        SAY.replace("}}", "}, sign: {hmac: sha256, key: '${settings.base_url}', header: X-S}}")
        + READS
    ),
    "now-with-an-unknown-unit": reading(SAY.replace("${message.text}", "${now(day=1)}") + READS),
    "file-that-is-not-base64": reading(
        SAY.replace("json: {text: '${message.text}'", "multipart: {a: {file: Hello, name: a.txt}")
        + READS
    ),
    "file-without-a-name": reading(
        SAY.replace("json: {text: '${message.text}'", "multipart: {a: {file: SGk=, type: a/b}")
        + READS
    ),
    "content-type-of-multipart": reading(
        SAY.replace("json:", "headers: {Content-Type: a/b}, multipart:") + READS
    ),
    "A1-hmac": reading(
        SAY.replace("}}", "}, headers: {X-S: '${request.body | hmac(settings.token)}'}}") + READS
    ),
    "A12-capture-named-as-a-built-in": step("conversation_id: $.id", "message: $.id"),
    "A12-capture-whose-name-cannot-be-used": step("conversation_id: $.id", "chat-id: $.id"),
    "A12-list-in-a-path": step("/conversations/${conversation_id}", "/c/${message.attachments}"),
    "A12-mapping-in-a-path": step("/conversations/${conversation_id}", "/c/${ conversation }"),
    "A13-variable-in-a-path-of-a-reply": reading(
        f"{SAY}    reply: {{messages: \"$[?@.id == '${{conversation_id}}']\", text: $.text}}\n"
    ),
    "A13-variable-in-place-of-a-name": reading(
        POLL + f"    pending: {{'$.${{session.key}}': [a, '${{session.b}}']}}\n{READS}"
    ),
    "condition-on-existence-misspelt": reading(
        f"{SAY}    fail_if: {{$.error: {{exist: true}}}}\n{READS}"
    ),
    "joined-text-misspelt": reading(f"{SAY}    reply: {{text: {{joined: '$[*].delta'}}}}\n"),
    "end-of-a-stream-in-two-ways": reading(
        f"{STREAM}    done: {{event: end, text: '[DONE]'}}\n{READS}"
    ),
    "names-of-events-of-json-lines": reading(
        f"{STREAM}    framing: ndjson\n    names: true\n    done: {{event: end}}\n{READS}"
    ),
    "A13-variable-in-the-end-of-a-stream": reading(
        f"{STREAM}    done: '${{session.end}}'\n{READS}"
    ),
    "A13-variable-in-a-default": step(
        "data_set: {type: integer}", "data_set: {type: string, default: '${env.SET}'}"
    ),
    "setting-that-nothing-reads": step("{type: integer}", "{type: integer}\n  size: {}"),
    "setting-with-a-misspelt-key": step("secret: true", "secrt: true"),
    "setting-with-a-key-of-nothing": step("{type: integer}", "{type: integer, unit: pieces}"),
    "setting-whose-default-does-not-fit": step("{type: integer}", "{type: integer, default: a}"),
    "setting-required-beside-a-default": step(
        "{type: integer}", "{type: integer, default: 1, required: true}"
    ),
    "setting-whose-secret-is-written": step("secret: true", f"secret: true, default: {OTHER}"),
    "url-written-into-the-file": Case(
        config=OURS.replace("${env.SHOP_URL}", "ws://chat.example.com")
    ),
    "several-at-once": Case(
        definition=DEFINITION.replace("{text: $.text}", "{text: '$.text['}")
        .replace("/${conversation_id}", "/${chat}")
        .replace("${message.text}", "${message.text +}")
    ),
}


def noted(config: str = "", **texts: str) -> Case:
    """A project without a fault; `texts` replace parts of its definition."""
    definition = DEFINITION
    for old, new in ((OLD[name], text) for name, text in texts.items()):
        assert definition.count(old) == 1
        definition = definition.replace(old, new)
    return Case(config=OURS + config, definition=definition)


OLD = {
    "send": DEFINITION[DEFINITION.index("send:") :],
    "open": "    capture:",
    "path": "/conversations/${conversation_id}'",
}
AUTHORIZED = "headers: {X-Key: '${settings.token}'}\n"
"""What makes the definition send its secret."""


def streamed(messages: str, more: str = "    events: json\n", told: str = "") -> Case:
    """A project whose definition reads these messages from a stream."""
    reply = f'    reply: {{messages: "{messages}", text: $.delta{told}}}\n'
    return noted(send=f"{AUTHORIZED}send:\n{STREAM}{more}{reply}")


DOUBTS: dict[str, Case] = {
    "A2-tokens": streamed("$.events[?@.delta]"),
    "A2-tokens-of-all-events": streamed("$.events[*]", "    framing: sse\n"),
    "A2-tokens-in-brackets": streamed("$['events'][*].choices[0]"),
    "secret-that-is-never-sent": noted(),
    "capture-that-nothing-reads": noted(
        open="    answer: {schema: answer}\n    capture: {lang: $.a, conversation_id: $.id}\n    #"
    ),
    "conversation-that-is-always-the-same": noted(path="/conversations/83ab21'"),
    "concurrency-that-is-never-reached": noted("    concurrency: 30\n"),
}
QUIET = {
    "one-event": streamed("$.events[-1]"),
    "joined": streamed("$", "    events: text\n"),
    "whole": streamed("$.events[*]", told=", whole: true"),
    "pieces-of-messages": streamed("$.events[*]", told=", index: $.id"),
}
