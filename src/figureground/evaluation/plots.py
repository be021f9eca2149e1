"""Pictures of an evaluation: overlays with their legend, IoU histogram, IoU by framing, pixel confusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from figureground.evaluation.scoring import GRABCUT, NULL, OURS, Photo, ScoredPhoto, Slice
from figureground.files import replacing
from figureground.pictures import PERSON, VOID
from figureground.scores import Counts
from figureground.sheets import BACKGROUND, contact_sheet, legend

# Okabe & Ito's palette ("Color Universal Design", 2008), told apart with every kind of colour vision.
BLUE, VERMILION, YELLOW, GREY = (0, 114, 178), (213, 94, 0), (240, 228, 66), (128, 128, 128)
LEGEND = (
    (BLUE, "person, found"),
    (VERMILION, "background called person"),
    (YELLOW, "person, missed"),
    (GREY, "void, not scored"),
)
MODEL_COLOURS = {OURS: "#0072B2", GRABCUT: "#E69F00", NULL: "#808080"}
MODEL_NAMES = {OURS: "our model", GRABCUT: "GrabCut", NULL: "null model"}
SOURCE_COLOURS = ("#0072B2", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#F0E442", "#000000")

TILE = 320  # pixels: two pictures of a pair side by side
SHEET_COLUMNS = 4
BINS = 20  # of the IoU histogram
CLASSES = ("person", "background")


def overlay(photo: Photo, prediction: NDArray[np.bool_], mask: NDArray[np.uint8]) -> Photo:
    """The photo in grey with right and wrong coloured as LEGEND says; what is right is tinted, what is wrong painted.

    Args:
        photo: uint8 HxWx3 RGB.
        prediction, mask: bool and uint8 (255 person, 128 void) HxW.
    """
    grey = np.repeat(photo.mean(axis=2, keepdims=True), 3, axis=2)
    person, void = mask == PERSON, mask == VOID
    areas = (prediction & person, prediction & ~person & ~void, ~prediction & person, void)
    for area, (colour, _), strength in zip(areas, LEGEND, (0.45, 0.75, 0.75, 0.75), strict=True):
        grey[area] = (1 - strength) * grey[area] + strength * np.array(colour)
    drawn: Photo = np.rint(grey).astype(np.uint8)
    return drawn


def tile(photo: Photo, prediction: NDArray[np.bool_], mask: NDArray[np.uint8]) -> Photo:
    """Photo and overlay, beside each other or, where the photo is wide, below."""
    axis = 0 if photo.shape[1] > photo.shape[0] else 1
    gap = np.full([4 if side == axis else photo.shape[side] for side in (0, 1)] + [3], BACKGROUND, np.uint8)
    return np.concatenate([photo, gap, overlay(photo, prediction, mask)], axis=axis)


def overlay_sheet(tiles: Sequence[tuple[Photo, str]], title: str) -> Photo:
    """Sheet of tiles with captions, below a title and the legend of the colours: uint8 RGB."""
    sheet = contact_sheet(tiles, SHEET_COLUMNS, TILE, title)
    return np.concatenate([legend(sheet.shape[1], LEGEND), sheet])


def write_histogram(photos: Sequence[ScoredPhoto], path: Path) -> None:
    """Photos by person IoU as a PNG: ours stacked by source, the baselines as lines."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes, edges = figure.subplots(), np.linspace(0, 1, BINS + 1).tolist()
    parts = _by_source(photos)
    colours = [SOURCE_COLOURS[number % len(SOURCE_COLOURS)] for number in range(len(parts))]
    axes.hist(list(parts.values()), edges, stacked=True, color=colours, label=list(parts), edgecolor="white")
    for model in (GRABCUT, NULL):
        if model in photos[0].scores:
            axes.hist(
                _ious(photos, model),
                edges,
                histtype="step",
                color=MODEL_COLOURS[model],
                lw=1.5,
                label=MODEL_NAMES[model],
            )
    ours = _ious(photos, OURS)
    mean = f"mean {ours.mean():.3f}, median {np.median(ours):.3f}" if len(ours) else "no photo has a person"
    axes.set(title=f"Person IoU of {len(ours)} test photos: {mean}", xlabel="person IoU", ylabel="photos", xlim=(0, 1))
    axes.locator_params(axis="y", integer=True)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    figure.legend(loc="outside lower center", ncols=3)  # beneath the bars, which it would cover
    _save(figure, path)


