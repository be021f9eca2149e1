"""What a model says of photos whose masks it has not learned from.

The packaged models find people in photos of all kinds. Two of them are asked, whose encoders learned from different
photos: where one errs alone, nothing is wrong with the mask. What a set calls person they cannot know: whether a bag is
one, or hair in the wind. So decoders learn that from the set itself, each from the masks of all folds but one: what to
add to the two models' mean, by an encoder's features. Neither changes, so all answers are computed once a photo and
serve every decoder; that is most of a training's work.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from figureground.dataset.manifest import Pair
from figureground.dataset.metadata import photo_path
from figureground.models.encoder import build_encoder, find_encoder
from figureground.models.layers import AlignedResize, norm_relu
from figureground.network_input import network_input
from figureground.params import LossParams
from figureground.pictures import read_photo, resize_mask, resize_photo
from figureground.processes import usable_cores
from figureground.review.masks import judged_mask
from figureground.runtime.segmenter import Segmenter, sigmoid
from figureground.training.losses import build_loss
from figureground.training.weights import load_encoder

PACKAGED = ("open", "accurate")
ENCODER = "mobilenet_v2_deeplab"
WEIGHTS = Path("weights/base.encoder.keras")  # learned from rendered people and few photos: see recipes/base.yaml
SIDE = 321  # pixels of the square that photos are stretched to for the encoder
FINE = 192  # pixels of the square at which decoders answer
BATCH = 8
PASSES = 4  # over a fold's photos; but no more than
STEPS = 150  # which bring most of what can be learned in so little time
LEARNING_RATE = 0.003
WIDTH = 32  # channels of a decoder, to which the encoder's features at strides 8 and 16 are narrowed
LARGEST = 12.0  # logit that is kept; beyond, the model is as sure as can be

_LOSS = LossParams(
    name="bce_dice", bce_coef=1.0, tversky_alpha=0.5, tversky_beta=0.5, boundary_weight=4.0, boundary_pixels=3,
    held_weight=1.0,
)  # fmt: skip


class Features:
    """What packaged models and encoder answer to all photos, in files of `folder`, and the masks beside them.

    Raises:
        PictureError, MetadataError: A photo or mask is missing or damaged.
        SegmenterError, WeightsError: A model is missing.
    """

    def __init__(self, pairs: Sequence[Pair], data: Path, folder: Path) -> None:
        encoder, segmenters = _encoder(), [Segmenter(name, threads=usable_cores()) for name in PACKAGED]
        shapes = [(FINE, FINE, len(PACKAGED)), *(output.shape[1:] for output in encoder.outputs)]
        self.masks = np.zeros((len(pairs), FINE, FINE, 1), np.uint8)
        self.answers = [
            np.lib.format.open_memmap(folder / f"{number}.npy", "w+", np.float16, (len(pairs), *shape))
            for number, shape in enumerate(shapes)
        ]
        for first in tqdm(range(0, len(pairs), BATCH), "review", unit="batch", disable=None):
            chosen = pairs[first : first + BATCH]
            photos = [read_photo(photo_path(data, pair.name)) for pair in chosen]
            for place, (pair, photo) in enumerate(zip(chosen, photos, strict=True), start=first):
                self.masks[place, ..., 0] = resize_mask(judged_mask(data, pair.name), FINE, FINE)
                self.answers[0][place] = np.stack([_logits(segmenter, photo) for segmenter in segmenters], -1)
            squares = network_input(np.stack([resize_photo(photo, SIDE, SIDE) for photo in photos]))
            for kept, answer in zip(self.answers[1:], encoder.predict_on_batch(squares), strict=True):
                kept[first : first + len(chosen)] = answer

    def packaged(self, place: int) -> list[NDArray[np.float32]]:
        """What each packaged model says of a photo by itself, float32 (FINE, FINE) in 0..1."""
        return list(sigmoid(np.asarray(self.answers[0][place], np.float32)).transpose(2, 0, 1))

    def of(self, places: NDArray[np.intp]) -> tuple[NDArray[np.float32], ...]:
        """Of the photos at these places, as a decoder takes them."""
        return tuple(np.asarray(answer[places], np.float32) for answer in self.answers)


def out_of_fold(features: Features, folds: Sequence[NDArray[np.intp]], seed: int) -> NDArray[np.uint8]:
    """How likely each pixel shows a person, by a decoder that was trained on the other folds' photos.

    Args:
        folds: Places of each fold's photos; together all of them, each once.
    Returns:
        uint8 (N, FINE, FINE), in 255ths, of the photos stretched to a square.
    """
    answers = np.zeros(features.masks.shape[:3], np.uint8)
    for number, fold in enumerate(folds):
        others = np.concatenate([other for other in folds if other is not fold])
        decoder = _trained(features, others, seed + number)
        for first in range(0, len(fold), 2 * BATCH):
            places = np.sort(fold[first : first + 2 * BATCH])
            probability = keras.ops.sigmoid(decoder(list(features.of(places)), training=False))
            answers[places] = np.rint(255 * keras.ops.convert_to_numpy(probability)[..., 0])
    return answers


def _encoder() -> keras.Model:
    """From float32 photos (B, SIDE, SIDE, 3) in 0..1 to features at strides 8 and 16, and logits of people."""
    facts = find_encoder(ENCODER)
    encoder = build_encoder(ENCODER, 16, (SIDE, SIDE))
    load_encoder(encoder, WEIGHTS)
    photo = keras.Input((SIDE, SIDE, 3))
    _, *answers = encoder(keras.layers.Rescaling(facts.scale, list(facts.offset))(photo))
    return keras.Model(photo, answers)


def _logits(segmenter: Segmenter, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    logits = segmenter.logits(network_input(resize_photo(photo, *segmenter.input_size)))[..., 0]
    resized = cv2.resize(logits, (FINE, FINE), interpolation=cv2.INTER_AREA)
    return np.asarray(resized.clip(-LARGEST, LARGEST), np.float32)


def _trained(features: Features, places: NDArray[np.intp], seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    decoder = _decoder([answer.shape[1:] for answer in features.answers])
    steps = max(1, min(STEPS, PASSES * len(places) // BATCH))
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 10, warmup_target=LEARNING_RATE, warmup_steps=steps // 10
    )
    decoder.compile(keras.optimizers.AdamW(rate, weight_decay=1e-4), build_loss(_LOSS))
    decoder.fit(_Batches(features, places, steps, seed), verbose=0)
    return decoder


def _decoder(shapes: Sequence[tuple[int, ...]]) -> keras.Model:
    """From the answers of these shapes to logits (B, FINE, FINE, 1), which begin as the packaged models' mean."""
    inputs = [keras.Input(shape) for shape in shapes]
    packaged, features, deep, logits = inputs
    mean = keras.ops.mean(packaged, axis=-1, keepdims=True)
    deep = keras.layers.Concatenate()([keras.layers.Dropout(0.1)(deep), keras.layers.Rescaling(0.25)(logits)])
    size = features.shape[1:3]
    seen = keras.layers.Rescaling(0.25)(keras.layers.Resizing(*size)(packaged))
    features = _conv(keras.layers.Concatenate()([features, seen]), 1)
    x = norm_relu(keras.layers.Add()([AlignedResize()([_conv(deep, 1), features]), features]), "joined")
    x = norm_relu(_conv(x, 3), "filtered")
    x = norm_relu(_conv(x, 3), "filtered_again")
    x = keras.layers.Conv2D(1, 1, kernel_initializer="zeros", dtype="float32")(x)
    return keras.Model(inputs, keras.layers.Add()([keras.layers.Resizing(FINE, FINE)(x), mean]))


def _conv(x: Any, size: int) -> Any:
    return keras.layers.Conv2D(WIDTH, size, padding="same", use_bias=False)(x)


class _Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of photos drawn so that each comes once before any comes again."""

    def __init__(self, features: Features, places: NDArray[np.intp], steps: int, seed: int) -> None:
        super().__init__()
        self._features = features
        generator = np.random.default_rng(seed)
        rounds = -(-steps * BATCH // len(places))
        self._order = np.concatenate([generator.permutation(places) for _ in range(rounds)])
        self._steps = steps

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int) -> tuple[tuple[NDArray[np.float32], ...], NDArray[np.uint8]]:
        places = np.sort(self._order[step * BATCH : (step + 1) * BATCH])
        return self._features.of(places), self._features.masks[places]
