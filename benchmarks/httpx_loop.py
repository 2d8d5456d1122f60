"""A plain httpx loop: one client, one process, every conversation opened, held and closed."""

from __future__ import annotations

import sys

import httpx

from benchmarks.words import said


def main(address: str, conversations: int) -> None:
    with httpx.Client(base_url=address) as client:
        for number in range(1, conversations + 1):
            opened = client.post("/sessions", json={"channel": "web"})
            session = opened.json()["session_id"]
            for text in said(number):
                answer = client.post(f"/sessions/{session}/messages", json={"text": text})
                answer.raise_for_status()
            client.delete(f"/sessions/{session}")
    print(f"{conversations} conversations")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
