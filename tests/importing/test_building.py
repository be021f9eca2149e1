"""What photo folders hold is imported whole or refused with a reason, and `data/` is replaced all at once."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from figureground.dataset.metadata import held_path, photo_path, read_metadata
from figureground.files import read_table
from figureground.importing.building import ImportingError, Source, import_sources, recover
from figureground.importing.fitting import fit_mask
from figureground.importing.layouts.pairing import MaskError
from figureground.importing.sources import SourceError
from figureground.pictures import PERSON, VOID, orient, read_mask, read_photo
from helpers import drawing
from helpers.drawing import Picture, exif

HEIGHT, WIDTH = 96, 72


def own(root: Path, **options: Any) -> Source:
    return Source(layout="folders", name="own", photos=root / "photos", masks=root / "masks", **options)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty source; tests fill it with files as people have them."""
    for part in ("photos", "masks"):
        (tmp_path / "in" / part).mkdir(parents=True)
    return tmp_path / "in"


def save(
    root: Path,
    photo_name: str,
    photo: Picture | NDArray[np.uint16] | Image.Image,
    mask_name: str | None = None,
    mask: Picture | Image.Image | None = None,
    **options: Any,
) -> None:
    picture = photo if isinstance(photo, Image.Image) else Image.fromarray(photo)
    picture.save(root / "photos" / photo_name, **options)
    if mask is not None:
        image = mask if isinstance(mask, Image.Image) else Image.fromarray(mask)
        image.save(root / "masks" / (mask_name or Path(photo_name).with_suffix(".png").name))


def imported(
    root: Path, tmp_path: Path, **options: Any
) -> tuple[dict[str, Picture], dict[str, Picture], dict[str, str]]:
    """Import the one source and give back its masks and photos by stem, and the refusals by file."""
    report = import_sources([own(root, **options)], tmp_path / "data")
    stems = [row.name.removeprefix("own/") for row in read_metadata(tmp_path / "data")]
    masks = {stem: read_mask(tmp_path / f"data/masks/own/{stem}.png") for stem in stems}
    photos = {stem: read_photo(photo_path(tmp_path / "data", f"own/{stem}")) for stem in stems}
    for stem in stems:
        assert masks[stem].shape == photos[stem].shape[:2]
    assert report.imported == {"own": len(stems)}
    return photos, masks, {entry.file: entry.reason for entry in report.refused}


