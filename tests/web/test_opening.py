"""A page is opened in the browser once its server answers."""

from __future__ import annotations

import itertools
import os
import webbrowser

import pytest

from figureground.web import opening
from figureground.web.listening import listen


def test_the_page_opens_when_somebody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def note(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", note)
    with listen("127.0.0.1", 0) as server:
        port = server.getsockname()[1]
        assert opening.open_once_served("127.0.0.1", port, "http://page/")
    assert opened == ["http://page/"]
    monkeypatch.setattr(opening, "PATIENCE", 0.1)
    assert not opening.open_once_served("127.0.0.1", port, "http://page/")
    assert opened == ["http://page/"]


def test_nobody_waits_for_a_server_that_was_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    with listen("127.0.0.1", 0) as server:
        port = server.getsockname()[1]
    parents = itertools.chain([7, 7], itertools.repeat(1))  # its parent has ended, another one takes its place
    monkeypatch.setattr(os, "getppid", parents.__next__)
    monkeypatch.setattr(opening, "PATIENCE", 10**6)
    assert not opening.open_once_served("127.0.0.1", port, "http://page/")


def test_without_a_screen_no_browser_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not opening.has_screen()
    monkeypatch.setenv("DISPLAY", ":0")
    assert opening.has_screen()
