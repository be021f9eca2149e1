from pathlib import Path

import pytest

from figureground.importing.sources import Source, SourceError, read_sources


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
            "source 1: layout = 'voc': .*'folders', 'clothing' or 'coco'",
        ),
        ("- {layout: folders, name: a, photos: p, masks: m, void: some}", "source 1: void = 'some': .*integer"),
        ("- {layout: folders, name: a, photos: p}", "source 1: a: give masks, or set nobody"),
        ("- {layout: folders, name: a, photos: p, masks: m, nobody: true}", "not both"),
        ("- {layout: folders, name: a, photos: p, held: h, nobody: true}", "held goes with masks in layout folders"),
        ("- {layout: coco, name: a, photos: p, masks: m, held: h}", "held goes with masks in layout folders"),
        ("- {layout: coco, name: a, photos: p, nobody: true}", "set layout to folders"),
        ("- {layout: folders, name: ../a, photos: p, masks: m}", "name '../a' cannot be a folder's name"),
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


def test_a_missing_list_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.yaml: not found"):
        read_sources(tmp_path / "none.yaml")


def test_sources_made_in_code_are_checked_alike() -> None:
    with pytest.raises(SourceError, match="give masks"):
        Source(layout="folders", name="own", photos=Path("photos"))
