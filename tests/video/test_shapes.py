"""Pixels that are not square, interlaced pictures, and sizes that change in the middle of a film."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from helpers.drawing import Picture

pytest.importorskip("av", reason="needs PyAV: pip install '.[video]'")

import av

from figureground.runtime.backgrounds import Background
from figureground.video.backdrops import Loop, Still
from figureground.video.clips import Clip
from helpers.command import call
from helpers.films import film, joined, rewritten, walking

ONE = 1 << 16
QUARTER_TURN = (0, ONE, 0, -ONE, 0, 0, 0, 0, 1 << 30)


def square(height: int, width: int, side: tuple[int, int], level: int = 230) -> Picture:
    """A bright rectangle of `side` (height, width) in the middle of darkness."""
    picture = np.full((height, width, 3), 30, np.uint8)
    top, left = (height - side[0]) // 2, (width - side[1]) // 2
    picture[top : top + side[0], left : left + side[1]] = level
    return picture


def bright_sides(picture: Picture) -> tuple[int, int]:
    """(height, width) of the bright rectangle."""
    bright = picture.mean(axis=2) > 130
    return int(bright.any(axis=1).sum()), int(bright.any(axis=0).sum())


def shown(path: Path) -> tuple[int, int, Fraction]:
    """Height, width and pixel's width over height, as players read them."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.height, stream.width, Fraction(stream.sample_aspect_ratio or 1)


@pytest.mark.parametrize("pixel", [Fraction(64, 45), Fraction(8, 9)])
@pytest.mark.parametrize(
    "name, transparent",
    [("b.mp4", False), ("b.mov", False), ("b.mkv", False), ("b.webm", False), ("b.webm", True), ("b.mov", True)],
)
def test_pixels_that_are_not_square_keep_their_shape(
    tmp_path: Path, name: str, transparent: bool, pixel: Fraction
) -> None:
    source = film(tmp_path / "a.mp4", [square(96, 120, (40, 40))] * 3, sample_aspect_ratio=pixel)
    height, width, kept = shown(rewritten(source, tmp_path / name, transparent))
    assert width * kept / height == pytest.approx(float(120 * pixel / 96), rel=0.01)
    if name != "b.webm":  # VP9 cannot say it, so its pixels are made square
        assert (height, width, kept) == (96, 120, pixel)


def test_a_turned_film_swaps_the_sides_of_its_pixels(tmp_path: Path) -> None:
    picture = square(96, 120, (40, 20))
    source = film(tmp_path / "a.mp4", [picture] * 3, sample_aspect_ratio=Fraction(2), matrix=QUARTER_TURN)
    assert shown(rewritten(source, tmp_path / "b.mp4")) == (120, 96, Fraction(1, 2))
    assert shown(rewritten(source, tmp_path / "b.webm")) == (240, 96, Fraction(1))
    with Clip(tmp_path / "b.webm") as clip:
        height, width = bright_sides(next(clip.frames()).photo())
    assert abs(height - 40) <= 2 and abs(width - 40) <= 2


