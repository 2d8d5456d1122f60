"""The flags of curl, and what each means for a definition.

Source: https://curl.se/docs/manpage.html, version 8.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from harness.core import did_you_mean, quote

Fault: TypeAlias = tuple[str, str]
"""What is wrong with a command, and a hint."""


class Use(StrEnum):
    """What is made of a flag."""

    REQUEST = "request"
    """It is part of the request."""
    NETWORK = "network"
    """It is about the connection, which harness.yaml describes."""
    NONE = "none"
    """It is about what curl shows or stores, or how it travels: nothing to describe."""
    IMPOSSIBLE = "impossible"
    """A definition cannot say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One flag, by its long name."""

    name: str
    takes_value: bool
    use: Use


_VALUES = {
    Use.REQUEST: "request header data data-ascii data-raw data-binary data-urlencode json form"
    " form-string user cookie url url-query user-agent referer oauth2-bearer",
    Use.NETWORK: "proxy noproxy cacert cert key max-time retry",
    Use.NONE: "output output-dir write-out dump-header stderr trace trace-ascii trace-config"
    " cookie-jar connect-timeout retry-delay retry-max-time max-redirs limit-rate speed-limit"
    " speed-time keepalive-time keepalive-cnt expect100-timeout max-filesize tls-max ciphers"
    " tls13-ciphers curves dns-servers dns-interface dns-ipv4-addr dns-ipv6-addr"
    " happy-eyeballs-timeout-ms interface local-port rate parallel-max alt-svc hsts libcurl"
    " etag-save create-file-mode",
    Use.IMPOSSIBLE: "upload-file config aws-sigv4 netrc-file unix-socket abstract-unix-socket"
    " resolve connect-to doh-url request-target range continue-at time-cond etag-compare"
    " variable expand-url expand-data expand-header socks4 socks4a socks5 socks5-hostname"
    " preproxy proxy-user proxy-header proxy-cacert proxy-cert proxy-key pass cert-type"
    " key-type capath crlfile pinnedpubkey login-options krb delegation service-name engine",
}
_SWITCHES = {
    Use.REQUEST: "get",
    Use.NETWORK: "insecure",
    Use.NONE: "compressed silent show-error verbose include show-headers buffer fail"
    " fail-with-body fail-early location location-trusted globoff progress-bar progress-meter"
    " http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only ipv4 ipv6 tcp-nodelay"
    " tcp-fastopen keepalive tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 ssl sslv2 sslv3 ssl-reqd"
    " ssl-no-revoke ssl-revoke-best-effort sessionid raw tr-encoding path-as-is styled-output"
    " disable remote-name remote-name-all remote-header-name remote-time create-dirs trace-time"
    " trace-ids parallel parallel-immediate retry-connrefused retry-all-errors false-start alpn"
    " npn basic post301 post302 post303 junk-session-cookies no-clobber clobber skip-existing"
    " remove-on-error ssl-allow-beast ca-native haproxy-protocol",
    Use.IMPOSSIBLE: "digest ntlm negotiate anyauth netrc netrc-optional head next form-escape"
    " proxytunnel proxy-basic proxy-digest proxy-ntlm proxy-insecure append list-only"
    " use-ascii ftp-pasv",
}
FLAGS = {
    name: Flag(name=name, takes_value=takes_value, use=use)
    for takes_value, table in ((True, _VALUES), (False, _SWITCHES))
    for use, names in table.items()
    for name in names.split()
}
"""By the long name, without `--`."""

SHORT = {
    "X": "request",
    "H": "header",
    "d": "data",
    "F": "form",
    "u": "user",
    "b": "cookie",
    "G": "get",
    "A": "user-agent",
    "e": "referer",
    "I": "head",
    "T": "upload-file",
    "k": "insecure",
    "x": "proxy",
    "E": "cert",
    "m": "max-time",
    "U": "proxy-user",
    "s": "silent",
    "S": "show-error",
    "v": "verbose",
    "i": "include",
    "N": "no-buffer",
    "f": "fail",
    "L": "location",
    "g": "globoff",
    "#": "progress-bar",
    "o": "output",
    "w": "write-out",
    "D": "dump-header",
    "c": "cookie-jar",
    "0": "http1.0",
    "4": "ipv4",
    "6": "ipv6",
    "1": "tlsv1",
    "2": "sslv2",
    "3": "sslv3",
    "q": "disable",
    "O": "remote-name",
    "J": "remote-header-name",
    "R": "remote-time",
    "Z": "parallel",
    "K": "config",
    "n": "netrc",
    "r": "range",
    "C": "continue-at",
    "z": "time-cond",
    "y": "speed-time",
    "Y": "speed-limit",
    "j": "junk-session-cookies",
    "p": "proxytunnel",
    "a": "append",
    "l": "list-only",
    "B": "use-ascii",
    ":": "next",
}
"""Flags of one letter, with the long name of each."""


def flags_in(words: Sequence[str], faults: list[Fault]) -> Iterator[tuple[Flag, str]]:
    """Each flag with its value; a word that is not a flag is the value of `url`.

    Flags that curl does not have, and those that lack a value, are added to `faults`.
    """
    waiting = iter(words)
    for word in waiting:
        if word.startswith("--") and word != "--":
            yield from _long(word, waiting, faults)
        elif word.startswith("-") and len(word) > 1 and word != "--":
            yield from _short(word, waiting, faults)
        elif word != "--":
            yield FLAGS["url"], word


def _long(word: str, waiting: Iterator[str], faults: list[Fault]) -> Iterator[tuple[Flag, str]]:
    name = word.removeprefix("--")
    flag = FLAGS.get(name)
    if flag is None and (positive := FLAGS.get(name.removeprefix("no-"))) is not None:
        flag = None if positive.takes_value else positive
    if flag is None:
        near = did_you_mean(word, [f"--{known}" for known in FLAGS])
        faults.append((f"curl has no flag {quote(word)}", near))
    else:
        yield flag, _value(word, waiting, faults) if flag.takes_value else ""


def _short(word: str, waiting: Iterator[str], faults: list[Fault]) -> Iterator[tuple[Flag, str]]:
    """Flags of one letter, of which the last can have its value in the same word."""
    for at, letter in enumerate(word[1:], 2):
        name = SHORT.get(letter, "")
        flag = FLAGS.get(name) or FLAGS.get(name.removeprefix("no-"))
        if flag is None:
            where = f" in {quote(word)}" if len(word) > 2 else ""  # noqa: PLR2004  # `-X`
            faults.append((f"curl has no flag '-{letter}'{where}", "remove it"))
            return
        if flag.takes_value:
            yield flag, word[at:] or _value(word, waiting, faults)
            return
        yield flag, ""


def _value(word: str, waiting: Iterator[str], faults: list[Fault]) -> str:
    value = next(waiting, None)
    if value is None:
        faults.append((f"the flag {quote(word)} has no value", "add it"))
    return value or ""
