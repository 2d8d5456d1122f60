from __future__ import annotations

import contextlib
import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
import trustme

from harness.core.errors import Interrupted, NeverSent, TransportError
from harness.transport.live import LiveLimits
from harness.transport.network import Network, parse_proxy
from tests.transport.relays import HttpProxy, Relay, SocksProxy

CREDENTIALS = "maria:s3cret/pw@x"
IN_URL = "maria:s3cret%2Fpw%40x"
CONNECTED = (HttpProxy, SocksProxy)


@pytest.fixture
def relay() -> Iterator[Callable[..., Relay]]:
    """Start a proxy."""
    started: list[Relay] = []

    def start(kind: type[Relay], **options) -> Relay:
        proxy = kind(**options)
        proxy.start()
        started.append(proxy)
        return proxy

    yield start
    for proxy in started:
        proxy.stop()


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(authority) -> ssl.SSLContext:
    """The context of servers and proxies on loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "bot.internal").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def ca(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture(params=[False, True], ids=["http", "https"])
def echoing(request, serve, secure):
    """A server that repeats what it is told, of each scheme."""
    return serve(echo, secure if request.param else None)


def through(url: str, **more) -> Network:
    """All servers are reached through this proxy."""
    proxy = parse_proxy(url)
    return Network(http_proxy=proxy, https_proxy=proxy, **more)


def read(wire, request) -> bytes:
    return b"".join(chunk.content for chunk in wire.send(request).chunks)


def failure(wire, request) -> TransportError:
    with pytest.raises((TransportError, Interrupted)) as caught:
        read(wire, request)
    return caught.value


def message(wire, request) -> str:
    return re.sub(r":\d{4,5}\b", ":PORT", str(failure(wire, request)))


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def echo(visit) -> None:
    visit.answer(visit.body or b"ok")


def test_a_plain_request_is_forwarded(relay, serve, connect, ask):
    """The proxy receives the whole address, and the server's answer is read."""
    proxy, server = relay(HttpProxy), serve(echo)
    wire = connect(server, network=through(proxy.url()))

    assert read(wire, ask(f"{server.url}/a?b=1", "POST", b"hello")) == b"hello"
    assert proxy.asked == [f"POST {server.url}/a?b=1 HTTP/1.1"]
    assert server.heads[0].startswith("POST /a?b=1 HTTP/1.1\r\n")


@pytest.mark.parametrize("kind", CONNECTED)
def test_a_secure_request_is_tunnelled(kind, relay, serve, connect, ask, secure, ca):
    """The proxy receives host and port alone, and the server's certificate is checked."""
    proxy, server = relay(kind), serve(echo, secure)
    wire = connect(server, network=through(proxy.url(), ca=ca))

    assert read(wire, ask(server.url, "POST", b"hello")) == b"hello"
    assert [f"127.0.0.1:{server.port}" in one for one in proxy.asked] == [True]
    assert "s3cret" not in server.heads[0]


@pytest.mark.parametrize("kind", CONNECTED)
def test_the_proxy_knows_names_that_this_computer_does_not(
    kind, relay, serve, connect, ask, secure, ca
):
    """The proxy looks up the server's host, which is what a company network often requires."""
    proxy, server = relay(kind, hosts={"bot.internal": "127.0.0.1"}), serve(echo, secure)
    target = f"bot.internal:{server.port}"
    wire = connect(target, network=through(proxy.url(), ca=ca))

    assert read(wire, ask(f"https://{target}/")) == b"ok"


def test_one_tunnel_serves_several_requests(relay, serve, connect, ask, secure, ca):
    """The connection through a proxy is kept open, as a direct one is."""
    proxy, server = relay(HttpProxy), serve(echo, secure)
    wire = connect(server, network=through(proxy.url(), ca=ca))

    answers = [read(wire, ask(server.url, "POST", body)) for body in (b"1", b"2", b"3")]

    assert answers == [b"1", b"2", b"3"]
    assert len(proxy.asked) == 1


@pytest.mark.parametrize("is_secure", [False, True], ids=["http", "https"])
def test_a_proxy_that_is_reached_by_tls(is_secure, relay, serve, connect, ask, secure, ca):
    """To a server of https, one encrypted connection leads through another one."""
    proxy, server = relay(HttpProxy, context=secure), serve(echo, secure if is_secure else None)
    wire = connect(server, network=through(proxy.url(), ca=ca))
    body = bytes(300_000)

    assert read(wire, ask(server.url, "POST", body)) == body
    assert len(proxy.asked) == 1


