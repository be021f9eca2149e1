import re
from pathlib import Path

import pytest

from figureground.importing.sources import Source, SourceError, read_sources
from helpers.places import ROOT


def test_sources_are_read_with_paths_beside_their_file(tmp_path: Path) -> None:
    listing = tmp_path / "sources.yaml"
    listing.write_text(
        "- layout: clothing\n  name: ccp\n  photos: ccp/photos\n  masks: /elsewhere/a\n  licence: Apache-2.0\n"
        "- layout: folders\n  name: Städte\n  photos: towns\n  nobody: true\n"
        "- {layout: folders, name: film, photos: f, masks: m, void: 127,"
        " held: h, mask_threshold: 1, group_pattern: '^([a-z]+)'}\n"
    )
    clothing, towns, film = read_sources(listing)
    assert clothing.photos == tmp_path / "ccp/photos"
    assert clothing.masks == Path("/elsewhere/a")
    assert towns.nobody and towns.masks is None and towns.licence == ""
    assert film.held == tmp_path / "h" and clothing.held is None
    assert (film.void, film.mask_threshold) == (127, 1)
    assert film.group_of("dancer_003") == "film/dancer"
    assert film.group_of("003") == "film/003"
    assert towns.group_of("dancer_003") == "Städte/dancer_003"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("- {layout: folders, name: a, photos: p, masks: m, maks: n}", "source 1: maks: unknown key"),
        ("- {layout: folders, name: a, masks: m}", "source 1: photos: missing; add it"),
        (
            "- {layout: voc, name: a, photos: p, masks: m}",
            "source 1: layout = 'voc': .*'folders', .*'labelme'",
        ),
        ("- {layout: folders, name: a, photos: p, masks: m, void: some}", "source 1: void = 'some': .*integer"),
        ("- {layout: folders, name: a, photos: p}", "source 1: a: give masks, or set nobody"),
        ("- {layout: folders, name: a, photos: p, masks: m, nobody: true}", "not both"),
        ("- {layout: folders, name: a, photos: p, held: h, nobody: true}", "held goes with masks in layout folders"),
        ("- {layout: coco, name: a, photos: p, masks: m, held: h}", "held goes with masks in layout folders"),
        ("- {layout: coco, name: a, photos: p, nobody: true}", "set layout to folders"),
        ("- {layout: folders, name: ../a, photos: p, masks: m}", "name '../a' cannot be a folder's name"),
        (f"- {{layout: folders, name: {'ä' * 200}, photos: p, masks: m}}", "name ä{20}… takes 400 bytes, and 255 fit"),
        ("- {layout: folders, name: a, photos: p, masks: m, mask_threshold: 0}", "mask_threshold 0 is not within 1"),
        ("- {layout: folders, name: a, photos: p, masks: m, void: 300}", "void 300 is not within"),
        (
            "- {layout: folders, name: a, photos: p, masks: m, group_pattern: '(['}",
            "not a regular expression with a group",
        ),
        (
            "- {layout: folders, name: a, photos: p, masks: m, group_pattern: abc}",
            "not a regular expression with a group",
        ),
        ("- {layout: folders, name: a, photos: p, masks: m, person_values: [70000]}", "70000 of person_values is not"),
        (
            "- {layout: folders, name: a, photos: p, masks: m, person_values: [1], void: 1}",
            "1 of person_values is void",
        ),
        (
            "- {layout: folders, name: a, photos: p, masks: m, person_values: [1], mask_threshold: 1}",
            "mask_threshold for",
        ),
        (
            "- {layout: folders, name: a, photos: p, nobody: true, person_values: [1]}",
            "person_values goes with masks in",
        ),
        ("- {layout: coco, name: a, photos: p, masks: m, void: 1}", "void goes with masks in layout folders alone"),
        ("- {layout: folders, name: a, photos: p, masks: m, stem_pattern: abc}", "stem_pattern 'abc' is not a regular"),
        ("- {layout: yolo, name: a, photos: p, masks: m}", "layout yolo needs person_values"),
        ("layout: folders", "must hold a list of sources"),
        ("[", "not valid YAML"),
    ],
)
def test_unusable_sources_are_refused_by_key(tmp_path: Path, line: str, message: str) -> None:
    listing = tmp_path / "sources.yaml"
    listing.write_text(line)
    with pytest.raises(SourceError, match=message) as error:
        read_sources(listing)
    assert str(listing) in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_lists_are_read_as_windows_saves_them(tmp_path: Path, encoding: str) -> None:
    text = "- {layout: folders, name: Städte,\r\n   photos: towns, nobody: true}\r\n"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    (tmp_path / "sources.yaml").write_bytes((mark + text).encode(encoding))
    assert [source.name for source in read_sources(tmp_path / "sources.yaml")] == ["Städte"]


def test_lists_in_other_encodings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_bytes("- {layout: folders, name: Städte}".encode("cp1252"))
    with pytest.raises(SourceError, match=r"sources\.yaml: neither UTF-8 nor UTF-16; save it as UTF-8"):
        read_sources(tmp_path / "sources.yaml")


def test_the_sources_in_the_documentation_can_be_read(tmp_path: Path) -> None:
    text = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "layout:" in block]
    layouts = set()
    for block in blocks:
        (tmp_path / "sources.yaml").write_text(block, encoding="utf-8")
        layouts |= {source.layout for source in read_sources(tmp_path / "sources.yaml")}
    assert layouts == {"folders", "coco", "yolo", "labelme", "clothing"}


def test_a_missing_list_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.yaml: not found"):
        read_sources(tmp_path / "none.yaml")


def test_sources_made_in_code_are_checked_alike() -> None:
    with pytest.raises(SourceError, match="give masks"):
        Source(layout="folders", name="own", photos=Path("photos"))
