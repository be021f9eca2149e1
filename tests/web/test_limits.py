"""Too large, too slow, too many: what the server does then, and that it is well afterwards."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from figureground.runtime.packaged import model_content
from figureground.runtime.segmenter import Segmenter
from figureground.web.limits import Limits
from figureground.web.workshop import IN_BROWSERS, load_models
from helpers.site import FORM, Answer, Site, form, serving

SMALL = Limits(body_bytes=200_000, pixels=100_000, places=2)


@pytest.fixture(scope="module")
def strict(bright: Path) -> Iterator[Site]:
    with serving(bright, SMALL) as site:
        yield site


class Gate:
    """Holds up work at the model until it is opened; `entered` counts what came so far."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    held = Gate()
    cut = Segmenter.cut

    def waiting(self: Segmenter, *arguments: object, **options: object) -> object:
        held.entered.release()
        held.opened.wait(600)
        return cut(self, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Segmenter, "cut", waiting)
    yield held
    held.opened.set()


def beginning(length: int) -> bytes:
    """Of a request whose body is to have that many bytes."""
    head = f"POST /cut HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {FORM}\r\nContent-Length: {length}\r\n\r\n"
    return head.encode()


def until_served(site: Site, photo: bytes) -> Answer:
    while (answer := site.post("/cut", {"photo": photo})).status == 503:
        time.sleep(0.02)
    return answer


@pytest.mark.parametrize("served", [False, True], ids=["first request", "request after an answer"])
@pytest.mark.slow
def test_headers_that_do_not_come_end_the_connection(bright: Path, photo: bytes, *, served: bool) -> None:
    with serving(bright, Limits(head_seconds=4)) as site, socket.create_connection(("127.0.0.1", site.port)) as slow:
        if served:
            slow.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert slow.recv(4096).startswith(b"HTTP/1.1 200")
        slow.sendall(b"GET /health HTTP/1.1\r\n")
        while slow.recv(4096):  # what is left of the answer, then the end
            pass
        assert site.post("/cut", {"photo": photo}).status == 200


@pytest.mark.slow
def test_slow_work_outlasts_the_time_for_headers(bright: Path, photo: bytes, gate: Gate) -> None:
    with serving(bright, Limits(head_seconds=4)) as site, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(site.post, "/cut", {"photo": photo})
        assert gate.entered.acquire(timeout=600)
        time.sleep(4.5)
        gate.opened.set()
        assert answer.result().status == 200


def test_bytes_are_counted_whatever_the_header_says(strict: Site, photo: bytes) -> None:
    large = form({"photo": bytes(300_000)})
    answer = strict.ask("POST", "/cut", large, {"Content-Type": FORM})
    assert (answer.status, answer.error) == (413, "the upload is larger than 0.2 MB")
    chunks = (large[start : start + 50_000] for start in range(0, len(large), 50_000))
    assert strict.ask("POST", "/cut", chunks, {"Content-Type": FORM}).status == 413  # no length is announced
    assert strict.post("/cut", {"photo": photo}).status == 200


def test_pixels_are_limited(bright: Path, photo: bytes) -> None:
    with serving(bright, Limits(pixels=1000)) as site:
        answer = site.post("/cut", {"photo": photo})
        assert answer.status == 413 and "megapixels" in answer.error


@pytest.mark.slow
def test_a_slow_upload_is_given_up(bright: Path, photo: bytes) -> None:
    body = form({"photo": photo})
    with serving(bright, Limits(upload_seconds=4, places=1)) as site:
        with socket.create_connection(("127.0.0.1", site.port)) as line:
            line.sendall(beginning(len(body)) + body[:1000])
            assert line.recv(12) == b"HTTP/1.1 408"
        assert until_served(site, photo).status == 200


def test_an_upload_broken_off_frees_its_place(strict: Site, photo: bytes) -> None:
    for _ in range(2 * SMALL.places):
        with socket.create_connection(("127.0.0.1", strict.port)) as line:
            line.sendall(
                f"POST /cut HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 9999\r\n\r\n".encode()
            )
    assert until_served(strict, photo).status == 200


@pytest.mark.slow
def test_one_too_many_is_told_when_to_come_back(bright: Path, photo: bytes, gate: Gate) -> None:
    with serving(bright, Limits(work_seconds=4, places=2)) as site:
        with ThreadPoolExecutor(2) as pool:
            taken = [pool.submit(site.post, "/cut", {"photo": photo}) for _ in range(2)]
            for _ in taken:
                assert gate.entered.acquire(timeout=600)
            answer = site.post("/cut", {"photo": photo})
            assert answer.status == 503 and answer.headers["Retry-After"] == "2"
            assert site.ask("GET", "/health").status == 200  # the page is served all the same
            assert {each.result().status for each in taken} == {504}
        assert site.post("/cut", {"photo": photo}).status == 503  # a thread cannot be stopped, so it keeps its place
        gate.opened.set()
        assert until_served(site, photo).status == 200


def test_many_at_once_all_get_their_own(bright: Path, photo: bytes) -> None:
    with serving(bright, Limits(places=16)) as site, ThreadPoolExecutor(8) as pool:
        colours = [f"#0000{number:02x}" for number in range(40)]
        answers = pool.map(lambda colour: site.post("/cut", {"photo": photo, "background": colour}), colours)
        assert [answer.status for answer in answers] == [200] * 40


def test_an_error_of_ours_is_one_line_too(site: Site, photo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Segmenter, *arguments: object, **options: object) -> None:
        raise ZeroDivisionError("inner detail")

    monkeypatch.setattr(Segmenter, "cut", broken)
    answer = site.post("/cut", {"photo": photo})
    assert answer.status == 500 and "inner detail" not in answer.error


@pytest.mark.slow
def test_the_model_asked_for_comes_first_and_browsers_get_the_file_that_is_quick_there(bright: Path) -> None:
    assert list(load_models(bright)) == ["own", "accurate", "fast", "open"]
    for asked in ("fast", f"fast-{IN_BROWSERS}"):
        models = load_models(asked)
        assert list(models) == ["fast", "accurate", "open"]
        assert models["fast"].content == model_content("fast", preferred=IN_BROWSERS)[1]
