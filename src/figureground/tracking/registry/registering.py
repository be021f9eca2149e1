"""A version for every pipeline that ends well, and a champion that only a better model replaces."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from figureground.errors import first_line
from figureground.files import read_table, write_table
from figureground.scores import Bootstrap
from figureground.tracking.registry.decision import Comparison, PhotoScore, compare
from figureground.tracking.registry.packing import load_back, log_model
from figureground.tracking.runs import StageRun
from figureground.tracking.store import Store, TrackingError
from figureground.tracking.versions import (
    CHALLENGER,
    CHAMPION,
    WEIGHTS,
    download,
    explained,
    global_store,
    make_champion,
    version_of,
)

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

_SCORES = "photo_scores.csv"
_SCORE_COLUMNS = ("name", "person_iou", "sha256")
_DECIDED = "decision.promoted"  # tag of a version that was loaded back and compared


@dataclass(frozen=True)
class Decision:
    """What became of a registered model, and why. Differences are challenger minus champion in mean person IoU."""

    version: int
    champion_version_before: int | None
    promoted: bool
    reason: str
    photos_compared: int
    difference: float | None
    low: float | None
    high: float | None


def register(
    file: Path,
    *,
    run: StageRun,
    name: str,
    weights: Path,
    example: NDArray[np.uint8],
    metrics: Mapping[str, float],
    photo_scores: Mapping[str, PhotoScore],
    tags: Mapping[str, str],
    bootstrap: Bootstrap,
) -> Decision:
    """Makes a version of an exported model and decides whether it is the new champion.

    Once it has been loaded back and has cut out the example, the version gets the alias `champion` if it is the first,
    or if the lower bound of the paired bootstrap of its photos' person IoU against the champion's is above zero; else
    `challenger`. Where somebody has deleted the champion, the best of the earlier versions stands in for it. Weights
    and scores are kept with the run, for those who start from or compare with this version.

    Args:
        file: The `.tflite` file.
        run: The open run of the register stage.
        name: Of the registered model.
        weights: The Keras weights that the file was exported from.
        example: A photo, uint8 HxWx3.
        metrics: Test metrics by name; they become tags of the version.
        photo_scores: By the test photo's name.
        tags: Commit, data hash and whatever else tells where the model comes from.
        bootstrap: Of the difference to the champion.
    Raises:
        TrackingError: There is no store to register in, or the model does not work when it is loaded back.
    """
    if run.store is None or run.run_id is None:
        raise TrackingError(f"{name}: not registered, since the tracking store could not be opened; mend that, repeat")
    with explained(f"{name}: cannot be registered"), global_store(run.store):
        before = version_of(run.store, name, CHAMPION)
        _keep_beside(run.store, run.run_id, weights, photo_scores)
        created = _create_version(run.store, run.run_id, name, file, example, {**tags, **_as_tags(metrics)})
        load_back(f"models:/{name}/{created.version}", example)
        compared = _compare(run.store, before, created, photo_scores, bootstrap)
        decision = Decision(
            version=int(created.version),
            champion_version_before=int(before.version) if before else None,
            promoted=compared.better,
            reason=compared.reason,
            photos_compared=compared.photos,
            difference=compared.difference,
            low=compared.low,
            high=compared.high,
        )
        _write_down(run, name, decision)
        if decision.promoted:
            make_champion(run.store, name, decision.version)
        else:
            run.store.client.set_registered_model_alias(name, CHALLENGER, created.version)
    return decision


def _keep_beside(store: Store, run_id: str, weights: Path, photo_scores: Mapping[str, PhotoScore]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / _SCORES
        write_table(table, _SCORE_COLUMNS, (_score_row(name, score) for name, score in photo_scores.items()))
        store.client.log_artifact(run_id, str(table))
        copy = Path(folder) / Path(WEIGHTS).name
        shutil.copyfile(weights, copy)
        store.client.log_artifact(run_id, str(copy), str(Path(WEIGHTS).parent))


def _create_version(
    store: Store, run_id: str, name: str, model: Path, example: NDArray[np.uint8], tags: Mapping[str, str]
) -> ModelVersion:
    from mlflow.exceptions import MlflowException

    model_uri, model_id = log_model(store, run_id, name, model, example)
    try:
        store.client.create_registered_model(name, description="Finds the people in a photo")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    description = f"{model.name} of run {run_id}, commit {tags.get('git.commit', 'unknown')[:12]}"
    return store.client.create_model_version(
        name, model_uri, run_id, tags=dict(tags), description=description, model_id=model_id
    )


def _compare(
    store: Store,
    champion: ModelVersion | None,
    created: ModelVersion,
    photo_scores: Mapping[str, PhotoScore],
    bootstrap: Bootstrap,
) -> Comparison:
    if champion is None:
        return _compare_with_earlier(store, created, photo_scores, bootstrap)
    try:
        theirs = _read_scores(store, champion)
    except Exception as error:  # a deleted run or artifact must not end the stage
        gone = f"champion {champion.version}'s photo scores are gone ({first_line(error)})"
        return Comparison(False, f"{gone}; {_by_hand(champion)}")
    return compare(photo_scores, theirs, bootstrap)


def _compare_with_earlier(
    store: Store, created: ModelVersion, photo_scores: Mapping[str, PhotoScore], bootstrap: Bootstrap
) -> Comparison:
    """With the one that the new model surpasses least, each on the photos that both were scored on."""
    earlier = [
        version
        for version in store.client.search_model_versions(f"name = '{created.name}'")
        if int(version.version) != int(created.version) and _DECIDED in version.tags  # else it was never shown to work
    ]
    if not earlier:
        return Comparison(True, "there is no earlier model to beat")
    found: list[Comparison] = []
    for version in earlier:
        with contextlib.suppress(Exception):  # its run or its scores may be deleted, too
            theirs, called = _read_scores(store, version), f"version {version.version}, the best of the earlier ones"
            found.append(compare(photo_scores, theirs, bootstrap, called))
    best = min((one for one in found if one.difference is not None), key=_difference, default=None)
    if best is None:
        none = "there is no champion, and no earlier version with scores on enough of the same photos"
        return Comparison(False, f"{none}; {_by_hand(created)}")
    ending = "" if best.better else f"; {_by_hand(created)}"
    return replace(best, reason=f"there is no champion; {best.reason}{ending}")


def _difference(comparison: Comparison) -> float:
    return comparison.difference or 0.0


def _by_hand(version: ModelVersion) -> str:
    return f"`figureground model promote VERSION --name {version.name}` decides by hand"


def _read_scores(store: Store, found: ModelVersion) -> dict[str, PhotoScore]:
    with tempfile.TemporaryDirectory() as folder:
        rows = read_table(download(store, f"runs:/{found.run_id}/{_SCORES}", folder))
    return {row["name"]: PhotoScore(float(row["person_iou"]), row["sha256"]) for row in rows}


def _write_down(run: StageRun, name: str, decision: Decision) -> None:
    """The decision on the run and, for who looks at the registry only, on the version."""
    figures = {"difference": decision.difference, "difference_low": decision.low, "difference_high": decision.high}
    known = {f"register.{key}": value for key, value in figures.items() if value is not None}
    counts = {
        "register.promoted": float(decision.promoted),
        "register.photos_compared": float(decision.photos_compared),
    }
    run.log_metrics({**known, **counts})
    tags = {f"decision.{key}": str(value) for key, value in asdict(decision).items() if value is not None}
    run.set_tags(tags)
    if run.store:
        for key, value in tags.items():
            run.store.client.set_model_version_tag(name, str(decision.version), key, value)


def _score_row(name: str, score: PhotoScore) -> dict[str, str]:
    """With all digits: rounded, a model that is registered twice would be a hair better than itself."""
    return {"name": name, "person_iou": repr(float(score.person_iou)), "sha256": score.sha256}


def _as_tags(metrics: Mapping[str, Any]) -> dict[str, str]:
    return {f"test.{key}": f"{value:.6g}" for key, value in metrics.items()}
