"""A page is opened in the browser once its server answers."""

from __future__ import annotations

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


def test_without_a_screen_no_browser_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not opening.has_screen()
    monkeypatch.setenv("DISPLAY", ":0")
    assert opening.has_screen()
