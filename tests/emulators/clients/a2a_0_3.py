"""Talks to an agent with a2a-sdk 0.3: writes what was received as JSON.

Usage: python a2a_0_3.py URL TOKEN
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import Message, Part, Role, TaskQueryParams, TextPart


def said(text, **of_task):
    part = Part(root=TextPart(text=text))
    return Message(role=Role.user, parts=[part], message_id=str(uuid.uuid4()), **of_task)


def dumped(event):
    """A message, or a task with the update that led there."""
    if isinstance(event, tuple):
        return [one and one.model_dump(mode="json", exclude_none=True) for one in event]
    return event.model_dump(mode="json", exclude_none=True)


async def main(url, token):
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, trust_env=False) as http:
        card = await A2ACardResolver(http, url).get_agent_card()
        received = {"card": card.name}
        for name in ("sent", "streamed"):
            config = ClientConfig(httpx_client=http, streaming=name == "streamed")
            client = ClientFactory(config).create(card)
            hello = [dumped(event) async for event in client.send_message(said("Hello"))]
            asked = [event async for event in client.send_message(said("Convert 10 USD"))]
            task = asked[-1][0]
            answer = said("EUR", task_id=task.id, context_id=task.context_id)
            done = [dumped(event) async for event in client.send_message(answer)]
            report = [event async for event in client.send_message(said("Write my report"))]
            looked = [
                (await client.get_task(TaskQueryParams(id=report[-1][0].id))).status.state.value
                for _ in range(3)
            ]
            received[name] = {
                "hello": hello,
                "asked": dumped(asked[-1])[0],
                "done": done[-1][0],
                "events": len(done),
                "looked": looked,
            }
        try:
            await client.get_task(TaskQueryParams(id="nobody's"))
        except Exception as error:  # noqa: BLE001  # of any class of the library's
            received["error"] = str(error)
    sys.stdout.write(json.dumps(received))


asyncio.run(main(*sys.argv[1:]))
