"""`dvc repro` in a temporary clone, on drawn pairs: from photos to a registered model, with real DVC and MLflow."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from figureground.params_file import overridden
from helpers import drawing
from helpers.places import ROOT

pytestmark = pytest.mark.slow
STAGES = ["inputs", "audit", "review", "split", "augment", "train", "evaluate", "export", "register"]
SMALL: dict[str, object] = {
    "audit.min_side": 32,
    "split.test_share": 0.25,
    "split.val_share": 0.2,
    "augment.variants": 2,
    "model.encoder": "mobilenet_v2",
    "model.init": "none",
    "model.freeze_batch_norm": False,
    "model.input_size": 65,
    "model.aspp_width": 16,
    "model.decoder_width": 16,
    "model.low_level_width": 8,
    "train.epochs": 2,
    "train.batch_size": 8,
    "train.warmup_epochs": 0.0,
    "train.ema_momentum": 0.5,
    "train.learning_rate": 0.01,
    "train.encoder_lr_scale": 0.25,
    "evaluate.resamples": 200,
    "export.calibration_photos": 8,
    "export.parity_photos": 4,
    "export.latency_runs": 3,
    "export.min_parity": 0.5,
    "export.min_parity_int8": 0.0,
}


class Clone:
    """A clone of the working tree in which DVC runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *command: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        binaries = str(Path(sys.executable).parent)
        settings = {
            **os.environ,
            "PATH": f"{binaries}:{os.environ['PATH']}",
            "PYTHONPATH": str(self.folder / "src"),
            **environment,
        }
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=settings)
        assert not check or done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
        return done

    def repro(self, *arguments: str) -> list[str]:
        """The stages that `dvc repro` ran."""
        return re.findall(r"Running stage '(\w+)'", self.run("dvc", "repro", *arguments).stdout)

    def change(self, values: Mapping[str, object]) -> None:
        """Other values in params.yaml, whether they can be parameters or not."""
        path = self.folder / "params.yaml"
        path.write_text(overridden(path.read_text(encoding="utf-8"), values), encoding="utf-8")

    def commit(self, message: str) -> None:
        self.run("git", "add", "-A")
        self.run("git", "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", message)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / "mlflow.db") as store:
            return store.execute(sql).fetchall()

    def runs(self) -> list[tuple[Any, ...]]:
        return self.query("select name, status from runs order by start_time")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """The working tree with forty drawn pairs imported, everything run once."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if name == "data.dvc" or name.startswith("storage/") or not (ROOT / name).is_file():
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    clone = Clone(folder)
    clone.run("git", "init", "-q")
    encoder = "weights/base.encoder.keras"
    shutil.copy2(ROOT / encoder, folder / encoder)
    clone.run("dvc", "commit", "--force", f"{encoder}.dvc")
    drawing.pairs(folder.parent / "own", 40)
    clone.change(SMALL)
    own = folder.parent / "own"
    clone.run("figureground", "data", "import", "--photos", str(own / "photos"), "--masks", str(own / "masks"))
    clone.commit("start")
    assert set(clone.repro()) == set(STAGES)
    clone.commit("first run")
    return clone


def test_everything_promised_is_written(clone: Clone) -> None:
    results = clone.folder / "results"
    outs = YAML(typ="safe").load(clone.folder / "dvc.yaml")["stages"]
    for stage in STAGES:
        for kind in ("outs", "metrics", "plots"):
            for out in outs[stage].get(kind, []):
                name = out if isinstance(out, str) else next(iter(out))
                assert (clone.folder / name).exists(), name
    metrics = json.loads((results / "evaluate/metrics.json").read_text())
    metrics = json.loads((results / "evaluate/metrics.json").read_text())
    assert 0.0 <= metrics["person_iou"] <= 1.0
    assert not (clone.folder / ".figureground/train").exists() or not list(
        (clone.folder / ".figureground/train").glob("*/state.npz")
    )


def test_metrics_are_ten_columns_at_most_and_plots_need_no_other_host(clone: Clone) -> None:
    told = json.loads(clone.run("dvc", "metrics", "show", "--json").stdout)
    (values,) = [found["data"] for found in told[""]["data"].values()]
    assert 5 <= len(values) <= 10 and all(isinstance(value, int | float) for value in values.values())
    page = Path(clone.run("dvc", "plots", "show", "--out", "plots").stdout.strip().removeprefix("file://"))
    content = page.read_text()
    assert content.count("<img") >= 10 and not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", content)


def test_the_runs_tell_what_made_the_model(clone: Clone) -> None:
    names = [str(name) for name, _ in clone.runs()]
    assert sum(name.startswith("repro ") for name in names) == 1
    assert {"train", "evaluate", "export", "register"} <= set(names)
    assert {status for _, status in clone.runs()} == {"FINISHED"}
    epochs = clone.query(
        "select step from metrics join runs using (run_uuid) "
        "where key = 'val_person_iou' and name = 'train' order by step"
    )
    assert [step for (step,) in epochs] == [0, 1]
    tags = dict(clone.query("select key, value from model_version_tags"))
    commit = clone.run("git", "rev-parse", "HEAD~1").stdout.strip()
    assert commit in tags.values()
    pointer = (clone.folder / "data.dvc").read_text()
    assert any(str(value) in pointer for value in tags.values() if re.fullmatch(r"[0-9a-f]{32}(\.dir)?", str(value)))


def test_a_second_run_does_nothing(clone: Clone) -> None:
    before = clone.runs()
    assert clone.repro() == ["inputs"]
    assert clone.runs() == before


def test_the_registered_model_takes_any_photo_also_after_the_folder_moved(clone: Clone) -> None:
    code = (
        "import numpy as np, mlflow\n"
        "mlflow.set_tracking_uri('sqlite:///mlflow.db')\n"
        "model = mlflow.pyfunc.load_model('models:/figureground@champion')\n"
        "for shape in ((50, 90, 3), (301, 200, 3)):\n"
        "    mask = model.predict(np.zeros(shape, np.uint8))\n"
        "    print(mask.shape == shape[:2], mask.dtype)\n"
    )
    moved = clone.folder.with_name("moved")
    clone.folder.rename(moved)
    try:
        done = Clone(moved).run(sys.executable, "-c", code)
    finally:
        moved.rename(clone.folder)
    assert done.stdout.split("\n")[-3:-1] == ["True uint8", "True uint8"]


def test_a_changed_parameter_reruns_what_depends_on_it(clone: Clone) -> None:
    clone.change({"register.confidence": 0.9})
    assert clone.repro() == ["inputs", "register"]
    clone.change({"evaluate.resamples": 250})
    assert clone.repro() == ["inputs", "evaluate"]  # the intervals change, and no score
    assert [str(name) for name, _ in clone.runs()].count("train") == 1
    # The same model against itself: never better, so the first version stays the champion.
    aliases = dict(clone.query("select alias, version from registered_model_aliases"))
    assert aliases == {"champion": 1, "challenger": 2}


def test_an_experiment_in_a_temporary_copy_logs_into_the_same_store(clone: Clone) -> None:
    clone.commit("changed parameters")
    parents = [name for name, _ in clone.runs() if str(name) not in STAGES]
    clone.run("dvc", "exp", "run", "--temp", "-n", "slower", "-S", "train.learning_rate=0.002")
    added = [name for name, _ in clone.runs() if str(name) not in STAGES]
    assert len(added) == len(parents) + 1
    assert "slower" in str(added[-1])
    rates = clone.query("select value from params where key = 'train.learning_rate'")
    assert ("0.002",) in rates


def test_a_wrong_parameter_is_one_line_and_changes_nothing(clone: Clone) -> None:
    before = (clone.folder / "results/split/split.csv").read_bytes()
    clone.change({"split.test_share": "much"})
    try:
        done = clone.run("dvc", "repro", check=False)
    finally:
        clone.change({"split.test_share": SMALL["split.test_share"]})
    assert done.returncode != 0
    assert "error: params.yaml: split.test_share = 'much'" in done.stderr
    clone.run("dvc", "checkout", "results/split/split.csv")
    assert (clone.folder / "results/split/split.csv").read_bytes() == before


def test_the_result_is_the_last_thing_said(clone: Clone) -> None:
    shown = clone.run("figureground", "results").stdout
    assert re.search(r"our model +0\.\d{3} \(.* to .*\)", shown) and "null model" in shown and "GrabCut" in shown
    clone.change({"register.resamples": 900})
    assert "our model" in clone.run("dvc", "repro").stdout
    clone.change({"register.resamples": 901})
    assert "our model" not in clone.run("dvc", "repro", FIGUREGROUND_RESULT_FOLLOWS="1").stdout  # but at the end
    clone.change({"register.resamples": 2000})
    clone.run("dvc", "repro")


def test_without_data_the_command_says_what_to_do(clone: Clone, tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("figureground"), "data", "ready"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "figureground data import" in done.stderr
