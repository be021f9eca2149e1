"""Trials that train: drawn pairs, a tiny network, the pipeline's own augmentation and fit."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from figureground.augment.records import read_records
from figureground.augment.shards import read_index
from figureground.cli import main
from figureground.dataset.manifest import Pair, framing, write_manifest
from figureground.dataset.sides import write_split
from figureground.files import read_table
from figureground.params import Params, read_params
from figureground.params_file import override
from figureground.sweep.shards import SharedShards, draw_photos
from figureground.sweep.space import SpaceError
from figureground.sweep.storage import SweepError
from figureground.sweep.study import NULL, SEARCHED
from figureground.sweep.training import Task, Training
from helpers import drawing, objectives
from helpers.places import ROOT

pytestmark = pytest.mark.slow

SMALL: dict[str, object] = {
    "seed": 8,  # with which the first searched trial draws the rate that fails, and the second the other
    "augment.variants": 2,
    "augment.background_share": 0.0,
    "augment.second_person_share": 0.0,
    "model.encoder": "mobilenet_v2",
    "model.init": "none",
    "model.freeze_batch_norm": False,
    "model.input_size": 33,
    "model.aspp_width": 8,
    "model.decoder_width": 8,
    "model.low_level_width": 4,
    "train.batch_size": 8,
    "train.warmup_epochs": 0.0,
    "train.ema_momentum": 0.5,
    "train.learning_rate": 0.01,
    "train.encoder_lr_scale": 0.25,
    "export.latency_runs": 3,
    "sweep.trials": 3,
    "sweep.epochs": 2,
    "sweep.prune_after": 2,
    "sweep.train_photos": 16,
    "sweep.val_photos": 4,
    "sweep.space": {
        "train.learning_rate": {"choices": [0.01, 1e30]},  # the second makes the loss not a number
        "loss.name": {"choices": ["bce_dice", "tversky"]},
    },
}
TEST_NAMES = {f"drawn/{number:03d}" for number in range(4)}


@pytest.fixture
def pipeline(project: Path) -> Path:
    """A project that has come to the split: 24 drawn pairs, four of them for the test."""
    pairs, sides = [], {}
    for number in range(24):
        photo, mask = drawing.person(number)
        name = f"drawn/{number:03d}"
        drawing.write_pair(project / "data", name, photo, mask)
        share = float((mask == 255).mean())
        pairs.append(Pair(name, "drawn", name, "CC0", photo.shape[1], photo.shape[0], framing(mask), share, 0.0))
        sides[name] = "test" if name in TEST_NAMES else "val" if number < 8 else "train"
    write_manifest(project / "results/audit/manifest.csv", pairs)
    write_split(project / "results/split/split.csv", sides)
    shutil.copy(ROOT / "params.yaml", project)
    override(project / "params.yaml", SMALL)
    return project


def task(params: Params, kind: str = SEARCHED, **calls: object) -> Task:
    values = {"on_epoch": lambda epoch, row: None, "on_latency": lambda milliseconds: None, **calls}
    short = params.model_copy(update={"train": params.train.model_copy(update={"epochs": params.sweep.epochs})})
    return Task(number=2, kind=kind, key="study/2", work=Path("work"), params=short, **values)  # type: ignore[arg-type]


def test_a_sweep_trains_records_what_fails_and_leaves_the_test_photos_alone(pipeline: Path) -> None:
    done = CliRunner().invoke(main, ["sweep", "run"])
    assert done.exit_code == 0, done.output
    table = read_table(next(pipeline.glob("results/sweep/*/trials.csv")))
    assert [row["state"] for row in table] == ["PRUNED", "COMPLETE", "FAILED", "COMPLETE"]
    assert "the loss is not a number at epoch 1" in table[2]["error"]
    assert table[3]["train.learning_rate"] == "0.01" and 0.0 <= float(table[3]["person_iou"]) <= 1.0
    _, children = objectives.runs(pipeline)
    assert [run.data.tags["figureground.state"] for run in children] == ["PRUNED", "COMPLETE", "FAILED", "COMPLETE"]
    folder = pipeline / ".figureground/sweep"
    assert [path.name for path in folder.glob("trials/*/*")] == ["not_a_number.npz"]
    (shards,) = folder.glob("shards/*/shards")
    index = read_index(shards)
    files = [*index.train_files(0), *index.train_files(1), *index.val_files()]
    seen = {record["name"].decode() for path in files for record in read_records(path)}
    assert len(seen) == 20 and not seen & TEST_NAMES


def test_an_interrupted_trial_goes_on_after_its_last_epoch(pipeline: Path) -> None:
    params = read_params()
    training = Training(params, draw_photos(params), most_variants=2)
    rows: list[Mapping[str, float]] = []

    def interrupt(epoch: int, row: Mapping[str, float]) -> None:
        rows.append(row)
        if len(rows) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training(task(params, on_epoch=interrupt))
    outcome = training(task(params, on_epoch=interrupt))
    assert [row["epoch"] for row in rows] == [0.0, 0.0, 1.0]
    assert rows[1] == rows[0]  # to the last digit, its seconds too: not trained again
    assert outcome.person_iou == max(row["val_person_iou"] for row in rows)


def test_the_null_model_is_scored_on_the_validation_photos(pipeline: Path) -> None:
    params = read_params()
    training = Training(params, draw_photos(params), most_variants=2)
    assert 0.2 < training(task(params, kind=NULL)).person_iou < 1.0


def test_latency_is_that_of_the_exported_model(pipeline: Path) -> None:
    params = read_params()
    limited = params.model_copy(update={"sweep": params.sweep.model_copy(update={"latency_budget_ms": 1.0})})
    training = Training(params, draw_photos(params), most_variants=2)
    measured: list[float] = []

    def refuse(milliseconds: float) -> None:
        measured.append(milliseconds)
        raise SweepError("over")

    with pytest.raises(SweepError, match="over"):
        training(task(limited, on_latency=refuse))
    assert 0.0 < measured[0] < 10_000.0


def test_shards_are_shared_by_content_and_fewer_variants_are_the_first_ones(pipeline: Path) -> None:
    params = read_params()
    shards = SharedShards(draw_photos(params), params.seed, most_variants=2, workers=1)
    both = shards.index(params)
    made = {path: path.stat().st_mtime_ns for path in both.folder.iterdir()}
    one = shards.index(params.model_copy(update={"augment": params.augment.model_copy(update={"variants": 1})}))
    assert one.variants == 1 and one.train == both.train[:1]
    assert one.checksum != both.checksum
    again = SharedShards(draw_photos(params), params.seed, most_variants=2, workers=1).index(params)
    assert again == both and {path: path.stat().st_mtime_ns for path in both.folder.iterdir()} == made
    alone = SharedShards(draw_photos(params), params.seed, most_variants=1, workers=1).index(params)
    assert alone.checksum == one.checksum  # made with one variant, the bytes are the same
    next(both.folder.glob("train-*.tfrecord")).write_bytes(b"half")
    assert shards.index(params).checksum == both.checksum


def test_photos_are_drawn_by_the_seed_and_never_from_the_test_split(pipeline: Path) -> None:
    params = read_params()
    few = params.model_copy(update={"sweep": params.sweep.model_copy(update={"train_photos": 5, "val_photos": 99})})
    photos = draw_photos(few)
    assert len(photos.train) == 5 and len(photos.val) == 4
    assert draw_photos(few) == photos
    assert draw_photos(few.model_copy(update={"seed": 1})).train != photos.train
    assert not {pair.name for pair in photos.all()} & TEST_NAMES
    shutil.rmtree(pipeline / "results/split")
    with pytest.raises(ValueError, match="dvc repro split"):
        draw_photos(few)
    write_split(pipeline / "results/split/split.csv", {pair.name: "train" for pair in photos.train})
    with pytest.raises(SweepError, match="the val split has no pairs"):
        draw_photos(few)


def test_an_encoder_without_weights_is_refused_before_the_first_trial(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", _no_network)  # as on a machine without a network
    params = read_params()
    with pytest.raises(SpaceError, match=r"sweep\.space: model\.encoder = mobilenet_v2: .*take it out of the space"):
        Training(params, draw_photos(params), most_variants=2, encoders=["efficientnet_lite0", "mobilenet_v2"])


def _no_network(*_: object, **__: object) -> None:
    raise OSError("URL fetch failure")
