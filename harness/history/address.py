"""Where the history of runs is stored: in a file, or in the database of a server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.config import Config
from harness.core import ConfigurationError, Problem
from harness.formats.template import TemplateError, compile_template
from harness.formats.yaml import Node
from harness.project_file import HISTORY_VARIABLE


class HistoryError(ConfigurationError):
    """A history cannot be read or written, or does not contain what was named.

    Its problem names the history as people see it, without user and password.
    """


FILE = "history.sqlite"
"""The default, in the folder of the reports."""
NONE = "none"
"""In place of an address: no history is stored."""

_SERVERS = ("postgresql", "postgres", "postgresql+psycopg")
_TEMPLATE = re.compile(r"\$\{[^}]*\}")
_ASKED = re.compile(r"\benv\.(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a history is stored."""

    url: str
    """As SQLAlchemy takes it. It may hold a password, so it is never shown."""
    shown: str
    """As people see it: without user, password and options."""
    file: Path | None = None
    """None for a database of a server."""
    password: str = ""
    """To be removed from messages of a driver."""


def address_in(
    config: Config | None,
    folder: Path,
    environment: Mapping[str, str],
    given: str = "",
    here: Path | None = None,
) -> Address | None:
    """The history that an option, the environment or harness.yaml names, in this order.

    Otherwise `history.sqlite` in a folder of reports. Relative paths of the option and of the
    environment are below `here`, those of harness.yaml next to it. None if none is to be stored.
    Raises `ConfigurationError`.
    """
    here = here or Path.cwd()
    if given:
        return address_of(given, below=here, where="--harness-history")
    if environment.get(HISTORY_VARIABLE):
        return address_of(environment[HISTORY_VARIABLE], below=here, where=HISTORY_VARIABLE)
    if config is not None and config.history is not None:
        text = _rendered(config.history, environment)
        if text:
            return address_of(text, below=config.root, where=str(config.history.place))
    return _file(folder / FILE)


def address_of(text: str, *, below: Path, where: str = "") -> Address | None:
    """The history at a URL or path; None for `none`. Raises `ConfigurationError`."""
    if text == NONE:
        return None
    scheme, mark, rest = text.partition("://")
    if not mark:
        return _file(below / text)
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return _file(below / rest[1:])
    if scheme not in _SERVERS:
        raise _wrong(
            where,
            f"a history is a file or a PostgreSQL database, found '{scheme}://'",
            "write a path, sqlite:///path or postgresql://user:password@host/database",
        )
    if find_spec("psycopg") is None:
        raise ConfigurationError(
            Problem(
                code="missing-extra",
                message="a history in PostgreSQL needs psycopg",
                where=where,
                hint="pip install 'conversation-harness[postgres]'",
            )
        )
    return _server(rest, where)


def _file(path: Path) -> Address:
    resolved = path.resolve()
    here = Path.cwd()
    shown = resolved.relative_to(here) if resolved.is_relative_to(here) else resolved
    return Address(url=f"sqlite:///{resolved}", shown=shown.as_posix(), file=resolved)


def _server(rest: str, where: str) -> Address:
    try:
        parts = urlsplit(f"postgresql://{rest}")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        # Not chained: the error may hold a part of the password.
        raise _wrong(where, "the URL cannot be read", "write a password percent-encoded") from None
    secrets = [value for key, value in parse_qsl(parts.query) if key == "password"]
    return Address(
        url=f"postgresql+psycopg://{rest}",
        shown=f"postgresql://{parts.hostname or ''}{port}{parts.path}",
        password=unquote(parts.password or "") or next(iter(secrets), ""),
    )


def _rendered(node: Node, environment: Mapping[str, str]) -> str:
    """The URL of harness.yaml; empty if it needs a variable that is not set."""
    text = str(node.value)
    literal = _TEMPLATE.sub("", text)
    if "://" in literal and (urlsplit(literal).password or "password=" in literal):
        raise ConfigurationError(
            Problem(
                code="inline-secret",
                message="the password of the history is written in the file",
                where=f"{node.place}",
                hint=f"write ${{env.{HISTORY_VARIABLE}}} and set that variable",
            )
        )
    if any(not environment.get(name) for name in _ASKED.findall(text)):
        return ""
    try:
        template = compile_template(text, lambda _path: node.place)
        return str(template.render({"env": environment}))
    except TemplateError as error:
        raise ConfigurationError(error.problem) from error


def _wrong(where: str, message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(Problem(code="history-url", message=message, where=where, hint=hint))
