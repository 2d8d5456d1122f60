from __future__ import annotations

import pytest

from harness.transport.network import (
    Network,
    Proxy,
    hosts_in,
    parse_proxy,
    unread_variables,
    variable,
)


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("http://p", Proxy(scheme="http", host="p", port=80)),
        ("https://p:1", Proxy(scheme="https", host="p", port=1)),
        ("socks5://p", Proxy(scheme="socks5", host="p", port=1080)),
        ("socks5h://[::1]:9", Proxy(scheme="socks5h", host="::1", port=9)),
        ("HTTP://P.example:3128/", Proxy(scheme="http", host="p.example", port=3128)),
        (
            "http://a%40b:c%2Fd%3A@p",
            Proxy(scheme="http", host="p", port=80, user="a@b", password="c/d:"),
        ),
        ("http://token@p", Proxy(scheme="http", host="p", port=80, user="token")),
    ],
)
def test_a_url_is_read(text, proxy):
    """Ports have defaults, and credentials are decoded."""
    assert parse_proxy(text) == proxy


@pytest.mark.parametrize(
    "text",
    [
        "p:3128",
        "ftp://p",
        "socks4://p",
        "http://",
        "http://p:x",
        "http://p:70000",
        "http://p/pac",
        "http://u:pl4nted#x@p",
        "http://[::1",
        "http://u:pl4nted@p\u2100",
        "http://two words:1",
        "http://bücher.example",
        "",
    ],
)
def test_what_is_no_proxy(text):
    """The sentence does not contain the URL, which may contain a password."""
    with pytest.raises(ValueError, match=r"^the proxy's URL ") as caught:
        parse_proxy(text)

    assert "pl4nted" not in str(caught.value)


def test_an_address_is_shown_without_credentials():
    """An IPv6 address is in brackets."""
    assert parse_proxy("http://maria:pw@[::1]:3128").url == "http://[::1]:3128"


@pytest.mark.parametrize(
    ("entry", "reached", "not_reached"),
    [
        ("*", ["a.example", "10.0.0.1"], []),
        ("example.com", ["example.com", "a.example.com", "EXAMPLE.com"], ["badexample.com"]),
        (".example.com", ["example.com", "a.example.com"], ["example.org"]),
        ("*.example.com", ["a.example.com"], ["example.org"]),
        ("10.0.0.1", ["10.0.0.1"], ["10.0.0.2", "a10.0.0.1"]),
        ("10.0.0.0/8", ["10.200.3.4"], ["11.0.0.1", "ten.example"]),
        ("::1", ["::1"], ["::2"]),
        ("[::1]:443", ["::1"], ["::2"]),
        ("fd00::/8", ["fd12::1"], ["fe80::1"]),
        ("example.com:443", ["example.com"], ["example.org"]),
        ("example.com:80", [], ["example.com"]),
        ("localhost", ["localhost"], ["127.0.0.1"]),
    ],
)
def test_no_proxy(entry, reached, not_reached):
    """Hosts, their domains, addresses and networks, each with a port if one is named."""
    proxy = parse_proxy("http://p")
    network = Network(https_proxy=proxy, direct=hosts_in(f"other.example, {entry} ,"))

    assert [h for h in reached if network.proxy_for("https", h, 443) is not None] == []
    assert [h for h in not_reached if network.proxy_for("https", h, 443) is None] == []


def test_the_scheme_decides():
    """`http_proxy` is for servers with http, `https_proxy` for those with https."""
    first, second = parse_proxy("http://a"), parse_proxy("http://b")
    network = Network(http_proxy=first, https_proxy=second)

    assert network.proxy_for("http", "x", 80) == first
    assert network.proxy_for("https", "x", 443) == second
    assert Network(http_proxy=first).proxy_for("https", "x", 443) is None


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"HTTP_PROXY": "a"}, ("HTTP_PROXY", "a")),
        ({"HTTP_PROXY": "a", "http_proxy": "b"}, ("http_proxy", "b")),
        ({"HTTP_PROXY": "a", "http_proxy": ""}, ("http_proxy", "")),
        ({"HTTP_PROXY": "a", "REQUEST_METHOD": "GET"}, ("HTTP_PROXY", "")),
        ({}, ("HTTP_PROXY", "")),
    ],
    ids=["upper case", "both", "switched off", "a CGI script", "none"],
)
def test_a_variable_of_a_proxy(environment, found):
    """Lower case comes first, and an empty one in lower case switches the other off."""
    assert variable("http_proxy", environment) == found


def test_variables_that_are_not_read():
    """Those of proxies only if `proxy: environment` does not read them, and never empty ones."""
    environment = {"https_proxy": "a", "ALL_PROXY": "", "SSL_CERT_FILE": "b", "SSL_CERT_DIR": ""}

    assert unread_variables(environment, reads_proxies=False) == ("https_proxy", "SSL_CERT_FILE")
    assert unread_variables(environment, reads_proxies=True) == ("SSL_CERT_FILE",)


def test_credentials_are_secrets():
    """Passwords by name, also together with the user, as Basic authentication has them."""
    network = Network(http_proxy=parse_proxy("http://maria:p%2Fw@a"))

    assert network.secrets == {"proxy.password": "p/w", "proxy.credentials": "maria:p/w"}
