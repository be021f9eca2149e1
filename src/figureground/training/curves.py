"""Learning curves as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from figureground.files import replacing

_NOTE = (
    "Training scores may well be the worse ones: its photos are augmented, which makes them harder,\n"
    "and are scored while the weights still change. Validation sees plain photos and the averaged weights."
)


def write_curves(history: Sequence[Mapping[str, float]], least_loss: float, path: Path) -> None:
    """Loss, person IoU and learning rate by epoch, training and validation side by side, as a PNG.

    Args:
        least_loss: The loss where every pixel is right and certain; curves are drawn as the distance from it.
    """
    from matplotlib.figure import Figure

    epochs = [row["epoch"] + 1 for row in history]
    figure = Figure(figsize=(12, 4.2), layout="constrained")
    drawn = (
        ("loss", "Loss, 0 where all is right", least_loss),
        ("person_iou", "Person IoU, 1 where all is right", 0.0),
        ("learning_rate", "Learning rate", 0.0),
    )
    for axes, (name, title, least) in zip(figure.subplots(1, 3), drawn, strict=True):
        for label, key in (("training", name), ("validation", f"val_{name}")):
            if key in history[0]:
                axes.plot(epochs, [row[key] - least for row in history], marker=".", label=label)
        axes.set(title=title, xlabel="epoch")
        axes.locator_params(axis="x", integer=True)
        axes.grid(alpha=0.3)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, title=_NOTE, title_fontsize="small")
    with replacing(path) as draft:
        figure.savefig(draft, dpi=110)
