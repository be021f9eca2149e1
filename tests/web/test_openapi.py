"""The description says what the endpoints do."""

from __future__ import annotations

import json
import re

from figureground.web.app import SHORTCOMINGS
from figureground.web.assets import STATIC
from figureground.web.work import CUT_FIELDS, DOCUMENT_FIELDS
from helpers.site import Site


def test_fields_are_those_that_are_taken(site: Site) -> None:
    paths = json.loads(site.ask("GET", "/openapi.json").content)["paths"]
    for path, fields in (("/cut", CUT_FIELDS), ("/id-photo", DOCUMENT_FIELDS)):
        body = paths[path]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
        assert set(body["properties"]) == set(fields) and body["required"] == ["photo"]
        assert body["properties"]["model"]["enum"] == ["own", "accurate", "fast", "open"]
        assert body["properties"]["model"]["default"] == "own"
    assert SHORTCOMINGS in paths["/id-photo"]["post"]["responses"]["200"]["headers"]


def test_every_path_answers_as_described(site: Site, photo: bytes, nobody: bytes) -> None:
    paths = json.loads(site.ask("GET", "/openapi.json").content)["paths"]
    for path, methods in paths.items():
        for method in methods:
            status = str(site.ask(method.upper(), path).status)
            assert status in methods[method]["responses"], f"{method} {path} gave {status}"
    for fields in ({"photo": photo}, {"photo": nobody}, {"photo": b"x"}, {}):
        answer = site.post("/cut", fields)
        assert str(answer.status) in paths["/cut"]["post"]["responses"]


def test_references_lead_somewhere(site: Site) -> None:
    content = site.ask("GET", "/openapi.json").content.decode()
    document = json.loads(content)
    assert document["openapi"] == "3.1.0" and document["info"]["version"]
    for reference in set(re.findall(r'"\$ref":"#/([^"]+)"', content)):
        place = document
        for part in reference.split("/"):
            place = place[part]


def test_the_page_for_people_names_the_fields() -> None:
    page = (STATIC / "api.html").read_text(encoding="utf-8")
    for field in CUT_FIELDS:
        assert f"<td>{field}</td>" in page