def test_a_pixel_shape_that_no_film_has_is_ignored(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", [square(96, 120, (40, 40))] * 3, sample_aspect_ratio=Fraction(900))
    assert shown(rewritten(source, tmp_path / "b.webm")) == (96, 120, Fraction(1))


def test_a_background_keeps_its_proportions_behind_pixels_that_are_not_square(tmp_path: Path) -> None:
    """Pixels twice as wide as high: what is square is shown half as many pixels wide."""
    picture = square(60, 120, (20, 20))
    still = Still(Background(picture=picture)).at(0, (60, 60), 2.0)
    assert still.picture is not None and bright_sides(still.picture) == (20, 10)
    film(tmp_path / "a.mp4", [picture] * 3)
    wide = film(tmp_path / "b.mp4", [square(60, 60, (20, 10))] * 3, sample_aspect_ratio=Fraction(2))
    for path in (tmp_path / "a.mp4", wide):
        for size, pixel, expected in (((60, 120), 1.0, (20, 20)), ((60, 60), 2.0, (20, 10))):
            behind = Loop(path).at(0, size, pixel).picture
            assert behind is not None and behind.shape[:2] == size
            assert np.abs(np.subtract(bright_sides(behind), expected)).max() <= 2


def moving(time: float) -> Picture:
    picture = np.full((96, 160, 3), 40, np.uint8)
    left = round(8 * time)
    picture[24:72, left : left + 40] = (230, 120, 60)
    return picture


def interlaced(path: Path, count: int, matrix: Sequence[int] | None = None, pixel: Fraction = Fraction(1)) -> Path:
    """A rectangle that moves right, its even rows half a picture later than its odd ones."""
    pictures = [moving(number) for number in range(count)]
    for number, picture in enumerate(pictures):
        picture[1::2] = moving(number + 0.5)[1::2]
    options = {"x264-params": "tff=1", "flags": "+ildct+ilme"}
    return film(path, pictures, options=options, matrix=matrix, sample_aspect_ratio=pixel)


def comb(picture: Picture) -> float:
    """Mean difference of each row from its neighbours: large where two moments are woven together."""
    rows = picture.astype(int)
    return float(np.abs(2 * rows[1:-1] - rows[:-2] - rows[2:]).mean())


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_interlaced_pictures_are_made_whole(tmp_path: Path, name: str) -> None:
    source = interlaced(tmp_path / name, 12, pixel=Fraction(16, 11))
    with av.open(str(source)) as container:
        woven = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with Clip(source) as clip:
        frames = list(clip.frames())
        assert clip.interlaced and clip.damaged == 0
        assert [float(each.time * clip.time_base) for each in frames] == pytest.approx(
            np.arange(12) / 25 + float(frames[0].time * clip.time_base), abs=0.002
        )
        assert all(float(each.duration * clip.time_base) == pytest.approx(0.04, abs=0.002) for each in frames)
    assert frames[0].shape.pixel == Fraction(16, 11)
    for number, frame in enumerate(frames[2:-2], 2):
        photo = frame.photo()
        assert comb(photo) < 0.5 * comb(woven[number])
        assert np.abs(photo.astype(int) - moving(number)).mean() < 4


def test_a_turned_interlaced_film_is_upright(tmp_path: Path) -> None:
    source = interlaced(tmp_path / "a.mp4", 6, matrix=QUARTER_TURN)
    with Clip(source) as clip:
        assert next(clip.frames()).photo().shape == (160, 96, 3)


def test_whole_pictures_are_left_alone(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", [moving(number) for number in range(5)])
    with Clip(source) as clip, av.open(str(source)) as container:
        pairs = zip(clip.frames(), container.decode(video=0), strict=True)
        assert all((np.array(frame.decoded.planes[0]) == np.array(same.planes[0])).all() for frame, same in pairs)
        assert not clip.interlaced


def test_the_command_says_that_a_film_was_interlaced(tmp_path: Path, bright: Path) -> None:
    photos = [photo for photo, _ in walking(6)]
    source = film(tmp_path / "a.mp4", photos, options={"x264-params": "tff=1", "flags": "+ildct+ilme"})
    done = call("video", source, tmp_path / "b.mp4", "--background", "white", "--model", bright)
    assert done.returncode == 0 and "a.mp4: interlaced pictures were made whole" in done.stderr


def test_a_size_that_changes_is_fitted_without_stretching(tmp_path: Path) -> None:
    wide = film(tmp_path / "a.ts", [square(96, 160, (40, 40))] * 5)
    high = film(tmp_path / "b.ts", [square(192, 96, (40, 40))] * 5)
    with Clip(joined(tmp_path / "both.ts", [wide, high])) as clip:
        photos = [frame.photo() for frame in clip.frames()]
        assert clip.reshaped == 5
    assert {photo.shape for photo in photos} == {(96, 160, 3)} and len(photos) == 10
    assert bright_sides(photos[0]) == (40, 40)
    last = photos[-1]
    assert np.abs(np.subtract(bright_sides(last), (20, 20))).max() <= 1
    assert last[:, :50].max() < 8 and last[:, -50:].max() < 8 and last[:, 60:100].min() > 15  # black margins


@pytest.mark.parametrize("options", [{}, {"x264-params": "tff=1", "flags": "+ildct+ilme"}])
def test_pixels_whose_shape_changes_are_fitted_too(tmp_path: Path, options: dict[str, str]) -> None:
    """As broadcasts, which are interlaced, change between 4:3 and 16:9."""
    parts = [
        film(tmp_path / f"{number}.ts", [square(96, 120, (40, 20))] * 5, sample_aspect_ratio=pixel, options=options)
        for number, pixel in enumerate((Fraction(1), Fraction(2)))
    ]
    with Clip(joined(tmp_path / "both.ts", parts)) as clip:
        photos = [frame.photo() for frame in clip.frames()]
        assert clip.reshaped == 5
    for number, photo in enumerate(photos):
        assert np.abs(np.subtract(bright_sides(photo), (40, 20) if number < 5 else (20, 20))).max() <= 1


def test_the_command_says_that_the_size_changed(tmp_path: Path, bright: Path) -> None:
    photos = [photo for photo, _ in walking(4)]
    parts = [
        film(tmp_path / f"{height}.ts", [cv2.resize(photo, (width, height)) for photo in photos])
        for height, width in ((120, 160), (240, 320))
    ]
    both = joined(tmp_path / "both.ts", parts)
    done = call("video", both, tmp_path / "out.mp4", "--background", "white", "--model", bright)
    assert done.returncode == 0, done.stderr
    assert "both.ts: 4 pictures of another shape were fitted into that of the first one" in done.stderr
    assert shown(tmp_path / "out.mp4") == (120, 160, Fraction(1))
