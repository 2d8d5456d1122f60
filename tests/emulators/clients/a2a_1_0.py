"""Talks to an agent with a2a-sdk 1: writes what was received as JSON.

Usage: python a2a_1_0.py URL TOKEN
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import GetTaskRequest, Message, Part, Role, SendMessageRequest
from google.protobuf.json_format import MessageToDict


def said(text, **of_task):
    message = Message(
        role=Role.ROLE_USER, parts=[Part(text=text)], message_id=str(uuid.uuid4()), **of_task
    )
    return SendMessageRequest(message=message)


async def main(url, token):
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, trust_env=False) as http:
        card = await A2ACardResolver(http, url).get_agent_card()
        received = {"card": card.name}
        for name in ("sent", "streamed"):
            config = ClientConfig(httpx_client=http, streaming=name == "streamed")
            client = ClientFactory(config).create(card)

            async def send(text, client=client, **of_task):
                events = client.send_message(said(text, **of_task))
                return [MessageToDict(event) async for event in events]

            hello = await send("Hello")
            asked = await send("Convert 10 USD")
            task = asked[0]["task"]
            done = await send("EUR", task_id=task["id"], context_id=task["contextId"])
            report = (await send("Write my report"))[0]["task"]
            looked = [
                MessageToDict(await client.get_task(GetTaskRequest(id=report["id"])))
                for _ in range(3)
            ]
            received[name] = {
                "hello": hello,
                "asked": asked,
                "done": done,
                "looked": [one["status"]["state"] for one in looked],
            }
        try:
            await client.get_task(GetTaskRequest(id="nobody's"))
        except Exception as error:  # noqa: BLE001  # of any class of the library's
            received["error"] = str(error)
    sys.stdout.write(json.dumps(received))


asyncio.run(main(*sys.argv[1:]))