def test_a_proxy_with_an_unknown_certificate(relay, serve, connect, ask, secure):
    """The certificate of a proxy is checked too, and the message says that it is the proxy's."""
    proxy, server = relay(HttpProxy, context=secure), serve(echo)
    wire = connect(server, network=through(proxy.url()))

    assert message(wire, ask(server.url)).startswith(
        "the certificate of the proxy https://127.0.0.1:PORT is not trusted: "
    )


@pytest.mark.parametrize("kind", CONNECTED)
def test_credentials_are_sent(kind, relay, echoing, connect, ask, ca, caplog):
    """User name and password of the URL, decoded; they are in no log, and the server sees none."""
    caplog.set_level(logging.DEBUG)
    proxy = relay(kind, credentials=CREDENTIALS)
    wire = connect(echoing, network=through(proxy.url(IN_URL), ca=ca))

    assert read(wire, ask(echoing.url)) == b"ok"
    assert "roxy" not in echoing.heads[0]
    assert "s3cret" not in caplog.text
    assert "bWFyaWE6czNjcmV0" not in caplog.text


@pytest.mark.parametrize("kind", CONNECTED)
def test_wrong_credentials(kind, relay, echoing, connect, ask, ca):
    """They have a code of their own; the message shows neither of them."""
    proxy = relay(kind, credentials=CREDENTIALS)
    wire = connect(echoing, network=through(proxy.url("maria:wr0ng"), ca=ca))

    assert message(wire, ask(echoing.url)) == (
        f"the proxy {kind.scheme}://127.0.0.1:PORT does not accept the user name and password; "
        "check those of 'proxy' of the provider's 'network:' in harness.yaml "
        "[proxy-authentication]"
    )
    assert echoing.heads == []


def test_missing_credentials(relay, echoing, connect, ask, ca):
    """The message says how to write them."""
    proxy = relay(HttpProxy, credentials="a:b")
    wire = connect(echoing, network=through(proxy.url(), ca=ca))

    assert message(wire, ask(echoing.url)) == (
        "the proxy http://127.0.0.1:PORT requires a user name and password; write them into its "
        "URL as variables: http://${env.PROXY_USER}:${env.PROXY_PASSWORD | urlencode}@… "
        "[proxy-authentication]"
    )


def test_missing_credentials_for_socks(relay, serve, connect, ask):
    """A SOCKS proxy that requires them says so before anything is sent."""
    proxy, server = relay(SocksProxy, credentials="a:b"), serve(echo)
    wire = connect(server, network=through(proxy.url()))

    assert failure(wire, ask(server.url)).code == "proxy-authentication"


def test_a_server_may_require_proxy_credentials_itself(serve, connect, ask):
    """Without a proxy, the status 407 is an answer like any other."""
    server = serve(lambda visit: visit.answer(b"no", "407 Proxy Authentication Required"))

    assert connect(server).send(ask(server.url)).status == 407


def test_a_proxy_that_is_not_there(connect, ask):
    """The message names the proxy, not the server; the request may be sent again."""
    wire = connect("bot.internal:443", network=through(f"http://127.0.0.1:{closed_port()}"))

    error = failure(wire, ask("https://bot.internal/"))

    assert re.sub(r":\d{4,5}\b", ":PORT", str(error)) == (
        "the proxy http://127.0.0.1:PORT refused the connection; "
        "check 'proxy' of the provider's 'network:' in harness.yaml [proxy-unreachable]"
    )
    assert isinstance(error, NeverSent)


def test_a_proxy_without_an_address(connect, ask):
    """The host that cannot be looked up is the proxy's."""
    wire = connect("bot.internal:443", network=through("http://proxy.invalid:3128"))

    assert message(wire, ask("https://bot.internal/")).startswith(
        "the host of the proxy http://proxy.invalid:PORT has no address; "
    )


@pytest.mark.parametrize("kind", CONNECTED)
def test_a_proxy_that_never_answers(kind, relay, connect, ask):
    """What a proxy does to reach the server is within the limit of a connection."""
    proxy = relay(kind, silent=True)
    limits = LiveLimits(connect=0.3, attempts=1)
    wire = connect("bot.internal:443", network=through(proxy.url()), limits=limits)

    assert message(wire, ask("https://bot.internal/")) == (
        f"the proxy {kind.scheme}://127.0.0.1:PORT made no connection to "
        "https://bot.internal:443 within 0.3 s [connect-timeout]"
    )


