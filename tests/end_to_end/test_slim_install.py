"""What `pip install` of the clone gives, on a system without the libraries that draw on a screen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.places import ROOT

UV = Path(sys.executable).with_name("uv")
DRAWING = ("libGL.so.1", "libEGL.so.1", "libX11.so.6", "libxcb.so.1", "libglib-2.0.so.0")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="hides libraries from Linux's loader"),
    pytest.mark.skipif(not UV.exists(), reason="needs uv, which `make setup` installs"),
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with what the README tells users to install, not editable."""
    place = tmp_path_factory.mktemp("slim") / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, place], check=True)
    done = subprocess.run(
        [UV, "pip", "install", "--quiet", "--python", place / "bin/python", f"{ROOT}[video,camera,web]"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "Failed to fetch" in done.stderr:
        pytest.skip("needs the package index, or what it installs in uv's cache")
    assert done.returncode == 0, done.stderr
    return place / "bin"


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the loader finds no library that draws: empty files stand before them."""
    folder = tmp_path_factory.mktemp("hidden")
    for name in DRAWING:
        (folder / name).touch()
    return {**{key: value for key, value in os.environ.items() if key != "PYTHONPATH"}, "LD_LIBRARY_PATH": str(folder)}


def test_one_opencv_is_installed_and_it_is_the_headless_one(installed: Path) -> None:
    found = [path.name.split("-")[0] for path in installed.parent.rglob("opencv*.dist-info")]
    assert found == ["opencv_python_headless"]


def test_photos_are_cut_out_without_libraries_that_draw(installed: Path, slim: dict[str, str], tmp_path: Path) -> None:
    photo, cutout = ROOT / "tests/astronaut.jpg", tmp_path / "cutout.png"
    command: list[str | Path] = [installed / "figureground", "cut", photo, "-o", cutout]
    done = subprocess.run(command, env=slim, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with Image.open(cutout) as picture:
        alpha = np.asarray(picture.getchannel("A"))
    assert (alpha == 255).mean() > 0.1 and (alpha == 0).mean() > 0.3


@pytest.mark.parametrize("use", ["video.video", "video.camera", "documents.documents", "web.app", "web.serving"])
def test_every_use_is_imported_without_them(installed: Path, slim: dict[str, str], use: str) -> None:
    code = f"import figureground.{use}, sys; print(figureground.__file__)"
    done = subprocess.run(
        [installed / "python", "-c", code], env=slim, cwd=installed, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed.parent)


def test_types_are_installed_too(installed: Path) -> None:
    assert list(installed.parent.rglob("figureground/py.typed"))


def test_the_libraries_are_hidden_indeed(slim: dict[str, str]) -> None:
    """The OpenCV that training installs needs them, so it shows whether they are."""
    load = [sys.executable, "-c", "import cv2; print(cv2.version.headless)"]
    here = subprocess.run(load, capture_output=True, text=True, check=True)
    if here.stdout.strip() == "True":
        pytest.skip("this environment has the headless OpenCV")
    hidden = subprocess.run(load, env=slim, capture_output=True, text=True, check=False)
    assert hidden.returncode != 0 and any(name in hidden.stderr for name in DRAWING)
