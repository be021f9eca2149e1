"""Learning curves as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from figureground.files import replacing


def write_curves(history: Sequence[Mapping[str, float]], path: Path) -> None:
    """Loss, person IoU and learning rate by epoch, training and validation side by side, as a PNG."""
    from matplotlib.figure import Figure

    epochs = [row["epoch"] + 1 for row in history]
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    for axes, (name, title) in zip(
        figure.subplots(1, 3),
        (("loss", "Loss"), ("person_iou", "Person IoU"), ("learning_rate", "Learning rate")),
        strict=True,
    ):
        axes.plot(epochs, [row[name] for row in history], marker=".", label="training")
        if f"val_{name}" in history[0]:
            axes.plot(
                epochs, [row[f"val_{name}"] for row in history], marker=".", label="validation (averaged weights)"
            )
            axes.legend()
        axes.set(title=title, xlabel="epoch")
        axes.grid(alpha=0.3)
    with replacing(path) as draft:
        figure.savefig(draft, dpi=110)
