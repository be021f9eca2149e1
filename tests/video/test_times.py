"""How long films are: pictures that are held, other streams that last longer, times that begin again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.drawing import Picture

pytest.importorskip("av", reason="needs PyAV: pip install '.[video]'")

from figureground.video.backdrops import Loop, backdrop_of
from figureground.video.clips import Clip, VideoError, cut_short
from helpers.command import call
from helpers.films import film, joined, length_of, levels_behind, merged, pictures_of, rewritten, sound_of, walking


def greys(*levels: int) -> list[Picture]:
    return [np.full((48, 64, 3), level, np.uint8) for level in levels]


def animation(path: Path, levels: list[int], milliseconds: list[int]) -> Path:
    first, *others = (Image.fromarray(picture) for picture in greys(*levels))
    first.save(path, save_all=True, append_images=others, duration=milliseconds, loop=0)
    return path


def timetable(path: Path) -> list[tuple[float, float]]:
    """When each picture is shown, and for how long, in seconds."""
    with Clip(path) as clip:
        return [(float(each.time * clip.time_base), float(each.duration * clip.time_base)) for each in clip.frames()]


@pytest.mark.parametrize("frames_between", ["0", "3"])
@pytest.mark.parametrize("name", ["b.mp4", "b.m4v", "b.mov", "b.mkv", "b.webm"])
def test_a_last_picture_that_is_held_is_held_in_the_result(tmp_path: Path, name: str, frames_between: str) -> None:
    source = film(tmp_path / "a.mp4", greys(*range(0, 250, 10)), last=9, options={"bf": frames_between})
    result = rewritten(source, tmp_path / name)
    for path in (source, result):
        assert length_of(path) == pytest.approx(0.96 + 9, abs=0.002)
        assert timetable(path)[-1] == pytest.approx((0.96, 9), abs=0.002)
        with Clip(path) as clip:
            assert not cut_short(clip, sum(timetable(path)[-1]))


@pytest.mark.parametrize("name", ["b.mov", "b.webm"])
def test_transparent_results_hold_it_too(tmp_path: Path, name: str) -> None:
    source = film(tmp_path / "a.mkv", greys(10, 20, 30), last=2)
    assert length_of(rewritten(source, tmp_path / name, transparent=True)) == pytest.approx(2.08, abs=0.002)


def test_the_command_takes_films_and_animations_whose_last_picture_is_held(tmp_path: Path, bright: Path) -> None:
    photos = [photo for photo, _ in walking(10)]
    held = film(tmp_path / "held.mp4", photos, last=9, sound=["aac"])
    first, *others = map(Image.fromarray, photos)
    first.save(tmp_path / "held.gif", save_all=True, append_images=others, duration=[100] * 9 + [3000], loop=0)
    for source, seconds in ((held, 9.36), (tmp_path / "held.gif", 3.9)):
        done = call("video", source, tmp_path / "out.mp4", "--background", "white", "--model", bright)
        assert done.returncode == 0, done.stderr
        assert length_of(tmp_path / "out.mp4") == pytest.approx(seconds, abs=0.002)
        assert len(pictures_of(tmp_path / "out.mp4")) == 10


def test_each_picture_of_an_animation_lasts_as_long_as_it_says(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.gif", [20, 90, 160, 230], [300, 50, 100, 700])
    assert np.allclose(timetable(path), [(0, 0.3), (0.3, 0.05), (0.35, 0.1), (0.45, 0.7)])


@pytest.mark.parametrize("name", ["a.gif", "a.png"])
def test_an_animation_behind_people_keeps_its_pace(tmp_path: Path, name: str) -> None:
    loop = backdrop_of(str(animation(tmp_path / name, [50, 100, 200], [100, 100, 800])))
    seen = levels_behind(loop, [0, 0.05, 0.15, 0.25, 0.95, 1.05, 1.15, 1.25, 1.95, 2.05])
    assert seen == pytest.approx([50, 50, 100, 200, 200, 50, 100, 200, 200, 50], abs=6)


def test_an_animation_that_ffmpeg_cannot_read_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp", [50, 100], [100, 100])
    for read in (Clip, lambda each: backdrop_of(str(each))):
        with pytest.raises(VideoError, match=r"a\.webp: FFmpeg cannot read the animations .* make a \.gif or \.mp4"):
            read(path)


def test_a_picture_that_does_not_move_stays_a_picture(tmp_path: Path) -> None:
    Image.fromarray(greys(90)[0]).save(tmp_path / "a.webp")
    assert not isinstance(backdrop_of(str(tmp_path / "a.webp")), Loop)


def subtitles(path: Path, end: int) -> Path:
    path.write_text(f"1\n00:00:00,100 --> 00:00:00,900\nHello\n\n2\n00:00:03,000 --> 00:00:{end:02},000\nThe end\n")
    return path


@pytest.mark.parametrize("sound", [[], ["aac"]])
def test_subtitles_that_outlast_a_film_do_not_make_it_cut_short(tmp_path: Path, sound: list[str]) -> None:
    alone = film(tmp_path / "a.mkv", greys(*range(50)), sound=sound)
    both = merged(tmp_path / "b.mkv", [alone, subtitles(tmp_path / "s.srt", 40)])
    assert length_of(both) == pytest.approx(40, abs=0.1)
    with Clip(both) as clip:
        assert clip.seconds == pytest.approx(2, abs=0.1)
        assert not cut_short(clip, 2) and cut_short(clip, 0.5)


def test_a_film_behind_people_is_not_longer_by_its_subtitles(tmp_path: Path) -> None:
    alone = film(tmp_path / "a.mkv", greys(50, 100, 200), rate=10)
    loop = Loop(merged(tmp_path / "b.mkv", [alone, subtitles(tmp_path / "s.srt", 9)]))
    assert levels_behind(loop, [0.05, 0.15, 0.25, 0.35]) == pytest.approx([50, 100, 200, 50], abs=6)


def test_pictures_that_end_before_their_own_promise_are_cut_short_whatever_the_subtitles(tmp_path: Path) -> None:
    alone = film(tmp_path / "a.mkv", greys(*range(100)))
    both = merged(tmp_path / "b.mkv", [alone, subtitles(tmp_path / "s.srt", 40)])
    both.write_bytes(both.read_bytes()[: both.stat().st_size // 2])
    with Clip(both) as clip:
        *_, last = clip.frames()
        assert cut_short(clip, float((last.time + last.duration) * clip.time_base))


@pytest.mark.parametrize("offset", [0, 5000])  # where the second recording's times begin: again, or far ahead
@pytest.mark.parametrize("sound", [[], ["aac"], ["libmp3lame"]])
def test_joined_recordings_are_shown_one_after_the_other(tmp_path: Path, sound: list[str], offset: int) -> None:
    first = film(tmp_path / "a.ts", greys(*range(0, 100, 5)), sound=sound)
    second = film(tmp_path / "b.ts", greys(*range(100, 250, 5)), sound=sound, offset=offset)
    both = joined(tmp_path / "both.ts", [first, second])
    result = rewritten(both, tmp_path / "out.mp4")
    times = np.array([seconds for seconds, _ in pictures_of(result)])
    assert len(times) == 50
    assert np.diff(times) == pytest.approx(0.04, abs=0.04 if sound else 0.001)  # sound may last a bit longer
    assert times[-1] - times[0] == pytest.approx(1.96, abs=0.05)
    levels = [picture.mean() for _, picture in pictures_of(result)]
    assert np.abs(np.array(levels) - range(0, 250, 5)).max() < 6
    if sound:
        (track,), (one,), (two,) = sound_of(result), sound_of(first), sound_of(second)
        heard = np.array([seconds for seconds, _ in track])
        assert abs(len(heard) - len(one) - len(two)) <= 2
        assert (np.diff(heard) > 0).all() and heard[-1] == pytest.approx(2, abs=0.1)
        begins = heard[len(one)] - times[20], one[0][0] - pictures_of(first)[0][0]
        assert begins[0] == pytest.approx(begins[1], abs=0.06)


@pytest.mark.parametrize(
    "suffix, codec, sound",
    [("mpg", "mpeg2video", ["mp2"]), ("mkv", "libx264", ["aac"]), ("webm", "libvpx-vp9", []), ("avi", "mpeg4", [])],
)
def test_joined_recordings_of_other_formats_are_whole(
    tmp_path: Path, suffix: str, codec: str, sound: list[str]
) -> None:
    part = film(tmp_path / f"a.{suffix}", greys(*range(0, 200, 8)), codec=codec, sound=sound)
    shown = timetable(joined(tmp_path / f"both.{suffix}", [part, part]))
    assert len(shown) == 50
    assert sum(shown[-1]) == pytest.approx(2, abs=0.1)


def test_three_recordings_of_which_one_is_silent_stay_in_step(tmp_path: Path) -> None:
    loud = film(tmp_path / "a.ts", greys(*range(25)), sound=["aac"])
    silent = film(tmp_path / "b.ts", greys(*range(125)))
    result = rewritten(joined(tmp_path / "all.ts", [loud, silent, loud]), tmp_path / "out.mkv")
    times = [seconds for seconds, _ in pictures_of(result)]
    assert len(times) == 175 and times[-1] - times[0] == pytest.approx(6.96, abs=0.1)
    (track,) = sound_of(result)
    heard = np.array([seconds for seconds, _ in track])
    pause = int(np.diff(heard).argmax())
    assert heard[pause] == pytest.approx(1, abs=0.1) and heard[pause + 1] == pytest.approx(6, abs=0.15)


def test_a_joined_film_behind_people_is_shown_whole(tmp_path: Path) -> None:
    parts = [film(tmp_path / f"{level}.ts", greys(*[level] * 10)) for level in (50, 200)]
    loop = Loop(joined(tmp_path / "both.ts", parts))
    assert levels_behind(loop, [0.1, 0.3, 0.5, 0.7, 0.9]) == pytest.approx([50, 50, 200, 200, 50], abs=6)


def test_times_that_are_merely_untidy_are_no_new_recording(tmp_path: Path) -> None:
    pause = film(tmp_path / "a.mkv", greys(10, 20, 30, 40), times=[0, 40, 20_000, 20_040])
    assert [round(1000 * time) for time, _ in timetable(pause)] == [0, 40, 20_000, 20_040]
