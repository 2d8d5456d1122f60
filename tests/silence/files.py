"""A project that says something with nearly every key there is. All of it is the author's."""

from __future__ import annotations

import json

CONFIG = """\
provider: bot
tags: {smoke: the shortest proof}
concurrency: 4
max_age: 900d
drift: {latency: {factor: 3, at_least: 500ms}}
providers:
  bot:
    definition: definitions/bot
    concurrency: 2
    rate: 900/s
    timeout: 20s
    retries: 1
    hosts: [files.example]
    settings:
      base_url: '${env.BOT_URL}'
      key: '${env.BOT_KEY}'
      tenant: north
      style: plain
"""

DEFINITION = """\
definition: bot
title: A little of everything
settings:
  base_url: {type: string, required: true}
  key: {type: string, secret: true, required: true}
  tenant: {type: string, enum: [north, south, north-x, nort]}
  style: {type: string}
  mood: {type: string, default: calm}
headers: {X-Key: '${settings.key}', X-Tenant: '${settings.tenant}'}
keep_headers: [X-Region]
prepare:
  - request: {post: /login, json: {style: '${settings.style}'}}
    answer: {status: 200, schema: login}
    capture: {access: $.access}
open:
  - request:
      post: /chats
      query: {version: '7'}
      headers: {X-Access: '${access}'}
      json: {language: '${session.language}'}
      schema: opening
    answer: {status: 201, schema: chat}
    capture: {chat_id: $.chat.id}
send:
  - request:
      post: '/chats/${chat_id}/messages'
      json:
        text: '${message.text}'
        kind: question
        mood: '${settings.mood}'
        tone: '${message.metadata.tone}'
        files:
          for_each: message.attachments
          as: file
          yield: {name: '${file.name}', content: '${file.content}'}
    answer: {schema: answer}
    reply:
      messages: $.answers[*]
      text: $.text
      id: $.id
      actions: {path: '$.buttons[*]', label: $.label, prompt: $.value}
      products: $.products[*]
      attachments: $.files[*].url
      tools: {path: '$.calls[*]', name: $.name, arguments: $.arguments}
      usage: $.usage
history:
  - request: {get: '/chats/${chat_id}'}
close:
  - request: {delete: '/chats/${chat_id}', repeatable: true}
    answer: {status: [200, 404]}
"""

FULL = """\
scenario: full
title: All that one conversation can say
tags: [smoke]
vars: {colour: pink, city: Bremen}
session: {language: en}
timeout: 1m
turns:
  - id: dress
    user:
      text: I want a ${colour} dress
      metadata: {tone: kind}
      attachments: [{name: photo.png, content: 'https://files.example/photo.png'}]
    wait: 1ms
    expect:
      contains: ${colour} dress
      contains_all: [You said, Delivery]
      contains_any: [12 euros, 13 euros]
      not_contains: sorry
      matches: '\\d+ euros'
      not_matches: '(?i)error'
      starts_with: You
      ends_with: euros.
      max_words: 30
      min_words: 3
      max_characters: 300
      status: 200
      headers: {X-Region: north}
      latency: {under: 20s}
      schema: answer
      json: {$.order.number: 4711, $.order.state: {one_of: [open, closed]}}
      like: {order: {state: open}}
      same_as: {file: dress.json, path: $.order}
      grounded_in: {sources: [prices.md], figures: all}
      messages: {count: 1}
      actions: [Yes, 'No']
      products: {count: 1}
      attachments: {count: 1}
      tools: {contains: {name: find_dress, arguments: {colour: pink}}}
      usage: {input: {at_most: 20}}
      not: {contains: refund}
      any_of: [{contains: euros}, {contains: dollars}]
      all_of: [{contains: Delivery}, {contains: costs}]
      history: {json: {'$.said': {length: 2}}}
    capture: {number: $.order.number}
  - user: {press: 'Yes', metadata: {tone: brisk}}
    expect: {equals: 'you SAID: yes please. Delivery costs 12 euros.', ignore_case: true}
  - user: {text: 'Where is ${number} in ${city}?', metadata: {tone: brisk}}
    on_fail: stop
    expect: {contains: '4711 in Bremen'}
  - user: {text: 'Say [[nothing]]', metadata: {tone: brisk}}
    error: {status: 422, contains: nothing}
expect:
  never: {contains: traceback}
  always: {status: 200}
  turns: {at_most: 5}
  repeats: none
  asks_again: [city]
"""

ROWS = """\
scenario: rows
session: {language: en}
matrix: {file: rows.csv, size: [small, large]}
repeat: {takes: 2, pass: 2}
include: [{file: fragments/greeting.yaml, with: {name: Ada}}]
turns:
  - user: {text: 'A ${size} coat in ${shade}', metadata: {tone: calm}}
    expect: {contains: '${size} coat in ${shade}'}
  - user:
      utterances: ['Can I pay later?', 'May I pay later?']
      pick: {sample: 1, seed: 3}
      metadata: {tone: calm}
    expect: {contains: pay later}
teardown:
  - user: {text: '${greeting} and good bye', metadata: {tone: calm}}
    expect: {contains: 'Good morning and good bye'}
"""

FRAGMENT = """\
description: Says hello
parameters: {name: ~, place: town}
turns:
  - user: {text: 'Hello from ${name} in ${place}', metadata: {tone: warm}}
    expect: {contains: '${name} in ${place}'}
"""

DEFAULTS = """\
vars: {greeting: Good morning}
timeout: 2m
expect:
  never: {contains: undefined}
"""

LOGIN_SCHEMA = {
    "type": "object",
    "required": ["access"],
    "properties": {"access": {"type": "string", "minLength": 3}},
}
OPENING_SCHEMA = {
    "type": "object",
    "required": ["language"],
    "properties": {"language": {"enum": ["en", "de"]}},
    "additionalProperties": False,
}
CHAT_SCHEMA = {
    "type": "object",
    "required": ["chat"],
    "properties": {"chat": {"type": "object", "required": ["id"]}},
}
ANSWER_SCHEMA = {
    "type": "object",
    "required": ["answers"],
    "properties": {
        "answers": {"type": "array", "minItems": 1},
        "order": {"type": "object", "properties": {"number": {"maximum": 5000}}},
    },
}
GOLDEN = {"number": 4711, "state": "open"}

FILES = {
    "harness.yaml": CONFIG,
    "definitions/bot/provider.yaml": DEFINITION,
    "definitions/bot/schemas/login.schema.json": json.dumps(LOGIN_SCHEMA, indent=1),
    "definitions/bot/schemas/opening.schema.json": json.dumps(OPENING_SCHEMA, indent=1),
    "definitions/bot/schemas/chat.schema.json": json.dumps(CHAT_SCHEMA, indent=1),
    "definitions/bot/schemas/answer.schema.json": json.dumps(ANSWER_SCHEMA, indent=1),
    "schemas/answer.schema.json": json.dumps(ANSWER_SCHEMA, indent=1),
    "scenarios/full.yaml": FULL,
    "scenarios/rows.yaml": ROWS,
    "scenarios/dress.json": json.dumps(GOLDEN, indent=1),
    "scenarios/prices.md": "12\n",
    "scenarios/rows.csv": "name,shade\nfirst,red\nsecond,blue\n",
    "scenarios/fragments/greeting.yaml": FRAGMENT,
    "scenarios/defaults.yaml": DEFAULTS,
}