def write_framing(found: Sequence[Slice], path: Path, confidence: float) -> None:
    """Person IoU by framing as a PNG, each model with its bootstrap interval of this confidence."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    shown = [part for part in found if part.by in ("overall", "framing") and part.people]
    places = {part.framing: number for number, part in enumerate(part for part in shown if part.model == OURS)}
    people = {part.framing: part.people for part in shown}
    models = [model for model in (OURS, GRABCUT, NULL) if any(part.model == model for part in shown)]
    for number, model in enumerate(models):
        parts = [part for part in shown if part.model == model]
        values = np.array([[part.person_iou.value, part.person_iou.low, part.person_iou.high] for part in parts]).T
        spread = np.maximum(0, [values[0] - values[1], values[2] - values[0]])
        at = np.array([places[part.framing] for part in parts]) + (number - (len(models) - 1) / 2) * 0.27
        bars = axes.bar(at, values[0], 0.25, yerr=spread, capsize=3, color=MODEL_COLOURS[model])
        bars.set_label(MODEL_NAMES[model])
        axes.bar_label(bars, fmt="%.2f", padding=2, fontsize=8)
    axes.set_xticks(list(places.values()), [f"{name or 'all'}\n{people[name]} photos" for name in places])
    axes.set(title="Person IoU by framing", ylabel="person IoU", ylim=(0, 1.05))
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    if models:
        figure.legend(loc="outside lower center", ncols=len(models), title=f"with {confidence:.0%} intervals")
    _save(figure, path)


def write_confusion(counts: Counts, path: Path) -> None:
    """Pixel confusion as a PNG: shares of all judged pixels, and of the pixels of each actual class."""
    from matplotlib.figure import Figure

    pixels = np.array(
        [[counts.true_positive, counts.false_negative], [counts.false_positive, counts.true_negative]], np.float64
    )
    of_all = pixels / max(1, counts.judged)
    of_class = pixels / np.maximum(1, pixels.sum(axis=1, keepdims=True))
    figure = Figure(figsize=(5.6, 4), layout="constrained")
    axes = figure.subplots()
    shares = axes.imshow(of_class, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(2, 2):
        text = f"{of_class[row, column]:.2%} of {CLASSES[row]}\n{of_all[row, column]:.2%} of all"
        axes.text(
            column, row, text, ha="center", va="center", color="white" if of_class[row, column] > 0.5 else "black"
        )
    axes.set_xticks([0, 1], CLASSES)
    axes.set_yticks([0, 1], CLASSES, rotation=90, va="center")
    axes.set(title="Pixels of all test photos", xlabel="predicted", ylabel="actual")
    figure.colorbar(shares, label="share of the pixels of the actual class", shrink=0.8)
    _save(figure, path)


def _by_source(photos: Sequence[ScoredPhoto]) -> Mapping[str, NDArray[np.float64]]:
    """Our person IoUs by source; all together where there are more sources than colours."""
    sources = sorted({photo.pair.source for photo in photos})
    if len(sources) > len(SOURCE_COLOURS):
        return {MODEL_NAMES[OURS]: _ious(photos, OURS)}
    return {
        f"{MODEL_NAMES[OURS]}, {source}": _ious([photo for photo in photos if photo.pair.source == source], OURS)
        for source in sources
    }


def _ious(photos: Sequence[ScoredPhoto], model: str) -> NDArray[np.float64]:
    values = [photo.scores[model].person_iou for photo in photos]
    return np.array([value for value in values if not isnan(value)])


def _save(figure: Any, path: Path) -> None:
    with replacing(path) as draft:
        figure.savefig(draft, dpi=110)
