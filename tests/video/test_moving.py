"""People in moving pictures of any proportions."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from figureground.runtime.backgrounds import Background
from figureground.runtime.held_things import Held
from figureground.runtime.segmenter import SegmenterError
from figureground.video.moving import MovingCutter, drawn
from helpers.drawing import astronaut, panorama
from helpers.tiny_networks import save_pixel_network


def test_people_in_very_wide_pictures_are_found() -> None:
    photo, mask = astronaut()
    wide, (columns,) = panorama(photo, 1, 9)
    truth = np.zeros(wide.shape[:2], np.bool_)
    truth[:, columns] = mask > 127
    cutter = MovingCutter("fast")
    for step in range(2):  # steadied too
        frame = np.ascontiguousarray(np.roll(wide, 4 * step, 1))
        view = cutter.steady(cutter.look(frame))
        result, shows = drawn(view, Background())
        assert shows and result.shape == (*frame.shape[:2], 4)
        found, expected = result[..., 3] > 127, np.roll(truth, 4 * step, 1)
        assert (found & expected).sum() / (found | expected).sum() > 0.8


def test_small_people_are_seen_finer_and_each_picture_as_the_one_before() -> None:
    photo, mask = astronaut()
    cutter, masks, ious = MovingCutter("fast"), [], []
    for step in range(5):
        frame = np.full((540, 960, 3), 120, np.uint8)
        truth = np.zeros((540, 960), np.bool_)
        place = slice(300, 540), slice(300 + 2 * step, 540 + 2 * step)
        small = cv2.resize(mask, (240, 240), interpolation=cv2.INTER_AREA)[..., np.newaxis] / 255
        frame[place] = small * cv2.resize(photo, (240, 240), interpolation=cv2.INTER_AREA) + (1 - small) * frame[place]
        truth[place] = small[..., 0] > 0.5
        view = cutter.steady(cutter.look(frame))
        found = drawn(view, Background())[0][..., 3] > 127
        ious.append((found & truth).sum() / (found | truth).sum())
        masks.append(np.roll(found, -2 * step, 1))
    assert min(ious) > 0.85
    assert max((before ^ after).sum() / before.sum() for before, after in pairwise(masks)) < 0.05


@pytest.mark.parametrize("held, right", [("drop", 150), ("keep", 220)])
def test_what_people_hold_is_left_out_or_kept_in_every_picture(tmp_path: Path, held: Held, right: int) -> None:
    model = save_pixel_network(tmp_path / "telling.tflite", 64, 64, (20, 0, 0), held=(0, 0, 20))
    frame = np.zeros((180, 320, 3), np.uint8)
    frame[:, 100:150, 0] = frame[:, 150:220, 2] = 255  # a red person holds something blue
    cutter = MovingCutter(model, held=held)
    for _ in range(3):
        picture, shows = drawn(cutter.steady(cutter.look(frame)), Background())
        alpha = picture[..., 3]
        assert shows and alpha[:, 106 : right - 6].min() == 255 and alpha[:, right + 6 :].max() == 0


def test_a_model_that_does_not_tell_what_is_held_is_refused_before_the_first_picture(bright: Path) -> None:
    with pytest.raises(SegmenterError, match="does not tell what people hold"):
        MovingCutter(bright, held="keep")
