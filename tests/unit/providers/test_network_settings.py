from __future__ import annotations

import importlib.util

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from definitions import definition

from harness.config import read_config
from harness.core.errors import ConfigurationError
from harness.providers.filling_in import fill_in, network_problems
from harness.secrets.redaction import Redactor
from harness.transport.network import parse_proxy

PASSWORD = "pl4nted-s3cret"
PAIR = "client_certificate: {certificate: ../company/client.crt, key: ../company/%s}"
ENCRYPTED = (
    "client_certificate: {certificate: ../company/client.crt, key: ../company/client.enc,"
    " password: '${env.PW}'}"
)
SEND = "send:\n  - request: {get: /a}\n"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Certificates and keys, as a company has them, next to the project."""
    folder = tmp_path_factory.mktemp("company")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    for name in ("client", "other"):
        certificate = authority.issue_cert(f"{name}@example.com")
        certificate.cert_chain_pems[0].write_to_path(folder / f"{name}.crt")
        certificate.private_key_pem.write_to_path(folder / f"{name}.key")
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")
    key = load_pem_private_key((folder / "client.key").read_bytes(), None)
    encryption = BestAvailableEncryption(PASSWORD.encode())
    (folder / "client.enc").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    )
    (folder / "client.p12").write_bytes(b"\x30\x82\x01\x02 binary")
    lines = (folder / "ca.pem").read_text().splitlines(keepends=True)
    (folder / "damaged.pem").write_text("".join([lines[0], *lines[3:]]))
    return folder


@pytest.fixture
def read(tmp_path, files):
    """The network settings of a provider in a project next to the company's files."""

    def make(network: str, environment=None):
        provider = config(tmp_path, files, network)
        return fill_in(provider, definition(SEND), {"X": "http://a", **(environment or {})})

    return make


def config(tmp_path, files, network):
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "company").symlink_to(files)
    (project / "harness.yaml").write_text(
        "providers:\n  bot:\n    definition: ours\n    settings: {base_url: 'http://a'}\n"
        f"    network: {{{network}}}\n"
    )
    return read_config(project / "harness.yaml").providers["bot"]


@pytest.mark.parametrize(
    "network",
    [
        "ca: ../company/ca.pem",
        "ca: '${env.COMPANY}/ca.pem'",
        "client_certificate: ../company/client.pem",
        "client_certificate: {certificate: ../company/client.crt, key: ../company/client.key}",
        ENCRYPTED,
    ],
)
def test_files_outside_the_project(network, read, tmp_path):
    """Paths are relative to harness.yaml, and may contain variables."""
    environment = {"PW": PASSWORD, "COMPANY": str(tmp_path / "company")}

    network = read(network, environment).network

    assert network.ca or network.client_certificate


FAULTS = {
    "damaged": ("ca: ../company/damaged.pem", "not-a-certificate", "a certificate is damaged"),
    "a key as authority": ("ca: ../company/client.key", "not-a-certificate", "no certificate"),
    "a binary authority": ("ca: ../company/client.p12", "not-a-certificate", "openssl x509"),
    "another key": (PAIR % "other.key", "wrong-key", "is not the key of"),
    "no key": ("client_certificate: ../company/client.crt", "not-a-key", "name the key's file"),
    "a certificate as key": (PAIR % "client.crt", "not-a-key", "no private key"),
    "a missing key": (PAIR % "gone.key", "no-such-file", "there is no file ../company/gone.key"),
    "an encrypted key": (PAIR % "client.enc", "wrong-password", "and there is no password"),
    "a binary certificate": (
        "client_certificate: ../company/client.p12",
        "not-a-certificate",
        "openssl pkcs12 -in client.p12",
    ),
    "a password for nothing": (
        ENCRYPTED.replace("client.enc", "client.key"),
        "no-effect",
        "the key is not encrypted",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_cannot_be_used(fault, read):
    """Each fault has its code, its place in harness.yaml, and what to do."""
    network, code, text = FAULTS[fault]

    with pytest.raises(ConfigurationError) as caught:
        read(network, {"PW": PASSWORD})

    problem = caught.value.problems[0]
    assert (problem.code, text in str(problem)) == (code, True)
    assert str(problem).startswith("harness.yaml:5:")
    assert str(problem).count("../company") >= 1


def test_a_wrong_password(read):
    """It is not shown, and neither is it mistaken for a damaged file."""
    with pytest.raises(ConfigurationError, match="the password does not decrypt the key") as caught:
        read(ENCRYPTED, {"PW": f"not-{PASSWORD}"})

    assert caught.value.problems[0].code == "wrong-password"
    assert PASSWORD not in str(caught.value)


def test_lint_uses_variables_that_are_set(tmp_path, files):
    """A wrong password is a problem of lint; a variable that is not set is none."""
    provider = config(tmp_path, files, ENCRYPTED)

    missing = network_problems(provider, definition(SEND), {})
    wrong = network_problems(provider, definition(SEND), {"PW": "wr0ng"})

    assert [problem.code for problem in (*missing, *wrong)] == ["wrong-password"]


@pytest.mark.parametrize(
    ("network", "module"),
    [("proxy: 'socks5://localhost'", "socksio"), ("http2: true", "h2")],
)
def test_a_library_that_is_not_installed(network, module, read, monkeypatch):
    """The message says which extra to install."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "harness.providers.network_settings.find_spec",
        lambda name: None if name == module else found(name),
    )

    with pytest.raises(ConfigurationError, match=r"conversation-harness\[network\]") as caught:
        read(network)

    assert [problem.code for problem in caught.value.problems] == ["missing-extra"]


def test_a_replay_reads_nothing(tmp_path, files):
    """Neither files nor variables nor proxies."""
    provider = config(tmp_path, files, "ca: gone.pem, proxy: '${env.GONE}', http2: true")

    filled = fill_in(provider, definition(SEND), {}, recorded={"base_url": "http://a"})

    assert filled.secrets == {}
    assert not filled.network.http2


def test_proxies_of_the_environment(read):
    """`environment` reads the usual variables, and an address without a scheme is of http."""
    network = read(
        "proxy: environment",
        {"HTTPS_PROXY": "a:1", "all_proxy": "http://b:2", "NO_PROXY": "x.example"},
    ).network

    assert network.https_proxy == parse_proxy("http://a:1")
    assert network.http_proxy == parse_proxy("http://b:2")
    assert network.direct == ("x.example",)


def test_nothing_of_the_environment_is_read_otherwise(read):
    """Variables that are set are only noted, for messages."""
    network = read("ca: ../company/ca.pem", {"HTTPS_PROXY": "a:1", "NO_PROXY": "*"}).network

    assert network.proxies == ()
    assert network.direct == ()
    assert network.unread == ("HTTPS_PROXY",)


@pytest.mark.parametrize(
    ("network", "environment"),
    [
        ("proxy: 'http://maria:${env.PW}@p'", {"PW": PASSWORD}),
        ("proxy: '${env.PROXY}'", {"PROXY": f"http://maria:{PASSWORD}@p"}),
        ("proxy: environment", {"HTTP_PROXY": f"http://maria:{PASSWORD}@p"}),
        (ENCRYPTED, {"PW": PASSWORD}),
    ],
    ids=["part", "whole", "environment", "key"],
)
def test_secrets_are_redacted(network, environment, read):
    """Passwords of proxies and keys are known to the redactor."""
    redactor = Redactor(read(network, environment).secrets)

    assert PASSWORD not in redactor.text(f"Proxy maria:{PASSWORD} failed")
