"""The command `figureground cut` as its user meets it: real processes, real files, bad ones among them."""

from __future__ import annotations

import io
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image, ImageCms, ImageOps

from helpers.command import begin, call, until
from helpers.drawing import Picture
from helpers.picture_files import bomb
from helpers.tiny_networks import save_pixel_network


def cut(*arguments: object, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    return call("cut", *arguments, preexec_fn=limit)


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def save_jpeg(path: Path, photo: Picture, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(photo).save(path, "JPEG", quality=95, **options)
    return path


def stored(photo: Picture, orientation: int) -> tuple[Picture, Image.Exif]:
    """Pixels and EXIF data of a camera held so that the upright photo is stored with this orientation."""
    inverse = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
    image = Image.fromarray(photo)
    if orientation > 1:
        turning = Image.Exif()
        turning[0x0112] = inverse[orientation]
        image.info["exif"] = turning.tobytes()
        image = upright(image)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return np.array(image), exif


def upright(image: Image.Image) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "PNG", exif=image.info["exif"])
    return ImageOps.exif_transpose(Image.open(stream))


def test_one_photo_to_one_file(tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]) -> None:
    photo = save_jpeg(tmp_path / "me.jpg", portrait[0])
    done = cut(photo, "-o", tmp_path / "out.png", "--model", bright)
    assert (done.returncode, done.stdout) == (0, "1 cut out\n")
    assert "TensorFlow" not in done.stderr
    with Image.open(tmp_path / "out.png") as image:
        result = np.array(image)
    assert result.shape == (240, 180, 4)
    decoded = np.array(Image.open(photo))
    inside = result[..., 3] == 255
    assert inside.mean() > 0.1
    np.testing.assert_array_equal(result[inside][:, :3], decoded[inside])
    assert np.mean((result[..., 3] >= 128) == (portrait[1] == 255)) > 0.98


def test_a_folder_with_every_kind_of_bad_file_goes_on(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture], nobody: Picture
) -> None:
    folder = tmp_path / "in"
    good = save_jpeg(folder / "a/good.jpg", portrait[0]).read_bytes()
    save_jpeg(folder / "a/nobody.jpg", nobody)
    (folder / "cut-short.jpg").write_bytes(good[: len(good) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("not a picture")
    (folder / "bomb.png").write_bytes(bomb(60_000))
    (folder / "really-a-jpeg.png").write_bytes(good)
    frames = [Image.fromarray(np.roll(portrait[0], shift, 0)) for shift in (0, 9)]
    frames[0].save(folder / "moving.gif", save_all=True, append_images=frames[1:])
    Image.fromarray(portrait[0]).convert("CMYK").save(folder / "print.jpg")
    Image.fromarray(portrait[0].max(axis=2).astype(np.uint16) * 257).save(folder / "deep.png")
    for jobs, out in ((1, tmp_path / "one"), (2, tmp_path / "two")):
        done = cut(folder, "-o", out, "--model", bright, "--jobs", jobs)
        assert done.returncode == 1
        assert done.stdout == "5 cut out, 1 no person found, 4 failed\n"
        assert files_below(out) == ["a/good.png", "deep.png", "moving.png", "print.png", "really-a-jpeg.png"]
        lines = [line for line in done.stderr.splitlines() if ": " in line]
        assert len(lines) == 6
        for part in (
            "failed: .*cut-short.jpg: damaged or cut short", "failed: .*empty.png: an empty file",
            "failed: .*text.jpg: not a picture of a known format", "failed: .*bomb.png: .*pixels",
            "no person found: .*nobody.jpg", "cut out: .*moving.gif: only the first of 2 pictures",
        ):  # fmt: skip
            assert any(re.search(part, line) for line in lines), (part, lines)


def test_a_result_that_its_format_cannot_hold_costs_one_photo(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]
) -> None:
    for name in ("a.png", "c.png"):
        (tmp_path / "in").mkdir(exist_ok=True)
        Image.fromarray(portrait[0]).save(tmp_path / "in" / name)
    Image.fromarray(np.full((40, 66000, 3), 255, np.uint8)).save(tmp_path / "in/b.png")
    (tmp_path / "in/d.dng").write_bytes(b"II*\0")
    done = cut(tmp_path / "in", "-o", tmp_path / "out", "--background", "blue", "--model", bright, "--jobs", 1)
    assert done.returncode == 1 and done.stdout == "2 cut out, 2 failed\n"
    assert files_below(tmp_path / "out") == ["a.jpg", "c.jpg"]
    assert re.search(r"failed: .*b\.jpg: a \.jpg file holds at most 65500 pixels a side; use PNG", done.stderr)
    assert re.search(r"failed: .*d\.dng: a camera's raw file, .*; develop it", done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_upright_once(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture], orientation: int
) -> None:
    pixels, exif = stored(portrait[0], orientation)
    save_jpeg(tmp_path / "a.jpg", pixels, exif=exif)
    assert cut(tmp_path / "a.jpg", "-o", tmp_path / "out", "--mask-only", "--model", bright).returncode == 0
    with Image.open(tmp_path / "out/a.png") as mask:
        assert (mask.mode, mask.size, mask.getexif().get(0x0112, 1)) == ("L", (180, 240), 1)
        assert np.mean((np.array(mask) >= 128) == (portrait[1] == 255)) > 0.98


def test_a_profile_that_does_not_fit_is_passed_over_and_nothing_of_it_kept(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]
) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    save_jpeg(tmp_path / "odd.jpg", portrait[0], icc_profile=profile.tobytes())  # of another colour model than RGB
    done = cut(tmp_path / "odd.jpg", "-o", tmp_path / "out", "--model", bright)
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "out/odd.png") as image:
        assert "icc_profile" not in image.info and not image.getexif()


