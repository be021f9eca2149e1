"""The review: each pair's mask beside what a model says that has not learned from it; all pairs, the worst first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from figureground.dataset.manifest import Pair
from figureground.dataset.metadata import photo_path
from figureground.dataset.opinions import Opinion, opinion, small_size
from figureground.dataset.suspects import write_suspects
from figureground.files import write_bytes
from figureground.params import ReviewParams
from figureground.pictures import PERSON, encode_jpeg, encode_png, read_photo, resize_probability
from figureground.review.folds import fold_places
from figureground.review.masks import judged_mask
from figureground.review.network import Features, out_of_fold
from figureground.review.ranking import rank
from figureground.review.sheet import draw_sheet
from figureground.runtime.edges import refine

log = logging.getLogger(__name__)

Predict = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

KEPT = 0.05  # of the pairs: of so many suspects at most, the model's mask is kept


def review(
    pairs: Sequence[Pair],
    data: Path,
    params: ReviewParams,
    *,
    seed: int,
    work: Path,
    out: Path,
    predict: Predict | None,
) -> dict[str, int]:
    """Judge the masks of all pairs of the folder `data`; write suspects.csv, suspects.jpg and masks/ into `out`.

    Args:
        pairs: Of the manifest; pairs of a group are judged by the same decoder, which has learned from none of them.
        work: Folder for the photos' features.
        predict: Gives the probability map (float32 HxW in 0..1) of a photo (uint8 HxWx3 RGB); None for decoders that
            are trained here, a decoder a fold.
    Returns:
        How many pairs were judged, and how many deserve a look.
    Raises:
        ReviewError: All pairs are of one group.
        PictureError, MetadataError: A photo or mask is missing or damaged.
        WeightsError: The encoder's weights are missing.
        WorkerKilled: A worker process was ended from outside.
    """
    folds = fold_places([pair.group for pair in pairs], params.folds, seed)
    judged = _by_model(pairs, data, predict) if predict else _by_folds(pairs, data, folds, seed, work)
    opinions = {each.pair.name: each for each in judged}
    suspects = rank(list(opinions.values()), folds, seed)
    doubted = [suspect for suspect in suspects if suspect.kind]
    (out / "masks").mkdir(parents=True, exist_ok=True)
    kept = {suspect.name: _keep_mask(opinions[suspect.name], data, out) for suspect in doubted[: _most(len(pairs))]}
    write_suspects(out / "suspects.csv", (replace(each, mask=kept.get(each.name, "")) for each in suspects))
    shown = [(opinions[each.name], each) for each in doubted[: params.suspects_on_sheet]]
    write_bytes(out / "suspects.jpg", encode_jpeg(draw_sheet(data, shown, len(doubted), len(pairs)), 90))
    return {"pairs": len(pairs), "suspects": len(doubted)}


def _by_folds(
    pairs: Sequence[Pair], data: Path, folds: Sequence[NDArray[np.intp]], seed: int, work: Path
) -> Iterator[Opinion]:
    features = Features(pairs, data, work)
    answers = out_of_fold(features, folds, seed)
    for place, pair in enumerate(pairs):
        mask = judged_mask(data, pair.name)
        said = (answers[place] / np.float32(255), *features.packaged(place))
        probability, *others = (resize_probability(each, *small_size(*mask.shape)) for each in said)
        yield opinion(pair, mask, probability, others)


def _by_model(pairs: Sequence[Pair], data: Path, predict: Predict) -> Iterator[Opinion]:
    for pair in tqdm(pairs, "review", unit="photo", disable=None):
        yield opinion(pair, judged_mask(data, pair.name), predict(read_photo(photo_path(data, pair.name))))


def _most(pairs: int) -> int:
    """How many masks of the model are kept at most."""
    return max(20, round(KEPT * pairs))


def _keep_mask(judged: Opinion, data: Path, out: Path) -> str:
    """Write the model's mask at the photo's size, laid along its edges; where, below `out`."""
    photo = read_photo(photo_path(data, judged.pair.name))
    alpha = refine(photo, resize_probability(judged.probability, *photo.shape[:2]))
    name = f"masks/{judged.pair.name}.png"
    write_bytes(out / name, encode_png(np.where(alpha >= 128, np.uint8(PERSON), np.uint8(0))))
    return name
