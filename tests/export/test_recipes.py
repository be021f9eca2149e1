"""The scripts of recipes/ with which a model is released and its sources are left out one at a time."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from figureground.files import file_sha256
from figureground.models.deeplab import build_model, load_model
from figureground.models.encoder import encoder_layers
from figureground.params import read_params
from figureground.recipes import apply_recipe
from figureground.training.weights import load_initial_weights
from helpers.places import ROOT


def results_with(folder: Path, content: bytes) -> Path:
    photo = keras.Input((8, 8, 3))
    model = keras.Model(photo, keras.layers.Conv2D(1, 1)(photo))
    (folder / "train").mkdir(parents=True)
    (folder / "export").mkdir()
    model.save(folder / "train" / "model.keras")
    for precision in ("int8", "float16"):
        (folder / "export" / f"{precision}.tflite").write_bytes(precision.encode() + content)
    return folder


def run(script: str, *arguments: str | Path) -> None:
    subprocess.run([sys.executable, ROOT / "recipes" / script, *arguments], check=True, capture_output=True)


@pytest.mark.slow
def test_a_release_is_the_exported_files_with_their_hashes_and_the_weights_to_train_on_from(tmp_path: Path) -> None:
    results = results_with(tmp_path / "results", b"another model")
    (models := tmp_path / "models").mkdir()
    (tmp_path / "weights").mkdir()
    (models / "hashes.json").write_text(json.dumps({"fast-int8.tflite": "as it was", "accurate-int8.tflite": "old"}))
    places = ("--results", results, "--models", models, "--weights", tmp_path / "weights")
    run("release.py", "accurate", *places)
    files = {name: models / f"{name}.tflite" for name in ("accurate-int8", "accurate-float16")}
    assert [path.read_bytes() for path in files.values()] == [b"int8another model", b"float16another model"]
    assert json.loads((models / "hashes.json").read_text()) == {
        "fast-int8.tflite": "as it was", **{path.name: file_sha256(path) for path in files.values()}
    }  # fmt: skip
    run("release.py", "accurate", *places, "--precisions", "float16")
    assert not files["accurate-int8"].exists()
    assert set(json.loads((models / "hashes.json").read_text())) == {"fast-int8.tflite", "accurate-float16.tflite"}
    released, trained = load_model(tmp_path / "weights/accurate.keras"), load_model(results / "train/model.keras")
    for kept, weights in zip(released.get_weights(), trained.get_weights(), strict=True):
        assert kept.dtype == np.float32
        assert kept == pytest.approx(weights, rel=1e-3)


@pytest.mark.slow
def test_the_base_is_the_encoder_that_was_trained(tmp_path: Path) -> None:
    params = read_params(ROOT / "params.yaml").model
    trained = build_model(params, (65, 65))
    (results := tmp_path / "results/train").mkdir(parents=True)
    trained.save(results / "model.keras")
    run("release.py", "base", "--results", tmp_path / "results", "--weights", tmp_path)
    other = build_model(params, (65, 65))
    load_initial_weights(other, str(tmp_path / "base.encoder.keras"))
    for kept, weights in zip(*(encoder_layers(each)[0].get_weights() for each in (other, trained)), strict=True):
        assert kept == pytest.approx(weights, rel=1e-3, abs=1e-6)


def test_open_has_learned_from_what_may_be_given_away_and_credits_it() -> None:
    with (ROOT / "src/figureground/runtime/models/open-credits.csv").open(encoding="utf-8") as file:
        credits = list(csv.DictReader(file))
    assert {row["licence"] for row in credits} == {
        "Attribution License",
        "Attribution-ShareAlike License",
        "No known copyright restrictions",
    }
    assert all(row["flickr_photo"].isdigit() and row["licence_url"].startswith("http") for row in credits)
    names = {f"coco/{row['coco_photo']}" for row in credits}
    tested = {line.split("\t")[0] for line in (ROOT / "recipes/test-photos.tsv").read_text().splitlines()}
    assert len(names) == len(credits) and len(tested) > 1000 and not names & tested


def test_a_source_that_is_left_out_weighs_nothing_and_all_else_stays(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "recipes"))
    try:
        from leave_one_out import leave_out
    finally:
        sys.path.pop(0)
    params = Path(shutil.copy(ROOT / "params.yaml", tmp_path))
    apply_recipe(params, "left-out", folder=ROOT / "recipes")
    whole = read_params(params)
    leave_out(params, ["coco"])
    left_out = read_params(params)
    weights = {**whole.augment.source_weights, "coco": 0.0}
    assert left_out == whole.model_copy(
        update={"augment": whole.augment.model_copy(update={"source_weights": weights})}
    )
