"""Who may talk to the server, and what every answer carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.site import Site, serving

REQUIRED = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


@pytest.mark.parametrize("method, path", [("GET", "/"), ("GET", "/nothing"), ("GET", "/cut"), ("POST", "/cut")])
def test_every_answer_carries_the_headers(site: Site, method: str, path: str) -> None:
    headers = site.ask(method, path).headers
    for name, value in REQUIRED.items():
        assert headers[name] == value
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy and "'unsafe-eval'" not in policy and "http" not in policy
    assert "Access-Control-Allow-Origin" not in headers and "Server" not in headers


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::1", "a b"]
)
def test_other_names_are_refused(site: Site, host: str) -> None:
    answer = site.ask("GET", "/", headers={"Host": host})
    assert answer.status in (400, 421) and b"<html" not in answer.content


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST", "[::1]:{port}", "192.168.1.7"])
def test_addresses_and_this_machines_names_are_taken(site: Site, host: str) -> None:
    assert site.ask("GET", "/", headers={"Host": host.format(port=site.port)}).status == 200


def test_other_sites_pages_may_not_use_the_endpoint(site: Site, photo: bytes) -> None:
    for headers in (
        {},
        {"Origin": f"http://127.0.0.1:{site.port}"},
        {"Origin": f"http://127.0.0.1:{site.port}", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://photos.example", "Sec-Fetch-Site": "same-origin"},  # behind a proxy that sets Host
    ):
        assert site.post("/cut", {"photo": photo}, headers).status == 200
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": f"http://127.0.0.1:{site.port}", "Sec-Fetch-Site": "same-site"},
    ):
        answer = site.post("/cut", {"photo": photo}, headers)
        assert (answer.status, answer.error) == (403, "requests of other sites' pages are refused")
    assert site.ask("OPTIONS", "/cut", headers={"Origin": "http://evil.example"}).status == 403


@pytest.mark.parametrize("host", ["cut.example.org", "cut.example.org:8443", "127.0.0.1:8000"])
def test_a_proxy_may_pass_the_public_name_on_or_not(bright: Path, photo: bytes, host: str) -> None:
    with serving(bright, public_name="Cut.Example.org") as site:
        assert site.ask("GET", "/", headers={"Host": host}).status == 200
        for origin in ("https://cut.example.org", "https://cut.example.org:8443", "http://CUT.example.org"):
            assert site.post("/cut", {"photo": photo}, {"Host": host, "Origin": origin}).status == 200
        for origin in ("https://evil.example", "https://cut.example.org.evil.example", "http://[", "null", ""):
            assert site.post("/cut", {"photo": photo}, {"Host": host, "Origin": origin}).status == 403
        assert site.ask("GET", "/", headers={"Host": "other.example.org"}).status == 421


def test_without_a_public_name_another_one_is_refused(site: Site, photo: bytes) -> None:
    origin = {"Origin": "https://cut.example.org"}
    assert site.post("/cut", {"photo": photo}, origin).status == 403
    assert site.post("/cut", {"photo": photo}, origin | {"Host": "cut.example.org"}).status == 421
