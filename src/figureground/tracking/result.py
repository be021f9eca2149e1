"""What a pipeline came to, from the tables that its stages have written: a few lines for people."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figureground.dataset.sides import few_warning
from figureground.errors import FiguregroundError
from figureground.files import read_table

MODELS = {"ours": "our model", "grabcut": "GrabCut", "null": "null model"}
SCORES = {"person_iou": "person IoU", "boundary_f": "boundary F", "false_alarms": "false alarms"}
SHOWN = 3  # suspects, and of the worst photos

Row = Mapping[str, str]


class ResultError(FiguregroundError):
    """There is no result yet. The message names what is missing and what to do."""


@dataclass(frozen=True)
class Result:
    """The tables of `results/` as far as the summary needs them.

    Attributes:
        overall: By model, its row of `slices.csv` for all test photos.
        metrics: The few by which trainings are compared.
        exported: By precision, the numbers of its row of `precisions.csv`.
        sides: Photos by side of the split.
        sources: Photos by source.
        suspects: The masks that are worth a look, the worst first, as rows of the review's `suspects.csv`.
        warnings: That there are too few validation or test photos for their scores to tell much.
        worst: Names of the test photos with the worst scores, with these scores.
        decision: Of stage `register`, as in `decision.json`.
    """

    overall: Mapping[str, Row]
    metrics: Mapping[str, float]
    exported: Mapping[str, Mapping[str, float]]
    sides: Mapping[str, int]
    sources: Mapping[str, int]
    suspects: Sequence[Row]
    warnings: Sequence[str]
    worst: Sequence[tuple[str, float]]
    decision: Mapping[str, Any]

    @property
    def photos(self) -> str:
        """How many test photos there are, of which kind."""
        row = self.overall["ours"]
        return f"{row['photos']} test photos, {row['people']} with people and {row['nobody']} with nobody"

    @property
    def smaller(self) -> str:
        """What the int8 model saves against float32, and what it costs."""
        whole, small = self.exported["float32"], self.exported["int8"]
        return (
            f"In int8 it has {small['megabytes']:.1f} MB instead of {whole['megabytes']:.1f} and takes "
            f"{small['milliseconds']:.0f} ms instead of {whole['milliseconds']:.0f}; its masks agree with the trained "
            f"model's at a person IoU of {small['mean_person_iou']:.3f}, at worst {small['min_person_iou']:.2f}"
        )

    @property
    def verdict(self) -> str:
        title = "champion" if self.decision["promoted"] else "challenger"
        return f"Version {self.decision['version']} is the {title}: {self.decision['reason']}"


def read_result(results: Path) -> Result:
    """The result in the folder `results`.

    Raises:
        ResultError: A table is missing: the pipeline has not run to its end.
    """
    try:
        photos = read_table(results / "evaluate/photos.csv")
        slices = read_table(results / "evaluate/slices.csv")
        exported = _exported(results / "export/precisions.csv")
        return Result(
            overall={row["model"]: row for row in slices if row["by"] == "overall"},
            metrics=_metrics(results, exported),
            exported=exported,
            sides={
                row["side"]: int(row["photos"]) for row in read_table(results / "split/sides.csv") if not row["source"]
            },
            sources=_photos_by_source(read_table(results / "audit/counts.csv")),
            suspects=[row for row in read_table(results / "review/suspects.csv") if row["kind"]],
            warnings=[told for side in ("val", "test") if (told := side_warning(results, side))],
            worst=sorted(((row["name"], _quality(row)) for row in photos), key=lambda photo: photo[1])[:SHOWN],
            decision=json.loads((results / "register/decision.json").read_text(encoding="utf-8")),
        )
    except FileNotFoundError as error:
        raise ResultError(f"{error.filename}: not found; run the pipeline to its end (`make repro`)") from None
    except (KeyError, ValueError) as error:
        raise ResultError(f"{results}: not of this version ({error!r}); run the pipeline again") from None


def lines(result: Result) -> list[str]:
    """The result as lines for a terminal."""
    table = [["", *SCORES.values()], *([MODELS[name], *_scores(row)] for name, row in _models(result))]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    told = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    warnings = [f"warning: {warning}" for warning in result.warnings]
    scores = ["", f"{result.photos}:", *told, *warnings]
    return [*scores, "", result.verdict, f"{result.smaller}.", *_to_look_at(result), *_next_step(result)]


def markdown_table(result: Result) -> list[str]:
    head = ["| " + " | ".join(["", *SCORES.values()]) + " |", "| --- " * (len(SCORES) + 1) + "|"]
    return [*head, *("| " + " | ".join([MODELS[name], *_scores(row)]) + " |" for name, row in _models(result))]


def _models(result: Result) -> list[tuple[str, Row]]:
    return [(name, result.overall[name]) for name in MODELS if name in result.overall]


def _scores(row: Row) -> list[str]:
    return [_interval(row, name) for name in SCORES]


def _interval(row: Row, name: str) -> str:
    if not row[name]:
        return "-"
    value, low, high = (float(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    if name == "false_alarms":
        return f"{value:.1%} ({low:.1%} to {high:.1%})"
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _to_look_at(result: Result) -> list[str]:
    if not result.suspects:
        return []
    count = len(result.suspects)
    head = (
        f"{count} mask{'s are' if count > 1 else ' is'} worth a look; `figureground data review` shows them. The worst:"
    )
    told = (
        f"  {row['name']}  {row['kind']}, score {float(row['score']):.2f}: {row['reason']}" for row in result.suspects
    )
    return ["", head, *itertools.islice(told, SHOWN)]


def _next_step(result: Result) -> list[str]:
    worst = (
        "Next: look at its worst photos (results/evaluate/worst.jpg); `make ui` compares this run with earlier ones."
    )
    if result.decision["promoted"]:
        fetch, cut = "figureground model fetch champion -o mine.tflite", "figureground cut PHOTO --model mine.tflite"
        return ["", worst, f"Use it: `{fetch}`, then `{cut}`."]
    version = result.decision["version"]
    return ["", worst, f"`figureground model promote {version}` makes it the champion all the same."]


def _exported(precisions: Path) -> dict[str, dict[str, float]]:
    return {
        row.pop("precision"): {column: float(value) for column, value in row.items() if value}
        for row in read_table(precisions)
    }


def _metrics(results: Path, exported: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Of the test photos, of the best epoch and of the exported float32 model."""
    tested: dict[str, float] = json.loads((results / "evaluate/metrics.json").read_text(encoding="utf-8"))
    trained = read_table(results / "train/summary.csv")[0]
    return {
        **headline(tested),
        "val_loss": float(trained["val_loss"]),
        "val_person_iou": float(trained["val_person_iou"]),
        "milliseconds": exported["float32"]["milliseconds"],
    }


def side_warning(results: Path, side: str) -> str | None:
    """What to say beside the scores of a side of the split in the folder `results`; None where it has photos enough."""
    names = {row["name"] for row in read_table(results / "split/split.csv") if row["side"] == side}
    groups = [row["group"] for row in read_table(results / "audit/manifest.csv") if row["name"] in names]
    return few_warning(side, groups)


def headline(tested: Mapping[str, float]) -> dict[str, float]:
    """What of the test metrics is compared at a glance; the bounds of intervals stand in tables."""
    return {name: value for name, value in tested.items() if not name.endswith(("_low", "_high", "_photos"))}


def _photos_by_source(counts: Sequence[Row]) -> dict[str, int]:
    sources: dict[str, int] = {}
    for row in counts:
        sources[row["source"]] = sources.get(row["source"], 0) + int(row["photos"])
    return sources


def _quality(row: Row) -> float:
    """Person IoU, or the share that is right of a photo with nobody."""
    return float(row["person_iou"]) if row["person_iou"] else 1.0 - float(row["false_area"])
