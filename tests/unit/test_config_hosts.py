from __future__ import annotations

import pytest

from harness.config import read_config


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("cdn.example.com:8443", ("cdn.example.com:8443",)),
        ("cdn.example.com", ("cdn.example.com:443", "cdn.example.com:80")),
        ("CDN.example.com", ("cdn.example.com:443", "cdn.example.com:80")),
        ("[::1]", ("[::1]:443", "[::1]:80")),
    ],
)
def test_a_further_host_may_leave_out_its_port(tmp_path, written, meant):
    """Redirects are compared by host and port; a host without one stands for https and http."""
    file = tmp_path / "harness.yaml"
    file.write_text(f"providers: {{shop: {{definition: connectly, hosts: ['{written}']}}}}")

    config = read_config(file)

    assert config.providers["shop"].hosts == meant
