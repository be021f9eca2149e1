"""The segmenter on a network that can be worked out by hand: the logit of a pixel is 20 x red - 10."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from figureground.runtime.packaged import PACKAGED
from figureground.runtime.segmenter import NobodyError, Segmenter, SegmenterError, shows_person, sigmoid
from figureground.scores import person_iou
from helpers.drawing import exif
from helpers.tiny_networks import save_pixel_network

RED = (20.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pixel_network(tmp_path_factory.mktemp("segmenter") / "model.tflite", 32, 48, RED)


@pytest.fixture(scope="module")
def segmenter(model: Path) -> Segmenter:
    return Segmenter(model)


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    """Blue pixels are held."""
    path = tmp_path_factory.mktemp("segmenter") / "telling.tflite"
    return Segmenter(save_pixel_network(path, 32, 48, RED, held=(0.0, 0.0, 20.0)))


def half_red(height: int, width: int) -> np.ndarray:
    photo = np.zeros((height, width, 3), np.uint8)
    photo[:, : width // 2] = (255, 40, 90)
    return photo


def test_probability_is_the_sigmoid_of_the_networks_logits(segmenter: Segmenter) -> None:
    assert segmenter.input_size == (32, 48)
    photo = np.random.default_rng(1).integers(0, 256, (32, 48, 3)).astype(np.uint8)
    expected = 1.0 / (1.0 + np.exp(10.0 - 20.0 * photo[:, :, 0] / 255.0))
    np.testing.assert_allclose(segmenter.probability(photo), expected, atol=1e-6)


def test_a_pickled_one_brings_its_model_along(tmp_path: Path) -> None:
    file = save_pixel_network(tmp_path / "model.tflite", 32, 48, RED)
    pickled = pickle.dumps(Segmenter(file))
    file.unlink()
    photo = np.random.default_rng(3).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    again = pickle.loads(pickled)
    assert (again.file, again.input_size, again.tells_held) == (file, (32, 48), False)
    assert again.mask(photo).shape == (50, 70)
    assert np.array_equal(again.mask(photo), pickle.loads(pickle.dumps(again)).mask(photo))


def test_colours_are_taken_as_rgb(segmenter: Segmenter) -> None:
    red = np.full((20, 20, 3), (255, 0, 0), np.uint8)
    assert segmenter.mask(red).min() == 255
    assert segmenter.mask(red[:, :, ::-1]).max() == 0


@pytest.mark.parametrize("height, width", [(1, 1), (1, 50), (33, 47), (7, 3000), (900, 2), (32, 48), (480, 640)])
def test_answers_have_the_photos_size(segmenter: Segmenter, height: int, width: int) -> None:
    photo = half_red(height, width)
    probability, mask = segmenter.probability(photo), segmenter.mask(photo)
    assert probability.shape == mask.shape == (height, width)
    assert probability.dtype == np.float32 and mask.dtype == np.uint8
    assert probability.min() >= 0.0 and probability.max() <= 1.0
    assert abs(mask.mean() / 255 - probability.mean()) < 0.05


def test_what_is_left_in_the_photo_is_left_in_the_mask(segmenter: Segmenter) -> None:
    mask = segmenter.mask(half_red(200, 300))
    assert mask[:, :140].min() == 255
    assert mask[:, 160:].max() == 0


def test_the_photo_is_not_changed_and_may_be_a_view(segmenter: Segmenter) -> None:
    photo = half_red(60, 80)
    before = photo.copy()
    np.testing.assert_array_equal(segmenter.mask(photo[:, ::-1]), segmenter.mask(photo[:, ::-1].copy()))
    np.testing.assert_array_equal(photo, before)


@pytest.mark.parametrize(
    "photo, found",
    [
        (np.zeros((9, 8), np.uint8), "uint8 9x8"),
        (np.zeros((9, 8, 1), np.uint8), "uint8 9x8x1"),
        (np.zeros((9, 8, 4), np.uint8), "uint8 9x8x4"),
        (np.zeros((9, 8, 3), np.float32), "float32 9x8x3"),
        (np.zeros((0, 8, 3), np.uint8), "uint8 0x8x3"),
        (np.uint8(3) + np.zeros((), np.uint8), "uint8"),
        ([[[1, 2, 3]]], "list"),
    ],
)
def test_other_arrays_are_refused_with_what_was_expected(segmenter: Segmenter, photo: object, found: str) -> None:
    with pytest.raises(ValueError, match=f"height x width x 3 in RGB order, not .*{found}"):
        segmenter.mask(photo)  # type: ignore[call-overload]


def test_one_segmenter_serves_many_threads(segmenter: Segmenter) -> None:
    photos = [np.random.default_rng(k).integers(0, 256, (50, 40, 3)).astype(np.uint8) for k in range(40)]
    alone = [segmenter.mask(photo) for photo in photos]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(segmenter.mask, photos))
    np.testing.assert_array_equal(alone, together)


def test_more_threads_give_the_same_mask(segmenter: Segmenter, model: Path) -> None:
    np.testing.assert_array_equal(Segmenter(model, threads=2).mask(half_red(40, 40)), segmenter.mask(half_red(40, 40)))
    with pytest.raises(ValueError, match="threads must be 1 or more, not 0"):
        Segmenter(model, threads=0)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x1c\x00\x00\x00TFL3" + bytes(200), None])
def test_a_file_that_is_no_model_is_refused_in_one_line(tmp_path: Path, model: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.tflite"
    path.write_bytes(model.read_bytes()[:400] if content is None else content)
    with pytest.raises(SegmenterError, match=r"broken\.tflite: not a whole LiteRT model") as refusal:
        Segmenter(path)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(SegmenterError, match=r"nowhere\.tflite: cannot be read \(no such file"):
        Segmenter(tmp_path / "nowhere.tflite")
    with pytest.raises(SegmenterError, match="cannot be read"):
        Segmenter(tmp_path)


def test_a_model_with_other_outputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SegmenterError, match="gives float32 1 x 32 x 48 x 3, not float32"):
        Segmenter(save_pixel_network(tmp_path / "three.tflite", 32, 48, RED, outputs=3))


def three_colours(height: int = 60, width: int = 90) -> np.ndarray:
    """Red on the left, blue in the middle, both colours at once between them, black on the right."""
    photo = np.zeros((height, width, 3), np.uint8)
    photo[:, : width // 2, 0] = photo[:, width // 3 : width * 2 // 3, 2] = 255
    return photo


def test_a_second_output_changes_nothing_about_the_person(segmenter: Segmenter, telling: Segmenter) -> None:
    photo = three_colours()
    np.testing.assert_array_equal(telling.mask(photo), segmenter.mask(photo))
    np.testing.assert_allclose(telling.probability(photo), segmenter.probability(photo), atol=1e-5)
    assert telling.probabilities(photo).shape == (60, 90, 2) and segmenter.probabilities(photo).shape == (60, 90, 1)


def test_what_people_hold_is_a_mask_of_its_own(telling: Segmenter) -> None:
    photo = three_colours()
    held = telling.held(photo)
    assert held.dtype == np.uint8 and held.shape == (60, 90)
    assert held[:, 50:56].min() == 255 and held[:, 66:].max() == 0
    assert np.max(telling.mask(photo).astype(int) + held) == 255  # the person first, where the model says both
    image = telling.held(Image.fromarray(photo))
    assert image.mode == "L"
    np.testing.assert_array_equal(np.array(image), held)


def test_what_people_hold_is_kept_with_them_without_a_seam(telling: Segmenter) -> None:
    photo = three_colours()
    photo[:, 26:34] = (120, 0, 120)  # of the border the model doubts both, and that it is background
    photo[:, 34:46, 0] = 0
    mask = telling.mask(photo, held="keep")
    assert mask.dtype == np.uint8 and mask[:, :54].min() == 255 and mask[:, 66:].max() == 0
    apart = telling.mask(photo).astype(int) + telling.held(photo)
    assert apart[:, 26:34].min() < 255
    np.testing.assert_array_equal(telling.cut(photo, held="keep")[..., 3], mask)
    np.testing.assert_array_equal(np.array(telling.mask(Image.fromarray(photo), held="keep")), mask)
    np.testing.assert_array_equal(telling.mask(photo, held="drop"), telling.mask(photo))


def test_a_thing_alone_is_nobody(telling: Segmenter) -> None:
    with pytest.raises(NobodyError, match="no person found"):
        telling.cut(np.full((60, 90, 3), (0, 0, 255), np.uint8), held="keep")


def test_a_model_that_does_not_tell_what_is_held_says_so_and_which_one_does(segmenter: Segmenter) -> None:
    assert not segmenter.tells_held
    packaged = [name for name in PACKAGED if Segmenter(name).tells_held]
    said = rf"model\.tflite: this model does not tell what people hold; use {' or '.join(packaged) or 'one that does'}$"
    with pytest.raises(SegmenterError, match=said):
        segmenter.held(three_colours())
    with pytest.raises(SegmenterError, match=said):
        segmenter.cut(three_colours(), held="keep")


def test_another_word_for_what_becomes_of_held_things_is_refused(telling: Segmenter) -> None:
    with pytest.raises(ValueError, match="held must be drop or keep, not hold"):
        telling.mask(three_colours(), held="hold")  # type: ignore[call-overload]


def test_sigmoid_survives_any_logit() -> None:
    logits = np.array([-1e30, -1000.0, -1.0, 0.0, 1.0, 1000.0, 1e30], np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        probability = sigmoid(logits)
    np.testing.assert_allclose(probability, [0, 0, 0.26894143, 0.5, 0.7310586, 1, 1], atol=1e-7)
    assert probability.dtype == np.float32


def test_a_pillow_image_gets_a_pillow_image_back(segmenter: Segmenter) -> None:
    photo = half_red(200, 300)
    mask, cutout, pasted = (
        segmenter.mask(Image.fromarray(photo)),
        segmenter.cut(Image.fromarray(photo)),
        segmenter.cut(Image.fromarray(photo), background="white"),
    )
    assert (mask.mode, cutout.mode, pasted.mode) == ("L", "RGBA", "RGB")
    np.testing.assert_array_equal(np.array(mask), segmenter.mask(photo))
    np.testing.assert_array_equal(np.array(cutout), segmenter.cut(photo))
    np.testing.assert_array_equal(np.array(pasted), segmenter.cut(photo, background=(255, 255, 255)))


@pytest.mark.parametrize("mode", ["RGBA", "CMYK", "P", "RGB"])
def test_pillow_images_of_any_mode_are_taken_as_photos(segmenter: Segmenter, mode: str) -> None:
    image = Image.fromarray(half_red(60, 80)).convert(mode)
    assert np.mean((np.array(segmenter.mask(image)) >= 128) == (half_red(60, 80)[..., 0] == 255)) > 0.97


def test_a_pillow_image_is_brought_upright_once(segmenter: Segmenter, tmp_path: Path) -> None:
    Image.fromarray(half_red(60, 80)).save(tmp_path / "phone.png", exif=exif(6))
    with Image.open(tmp_path / "phone.png") as image:
        for upright in (image, image.rotate(-90, expand=True)):
            cutout = segmenter.cut(upright)
            assert cutout.size == (60, 80)
            assert np.array(cutout)[:35, :, 3].min() == 255


def test_a_cutout_keeps_the_persons_pixels_and_nothing_else(segmenter: Segmenter) -> None:
    photo = half_red(200, 300)
    cutout = segmenter.cut(photo)
    assert cutout.shape == (200, 300, 4)
    np.testing.assert_array_equal(cutout[:, :140, :3], photo[:, :140])
    assert cutout[:, 160:].max() == 0


def test_nobody_is_an_error_not_an_invented_cutout(segmenter: Segmenter) -> None:
    with pytest.raises(NobodyError, match="no person found"):
        segmenter.cut(np.zeros((50, 60, 3), np.uint8))


def test_a_speck_is_nobody() -> None:
    mask = np.zeros((100, 100), np.uint8)
    mask[:3, :3] = 255
    assert not shows_person(mask)
    mask[:4, :4] = 255
    assert shows_person(mask)


def test_the_package_gives_the_segmenter_when_asked() -> None:
    code = (
        "import sys, figureground\nbefore = 'numpy' in sys.modules\n"
        "from figureground import NobodyError, Segmenter\nprint(before, Segmenter.__module__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("False figureground.runtime.segmenter")
    with pytest.raises(ImportError):
        from figureground import Nothing  # noqa: F401


def test_small_people_are_looked_at_again(tmp_path: Path) -> None:
    """The model sees 16 pixels a side, in which a person of an eighth of the photo's height has two."""
    segmenter = Segmenter(save_pixel_network(tmp_path / "bright.tflite", 16, 16))
    photo = np.full((256, 256, 3), 30, np.uint8)
    cv2.circle(photo, (70, 150), 16, (240, 240, 240), -1)
    truth = photo[..., 0] > 127
    once, twice = segmenter.probability(photo) >= 0.5, segmenter.mask(photo) >= 128
    assert person_iou(once, truth.view(np.uint8) * 255) < 0.85
    assert person_iou(twice, truth.view(np.uint8) * 255) > 0.9
