"""Reading and writing videos: turned, of variable frame rate, of several colour spaces, odd sizes and sounds."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from helpers.drawing import Picture

pytest.importorskip("av", reason="needs PyAV: pip install '.[video]'")

import av

from figureground.pictures import orient
from figureground.video.backdrops import Loop
from figureground.video.clips import Clip, Shape, VideoError, cut_short
from figureground.video.recordings import Coding, Recording, coding_of
from helpers.films import film, levels_behind, pictures_of, rewritten, sound_of

ONE = 1 << 16  # of the 16.16 fixed point numbers of a display matrix
MATRICES = {
    1: (ONE, 0, 0, ONE), 2: (-ONE, 0, 0, ONE), 3: (-ONE, 0, 0, -ONE), 4: (ONE, 0, 0, -ONE),
    5: (0, ONE, ONE, 0), 6: (0, ONE, -ONE, 0), 7: (0, -ONE, -ONE, 0), 8: (0, -ONE, ONE, 0),
}  # fmt: skip


def quarters(height: int = 48, width: int = 64) -> Picture:
    """Red, green, blue and white, so that every turn and mirroring shows."""
    picture = np.zeros((height, width, 3), np.uint8)
    halves = (slice(None, height // 2), slice(height // 2, None)), (slice(None, width // 2), slice(width // 2, None))
    for number, colour in enumerate([(230, 20, 20), (20, 200, 20), (20, 20, 230), (240, 240, 240)]):
        picture[halves[0][number // 2], halves[1][number % 2]] = colour
    return picture


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_video_is_upright_once(tmp_path: Path, orientation: int) -> None:
    a, b, c, d = MATRICES[orientation]
    source = film(tmp_path / "a.mp4", [quarters()] * 3, matrix=(a, b, 0, c, d, 0, 0, 0, 1 << 30))
    with Clip(source) as clip:
        photo = next(clip.frames()).photo()
    expected = orient(quarters(), orientation)
    assert photo.shape == expected.shape
    assert np.abs(photo.astype(int) - expected).mean() < 6
    with Clip(rewritten(source, tmp_path / "b.mp4")) as clip:
        again = next(clip.frames())
        assert np.abs(again.photo().astype(int) - expected).mean() < 6 and not again.decoded.rotation


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_times_of_a_variable_frame_rate_are_kept(tmp_path: Path, suffix: str) -> None:
    times = [0, 40, 50, 200, 233, 600, 1600, 1601]
    source = film(tmp_path / "a.mkv", [quarters()] * len(times), times=times, sound=["pcm_s16le"])
    result = rewritten(source, tmp_path / f"b{suffix}")
    assert [round(1000 * time) for time, _ in pictures_of(result)] == times
    (track,) = sound_of(result)
    assert abs(track[-1][0] - sound_of(source)[0][-1][0]) < 0.2


def test_a_piece_of_a_broadcast_begins_at_zero_and_stays_in_step(tmp_path: Path) -> None:
    source = film(tmp_path / "a.ts", [quarters()] * 10, sound=["aac"], offset=1.4)
    before = pictures_of(source)[0][0], sound_of(source)[0][0][0]
    assert min(before) > 1
    result = rewritten(source, tmp_path / "b.mp4")
    after = pictures_of(result)[0][0], sound_of(result)[0][0][0]
    assert min(after) == pytest.approx(0, abs=0.03)
    assert after[1] - after[0] == pytest.approx(before[1] - before[0], abs=0.001)


def test_all_sound_tracks_are_copied_bit_for_bit(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mkv", [quarters()] * 10, sound=["aac", "libmp3lame"])
    tracks = sound_of(source)
    assert len(tracks) == 2 and min(map(len, tracks)) > 5
    again = sound_of(rewritten(source, tmp_path / "b.mkv"))
    assert [[content for _, content in track] for track in again] == [[content for _, content in t] for t in tracks]
    assert np.allclose([t for track in again for t, _ in track], [t for track in tracks for t, _ in track], atol=0.001)


@pytest.mark.parametrize(
    "source, encoder, target, expected",
    [
        ("a.avi", "libmp3lame", "b.mp4", "mp3"),  # copied
        ("a.mkv", "ac3", "b.mov", "ac3"),
        ("a.mov", "pcm_s16le", "b.mov", "pcm_s16le"),
        ("a.mov", "pcm_s16le", "b.mp4", "aac"),  # encoded again
        ("a.mkv", "libmp3lame", "b.webm", "opus"),
        ("a.mov", "pcm_s16be", "b.mkv", "pcm_s16be"),
        ("a.avi", "pcm_alaw", "b.mkv", "aac"),  # which Matroska does not hold
    ],
)
def test_sound_is_copied_where_players_expect_it(
    tmp_path: Path, source: str, encoder: str, target: str, expected: str
) -> None:
    before = film(tmp_path / source, [quarters()] * 10, sound=[encoder])
    after = rewritten(before, tmp_path / target)
    with av.open(str(after)) as container:
        (track,) = container.streams.audio
        assert track.codec_context.codec.canonical_name == expected
    contents = [b"".join(content for _, content in sound_of(path)[0]) for path in (before, after)]
    assert (contents[0] == contents[1]) is (expected in encoder or (encoder == "libmp3lame" and expected == "mp3"))


@pytest.mark.parametrize("space", [1, 6])  # BT.709 and BT.601 of H.273
@pytest.mark.parametrize("limits", [1, 2])  # of video, and full
def test_colours_stay_whatever_the_matrix_and_the_range(tmp_path: Path, space: int, limits: int) -> None:
    """Seen from outside: the numbers of the file, not the project's own reading of them."""
    source = film(tmp_path / "a.mp4", [quarters()] * 2, colorspace=space, color_range=limits)
    with Clip(source) as clip:
        assert clip.colours.space == space
    before, after = (pictures_of(path)[0][1].astype(int) for path in (source, rewritten(source, tmp_path / "b.mp4")))
    away_from_edges = np.ix_([8, 12, 36, 40], [8, 16, 48, 56])
    if limits == 1:
        assert np.abs(after - before)[away_from_edges].max() <= 4
    with Clip(tmp_path / "b.mp4") as clip:
        assert clip.colours.space == space


