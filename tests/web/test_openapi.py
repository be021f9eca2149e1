"""The description says what the endpoints do."""

from __future__ import annotations

import html
import json
import re

from figureground.web.app import SHORTCOMINGS
from helpers.site import Site


def test_fields_are_those_that_are_taken(site: Site) -> None:
    paths = json.loads(site.ask("GET", "/openapi.json").content)["paths"]
    for path in ("/cut", "/put", "/id-photo"):
        refused = site.post(path, {"phto": "x"}).error
        body = paths[path]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
        assert refused.endswith(", ".join(body["properties"])) and body["required"] == ["photo"]
        models = body["properties"]["model"]
        assert {*models["enum"]} == {"own", "accurate", "fast", "open"} and models["default"] == models["enum"][0]
        assert path == "/put" or models["default"] == "own"
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


def test_the_page_for_people_tells_the_same_fields(site: Site) -> None:
    paths = json.loads(site.ask("GET", "/openapi.json").content)["paths"]
    page = html.unescape(site.ask("GET", "/api.html").content.decode())
    for path in ("/cut", "/put", "/id-photo"):
        told = page[page.index(f"<h2>POST {path}</h2>") :].partition("<table>")[2].partition("</table>")[0]
        body = paths[path]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
        for name, field in body["properties"].items():
            row = told.partition(f"<td>{name}</td>")[2].partition("</tr>")[0]
            assert ", ".join(field.get("enum", ())) in row
            assert f"<td>{field.get('default', '')}</td><td>{field['description']}</td>" in row
