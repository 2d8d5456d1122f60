"""The stories of the first hour, as a person plays them."""

from __future__ import annotations

import shlex
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.emulators import EMULATORS, serving
from tests.stories.terminal import Person

MODEL = "openai-chat"
MESSAGE = '{"conversation": "c-1", "text": "Hello"}'


def demo(person: Person) -> None:
    """A first red, and a first green."""
    person.section("demo")
    person.types("harness demo", ("accept or fix", "accept"))
    person.section("demo-replay")
    person.types("cd harness-demo")
    person.types("pytest")


def watch(person: Person) -> None:
    """A file that is changed while it is watched."""
    person.section("before-watch")
    person.types("harness demo --yes")
    person.types("cd harness-demo")
    person.section("watch")
    file = person.folder / "harness-demo/scenarios/return-a-jacket.yaml"
    right = file.read_text(encoding="utf-8")
    wrong = right.replace("14 days", "30 days")
    person.watches(
        "harness watch",
        "1 passed; watching, Ctrl-C ends",
        (lambda: _save(file, wrong), "1 failed; watching, Ctrl-C ends"),
        (lambda: _save(file, right), "1 passed; watching, Ctrl-C ends"),
    )


def built_in(person: Person) -> None:
    """A project for a built-in chat API."""
    with serving([MODEL]) as running:
        key = EMULATORS[MODEL].environment["OPENAI_API_KEY"]
        person.section("init")
        person.types(
            f"harness init model-tests --set base_url={running.urls[MODEL]}",
            ("number, name or curl command", MODEL),
            ("model", "gpt-4.1-mini"),
            ("api_key", ""),
            ("workflow for CI", "github"),
        )
        person.section("key")
        person.types("cd model-tests")
        person.types(f"echo OPENAI_API_KEY={key} > .env")
        person.section("check")
        person.types(f"harness providers check {MODEL} --live --message Hello")
        person.section("record")
        person.types("pytest --harness-mode=record")
    person.section("replay")
    person.types("pytest")
    person.types("harness lint")


def unknown_server(person: Person) -> None:
    """A project for a chat API that the harness does not know."""
    with _shop("demo-shop", _free_port()) as url:
        person.section("curl")
        person.types(
            "harness init shop-tests",
            ("curl command", _curl(url)),
            ("name of your bot", "shop"),
            ("message in the request", ""),
            ("sample answer", "live"),
            ("reply in the answer", ""),
            ("workflow for CI", "none"),
        )
        person.section("curl-record")
        person.types("cd shop-tests")
        person.types("harness lint")
        person.types("pytest --harness-mode=record")
    person.section("curl-replay")
    person.types("pytest")


def own_bot(person: Person) -> None:
    """A conversation by hand that is saved, a bot that changes, and a change that is accepted."""
    port = _free_port()
    with _shop("demo-shop", port) as url:
        person.section("before-chat")
        person.types(f"harness init shop-tests --yes --live --name shop --from-curl {_quoted(url)}")
        person.section("chat")
        person.types("cd shop-tests")
        person.types(
            "harness chat",
            ("you>", "How long can I return a jacket?"),
            ("you>", "/save returns"),
            ("you>", "/quit"),
        )
        person.section("saved")
        person.types("cat scenarios/returns.yaml")
        person.types("pytest --harness-mode=record")
    with _shop("demo-shop-changed", port):
        person.section("red")
        person.types("pytest --harness-mode=refresh scenarios/returns.yaml", status=1)
    person.section("accept")
    person.types("harness accept scenarios/returns.yaml", ("Write scenarios/returns.yaml?", "y"))
    person.types("pytest")


STORIES = (demo, watch, built_in, unknown_server, own_bot)


def _curl(url: str) -> str:
    return f"curl {url}/chat --json '{MESSAGE}'"


def _quoted(url: str) -> str:
    return shlex.quote(_curl(url))


@contextmanager
def _shop(name: str, port: int) -> Iterator[str]:
    with serving([name], ports={name: port}) as running:
        yield running.urls[name]


def _save(file: Path, text: str) -> None:
    """Replace a file in one step, as editors do, so that nobody reads a part of it."""
    new = file.parents[2] / file.name
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
