"""How a photo is put to a network: one scale for training, evaluation, export and runtime."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

WHITE: Final = 255.0  # becomes 1.0; training divides by it in TensorFlow


def network_input(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A photo as every network of the project takes it.

    Args:
        photo: uint8 HxWx3 RGB at the network's size, as `pictures.resize_photo` stretches it there.
    Returns:
        float32 HxWx3 RGB in 0..1; a batch of photos has one more axis before these.
    """
    return photo.astype(np.float32) / np.float32(WHITE)
