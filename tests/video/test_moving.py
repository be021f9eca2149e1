"""People in moving pictures of any proportions."""

from __future__ import annotations

import numpy as np

from figureground.runtime.backgrounds import Background
from figureground.video.moving import MovingCutter, drawn
from helpers.drawing import astronaut, panorama


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