def test_nobody_has_its_own_exit_status_and_no_file(tmp_path: Path, bright: Path, nobody: Picture) -> None:
    done = cut(save_jpeg(tmp_path / "wall.jpg", nobody), "-o", tmp_path / "out", "--model", bright)
    assert (done.returncode, done.stdout) == (3, "0 cut out, 1 no person found\n")
    assert "no person found: " in done.stderr and "wall.jpg" in done.stderr
    assert not (tmp_path / "out").exists()


def test_what_is_there_is_skipped_or_overwritten(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]
) -> None:
    photo = save_jpeg(tmp_path / "a.jpg", portrait[0])
    target = tmp_path / "out/a.png"
    target.parent.mkdir()
    target.write_bytes(b"mine")
    done = cut(photo, "-o", tmp_path / "out", "--model", bright)
    assert (done.returncode, done.stdout) == (0, "0 cut out, 1 skipped\n")
    assert target.read_bytes() == b"mine" and "--overwrite" in done.stderr
    assert cut(photo, "-o", tmp_path / "out", "--model", bright, "--overwrite").returncode == 0
    assert target.read_bytes().startswith(b"\x89PNG")


def test_without_an_output_the_result_goes_beside_the_photo_and_over_nothing(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]
) -> None:
    photos = [save_jpeg(tmp_path / "in" / name, portrait[0]) for name in ("a.jpg", "b.jpg")]
    (tmp_path / "in/b-cutout.png").write_bytes(b"mine")
    done = cut(*photos, "-m", bright)
    assert (done.returncode, done.stdout) == (0, "1 cut out, 1 skipped\n")
    assert cut(photos[0], "-m", bright, "--mask-only").returncode == 0
    assert cut(photos[0], "-m", bright, "-b", "white").returncode == 0
    assert files_below(tmp_path / "in") == [
        "a-cutout.jpg", "a-cutout.png", "a-mask.png", "a.jpg", "b-cutout.png", "b.jpg"
    ]  # fmt: skip
    assert (tmp_path / "in/b-cutout.png").read_bytes() == b"mine"
    for name, mode in (("a-cutout.png", "RGBA"), ("a-cutout.jpg", "RGB"), ("a-mask.png", "L")):
        with Image.open(tmp_path / "in" / name) as image:
            assert (image.mode, image.size) == (mode, (180, 240))


def test_a_result_that_is_there_does_not_hide_a_missing_photo(tmp_path: Path, bright: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/gone.png").write_bytes(b"mine")
    done = cut(tmp_path / "gone.jpg", "-o", tmp_path / "out", "--model", bright)
    assert (done.returncode, done.stdout) == (1, "0 cut out, 1 failed\n")
    assert "gone.jpg: no such file" in done.stderr
    assert (tmp_path / "out/gone.png").read_bytes() == b"mine"


def test_a_name_of_two_lines_is_told_in_one(tmp_path: Path, bright: Path) -> None:
    done = cut(tmp_path / "two\nlines.jpg", "-o", tmp_path / "out", "--model", bright)
    assert done.returncode == 1
    assert f"failed: {tmp_path}/two\\nlines.jpg: no such file" in done.stderr.splitlines()[-1]
    (tmp_path / "no\nphotos").mkdir()
    done = cut(tmp_path / "no\nphotos", "-o", tmp_path / "out", "--model", bright)
    assert done.returncode == 1
    assert (
        done.stderr.startswith(f"Error: {tmp_path}/no\\nphotos: no photos in this folder")
        and done.stderr.count("\n") == 1
    )


@pytest.mark.parametrize(
    "options, name, mode",
    [
        (["--background", "#1e90ff"], "a.jpg", "RGB"),
        (["--background", "blur", "--format", "png"], "a.png", "RGB"),
        (["--background", "WALL", "--fit", "contain"], "a.jpg", "RGB"),
        (["--format", "webp"], "a.webp", "RGBA"),
        (["--mask-only"], "a.png", "L"),
    ],
)
def test_backgrounds_and_formats(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture], options: list[str], name: str, mode: str
) -> None:
    wall = save_jpeg(tmp_path / "wall.jpg", np.full((50, 90, 3), (0, 120, 0), np.uint8))
    photo = save_jpeg(tmp_path / "a.jpg", portrait[0])
    options_given = [str(wall) if option == "WALL" else option for option in options]
    done = cut(photo, "-o", tmp_path / "out", "--model", bright, *options_given)
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "out" / name) as image:
        assert (image.mode, image.size) == (mode, (180, 240))