def test_every_address_of_a_proxy_is_tried(relay, serve, connect, ask, monkeypatch):
    """As with a server: the first one that takes the connection is used."""
    proxy, server = relay(HttpProxy), serve(echo)
    found = socket.getaddrinfo

    def two_addresses(host, port, *arguments, **options):
        if host == "proxy.internal":
            return [
                found("127.0.0.1", closed_port(), *arguments, **options)[0],
                found("127.0.0.1", port, *arguments, **options)[0],
            ]
        return found(host, port, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", two_addresses)
    wire = connect(server, network=through(f"http://proxy.internal:{proxy.port}"))

    assert read(wire, ask(server.url)) == b"ok"


@pytest.mark.parametrize(
    ("kind", "answer", "reason", "is_retried"),
    [
        (HttpProxy, "403 Forbidden", "403 Forbidden; ask who runs the proxy", False),
        (HttpProxy, "502 Bad Gateway", "502 Bad Gateway", True),
        (
            SocksProxy,
            "2",
            "Proxy Server could not connect: Connection not allowed by ruleset",
            True,
        ),
        (SocksProxy, "5", "Proxy Server could not connect: Connection refused", True),
    ],
    ids=["forbidden", "no gateway", "not allowed", "refused"],
)
def test_a_proxy_that_makes_no_connection(kind, answer, reason, is_retried, relay, connect, ask):
    """The proxy's own reason is shown; what may pass is tried again."""
    proxy = relay(kind, answer=answer)
    wire = connect("bot.internal:443", network=through(proxy.url()))

    error = failure(wire, ask("https://bot.internal/"))

    assert re.sub(r":\d{4,5}\b", ":PORT", str(error)) == (
        f"the proxy {kind.scheme}://127.0.0.1:PORT made no connection to "
        f"https://bot.internal:443: {reason} [proxy-refused]"
    )
    assert isinstance(error, NeverSent) == is_retried


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        ("http", "it does not answer in HTTP"),
        ("socks5", "it does not answer as a SOCKS 5 proxy"),
    ],
)
def test_a_server_that_is_no_proxy(scheme, reason, connect, ask):
    """An answer of another kind is the proxy's fault, not the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            client, _ = listener.accept()
            with contextlib.suppress(ConnectionError), client:
                client.recv(100)
                client.sendall(b"220 mail.example.com ESMTP\r\n\r\n")
                client.recv(100)

        thread = threading.Thread(target=talk)
        thread.start()
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        wire = connect("bot.internal:443", network=through(url))
        error = failure(wire, ask("https://bot.internal/"))
        thread.join(5)

    assert (error.code, reason in str(error)) == ("proxy-refused", True)


def test_hosts_of_no_proxy_are_reached_directly(relay, serve, connect, ask):
    """One provider may have servers of both kinds."""
    proxy, server = relay(HttpProxy), serve(echo)
    direct = f"localhost:{server.port}"
    wire = connect(server, direct, network=through(proxy.url(), direct=("localhost",)))

    assert read(wire, ask(f"http://{direct}/1")) == b"ok"
    assert read(wire, ask(f"{server.url}/2")) == b"ok"
    assert proxy.asked == [f"GET {server.url}/2 HTTP/1.1"]


def test_http_and_https_may_have_different_proxies(relay, serve, connect, ask, secure, ca):
    """The scheme of the server's address decides."""
    first, second = relay(HttpProxy), relay(HttpProxy)
    plain, encrypted = serve(echo), serve(echo, secure)
    network = Network(
        http_proxy=parse_proxy(first.url()), https_proxy=parse_proxy(second.url()), ca=ca
    )
    wire = connect(plain, encrypted, network=network)

    answers = read(wire, ask(plain.url)), read(wire, ask(encrypted.url))

    assert answers == (b"ok", b"ok")
    assert (len(first.asked), len(second.asked)) == (1, 1)


def test_a_variable_that_is_not_read_is_named(connect, ask):
    """If the environment names a proxy and harness.yaml does not, the message says what to do."""
    target = f"127.0.0.1:{closed_port()}"
    wire = connect(target, network=Network(unread=("HTTPS_PROXY", "SSL_CERT_FILE")))

    assert message(wire, ask(f"http://{target}/")) == (
        "http://127.0.0.1:PORT refused the connection; HTTPS_PROXY is set, but not read; to read "
        "proxies, write 'proxy: environment' below the provider's 'network:' in harness.yaml; "
        "is the server running, and is the address right? [connection-refused]"
    )


@pytest.mark.parametrize("kind", CONNECTED)
def test_close_ends_a_wait_for_a_proxy(kind, relay, connect, ask):
    """A run that is stopped does not wait for the limit."""
    proxy = relay(kind, silent=True)
    limits = LiveLimits(connect=60, attempts=1)
    wire = connect("bot.internal:443", network=through(proxy.url()), limits=limits)
    timer = threading.Timer(0.3, wire.close)
    timer.start()

    error = failure(wire, ask("https://bot.internal/"))
    timer.join()

    assert error.code == "interrupted"
