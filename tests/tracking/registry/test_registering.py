"""Versions, the decision for or against a new champion, and models that load wherever they have been moved to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mlflow
import numpy as np
import pytest
from click.testing import CliRunner

from figureground.cli import main
from figureground.scores import Bootstrap
from figureground.tracking.registry.decision import PhotoScore
from figureground.tracking.registry.packing import travelling_code
from figureground.tracking.registry.registering import Decision, register
from figureground.tracking.runs import StageRun, stage_run
from figureground.tracking.store import TrackingError, open_store
from figureground.tracking.versions import champion_weights, fetch, list_models, promote

EXAMPLE = np.zeros((60, 90, 3), np.uint8)
EXAMPLE[:, 45:] = 255  # the model of these tests takes bright pixels for a person


def scores(mean: float, photos: int = 12, sha256: str = "") -> dict[str, PhotoScore]:
    return {f"drawn/{i}": PhotoScore(mean + 0.01 * (i % 3), sha256) for i in range(photos)}


def registered(root: Path, tflite: Path, photo_scores: dict[str, PhotoScore], run: StageRun | None = None) -> Decision:
    weights = root / "results" / "train" / "model.keras"
    weights.parent.mkdir(parents=True, exist_ok=True)
    weights.write_bytes(str(photo_scores["drawn/0"].person_iou).encode())
    with stage_run("register", {"seed": 1}, root=root) as own:
        return register(
            tflite,
            run=run or own,
            name="figureground",
            weights=weights,
            example=EXAMPLE,
            metrics={"person_iou": photo_scores["drawn/0"].person_iou},
            photo_scores=photo_scores,
            tags={"git.commit": "abc", "data.hash": "def.dir", "dvc.stage": "register"},
            bootstrap=Bootstrap(resamples=500, confidence=0.95, seed=1),
        )


def test_the_first_model_becomes_champion_and_a_better_one_takes_over(root: Path, tflite: Path) -> None:
    first = registered(root, tflite, scores(0.80))
    assert (first.version, first.champion_version_before, first.promoted, first.difference) == (1, None, True, None)
    worse = registered(root, tflite, scores(0.75))
    assert (worse.version, worse.champion_version_before, worse.promoted, worse.photos_compared) == (2, 1, False, 12)
    assert worse.high is not None and worse.high < 0
    better = registered(root, tflite, scores(0.90))
    assert (better.promoted, better.champion_version_before) == (True, 1)
    assert better.difference == pytest.approx(0.10) and better.low is not None and better.low > 0
    models = list_models(root, "figureground")
    assert [(model.version, model.aliases) for model in models] == [(3, ("champion",)), (2, ()), (1, ())]
    assert models[0].tags["git.commit"] == "abc" and models[0].tags["test.person_iou"] == "0.9"
    run = open_store(root).client.get_run(models[0].run_id)
    assert run.data.metrics["register.promoted"] == 1.0
    assert run.data.metrics["register.difference"] == pytest.approx(0.10)
    assert run.data.tags["decision.reason"] == better.reason and run.info.status == "FINISHED"
    assert champion_weights(root, "figureground").read_bytes() == b"0.9"


def test_an_equal_model_and_other_photos_do_not_replace_the_champion(root: Path, tflite: Path) -> None:
    registered(root, tflite, scores(0.80, sha256="a"))
    assert registered(root, tflite, scores(0.80, sha256="a")).difference == 0.0
    other = registered(root, tflite, scores(0.99, sha256="b"))
    assert (other.promoted, other.photos_compared) == (False, 0)
    assert "0 test photos in common" in other.reason
    champion = next(model for model in list_models(root, "figureground") if "champion" in model.aliases)
    open_store(root).client.delete_run(champion.run_id)
    (root / "artifacts" / "figureground" / champion.run_id / "artifacts" / "photo_scores.csv").unlink()
    without = registered(root, tflite, scores(0.99, sha256="a"))
    assert not without.promoted and "photo scores are gone" in without.reason


def test_without_its_champion_a_model_is_compared_with_the_best_that_is_left(root: Path, tflite: Path) -> None:
    client = open_store(root).client
    registered(root, tflite, scores(0.80))
    assert registered(root, tflite, scores(0.90)).promoted
    client.delete_registered_model_alias("figureground", "champion")
    between = registered(root, tflite, scores(0.85))
    assert (between.champion_version_before, between.promoted, between.photos_compared) == (None, False, 12)
    assert between.reason.startswith("there is no champion; not shown to be better than version 2, the best of the ")
    assert between.reason.endswith("`figureground model promote VERSION --name figureground` decides by hand")
    assert [model.aliases for model in list_models(root, "figureground")] == [("challenger",), (), ()]
    client.delete_model_version("figureground", "2")
    better = registered(root, tflite, scores(0.90))
    assert better.promoted and better.difference == pytest.approx(0.05)
    assert better.reason.startswith("there is no champion; better than version 3, the best of the earlier ones: person")
    assert [model.aliases for model in list_models(root, "figureground")] == [("champion",), (), ()]


def test_without_a_champion_and_scores_to_compare_with_a_model_stays_challenger(root: Path, tflite: Path) -> None:
    client = open_store(root).client
    registered(root, tflite, scores(0.80, sha256="a"))
    client.delete_registered_model_alias("figureground", "champion")
    unlike = registered(root, tflite, scores(0.90, sha256="b"))
    assert not unlike.promoted and "no earlier version with scores on enough of the same photos" in unlike.reason
    for version in ("1", "2"):
        client.delete_model_version("figureground", version)
    alone = registered(root, tflite, scores(0.70))
    assert (alone.version, alone.promoted, alone.reason) == (3, True, "there is no earlier model to beat")


def test_a_champion_loads_after_the_project_was_moved(
    root: Path, tflite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(root, tflite, scores(0.80))
    moved = root.rename(root.with_name("why? 50%25 #2"))
    monkeypatch.chdir(moved)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    model = mlflow.pyfunc.load_model("models:/figureground@champion")
    for size in ((60, 90), (33, 17), (1, 1)):
        assert model.predict(np.full((*size, 3), 255, np.uint8)).shape == size
    mask = model.predict(EXAMPLE)
    assert mask.dtype == np.uint8 and mask[30, 5] == 0 and mask[30, 85] == 255
    with pytest.raises(mlflow.MlflowException):
        model.predict(EXAMPLE.astype(np.float32))
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert fetch(moved, "figureground", "champion", moved / "cut" / "model.tflite") == 1
    assert (moved / "cut" / "model.tflite").read_bytes() == tflite.read_bytes()
    assert champion_weights(moved, "figureground").is_relative_to(moved)


def test_the_code_that_travels_with_a_model_needs_no_other_module(tmp_path: Path) -> None:
    code = travelling_code(tmp_path)
    command = [sys.executable, "-c", "import figureground.runtime.segmenter as found; print(found.__file__)"]
    environment = {**os.environ, "PYTHONPATH": str(code)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == str(code / "figureground/runtime/segmenter.py"), done.stderr


@pytest.mark.slow
def test_a_model_works_where_figureground_is_not_installed(root: Path, tflite: Path) -> None:
    registered(root, tflite, scores(0.80))
    code = (
        "import sys; sys.path = [p for p in sys.path if not p.endswith('src')]\n"
        "import importlib.util; assert importlib.util.find_spec('figureground') is None\n"
        "import mlflow, numpy, sys\n"
        "mask = mlflow.pyfunc.load_model(sys.argv[1]).predict(numpy.full((5, 7, 3), 255, numpy.uint8))\n"
        "assert mask.shape == (5, 7) and mask.min() == 255\n"
    )
    model = next((root / "artifacts" / "figureground" / "models").glob("*/artifacts"))
    assert "opencv-python-headless>=" in (model / "requirements.txt").read_text()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(model)], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_promote_and_fetch_name_what_is_missing(root: Path, tflite: Path) -> None:
    assert list_models(root, "figureground") == []
    with pytest.raises(TrackingError, match="figureground champion: not in the registry"):
        champion_weights(root, "figureground")
    registered(root, tflite, scores(0.80))
    registered(root, tflite, scores(0.70))
    promote(root, "figureground", 2)
    assert [model.aliases for model in list_models(root, "figureground")] == [("champion",), ()]
    promote(root, "figureground", 1)
    registered(root, tflite, scores(0.70))
    promote(root, "figureground", 2)
    assert [model.aliases for model in list_models(root, "figureground")] == [("challenger",), ("champion",), ()]
    for which in ("9", "nobody"):
        with pytest.raises(TrackingError, match=f"figureground {which}: not in the registry"):
            fetch(root, "figureground", which, root / "model.tflite")
    assert not (root / "model.tflite").exists()


@pytest.mark.parametrize("command", [["list"], ["promote", "1"], ["fetch"]])
def test_where_there_is_no_store_none_is_made_to_look_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["model", *command])
    assert done.exit_code == 1 and done.output.count("\n") == 1
    assert "mlflow.db: not found, so nothing is registered here; run this in the project's root" in done.output
    assert not list(tmp_path.iterdir())


def test_a_model_that_does_not_load_back_gets_no_alias(root: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"no model")
    with pytest.raises(TrackingError, match="figureground: cannot be registered"):
        registered(root, broken, scores(0.80))
    assert [model.aliases for model in list_models(root, "figureground")] in ([], [()])


def test_nothing_is_registered_without_a_store(root: Path, tflite: Path) -> None:
    with pytest.raises(TrackingError, match="not registered, since the tracking store could not be opened"):
        registered(root, tflite, scores(0.80), run=StageRun(None, None))