def test_every_kind_of_photo_is_imported_as_a_viewer_shows_it(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(1)
    grey = photo[..., 1]
    save(root, "plain.jpg", photo, mask=mask, quality=95)
    save(root, "UPPER.JPG", photo, "UPPER.PNG", mask)
    save(root, "with spaces, and comma.jpeg", photo, "with spaces, and comma.png", mask)
    save(root, "人物 Zoë.png", photo, mask=mask)
    save(root, "grey16.png", grey.astype(np.uint16) * 257, mask=mask)
    save(root, "palette.png", Image.fromarray(photo).convert("P", palette=Image.Palette.ADAPTIVE), mask=mask)
    save(root, "cmyk.jpg", Image.fromarray(photo).convert("CMYK"), mask=mask, quality=95)
    save(root, "webp.webp", photo, mask=mask, lossless=True)
    save(root, "tiff.TIFF", photo, "tiff.png", mask)
    save(root, "portable.ppm", photo, "portable.gif", mask)
    save(root, "avif.avif", photo, mask=mask, quality=95)
    save(root, "no end.jpg", photo, mask=mask, quality=95)
    endless = (root / "photos/no end.jpg").read_bytes()[:-2]
    (root / "photos/no end.jpg").write_bytes(endless)
    save(root, "alpha.png", np.dstack([photo, np.full((HEIGHT, WIDTH), 255, np.uint8)]), mask=mask)
    photos, masks, refused = imported(root, tmp_path)
    assert not refused
    assert set(photos) == {
        "plain", "UPPER", "with spaces, and comma", "人物 Zoë", "grey16", "palette", "cmyk", "webp", "tiff", "portable",
        "alpha", "avif", "no end",
    }  # fmt: skip
    for stem in photos:
        assert np.array_equal(masks[stem], mask)
    for stem in ("人物 Zoë", "webp", "tiff", "portable", "alpha"):
        assert np.array_equal(photos[stem], photo)
    assert np.array_equal(photos["grey16"], np.dstack([grey] * 3))
    assert np.abs(photos["cmyk"].astype(int) - photo).mean() < 6
    assert (tmp_path / "data/images/own/plain.jpg").read_bytes() == (root / "photos/plain.jpg").read_bytes()
    assert np.array_equal(photos["no end"], photos["plain"])
    assert not (tmp_path / "data/images/own/no end.jpg").exists(), "not every reader takes it"
    assert not (tmp_path / "data/images/own/cmyk.jpg").exists(), "OpenCV and Pillow read CMYK differently"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_rotated_photos_take_masks_of_the_shown_or_the_stored_picture(
    root: Path, tmp_path: Path, orientation: int
) -> None:
    photo, mask = drawing.person(2)
    upright = orient(mask, orientation)
    save(root, "shown.jpg", photo, mask=upright, exif=exif(orientation))
    photos, masks, refused = imported(root, tmp_path)
    assert not refused
    assert np.array_equal(masks["shown"], upright)
    if orientation >= 5:  # else both have one size, and the mask counts as drawn on the photo as shown
        save(root, "stored.jpg", photo, mask=mask, exif=exif(orientation))
        photos, masks, refused = imported(root, tmp_path)
        assert np.array_equal(masks["stored"], upright)
        assert photos["stored"].shape == (WIDTH, HEIGHT, 3)


def test_every_kind_of_mask_becomes_the_same_mask(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(3)
    palette = Image.fromarray((mask > 0).astype(np.uint8), mode="P")
    palette.putpalette([0, 0, 0, 255, 255, 255])
    kinds = {
        "grey": mask,
        "colour": np.dstack([mask] * 3),
        "cutout": np.dstack([photo, mask]),
        "wide": mask.astype(np.uint16) * 257,
        "bilevel": mask > 0,
        "palette": palette,
        "soft": np.where(mask > 0, np.uint8(140), np.uint8(110)),
        "larger": cv2.resize(mask, (WIDTH * 3, HEIGHT * 3), interpolation=cv2.INTER_NEAREST),
    }
    for name, kind in kinds.items():
        save(root, f"{name}.png", photo, mask=kind)
    _, masks, refused = imported(root, tmp_path)
    assert not refused
    for name in kinds:
        assert np.array_equal(masks[name], mask), name


def test_smaller_masks_of_the_same_shape_are_enlarged(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(4, 97, 73)
    save(root, "half.png", photo, mask=cv2.resize(mask, (36, 48), interpolation=cv2.INTER_NEAREST))
    _, masks, _ = imported(root, tmp_path)
    assert (masks["half"] == mask).mean() > 0.97


def test_threshold_and_void_of_the_source_are_used(root: Path, tmp_path: Path) -> None:
    photo, _ = drawing.person(5)
    levels = np.zeros((HEIGHT, WIDTH), np.uint8)
    levels[10:20], levels[20:30], levels[30:40] = 99, 100, 200
    save(root, "levels.png", photo, mask=levels)
    _, masks, _ = imported(root, tmp_path, mask_threshold=100, void=200)
    assert (masks["levels"][:20] == 0).all()
    assert (masks["levels"][20:30] == PERSON).all()
    assert (masks["levels"][30:40] == VOID).all()


def test_what_people_hold_is_imported_beside_their_masks(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(5)
    held = np.zeros((HEIGHT, WIDTH), np.uint8)
    held[60:, 20:50] = 1
    (root / "held").mkdir()
    for stem in ("phone", "bag", "nothing", "empty", "torn", "small"):
        save(root, f"{stem}.jpg", photo, mask=mask, quality=95)
    Image.fromarray(held).save(root / "held/phone.png")
    Image.fromarray(held * np.uint8(200)).save(root / "held/bag.png")
    Image.fromarray(held * np.uint8(0)).save(root / "held/empty.png")
    (root / "held/torn.png").write_bytes((root / "held/bag.png").read_bytes()[:-30])
    for name in ("small.png", "lost.png", "cup.jpg"):
        Image.fromarray(held[:40]).save(root / "held" / name)
    photos, _, refused = imported(root, tmp_path, held=root / "held")
    assert set(photos) == {"phone", "bag", "nothing", "empty"}
    stored = tmp_path / "data/held/own"
    assert {path.name for path in stored.iterdir()} == {"phone.png", "bag.png", "empty.png"}
    for name in ("phone.png", "bag.png"):
        assert np.array_equal(read_mask(stored / name) == PERSON, (held == 1) & (mask == 0))
    assert not read_mask(stored / "empty.png").any()
    assert refused["held/lost.png"] == "no photo of this stem"
    assert refused["held/cup.jpg"] == "not one of png"
    assert "what is held: " in refused["masks/torn.png"] and "cut short" in refused["masks/torn.png"]
    assert refused["masks/small.png"] == "what is held: mask of 40 x 72 (height x width) for a photo of 96 x 72"


def test_a_rendered_set_is_imported_with_what_is_held(tmp_path: Path) -> None:
    photo, mask = drawing.person(5)
    held = np.where(mask > 0, 0, 255).astype(np.uint8)
    coverage = cv2.resize(drawing.person(5, 2 * HEIGHT, 2 * WIDTH)[1], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    held = np.where(coverage < 128, 255, 0).astype(np.uint8)
    assert (coverage == 128).any(), "half of a pixel is person"
    for part, picture in (("images", photo), ("coverage", coverage), ("held", held)):
        (tmp_path / f"people/{part}/rendered").mkdir(parents=True)
        Image.fromarray(picture).save(tmp_path / f"people/{part}/rendered/00000.png")
    photos, masks, held_folder = (tmp_path / f"people/{part}/rendered" for part in ("images", "coverage", "held"))
    source = Source(layout="folders", name="rendered", photos=photos, masks=masks, held=held_folder)
    assert import_sources([source], tmp_path / "data").imported == {"rendered": 1}
    assert np.array_equal(read_mask(held_path(tmp_path / "data", "rendered/00000")), held)


def test_where_it_is_not_sure_whether_something_is_held_it_stays_so(tmp_path: Path) -> None:
    photo, mask = drawing.person(5)
    held = np.where(mask > 0, 0, 255).astype(np.uint8)
    held[:20] = 128
    for stem, picture in (("unsure", held), ("nothing", np.zeros_like(held))):
        for part, content in (("photos", photo), ("masks", mask), ("held", picture)):
            (tmp_path / part).mkdir(exist_ok=True)
            Image.fromarray(content).save(tmp_path / f"{part}/{stem}.png")
    folders = {part: tmp_path / part for part in ("photos", "masks", "held")}
    import_sources(
        [
            Source(
                layout="folders",
                name="own",
                void=128,
                photos=folders["photos"],
                masks=folders["masks"],
                held=folders["held"],
            )
        ],
        tmp_path / "data",
    )
    stored = read_mask(held_path(tmp_path / "data", "own/unsure"))
    assert np.array_equal(stored, np.where(mask == PERSON, 0, held))
    assert not read_mask(held_path(tmp_path / "data", "own/nothing")).any(), "somebody has said that nothing is held"


def palette_of_voc(numbers: Picture, **info: int) -> Image.Image:
    """A label map as PASCAL VOC stores it: each bit of a class's number is a bit of its colour."""
    image = Image.fromarray(numbers, mode="P")
    image.info.update(info)
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    weights = np.array(
        [[128, 0, 0], [0, 128, 0], [0, 0, 128], [64, 0, 0], [0, 64, 0], [0, 0, 64], [32, 0, 0], [0, 32, 0]]
    )
    image.putpalette((bits @ weights).astype(np.uint8).ravel().tolist())
    return image


def bordered(mask: Picture, person: int, background: int, border: int) -> Picture:
    """Class numbers with a border between the classes, as annotators leave it."""
    kernel = np.ones((5, 5), np.uint8)
    edge = cv2.dilate(mask, kernel) != cv2.erode(mask, kernel)
    return np.where(edge, border, np.where(mask > 0, person, background)).astype(np.uint8)


def label_maps() -> dict[str, tuple[Image.Image, str]]:
    """What other tools write for the same person, and the values that a refusal names."""
    mask = drawing.person(6)[1]
    rows = np.arange(HEIGHT)[:, None]
    parts = np.where(mask > 0, 5 + rows // 32, 0).astype(np.uint8)
    town = np.where(mask > 0, 24, np.where(rows < HEIGHT // 2, 23, 7)).astype(np.uint8)
    return {
        "ones": (Image.fromarray(mask // 255), "0, 1"),
        "fifteen": (Image.fromarray(mask // 255 * np.uint8(15)), "0, 15"),
        "grey127": (Image.fromarray(mask // 255 * np.uint8(127)), "0, 127"),
        "voc": (palette_of_voc(bordered(mask, 15, 0, 255)), "0, 15, 255"),
        "voc on glass": (palette_of_voc(bordered(mask, 15, 0, 255), transparency=0), "0, 15, 255"),
        "voc as grey": (Image.fromarray(bordered(mask, 15, 0, 255)), "0, 15, 255"),
        "filled": (Image.fromarray(bordered(mask, 15, 15, 255)), "15, 255"),
        "ignoring": (Image.fromarray(bordered(mask, 1, 0, 255)), "0, 1, 255"),
        "pets": (Image.fromarray(bordered(mask, 1, 2, 3)), "1, 2, 3"),
        "trimap": (Image.fromarray(bordered(mask, 255, 0, 128)), "0, 128, 255"),
        "town": (Image.fromarray(town), "7, 23, 24"),
        "parts": (Image.fromarray(parts), ", ".join(map(str, np.unique(parts)))),
        "wide": (Image.fromarray(town.astype(np.uint16) * 100), "700, 2300, 2400"),
        "whole": (Image.fromarray((mask // 255).astype(np.int32)), "0, 1"),
        "floating": (Image.fromarray((mask // 255).astype(np.float32)), "0, 1"),
    }


@pytest.mark.parametrize("kind", label_maps())
def test_label_maps_are_refused_with_their_values_and_the_remedy(root: Path, tmp_path: Path, kind: str) -> None:
    photo, mask = drawing.person(6)
    labels, values = label_maps()[kind]
    name = "labels.tif" if labels.mode in "IF" else "labels.png"
    save(root, "labels.jpg", photo, name, labels)
    save(root, "grey.jpg", photo, "grey.png", mask)
    _, masks, refused = imported(root, tmp_path)
    assert set(masks) == {"grey"}
    assert f"its values {values} look like numbers of classes" in refused[f"masks/{name}"]
    assert "person_values: [NUMBER, …]" in refused[f"masks/{name}"] and "void: NUMBER" in refused[f"masks/{name}"]


def test_among_label_maps_white_alone_is_not_taken_for_a_person(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(6)
    for stem in ("a", "b", "c"):
        save(root, f"{stem}.jpg", photo, f"{stem}.png", label_maps()["voc as grey"][0])
    save(root, "far.jpg", photo, "far.png", bordered(mask, 0, 0, 255))  # so small a person that only the void is left
    save(root, "nobody.jpg", photo, "nobody.png", np.zeros_like(mask))
    _, masks, refused = imported(root, tmp_path)
    assert set(masks) == {"nobody"} and not masks["nobody"].any()
    assert "its white may mean unknown; give person_values and void" in refused["masks/far.png"]
    assert {path.stem for path in (tmp_path / "data").rglob("*.*g")} == {"nobody"}


@pytest.mark.parametrize(
    ("kind", "person_values", "void"),
    [
        ("ones", (1,), None),
        ("voc", (15,), 255),
        ("voc on glass", (15,), 255),
        ("voc as grey", (15,), 255),
        ("ignoring", (1,), 255),
        ("pets", (1,), 3),
        ("town", (24, 25), None),
        ("parts", tuple(range(1, 20)), None),
        ("wide", (2400,), None),
        ("floating", (1,), None),
    ],
)
def test_label_maps_come_in_by_the_values_of_people(
    root: Path, tmp_path: Path, kind: str, person_values: tuple[int, ...], void: int | None
) -> None:
    photo, mask = drawing.person(6)
    labels, _ = label_maps()[kind]
    save(root, "labels.jpg", photo, "labels.tif" if labels.mode in "IF" else "labels.png", labels)
    _, masks, refused = imported(root, tmp_path, person_values=person_values, void=void)
    assert not refused
    assert np.array_equal(masks["labels"], mask if void is None else bordered(mask, PERSON, 0, VOID))


def test_a_threshold_of_the_sources_own_settles_what_is_person(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(6)
    for stem in ("ones", "fifteen", "grey127"):
        save(root, f"{stem}.jpg", photo, mask=label_maps()[stem][0])
    _, masks, refused = imported(root, tmp_path, mask_threshold=1)
    assert not refused
    assert all(np.array_equal(found, mask) for found in masks.values())
    _, masks, refused = imported(root, tmp_path, mask_threshold=100)
    assert not refused
    assert [stem for stem, found in masks.items() if found.any()] == ["grey127"]


def test_coloured_label_maps_are_refused_with_the_remedy(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(6)
    coloured = palette_of_voc(bordered(mask, 15, 0, 255)).convert("RGB")
    save(root, "colours.jpg", photo, mask=coloured)
    save(root, "grey.jpg", photo, mask=mask)
    save(root, "numbers.jpg", photo, mask=np.dstack([mask // 255 * np.uint8(15)] * 3))
    _, _, refused = imported(root, tmp_path)
    assert "save people white and all else black, or a map of class numbers as grey" in refused["masks/colours.png"]
    _, masks, refused = imported(root, tmp_path, person_values=(15, 255))
    assert "coloured, not a map of numbers; save it with one number a pixel" in refused["masks/colours.png"]
    assert np.array_equal(masks["numbers"], mask)


@pytest.mark.parametrize("quality", [60, 85, 98])
def test_grey_edges_and_the_noise_of_jpeg_are_no_label_maps(root: Path, tmp_path: Path, quality: int) -> None:
    photo, _ = drawing.person(6)
    large = drawing.person(6, 4 * HEIGHT, 4 * WIDTH)[1]
    expected = cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    save(root, "edges.jpg", photo, mask=expected)
    save(root, "noise.jpg", photo)
    Image.fromarray(expected).save(root / "masks/noise.jpg", quality=quality)
    save(root, "blurred.jpg", photo, mask=cv2.GaussianBlur(expected, (0, 0), 4))
    _, masks, refused = imported(root, tmp_path)
    assert not refused
    assert np.array_equal(masks["edges"] == PERSON, expected >= 128)
    assert ((masks["noise"] == PERSON) == (expected >= 128)).mean() > 0.99


def test_photos_and_masks_find_each_other_by_what_their_names_share(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(6)
    town = np.where(mask > 0, 24, 7).astype(np.uint8)
    for stem in ("aachen_000000_000019", "bochum_000000_000313"):
        (root / f"photos/{stem[:6]}").mkdir()
        (root / f"masks/{stem[:6]}").mkdir()
        save(root, f"{stem[:6]}/{stem}_leftImg8bit.png", photo, f"{stem[:6]}/{stem}_gtFine_labelIds.png", town)
    Image.fromarray(photo).save(root / "masks/aachen/aachen_000000_000019_gtFine_color.png")
    pattern = "([a-z]+_[0-9]+_[0-9]+)_(?:leftImg8bit|gtFine_labelIds)$"
    _, masks, refused = imported(root, tmp_path, person_values=(24, 25), stem_pattern=pattern)
    assert set(masks) == {"aachen_000000_000019", "bochum_000000_000313"}
    assert all(np.array_equal(found, mask) for found in masks.values())
    assert refused == {"masks/aachen/aachen_000000_000019_gtFine_color.png": "stem_pattern finds nothing in its name"}


def test_a_name_too_long_is_one_refusal(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(7)
    folders = Path("a" * 90, "ü" * 45, "c" * 90)
    for part in ("photos", "masks"):
        (root / part / folders).mkdir(parents=True)
    save(root, f"{folders}/1.jpg", photo, f"{folders}/1.png", mask)
    save(root, f"{'d' * 251}.jpg", photo, f"{'d' * 251}.png", mask)
    save(root, "2.jpg", photo, mask=mask)
    photos, _, refused = imported(root, tmp_path)
    assert set(photos) == {"2", "d" * 251}
    assert refused == {
        f"photos/{folders}/1.jpg": "its name with those of its folders takes 274 bytes, and 251 fit; shorten them"
    }


def test_all_that_cannot_be_used_is_listed_and_the_rest_is_kept(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(7)
    save(root, "good.jpg", photo, mask=mask)
    save(root, "no mask.jpg", photo)
    Image.fromarray(mask).save(root / "masks/no photo.png")
    save(root, "shape.jpg", photo, mask=mask[:50])
    save(root, "twice.jpg", photo, mask=mask)
    save(root, "twice.png", photo)
    save(root, "colours.jpg", photo, mask=photo)
    for stem in ("cut", "cut mask", "empty", "text", "gone"):
        save(root, f"{stem}.jpg", photo, mask=mask)
    whole = (root / "photos/cut.jpg").read_bytes()
    (root / "photos/cut.jpg").write_bytes(whole[: len(whole) // 2])
    (root / "masks/cut mask.png").write_bytes((root / "masks/cut mask.png").read_bytes()[:-40])
    (root / "photos/empty.jpg").write_bytes(b"")
    (root / "photos/text.jpg").write_text("no picture")
    (root / "photos/gone.jpg").unlink()
    (root / "photos/gone.jpg").symlink_to(root / "nowhere.jpg")
    (root / "photos/film.mp4").write_bytes(b"film")
    (root / "photos/raw.dng").write_bytes(b"II*\0")
    save(root, "raw inside.tif", photo, mask=mask, tiffinfo={50706: b"\1\4\0\0"})
    (root / "photos/._good.jpg").write_bytes(b"what macOS leaves")
    photos, _, refused = imported(root, tmp_path)
    assert set(photos) == {"good", "twice"}
    reasons = {
        "photos/no mask.jpg": "no mask of this stem",
        "masks/no photo.png": "no photo of this stem",
        "masks/shape.png": "mask of 50 x 72 (height x width) for a photo of 96 x 72",
        "photos/twice.png": "the same stem as photos/twice.jpg",
        "masks/colours.png": "coloured, so not a mask",
        "photos/cut.jpg": "cut short",
        "masks/cut mask.png": "cut short",
        "photos/empty.jpg": "an empty file",
        "photos/text.jpg": "not a picture of a known format",
        "photos/gone.jpg": "a link to nothing",
        "masks/gone.png": "no photo of this stem",
        "photos/film.mp4": "not one of jpg, jpeg, png",
        "photos/raw.dng": "not one of jpg, jpeg, png",
        "photos/raw inside.tif": "a camera's raw file",
    }
    assert set(refused) == set(reasons)
    for file, reason in reasons.items():
        assert reason in refused[file], file
    listed = read_table(tmp_path / "data/refused.csv")
    assert {row["file"]: row["reason"] for row in listed} == refused


def test_several_sources_keep_equal_stems_apart(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(8)
    other = tmp_path / "towns"
    (other / "sub").mkdir(parents=True)
    save(root, "1.jpg", photo, mask=mask)
    for path in (other / "1.JPG", other / "sub/1.png"):
        Image.fromarray(photo[::-1]).save(path)
    towns = Source(layout="folders", name="towns", photos=other, nobody=True, licence="CC0", group_pattern="(sub)_")
    report = import_sources([own(root), towns], tmp_path / "data")
    assert report.imported == {"own": 1, "towns": 2}
    rows = {row.name: row for row in read_metadata(tmp_path / "data")}
    assert set(rows) == {"own/1", "towns/1", "towns/sub_1"}
    assert rows["towns/sub_1"].group == "towns/sub"
    assert (rows["own/1"].group, rows["own/1"].width, rows["own/1"].height) == ("own/1", WIDTH, HEIGHT)
    assert rows["towns/1"].licence == "CC0"
    assert rows["towns/1"].nobody and not rows["own/1"].nobody
    assert not read_mask(tmp_path / "data/masks/towns/1.png").any()
    assert np.array_equal(read_photo(photo_path(tmp_path / "data", "towns/sub_1")), photo[::-1])


def test_masks_below_the_photos_are_not_taken_for_photos(tmp_path: Path) -> None:
    drawing.pairs(tmp_path / "in", 2)
    source = Source(layout="folders", name="own", photos=tmp_path / "in", masks=tmp_path / "in/masks")
    (tmp_path / "in/photos/000.jpg").rename(tmp_path / "in/000.jpg")
    report = import_sources([source], tmp_path / "data")
    assert report.imported == {"own": 1}
    assert {entry.file for entry in report.refused} == {"in/photos/001.jpg", "masks/001.png"}


@pytest.mark.slow
def test_bytes_do_not_depend_on_the_workers(tmp_path: Path) -> None:
    drawing.pairs(tmp_path / "in", 70)
    contents = []
    for workers in (1, 2):
        data = tmp_path / f"data{workers}"
        import_sources([own(tmp_path / "in")], data, workers=workers)
        contents.append({path.relative_to(data): path.read_bytes() for path in sorted(data.rglob("*.*"))})
    assert len(contents[0]) == 142
    assert contents[0] == contents[1]


def test_a_later_import_replaces_the_earlier_one(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(9)
    save(root, "1.jpg", photo, mask=mask)
    imported(root, tmp_path)
    (root / "photos/1.jpg").rename(root / "photos/2.jpg")
    (root / "masks/1.png").rename(root / "masks/2.png")
    photos, _, _ = imported(root, tmp_path)
    assert set(photos) == {"2"}
    assert not (tmp_path / "data/images/own/1.jpg").exists()


def test_it_is_told_which_sources_the_data_set_has_no_longer(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(9)
    save(root, "1.jpg", photo, mask=mask)
    first, second = (replace(own(root), name=name) for name in ("first", "second"))
    assert import_sources([first, second], tmp_path / "data").gone == {}
    assert import_sources([second], tmp_path / "data").gone == {"first": 1}
    assert import_sources([first], tmp_path / "data").gone == {"second": 1}


KILLED = """
import os, signal, sys
from pathlib import Path
from typing import Any
from figureground.importing.building import Source, import_sources

method, calls = sys.argv[2], int(sys.argv[3])
original = getattr(Path, method)

def die_after(self, *arguments):
    global calls
    result = original(self, *arguments)
    calls -= 1
    if not calls:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(Path, method, die_after)
root = Path(sys.argv[1])
new = Source(layout="folders", name="new", photos=root / "in/photos", masks=root / "in/masks")
import_sources([new], root / "data", workers=1)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("method", "calls"), [("write_bytes", 3), ("rename", 1)])
def test_an_import_that_is_killed_leaves_the_old_data_whole(tmp_path: Path, method: str, calls: int) -> None:
    drawing.pairs(tmp_path / "in", 3)
    data = tmp_path / "data"
    import_sources([own(tmp_path / "in")], data)
    before = {path.relative_to(data): path.read_bytes() for path in data.rglob("*.*")}
    script = [sys.executable, "-c", KILLED, str(tmp_path), method, str(calls)]
    assert subprocess.run(script, env=os.environ, check=False).returncode == -9
    recover(data)
    assert {path.relative_to(data): path.read_bytes() for path in data.rglob("*.*")} == before
    assert import_sources([own(tmp_path / "in")], data).imported == {"own": 3}


def test_nothing_is_replaced_where_nothing_can_be_used(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(10)
    save(root, "1.jpg", photo, mask=mask)
    imported(root, tmp_path)
    (root / "masks/1.png").unlink()
    with pytest.raises(ImportingError, match=r"none of the 1 files found can be used .*no mask of this stem"):
        import_sources([own(root)], tmp_path / "data")
    assert [row.name for row in read_metadata(tmp_path / "data")] == ["own/1"]


def test_a_set_of_ones_own_takes_the_place_of_a_rendered_one(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(11)
    save(root, "1.jpg", photo, mask=mask)
    for name in ("images/rendered/0.jpg", "coverage/rendered/0.png", "metadata.csv", "CREDITS.md"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).touch()
    import_sources([own(root)], tmp_path / "data")
    assert [row.name for row in read_metadata(tmp_path / "data")] == ["own/1"]
    assert not (tmp_path / "data/coverage").exists()


def test_folders_that_hold_other_things_are_not_replaced(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(11)
    save(root, "1.jpg", photo, mask=mask)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/holiday.jpg").write_bytes(b"precious")
    with pytest.raises(ImportingError, match=r"holds holiday\.jpg, which an import would delete"):
        import_sources([own(root)], tmp_path / "data")
    assert (tmp_path / "data/holiday.jpg").read_bytes() == b"precious"
    with pytest.raises(ImportingError, match=r"lies in .*, which the import replaces"):
        import_sources([own(root)], root)


def test_one_folder_cannot_be_two_things(root: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="masks and held are the same folder; give each one of its own"):
        import_sources([own(root, held=root / "masks")], tmp_path / "data")
    with pytest.raises(ImportingError, match=r"held: lies in .*data, which the import replaces"):
        import_sources([own(root, held=tmp_path / "data/held")], tmp_path / "data")


def test_missing_folders_and_equal_names_are_errors_at_once(root: Path, tmp_path: Path) -> None:
    missing = Source(layout="folders", name="own", photos=tmp_path / "nowhere", nobody=True)
    with pytest.raises(SourceError, match=r"own: .*nowhere: no such folder"):
        import_sources([missing], tmp_path / "data")
    with pytest.raises(SourceError, match="2 sources are called own"):
        import_sources([own(root), own(root)], tmp_path / "data")
    same = Source(layout="folders", name="own", photos=root / "photos", masks=root / "photos")
    with pytest.raises(SourceError, match="the same folder"):
        import_sources([same], tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_photos_of_many_owners_keep_their_own_licences(root: Path, tmp_path: Path) -> None:
    photo, mask = drawing.person(1)
    for stem in ("anna", "ben", "cleo"):
        save(root, f"{stem}.png", photo, mask=mask)
    (root / "licences.csv").write_text("name,licence,author\nanna.png,CC BY 4.0,A\nben,all rights reserved,B\n")
    listed = {"licence": "CC0", "licences": root / "licences.csv"}
    imported(root, tmp_path, **listed)
    assert [row.licence for row in read_metadata(tmp_path / "data")] == ["CC BY 4.0", "all rights reserved", "CC0"]
    *_, refused = imported(root, tmp_path, **listed, only_licences=("CC BY 4.0", "CC0"))
    assert [row.name for row in read_metadata(tmp_path / "data")] == ["own/anna", "own/cleo"]
    assert refused == {"photos/ben.png": "licence: all rights reserved; not among only_licences"}


@pytest.mark.parametrize("separator", [";", "\t"])
def test_lists_of_licences_are_read_as_spreadsheet_programs_separate_them(
    root: Path, tmp_path: Path, separator: str
) -> None:
    photo, mask = drawing.person(1)
    save(root, "anna.png", photo, mask=mask)
    lines = ("name", "licence", "author"), ("anna", '"CC BY, 4.0"', "A, B")
    (root / "licences.csv").write_text("".join(separator.join(fields) + "\r\n" for fields in lines))
    imported(root, tmp_path, licences=root / "licences.csv")
    assert [row.licence for row in read_metadata(tmp_path / "data")] == ["CC BY, 4.0"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_lists_of_licences_are_read_as_windows_saves_them(root: Path, tmp_path: Path, encoding: str) -> None:
    photo, mask = drawing.person(1)
    save(root, "anna.png", photo, mask=mask)
    (root / "licences.csv").write_bytes("name,licence\r\nanna,Propriété\r\n".encode(encoding))
    imported(root, tmp_path, licences=root / "licences.csv")
    assert [row.licence for row in read_metadata(tmp_path / "data")] == ["Propriété"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"licences\.csv: no such file"),
        (b"photo,licence\nanna,CC0\n", r"line 2: no name or no licence"),
        (b"name,licence\nanna,CC0\nanna.jpg,CC0\n", r"line 3: anna\.jpg stands there twice"),
        (b"name,licence\n\x80\xff,CC0\n", "neither UTF-8 nor UTF-16"),
    ],
)
def test_lists_of_licences_that_cannot_be_read_are_errors(
    root: Path, tmp_path: Path, content: bytes | None, message: str
) -> None:
    photo, mask = drawing.person(1)
    save(root, "anna.png", photo, mask=mask)
    if content is not None:
        (root / "licences.csv").write_bytes(content)
    with pytest.raises(SourceError, match=message):
        import_sources([own(root, licences=root / "licences.csv")], tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_masks_fit_within_the_rounding_of_a_pixel() -> None:
    assert fit_mask(np.zeros((100, 133), np.uint8), (300, 400), 1).shape == (300, 400)
    assert fit_mask(np.zeros((400, 300), np.uint8), (150, 200), 6).shape == (150, 200)
    for shape in ((100, 100), (400, 300), (3, 2), (200, 300)):
        with pytest.raises(MaskError, match="height x width"):
            fit_mask(np.zeros(shape, np.uint8), (300, 400), 1)
