from __future__ import annotations

import pytest

from harness.transport.server_address import address, host_and_port


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Api.Example.com/x?y", "https://api.example.com:443"),
        ("http://x", "http://x:80"),
        ("http://user:pw@x:8080/", "http://x:8080"),
        ("http://[::1]:9/", "http://[::1]:9"),
    ],
)
def test_addresses(url, expected):
    """Scheme, host and port, and nothing that could be secret."""
    assert address(url) == expected
    assert host_and_port(url) == expected.partition("://")[2]


@pytest.mark.parametrize("url", ["", "/x", "x:80", "ftp://x/", "http://", "http://x:port/"])
def test_what_is_no_address(url):
    """Anything but an absolute http or https URL is refused."""
    with pytest.raises(ValueError, match=r"URL|[Pp]ort"):
        address(url)