def test_what_people_hold_is_left_out_or_kept(tmp_path: Path) -> None:
    model = save_pixel_network(tmp_path / "telling.tflite", 64, 64, (20, 0, 0), held=(0, 0, 20))
    photo = np.zeros((60, 90, 3), np.uint8)
    photo[:, :45, 0] = photo[:, 45:70, 2] = 255  # a red person holds something blue
    encoded = tmp_path / "a.png"
    Image.fromarray(photo).save(encoded)
    for held, right in (("drop", 45), ("keep", 70)):
        for options, channel in ((["--mask-only"], ...), ([], np.s_[..., 3])):
            done = cut(encoded, "-o", tmp_path / f"{held}.png", "-m", model, "--held", held, "--overwrite", *options)
            assert done.returncode == 0, done.stderr
            with Image.open(tmp_path / f"{held}.png") as image:
                alpha = np.array(image)[channel]
            assert alpha[:, : right - 3].min() == 255 and alpha[:, right + 3 :].max() == 0


@pytest.mark.parametrize(
    "options, reason",
    [
        (["--held", "keep"], "bright.tflite: this model does not tell what people hold; use "),
        (["--format", "jpg"], "JPEG has no transparency; use PNG or WebP"),
        (["--background", "whitish"], "whitish: neither transparent, blur nor a colour"),
        (["--model", "nowhere.tflite"], "nowhere.tflite: cannot be read"),
        (["-m", "best"], "best: cannot be read (no such file or directory); give accurate, fast, open or the path"),
    ],
)
def test_requests_that_cannot_be_met_are_one_line_before_the_first_photo(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture], options: list[str], reason: str
) -> None:
    photo = save_jpeg(tmp_path / "a.jpg", portrait[0])
    done = cut(photo, "-o", tmp_path / "out", "--model", bright, *options)
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1 and reason in errors[0] and "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]) -> None:
    folder = tmp_path / "in"
    for number in range(2):
        save_jpeg(folder / f"{number}.jpg", portrait[0])

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # writes fail as on a full disk

    done = cut(folder, "-o", tmp_path / "out", "--model", bright, "--jobs", 1, limit=limit)
    assert (done.returncode, done.stdout) == (1, "0 cut out, 2 failed\n")
    assert "out/0.png: file too large" in done.stderr
    assert files_below(tmp_path / "out") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to(tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]) -> None:
    (tmp_path / "out").mkdir(mode=0o500)
    done = cut(save_jpeg(tmp_path / "a.jpg", portrait[0]), "-o", tmp_path / "out", "--model", bright)
    assert done.returncode == 1 and "out/a.png: permission denied" in done.stderr


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc, where not even root may write")
def test_a_read_only_file_system(tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]) -> None:
    done = cut(save_jpeg(tmp_path / "a.jpg", portrait[0]), "-o", "/proc/cut-outs", "--model", bright)
    assert (done.returncode, done.stdout) == (1, "0 cut out, 1 failed\n")
    assert "failed: /proc/cut-outs/a.png: " in done.stderr and "Traceback" not in done.stderr


def test_an_output_folder_that_is_a_file(tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]) -> None:
    (tmp_path / "out").write_bytes(b"mine")
    done = cut(save_jpeg(tmp_path / "a.jpg", portrait[0]), "-o", tmp_path / "out", "--model", bright)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert (tmp_path / "out").read_bytes() == b"mine"


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_partial_file_and_no_process(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture], how: signal.Signals
) -> None:
    """Ctrl-C of a terminal reaches all its processes, SIGTERM of Docker or Kubernetes the first one."""
    first = save_jpeg(tmp_path / "in/0000.jpg", portrait[0].repeat(8, 0).repeat(8, 1))
    for number in range(1, 1500):  # minutes of work
        (tmp_path / f"in/{number:04d}.jpg").hardlink_to(first)
    running = begin("cut", tmp_path / "in", "-o", tmp_path / "out", "--model", bright, "--jobs", 2)
    until(lambda: len(list((tmp_path / "out").glob("[0-9]*.png"))) >= 2, running)
    workers = psutil.Process(running.pid).children(recursive=True)
    os.killpg(running.pid, how) if how is signal.SIGINT else running.terminate()
    _, errors = running.communicate()
    assert running.returncode == 128 + how and "Traceback" not in errors
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    results = list((tmp_path / "out").iterdir())
    assert 2 <= len(results) < 1500
    for result in results:
        with Image.open(result) as image:
            image.load()


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys\nsys.argv = ['figureground', 'cut', '--help']\nimport figureground.cli\n"
        "try:\n    figureground.cli.main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('numpy', 'cv2', 'PIL', 'ai_edge_litert') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]" and "--mask-only" in done.stdout
