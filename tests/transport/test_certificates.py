from __future__ import annotations

import re
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from harness.core.errors import TransportError
from harness.transport.live import LiveLimits
from harness.transport.network import ClientCertificate, Network


def secure(authority, *names: str, **options) -> ssl.SSLContext:
    """The context of a server whose certificate an authority signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or ("127.0.0.1", "localhost")), **options).configure_cert(context)
    return context


def requiring(authority, version: ssl.TLSVersion) -> ssl.SSLContext:
    """The same of a server that requires a certificate of the authority."""
    context = secure(authority)
    context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    return context


def written(authority, folder: Path) -> Path:
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def own(certificate, folder: Path) -> ClientCertificate:
    """A client certificate with its key in another file."""
    paths = folder / "client.crt", folder / "client.key"
    certificate.cert_chain_pems[0].write_to_path(paths[0])
    certificate.private_key_pem.write_to_path(paths[1])
    return ClientCertificate(certificate=paths[0], key=paths[1])


def read(wire, request) -> bytes:
    return b"".join(chunk.content for chunk in wire.send(request).chunks)


def message(wire, request) -> str:
    with pytest.raises(TransportError) as caught:
        read(wire, request)
    return re.sub(r":\d{4,5}\b", ":PORT", str(caught.value))


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def stranger():
    return trustme.CA()


def test_a_private_authority_is_trusted(authority, serve, connect, ask, tmp_path):
    """A server whose certificate a named authority signed is reached by its address and name."""
    server = serve(lambda visit: visit.answer(b"secure"), secure(authority))
    hosts = server, f"localhost:{server.port}"
    wire = connect(*hosts, network=Network(ca=written(authority, tmp_path)))

    assert read(wire, ask(server.url)) == b"secure"
    assert read(wire, ask(f"https://localhost:{server.port}")) == b"secure"


def test_every_file_of_a_folder_is_trusted(authority, stranger, serve, connect, ask, tmp_path):
    """A folder needs no names of hashes, and other files in it are ignored."""
    stranger.cert_pem.write_to_path(tmp_path / "a.pem")
    authority.cert_pem.write_to_path(tmp_path / "b.CRT")
    (tmp_path / "notes.txt").write_text("no certificate")
    server = serve(lambda visit: visit.answer(), secure(authority))

    assert read(connect(server, network=Network(ca=tmp_path)), ask(server.url)) == b"ok"


def test_a_servers_own_certificate_can_be_named(authority, serve, connect, ask, tmp_path):
    """The certificate of the server itself is enough, although another one signed it."""
    leaf = authority.issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "server.pem")
    server = serve(lambda visit: visit.answer(), context)

    wire = connect(server, network=Network(ca=tmp_path / "server.pem"))

    assert read(wire, ask(server.url)) == b"ok"


def test_another_authority(authority, stranger, serve, connect, ask, tmp_path):
    """A server of another authority is refused, and nothing is sent to it."""
    server = serve(lambda visit: visit.answer(), secure(stranger))
    wire = connect(server, network=Network(ca=written(authority, tmp_path)))

    assert message(wire, ask(server.url)) == (
        "the certificate of https://127.0.0.1:PORT is not trusted: unable to get local issuer "
        "certificate; 'ca' of the provider's 'network:' in harness.yaml does not contain its "
        "authority [certificate-untrusted]"
    )
    assert server.heads == []


def test_variables_of_other_clients_are_named(authority, serve, connect, ask):
    """If the environment names authorities, the message says that they are not read."""
    server = serve(lambda visit: visit.answer(), secure(authority))
    wire = connect(server, network=Network(unread=("HTTPS_PROXY", "SSL_CERT_FILE")))

    assert message(wire, ask(server.url)).endswith(
        "; SSL_CERT_FILE is set, but not read; name its authority under 'ca' of the provider's "
        "'network:' in harness.yaml [certificate-untrusted]"
    )


def test_an_expired_certificate(authority, serve, connect, ask, tmp_path):
    """A certificate whose time is over has a code of its own."""
    over = datetime.now(UTC) - timedelta(days=1)
    server = serve(lambda visit: visit.answer(), secure(authority, "127.0.0.1", not_after=over))
    wire = connect(server, network=Network(ca=written(authority, tmp_path)))

    assert message(wire, ask(server.url)) == (
        "the certificate of https://127.0.0.1:PORT, or of its authority, has expired; "
        "renew it, or correct this computer's clock [certificate-expired]"
    )


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("bot.example.com",), "IP address mismatch, certificate is not valid for '127.0.0.1'"),
        (("127.0.0.2",), "IP address mismatch, certificate is not valid for '127.0.0.1'"),
    ],
    ids=["a name", "an address"],
)
def test_a_certificate_of_another_host(names, reason, authority, serve, connect, ask, tmp_path):
    """A certificate for another host has a code of its own."""
    server = serve(lambda visit: visit.answer(), secure(authority, *names))
    wire = connect(server, network=Network(ca=written(authority, tmp_path)))

    assert message(wire, ask(server.url)) == (
        f"the certificate of https://127.0.0.1:PORT is for another host: {reason}; "
        "use a host that the certificate names [certificate-mismatch]"
    )


def test_a_certificate_of_another_name(authority, serve, connect, ask, tmp_path):
    """The name of the host in the URL counts, not its address."""
    server = serve(lambda visit: visit.answer(), secure(authority, "127.0.0.1"))
    target = f"localhost:{server.port}"
    wire = connect(target, network=Network(ca=written(authority, tmp_path)))

    assert "'localhost'" in message(wire, ask(f"https://{target}"))


def test_any_certificate_is_accepted_without_verification(stranger, serve, connect, ask):
    """`verify: false` accepts a certificate of anybody, for any host, at any time."""
    over = datetime.now(UTC) - timedelta(days=1)
    server = serve(lambda visit: visit.answer(), secure(stranger, "else.where", not_after=over))

    assert read(connect(server, network=Network(verify=False)), ask(server.url)) == b"ok"


VERSIONS = pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"]
)


@VERSIONS
def test_a_client_certificate_is_shown(version, authority, serve, connect, ask, tmp_path):
    """A server that requires a certificate answers a client that has one of its authority."""
    server = serve(lambda visit: visit.answer(b"known"), requiring(authority, version))
    shown = own(authority.issue_cert("client@example.com"), tmp_path)
    network = Network(ca=written(authority, tmp_path), client_certificate=shown)

    assert read(connect(server, network=network), ask(server.url)) == b"known"


def test_a_client_certificate_is_required(authority, serve, connect, ask, tmp_path):
    """The message names the key to add; the request did not reach the server."""
    server = serve(lambda visit: visit.answer(), requiring(authority, ssl.TLSVersion.TLSv1_3))
    wire = connect(server, network=Network(ca=written(authority, tmp_path)))

    assert message(wire, ask(server.url)) == (
        "https://127.0.0.1:PORT requires a client certificate; name it under "
        "'client_certificate' of the provider's 'network:' in harness.yaml "
        "[client-certificate-required]"
    )
    assert server.heads == []


def test_a_missing_client_certificate_before_tls_1_3(authority, serve, connect, ask, tmp_path):
    """There, a server does not say what it lacks; the hint names the likely reason."""
    server = serve(lambda visit: visit.answer(), requiring(authority, ssl.TLSVersion.TLSv1_2))
    wire = connect(server, network=Network(ca=written(authority, tmp_path)))

    text = message(wire, ask(server.url))

    assert text.startswith("no secure connection to https://127.0.0.1:PORT: ")
    assert "if the server requires a client certificate, name it" in text


@VERSIONS
def test_a_client_certificate_of_a_stranger(
    version, authority, stranger, serve, connect, ask, tmp_path
):
    """A certificate that the server does not accept has a code of its own."""
    server = serve(lambda visit: visit.answer(), requiring(authority, version))
    shown = own(stranger.issue_cert("client@example.com"), tmp_path)
    network = Network(ca=written(authority, tmp_path), client_certificate=shown)

    assert message(connect(server, network=network), ask(server.url)) == (
        "https://127.0.0.1:PORT does not accept the client certificate: its authority is not "
        "known to the server; check 'client_certificate' of the provider's 'network:' in "
        "harness.yaml [client-certificate-refused]"
    )


def test_the_handshake_is_within_the_limit_of_the_connection(connect, ask):
    """A server that never answers the handshake is a connection that was not made."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = f"127.0.0.1:{listener.getsockname()[1]}"
        wire = connect(target, limits=LiveLimits(connect=0.2, attempts=1))

        text = message(wire, ask(f"https://{target}"))

    assert text == (
        "https://127.0.0.1:PORT did not take the connection within 0.2 s [connect-timeout]"
    )
