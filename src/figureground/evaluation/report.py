"""The evaluate stage's work: score the test photos once, and write all that is to be read of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from figureground.dataset.manifest import Pair
from figureground.dataset.metadata import pair_held, pair_mask, photo_path
from figureground.dataset.opinions import Opinion, opinion
from figureground.dataset.sides import few_warning
from figureground.evaluation import plots, scoring
from figureground.evaluation.baselines import grabcut_scores, null_model
from figureground.evaluation.scoring import GRABCUT, NULL, OURS, EvaluationError, Predict, Score, ScoredPhoto
from figureground.files import file_sha256, write_bytes, write_table
from figureground.params import EvaluateParams
from figureground.pictures import encode_jpeg, read_photo, resize_photo
from figureground.scores import Bootstrap, Counts

log = logging.getLogger(__name__)


def evaluate(
    pairs: Sequence[Pair],
    data: Path,
    predict: Predict,
    *,
    params: EvaluateParams,
    seed: int,
    null_mask: NDArray[np.float32],
    out: Path,
) -> dict[str, float]:
    """Score a model and the baselines on test photos and write tables, plots and sheets into `out`.

    Written: `photos.csv`, `slices.csv`; `iou_histogram.png`, `iou_by_framing.png`, `confusion.png`; and the sheets
    `random.jpg`, `best.jpg` and `worst.jpg`.

    Args:
        pairs: Manifest rows of the test side only.
        data: Folder of images and masks.
        predict: Gives the probability map (float32 HxW in 0..1) of a photo (uint8 HxWx3 RGB); called once a photo.
        null_mask: float32 SxS mean training mask, as `baselines.mean_mask` gives it.
        out: Folder to write into.
    Returns:
        The few metrics by which trainings are compared, as `scoring.metrics`; none of them nan.
    Raises:
        EvaluationError: No pairs, or a prediction that does not fit its photo.
        PictureError, MetadataError: A photo or mask is missing or damaged.
    """
    if not pairs:
        raise EvaluationError("no test photos; check split.csv (at least one row must be test)")
    scored = [
        _score_pair(pair, data, predict, null_mask) for pair in tqdm(pairs, "evaluate", unit="photo", disable=None)
    ]
    opinions = {each.pair.name: each for _, each in scored}
    photos = [photo for photo, _ in scored]
    if params.grabcut:
        photos = _with(GRABCUT, photos, grabcut_scores(pairs, data, null_mask, seed))
    found = scoring.slices(photos, Bootstrap(params.resamples, params.confidence, seed))
    write_table(out / "photos.csv", scoring.PHOTO_COLUMNS, map(scoring.photo_row, photos))
    write_table(out / "slices.csv", scoring.SLICE_COLUMNS, map(scoring.slice_row, found))
    _write_plots(photos, found, params.confidence, out)
    _write_sheets(photos, opinions, data, out, number=params.photos_on_sheet, seed=seed)
    if warning := few_warning("test", [pair.group for pair in pairs]):
        log.warning(warning)
    return scoring.metrics(found)


def _score_pair(
    pair: Pair, data: Path, predict: Predict, null_mask: NDArray[np.float32]
) -> tuple[ScoredPhoto, Opinion]:
    path = photo_path(data, pair.name)
    photo, mask, held = read_photo(path), pair_mask(data, pair.name), pair_held(data, pair.name)
    probability = predict(photo)
    ours = scoring.score(scoring.decide(pair.name, probability, mask.shape), mask, held)
    null = scoring.score(null_model(null_mask, *mask.shape), mask)
    scored = ScoredPhoto(pair, file_sha256(path), {OURS: ours, NULL: null})
    return scored, opinion(pair, mask, probability)


def _with(model: str, photos: Sequence[ScoredPhoto], found: Sequence[Score]) -> list[ScoredPhoto]:
    return [
        ScoredPhoto(photo.pair, photo.photo_hash, {**photo.scores, model: score})
        for photo, score in zip(photos, found, strict=True)
    ]


def _write_plots(photos: Sequence[ScoredPhoto], found: Sequence[scoring.Slice], confidence: float, out: Path) -> None:
    total = sum((photo.scores[OURS].counts for photo in photos), Counts(0, 0, 0, 0))
    plots.write_histogram(photos, out / "iou_histogram.png")
    plots.write_framing(found, out / "iou_by_framing.png", confidence)
    plots.write_confusion(total, out / "confusion.png")


def _write_sheets(
    photos: Sequence[ScoredPhoto],
    opinions: dict[str, Opinion],
    data: Path,
    out: Path,
    *,
    number: int,
    seed: int,
) -> None:
    chosen = choose(photos, number, seed)
    titles = {
        "random": "Test photos drawn at random",
        "best": "The best of the test photos",
        "worst": "The worst of the test photos",
    }
    draw = partial(_tile, opinions=opinions, data=data)
    for name, part in chosen.items():
        tiles = [(draw(photo.pair), _caption(photo)) for photo in part]
        _write_sheet(tiles, titles[name], out / f"{name}.jpg")


def choose(photos: Sequence[ScoredPhoto], number: int, seed: int) -> dict[str, list[ScoredPhoto]]:
    """At most `number` photos for each sheet: `random` (in the table's order), `best` and `worst` (extremes first).

    The best are those with a person, if there are any: on a photo with nobody it is easy to be right.
    """
    drawn = np.random.default_rng(seed).permutation(len(photos))[:number]
    people = [photo for photo in photos if photo.scores[OURS].has_person] or list(photos)
    return {
        "random": [photos[index] for index in sorted(drawn.tolist())],
        "best": sorted(people, key=_quality, reverse=True)[:number],
        "worst": sorted(photos, key=_quality)[:number],
    }


def _quality(photo: ScoredPhoto) -> float:
    return photo.scores[OURS].quality


def _tile(pair: Pair, *, opinions: dict[str, Opinion], data: Path) -> NDArray[np.uint8]:
    mask, probability = opinions[pair.name].mask, opinions[pair.name].probability
    photo = resize_photo(read_photo(photo_path(data, pair.name)), *mask.shape)
    return plots.tile(photo, probability >= 0.5, mask)


def _caption(photo: ScoredPhoto) -> str:
    ours = photo.scores[OURS]
    if ours.has_person:
        return f"{photo.pair.name}\nIoU {ours.person_iou:.3f}  boundary F {ours.boundary_f:.3f}"
    return f"{photo.pair.name}\nnobody; {ours.false_area:.1%} called person"


def _write_sheet(tiles: Sequence[tuple[NDArray[np.uint8], str]], title: str, path: Path) -> None:
    write_bytes(path, encode_jpeg(plots.overlay_sheet(tiles, title), quality=90))