def test_a_video_without_a_told_colour_space_is_read_by_its_size(tmp_path: Path) -> None:
    for height, space in ((48, 6), (720, 1)):
        with Clip(film(tmp_path / "a.mp4", [quarters(height)])) as clip:
            assert clip.colours == type(clip.colours)(space, space, space)


def test_an_odd_last_row_and_column_are_left_out(tmp_path: Path) -> None:
    source = film(tmp_path / "a.gif", [quarters(49, 65)] * 2, codec="gif", layout="rgb8")
    with Clip(source) as clip:
        assert next(clip.frames()).photo().shape == (48, 64, 3)


@pytest.mark.parametrize("end, short", [(9.0, False), (8.9, True)])
def test_what_counts_as_cut_short(tmp_path: Path, end: float, short: bool) -> None:
    with Clip(film(tmp_path / "a.mp4", [quarters()] * 10, rate=1)) as clip:
        assert clip.seconds == pytest.approx(10, abs=0.01)
        assert cut_short(clip, end - 0.05 + 0.1 * (not short)) is short


def test_a_loop_keeps_its_pace_and_begins_again(tmp_path: Path) -> None:
    greys = [np.full((32, 32, 3), level, np.uint8) for level in (50, 100, 200)]
    loop = Loop(film(tmp_path / "a.mp4", greys, rate=10))
    seen = levels_behind(loop, (0, 0.05, 0.11, 0.12, 0.25, 0.31, 0.62))
    assert seen == pytest.approx([50, 50, 100, 100, 200, 50, 50], abs=6)


def test_an_encoder_that_this_ffmpeg_lacks_is_one_line(tmp_path: Path) -> None:
    with (
        Clip(film(tmp_path / "a.mp4", [quarters()])) as clip,
        pytest.raises(VideoError, match=r"b\.mp4: the FFmpeg of this PyAV has no libx999"),
    ):
        shape = Shape((48, 64), Fraction(1))
        Recording(tmp_path / "b.mp4", clip, shape, Coding("libx999", "yuv420p"), tmp_path / "b.mp4")


def test_a_suffix_that_cannot_be_written() -> None:
    with pytest.raises(VideoError, match=r"cannot write \.avi"):
        coding_of(Path("a.avi"), transparent=False)
    with pytest.raises(VideoError, match="MKV has no transparency"):
        coding_of(Path("a.mkv"), transparent=True)
