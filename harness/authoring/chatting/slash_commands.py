"""The commands that are typed in a chat."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core import nearest_word, value_class


@value_class(frozen=True, slots=True)
class Command:
    """One command."""

    usage: str
    """What follows its name."""
    help: str


COMMANDS: Mapping[str, Command] = {
    "payload": Command("", "show the payload of the last reply"),
    "again": Command("", "say the last message again"),
    "back": Command("", "take the last turn back"),
    "new": Command("", "begin a new conversation"),
    "check": Command("CHECKS", "try checks on the last reply, such as /check contains: hello"),
    "keep": Command("", "write the checks that passed last into the saved scenario"),
    "attach": Command("FILE | NAME URL", "send a file with the next message"),
    "metadata": Command("KEY=VALUE", "send metadata with every further message; KEY= removes it"),
    "wait": Command("10s", "wait for late messages"),
    "press": Command("BUTTON", "press a button, by its number or label"),
    "say": Command("TEXT", "say a text as it is, such as /say 2"),
    "save": Command("NAME", "write the chat as a scenario, with its recording"),
    "help": Command("", "list the commands"),
    "quit": Command("", "end the chat; Ctrl-D does the same"),
}
BACKSLASH = "\\"


class WrongCommand(ValueError):
    """A command is not known, or is used wrongly; the text says what to write."""


def command_in(line: str) -> tuple[str, str]:
    """The name and the rest of a line that begins with a slash. Raises `WrongCommand`."""
    name, _, rest = line[1:].partition(" ")
    rest = rest.strip()
    command = COMMANDS.get(name)
    if command is None:
        near = nearest_word(f"/{name}", [f"/{one}" for one in COMMANDS])
        near = near or "/help lists the commands."
        raise WrongCommand(f"there is no command /{name}; {near} To say it, write /say {line}")
    if rest and not command.usage:
        raise WrongCommand(f"/{name} takes nothing after it, but '{rest}' follows")
    return name, rest


def help_lines() -> list[str]:
    """All commands, each with what it does."""
    rows = [(f"/{name} {one.usage}".rstrip(), one.help) for name, one in COMMANDS.items()]
    width = max(len(usage) for usage, _ in rows)
    return [
        *(f"  {usage:<{width}}  {text}" for usage, text in rows),
        "Any other line is said to the bot. The number or the label of a button presses it.",
        "A line that ends with a backslash goes on in the next line.",
    ]
