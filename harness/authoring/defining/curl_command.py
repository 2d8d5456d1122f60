"""Reads the request of a curl command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote as percent_encode
from urllib.parse import unquote, urlsplit

from harness.authoring.defining.curl_flags import Fault, Flag, Use, flags_in
from harness.authoring.defining.sample import SampleRequest
from harness.authoring.defining.shell_words import VARIABLE, BadCommand, shell_words
from harness.conversation import Headers, Origin, Request
from harness.core import ConfigurationError, Json, Problem, counted, quote, shorten
from harness.formats.multipart import MEDIA_TYPE, Part, boundary_of, write_multipart

WHERE = "--from-curl"
_POWERSHELL = re.compile(
    r"(?im)\A\s*(?:\$\w+\s*=|invoke-(?:webrequest|restmethod)\b|iwr\b|irm\b)|`[ \t]*\r?$"
)
"""How a command for PowerShell begins, or how one of its lines ends."""
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


def sample_from_curl(
    command: str, environment: Mapping[str, str], folder: Path, where: str = WHERE
) -> SampleRequest:
    """The request of a curl command. Files that it names are looked for in `folder`.

    `where` is the option that has the command. Raises `ConfigurationError` with everything in it
    that a definition cannot say: a flag that curl does not have is never left out in silence.
    """
    if _POWERSHELL.search(command):
        what = "it is a command for PowerShell"
        raise _problems(where, [(what, "in the browser, choose 'Copy as cURL (bash)'")])
    try:
        words, rest = shell_words(command)
    except BadCommand as error:
        raise _problems(where, [(str(error), "copy the whole command")]) from error
    if not words or Path(words[0]).name.lower() not in ("curl", "curl.exe"):
        start = quote(words[0]) if words else "nothing"
        hint = "give the whole command, in quotes; browsers copy it with 'Copy as cURL'"
        raise _problems(where, [(f"it starts with {start}, not with 'curl'", hint)])
    return _Reader(environment, folder, where).sample(words[1:], rest)


@dataclass(slots=True)
class _Reader:
    """Collects what the words of one command say."""

    environment: Mapping[str, str]
    folder: Path
    where: str
    values: dict[str, list[str]] = field(default_factory=dict)
    """The values of flags by their long names, `True` as an empty text."""
    body: list[str] = field(default_factory=list)
    query: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def sample(self, words: Sequence[str], rest: str) -> SampleRequest:
        for flag, value in flags_in(words, self.faults):
            self._take(flag, value)
        if rest:
            self.notes.append(f"{quote(shorten(rest, 60))} after the command is left out")
        if "key" in self.values and "cert" not in self.values:
            self.faults.append(("it has '--key' without '--cert'", "add --cert"))
        if self.parts and self.body:
            self.faults.append(("it has both '-d' and '-F'", "a request has one body"))
        if len(self.urls) != 1:
            found = ", ".join(map(quote, self.urls))
            hint = "quote the URL, and words with spaces" if found else "add the URL"
            what = f"it has {counted(len(self.urls), 'URL')}: {found}" if found else "it has no URL"
            self.faults.append((what, hint))
        self.faults += [fault for url in self.urls if (fault := _scheme_fault(url))]
        if self.faults:
            raise _problems(self.where, self.faults)
        return self._made()

    def _take(self, flag: Flag, value: str) -> None:
        name = flag.name
        if flag.use is Use.IMPOSSIBLE:
            hint = "remove it, or write the definition by hand"
            self.faults.append((f"the flag '--{name}' cannot be part of a definition", hint))
        elif name == "cookie" and "=" not in value and not VARIABLE.search(value):
            hint = "give the cookies themselves: -b 'name=value'"
            self.faults.append(("'-b' names a file of cookies", hint))
        elif (name == "proxy" and "@" in value) or (name == "cert" and ":" in value):
            hint = "remove it, and write 'network:' in harness.yaml by hand"
            self.faults.append((f"'--{name}' contains a password", hint))
        elif name in ("form", "form-string"):
            self.parts += self._part(name, self._filled(value))
        elif name == "url":
            self.urls.append(self._filled(value))
        elif name == "url-query":
            self.query.append(self._encoded(value))
        elif name == "data-urlencode":
            self.body.append(self._encoded(value))
        elif name in ("data", "data-ascii", "data-binary", "data-raw", "json"):
            self.body.append(self._content(name, value))
            self.values.setdefault(name, []).append("")
        else:
            self.values.setdefault(name, []).append(value)

    def _content(self, name: str, value: str) -> str:
        """The data of a flag, of a file if it begins with `@`."""
        if name == "data-raw" or not value.startswith("@"):
            return self._filled(value)
        content = self._file(value[1:])
        # As curl does for text.
        is_text = name in ("data", "data-ascii")
        return content.replace("\r", "").replace("\n", "") if is_text else content

    def _part(self, flag: str, value: str) -> Iterator[Part]:
        """A part of a form: `name=text`, `name=@file` or `name=<file`, with `;type=…`."""
        name, mark, content = value.partition("=")
        if not mark:
            self.faults.append((f"{quote(value)} is not a part of a form", "write -F name=value"))
        elif flag == "form-string" or content[:1] not in ("@", "<"):
            yield Part(name=name, content=content.encode())
        else:
            path, *options = content[1:].split(";")
            given = dict(option.strip().partition("=")[::2] for option in options)
            unknown = given.keys() - {"type", "filename"}
            if unknown:
                hint = "remove it"
                self.faults.append((f"'{min(unknown)}' of -F cannot be expressed", hint))
            is_file = content[0] == "@"
            yield Part(
                name=name,
                content=self._bytes(path),
                filename=given.get("filename", Path(path).name) if is_file else None,
                content_type=given.get("type", ""),
            )

    def _encoded(self, value: str) -> str:
        """`content`, `=content`, `name=content`, `@file` or `name@file`, as curl encodes it."""
        value = self._filled(value)
        ends = [at for mark in "=@" if (at := value.find(mark)) >= 0]
        if not ends:
            return percent_encode(value, safe="")
        name, mark, rest = value[: min(ends)], value[min(ends)], value[min(ends) + 1 :]
        content = self._file(rest) if mark == "@" else rest
        return f"{name}=" * bool(name) + percent_encode(content, safe="")

    def _file(self, name: str) -> str:
        content = self._bytes(name)
        try:
            return content.decode()
        except UnicodeDecodeError:
            message = f"the file {quote(name)} cannot be read: it is not UTF-8"
            self.faults.append((message, "give the data itself"))
            return ""

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            message = f"the file {quote(name)} cannot be read: {error.strerror}"
            self.faults.append((message, "give the data itself"))
            return b""

    def _filled(self, text: str) -> str:
        """The text with the values of its variables."""

        def value(name: str) -> str:
            if name not in self.environment:
                message = f"the variable '{name}' is not set"
                self.faults.append((message, "set it, or write its value"))
            return self.environment.get(name, "")

        return VARIABLE.sub(lambda match: value(match[1]), text)

    def _last(self, name: str) -> str:
        return self.values.get(name, [""])[-1]

    def _made(self) -> SampleRequest:
        body = ("" if "json" in self.values else "&").join(self.body)
        query = [*self.query, *([body] if "get" in self.values and body else [])]
        body = "" if "get" in self.values else body
        url = self.urls[0] if "://" in self.urls[0] else f"http://{self.urls[0]}"
        address = urlsplit(url)
        user, at, host = address.netloc.rpartition("@")
        url = address._replace(netloc=host, fragment="").geturl()
        if query:
            url += ("&" if urlsplit(url).query else "?") + "&".join(query)
        content, kind = body.encode(), _JSON if "json" in self.values else _FORM
        if self.parts:
            boundary = boundary_of(self.parts)
            content, kind = (
                write_multipart(self.parts, boundary),
                f"{MEDIA_TYPE}; boundary={boundary}",
            )
        method = self._last("request") or ("POST" if content else "GET")
        request = Request(
            method=method.upper(),
            url=url,
            headers=tuple(self._headers(kind if content else "")),
            body=content,
            origin=Origin(turn=0, step=""),
        )
        return SampleRequest(
            where=self.where,
            request=request,
            user=self._last("user") or (unquote(user) if at else ""),
            keys=self._keys(),
            notes=tuple(self.notes),
        )

    def _headers(self, kind: str) -> Headers:
        headers = [
            (name.strip(), value.strip())
            for name, mark, value in (text.partition(":") for text in self.values.get("header", ()))
            # For curl, "name:" means to leave a header out.
            if mark and value.strip()
        ]
        names = {name.lower() for name, _ in headers}
        further = {
            "Content-Type": kind,
            "Accept": _JSON if "json" in self.values else "",
            "Cookie": "; ".join(self.values.get("cookie", ())),
            "User-Agent": self._last("user-agent"),
            "Referer": self._last("referer"),
            "Authorization": f"Bearer {self._last('oauth2-bearer')}"
            if "oauth2-bearer" in self.values
            else "",
        }
        added = [(n, v) for n, v in further.items() if v and n.lower() not in names]
        return (*headers, *added)

    def _keys(self) -> dict[str, Json]:
        """What curl's flags say in terms of `harness.yaml`."""
        keys: dict[str, Json] = {}
        if seconds := self._last("max-time"):
            keys["timeout"] = f"{seconds}s"
        if self._last("retry").isdecimal():
            keys["retries"] = min(int(self._last("retry")), 20)
        if network := self._network():
            keys["network"] = network
        return keys

    def _network(self) -> dict[str, Json]:
        network: dict[str, Json] = {}
        if proxy := self._last("proxy"):
            network["proxy"] = proxy if "://" in proxy else f"http://{proxy}"
        certificate, key = self._last("cert"), self._last("key")
        if certificate:
            own = {"certificate": certificate, **({"key": key} if key else {})}
            network["client_certificate"] = own
        if "insecure" in self.values:
            network["verify"] = False
        elif authority := self._last("cacert"):
            network["ca"] = authority
        if "noproxy" in self.values:
            self.notes.append("'--noproxy' is left out")
        return network


def _scheme_fault(url: str) -> Fault | None:
    """What is wrong with the scheme of a URL, and what to do; None if nothing is."""
    scheme, mark, _ = url.partition("://")
    if not mark or scheme.lower() in ("http", "https"):
        return None
    is_socket = scheme.lower() in ("ws", "wss")
    hint = "write the definition by hand: a 'socket' step opens a WebSocket" if is_socket else ""
    return f"the URL has the scheme {quote(scheme)}, expected http or https", hint


def _problems(where: str, faults: Sequence[Fault]) -> ConfigurationError:
    return ConfigurationError(
        Problem(code="wrong-command", message=message, where=where, hint=hint)
        for message, hint in faults
    )
