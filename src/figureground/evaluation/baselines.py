"""What a model must beat: the null model (the mean training mask) and OpenCV's GrabCut, which starts from it.

GrabCut (Rother, Kolmogorov & Blake 2004) wants a first guess of where the foreground is. A person draws a rectangle;
here the guess is the mean training mask, which knows where people mostly stand and scored better than a rectangle (on
80 portraits at 160 px person IoU 0.734 against 0.657). Neither baseline sees a test mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from figureground.dataset.manifest import Pair
from figureground.dataset.metadata import pair_mask, photo_path
from figureground.evaluation.scoring import EvaluationError, Score, score
from figureground.pictures import PERSON, VOID, read_photo, resize_photo, resize_probability
from figureground.processes import usable_cores

PRIOR_SIZE = 64  # pixels; people stand so differently that the mean mask has no finer detail
GRABCUT_SIDE = 192  # pixels of the longer edge GrabCut works on; its time grows with their number, its score hardly
GRABCUT_ROUNDS = 5  # where the segmentation has mostly settled
INSET = 0.1  # of the frame: the rectangle in the middle that stands in for a mean mask without a person
SURE_BACKGROUND = 0.02  # where fewer training masks than this have a person
MIXTURES = 5  # Gaussians GrabCut fits to each side; it fails on fewer pixels

Mask = NDArray[np.uint8]


def mean_mask(pairs: Sequence[Pair], data: Path, size: int = PRIOR_SIZE) -> NDArray[np.float32]:
    """How often each place of the frame is person: float32 size x size in 0..1, from the masks of training pairs.

    Void pixels are left out of a place's mean. A place that is void everywhere is 0.

    Raises:
        EvaluationError: There are no pairs.
        PictureError: A mask cannot be read.
    """
    if not pairs:
        raise EvaluationError("no training pairs for the null model; check split.csv (at least one row must be train)")
    person, judged = np.zeros((size, size)), np.zeros((size, size))
    for pair in pairs:
        mask = pair_mask(data, pair.name)
        person += resize_photo(np.where(mask == PERSON, np.uint8(255), np.uint8(0)), size, size)
        judged += resize_photo(np.where(mask == VOID, np.uint8(0), np.uint8(255)), size, size)
    mean: NDArray[np.float32] = (np.minimum(person, judged) / np.maximum(judged, 1)).astype(np.float32)
    return mean


def null_model(null_mask: NDArray[np.float32], height: int, width: int) -> NDArray[np.bool_]:
    """The null model's prediction for any photo of this size: bool HxW, the mean mask from one half on."""
    prediction: NDArray[np.bool_] = resize_probability(null_mask, height, width) >= 0.5
    return prediction


def grabcut(photo: NDArray[np.uint8], null_mask: NDArray[np.float32], seed: int) -> NDArray[np.bool_]:
    """GrabCut's prediction at the photo's size: bool HxW.

    Where the mean mask is at least one half is probably person, where hardly any mask has one is background, the rest
    is probably background. A photo in which it finds nothing to tell apart gets the first guess as the answer.

    Args:
        photo: uint8 HxWx3 RGB.
        null_mask: float32 SxS, as `mean_mask` gives it.
        seed: Of OpenCV's generator, which GrabCut draws from.
    """
    height, width = photo.shape[:2]
    scale = min(1.0, GRABCUT_SIDE / max(height, width))
    small = resize_photo(photo, max(1, round(height * scale)), max(1, round(width * scale)))
    labels = _first_guess(null_mask, *small.shape[:2])
    guess = _is_person(labels)
    if min(np.count_nonzero(guess), np.count_nonzero(~guess)) > MIXTURES:
        cv2.setRNGSeed(seed % 2**31)
        state = np.zeros((1, 65)), np.zeros((1, 65))  # GrabCut keeps its two colour models here
        cv2.grabCut(small[:, :, ::-1].copy(), labels, None, *state, GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    answer = resize_probability(_is_person(labels).astype(np.float32), height, width)
    prediction: NDArray[np.bool_] = answer >= 0.5
    return prediction


def grabcut_scores(pairs: Sequence[Pair], data: Path, null_mask: NDArray[np.float32], seed: int) -> list[Score]:
    """GrabCut's score of each pair, in order, computed on all cores.

    Raises:
        PictureError: A photo or mask cannot be read.
    """
    work = partial(_grabcut_score, data=data, null_mask=null_mask, seed=seed)
    names = [pair.name for pair in pairs]
    # Threads do as well as processes, since OpenCV runs without Python's lock, and its generator is each thread's own.
    with ThreadPoolExecutor(usable_cores()) as pool:
        return list(tqdm(pool.map(work, names), "GrabCut", len(names), unit="photo", disable=None))


def _grabcut_score(name: str, data: Path, null_mask: NDArray[np.float32], seed: int) -> Score:
    photo = read_photo(photo_path(data, name))
    return score(grabcut(photo, null_mask, seed), pair_mask(data, name))


def _first_guess(null_mask: NDArray[np.float32], height: int, width: int) -> Mask:
    """GrabCut's labels: uint8 HxW of GC_BGD, GC_PR_BGD and GC_PR_FGD."""
    prior = resize_probability(null_mask, height, width)
    likely = prior >= 0.5
    if not likely.any():  # people are everywhere or rare; then as a user would: a rectangle a little inside the frame
        likely[
            round(height * INSET) : round(height * (1 - INSET)), round(width * INSET) : round(width * (1 - INSET))
        ] = 1
    labels = np.where(likely, np.uint8(cv2.GC_PR_FGD), np.uint8(cv2.GC_PR_BGD))
    labels[~likely & (prior < SURE_BACKGROUND)] = cv2.GC_BGD
    return labels


def _is_person(labels: Mask) -> NDArray[np.bool_]:
    person: NDArray[np.bool_] = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return person
