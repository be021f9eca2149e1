"""The pages' texts: the same in every language, all of them used, and none anywhere else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from figureground.documents.standards import STANDARDS
from figureground.review.planting import KINDS
from figureground.web.assets import STATIC

TEXTS = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (STATIC / "languages").glob("*.json")}
SCRIPTS = {
    file.relative_to(STATIC).as_posix(): file.read_text(encoding="utf-8")
    for file in STATIC.rglob("*.js")
    if file.parent.name not in {"litert", "client-zip"}
}
KEY = r"[a-z0-9]+(?:-[a-z0-9]+)*"
NAMING = {"data-text", "data-aria-label", "data-title", "data-alt", "data-placeholder"}  # attributes; see texts.js
UNTRANSLATED = {
    "index.html": {
        "PNG",
        "JPEG",
        "figureground",
        "This page needs JavaScript. The command",
        "figureground cut",
        "does the same.",
    },
    "review/index.html": {"figureground", "This page needs JavaScript.", *"AMELSBH", "Enter", "Esc"},
}


class _Page(HTMLParser):
    """What a page says, and the keys of what it has said."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.said: set[str] = set()
        self.keys: set[str] = set()
        self.feed((STATIC / name).read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in NAMING:
                self.keys.add(value or "")
            elif name in {attribute.removeprefix("data-") for attribute in NAMING} and value:
                self.said.add(value)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.said.add(data.strip())


def used_keys() -> tuple[set[str], set[str]]:
    """Those that the page certainly asks for, and all that it can ask for."""
    asked = set().union(*(_Page(name).keys for name in UNTRANSLATED))
    quoted = set(asked)
    for script in SCRIPTS.values():
        asked |= set(re.findall(rf'\btext\(\s*"({KEY})"', script))
        quoted |= set(re.findall(rf'"({KEY})"', script))
    standards = {f"standard-{name}" for name in STANDARDS}  # standardKey
    return asked | standards, quoted | standards


def test_the_page_speaks_six_languages() -> None:
    assert set(re.findall(r"(\w\w): \"", SCRIPTS["texts.js"].split("LANGUAGES = ")[1].split("}")[0])) == set(TEXTS)
    assert set(TEXTS) == {"en", "de", "es", "fr", "ru", "zh"}


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_language_has_all_keys_and_no_others(language: str) -> None:
    asked, quoted = used_keys()
    assert asked - TEXTS[language].keys() == set(), "without a text"
    assert TEXTS[language].keys() - quoted == set(), "never used"
    assert list(TEXTS[language]) == sorted(TEXTS["en"]), "in the order of the alphabet"


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_language_has_the_same_places_to_fill_in_as_english(language: str) -> None:
    for key, english in TEXTS["en"].items():
        own = TEXTS[language][key]
        assert sorted(re.findall(r"\{(\w+)\}", own)) == sorted(re.findall(r"\{(\w+)\}", english)), key
        assert own.strip() and ("\n" not in own) and ("  " not in own), key


@pytest.mark.parametrize("language", sorted(set(TEXTS) - {"en"}))
def test_a_language_is_a_translation(language: str) -> None:
    same = {key for key, english in TEXTS["en"].items() if TEXTS[language][key] == english}
    assert len(same) < 0.1 * len(TEXTS["en"]), same  # words such as Webcam


def test_documents_are_called_as_the_standards_are() -> None:
    for name, standard in STANDARDS.items():
        assert TEXTS["en"][f"standard-{name}"] == standard.title


@pytest.mark.parametrize("name", UNTRANSLATED)
def test_a_page_has_no_text_of_its_own(name: str) -> None:
    assert _Page(name).said == UNTRANSLATED[name]


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_scripts_say_nothing_but_texts(name: str) -> None:
    sayings = (
        r"(?:\bsay\(|new Trouble\(|(?:textContent|title|ariaLabel|ariaValueText|placeholder|alt) = |ariaLabel: )\s*"
    )
    assert re.findall(sayings + r"(?=[\"'`][^\"'`])[^\n]*", SCRIPTS[name]) == []


def test_every_kind_of_fault_has_its_words() -> None:
    assert set(re.findall(r'^  "([a-z ]+)": "fault-', SCRIPTS["review/faults.js"], re.MULTILINE)) == set(KINDS)
