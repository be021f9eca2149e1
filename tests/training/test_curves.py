"""Learning curves as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from figureground.pictures import read_photo
from figureground.training.curves import write_curves


def test_a_loss_below_zero_is_drawn_from_where_all_is_right(tmp_path: Path) -> None:
    history = [{"epoch": 0, "loss": -0.5, "val_loss": -0.6, "person_iou": 0.5, "learning_rate": 0.001}]
    above = [{**history[0], "loss": 0.5, "val_loss": 0.4}]
    write_curves(history, -1.0, tmp_path / "below.png")
    write_curves(above, 0.0, tmp_path / "above.png")
    assert np.array_equal(read_photo(tmp_path / "below.png"), read_photo(tmp_path / "above.png"))


def test_each_curve_is_drawn_and_an_epoch_more_shows(tmp_path: Path) -> None:
    history = [
        {"epoch": epoch, "loss": 1 / (epoch + 1), "val_loss": 0.8, "person_iou": 0.5, "learning_rate": 0.001}
        for epoch in range(3)
    ]
    for epochs in (2, 3):
        write_curves(history[:epochs], -1.0, tmp_path / f"{epochs}.png")
    two, three = read_photo(tmp_path / "2.png"), read_photo(tmp_path / "3.png")
    assert two.shape == three.shape and two.shape[1] > two.shape[0]
    for part in range(3):  # loss, person IoU, learning rate
        columns = slice(part * two.shape[1] // 3, (part + 1) * two.shape[1] // 3)
        assert not np.array_equal(two[:, columns], three[:, columns])
