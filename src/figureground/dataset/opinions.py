"""A mask beside what a model says of its photo, kept small: a data set's fit into memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.dataset.manifest import Pair
from figureground.pictures import decode_mask, encode_png, resize_mask

SIDE = 256  # pixels of the longer edge; finer errors of a mask are not what is looked for


@dataclass(frozen=True)
class Opinion:
    """What the model says of one pair: mask and probability (in 255ths) as PNG of at most 256 pixels.

    Attributes:
        others_png: What other models say, like `probability_png`.
    """

    pair: Pair
    mask_png: bytes
    probability_png: bytes
    others_png: tuple[bytes, ...] = ()

    @property
    def mask(self) -> NDArray[np.uint8]:
        """uint8 HxW, 255 person, 0 background, 128 void."""
        return decode_mask(self.mask_png)

    @property
    def probability(self) -> NDArray[np.float32]:
        """float32 HxW in 0..1, in steps of 1/255."""
        return decode_probability(self.probability_png)


def opinion(
    pair: Pair,
    mask: NDArray[np.uint8],
    probability: NDArray[np.float32],
    others: Iterable[NDArray[np.float32]] = (),
) -> Opinion:
    """Keep all small; the mask (uint8 HxW) has the photo's size, the probabilities (float32 in 0..1) any size."""
    height, width = small_size(*mask.shape)

    def kept(probability: NDArray[np.float32]) -> bytes:
        small = cv2.resize(probability, (width, height), interpolation=cv2.INTER_AREA)
        return encode_png(np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8))

    return Opinion(
        pair, encode_png(resize_mask(mask, height, width)), kept(probability), tuple(kept(each) for each in others)
    )


def decode_probability(png: bytes) -> NDArray[np.float32]:
    """float32 HxW in 0..1, in steps of 1/255, as an opinion keeps it."""
    return decode_mask(png).astype(np.float32) / np.float32(255)


def small_size(height: int, width: int) -> tuple[int, int]:
    """(height, width) at which an opinion of a photo of this size is kept."""
    scale = min(1.0, SIDE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))
