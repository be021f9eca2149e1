"""Two processes train as one does; one that dies ends the other, and they go on from there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import pytest

pytest.importorskip("jax")

from figureground.augment.shards import Index, read_index
from figureground.files import read_table
from figureground.models.deeplab import load_model
from figureground.params_file import override
from figureground.tracking.store import open_store
from figureground.training.batches import validation_batches
from figureground.training.metrics import PersonIoU
from figureground.training.team import Team
from helpers.places import ROOT
from helpers.small_training import small_params, write_shards
from helpers.team_command import DIES, SILENT
from helpers.team_hosts import TeamHosts

pytestmark = pytest.mark.slow

COMMAND = ROOT / "tests/helpers/team_command.py"
EPOCHS, BATCH = 3, 4


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that is about to train: parameters, shards of two pairs, and what the stage `inputs` has written."""
    folder = tmp_path_factory.mktemp("project")
    made = write_shards(folder / "made", shard_pairs=2)
    (folder / "results/augment").mkdir(parents=True)
    made.rename(folder / "results/augment/shards")
    shutil.rmtree(folder / "made")
    (folder / "results/inputs").mkdir()
    (folder / "results/inputs/train.json").write_text("{}")
    shutil.copy(ROOT / "params.yaml", folder)
    small = small_params(epochs=EPOCHS, batch_size=BATCH, deterministic=False).model_dump(mode="json")
    changed = {f"{key}.{name}": value for key in ("model", "train") for name, value in small[key].items()}
    override(folder / "params.yaml", {name: value for name, value in changed.items() if name != "train.teachers"})
    return folder


def shards(folder: Path) -> Path:
    return folder / "results/augment/shards"


def index_of(folder: Path) -> Index:
    return read_index(shards(folder), needed=lambda index: ())


def copies(project: Path, place: Path, size: int) -> list[Path]:
    """A host's folder for each process, with the shards alone that it is to read."""
    folders = [shutil.copytree(project, place / f"host{member}") for member in range(size)]
    for member, folder in enumerate(folders):
        needed = {shard.file for shard in Team(member, size).shards(index_of(folder), BATCH)}
        for file in shards(folder).glob("*.tfrecord"):
            if file.name not in needed:
                file.unlink()
    return folders


def trained(
    hosts: TeamHosts, folders: Sequence[Path], dies: Sequence[str] = ("", ""), **environment: Sequence[str]
) -> list[subprocess.CompletedProcess[str]]:
    size = len(folders)
    place = ["--processes", size] + (["--coordinator", hosts.coordinator] if size > 1 else [])
    commands = [[COMMAND, "cluster", "train", *place, "--process-id", member] for member in range(size)]
    return hosts.run(commands, folders=folders, **{DIES: dies[:size]}, **environment)


def history(folder: Path) -> np.ndarray:
    rows = read_table(folder / "results/train/history.csv")
    names = [name for name in rows[0] if name not in ("seconds", "held_iou", "val_held_iou")]
    return np.array([[float(row[name]) for name in names] for row in rows])


def test_two_processes_one_of_which_dies_come_to_the_curves_of_one(
    project: Path, hosts: TeamHosts, tmp_path: Path
) -> None:
    (alone,) = copies(project, tmp_path / "alone", 1)
    (done,) = trained(hosts, [alone])
    assert done.returncode == 0, done
    both = copies(project, tmp_path / "both", 2)
    counts = [len(list(shards(folder).glob("*.tfrecord"))) for folder in (project, *both)]
    assert counts == [18, 9, 9]

    survivor, victim = trained(hosts, both, dies=("", "1"))
    assert (survivor.returncode, victim.returncode) == (1, 1)
    assert survivor.stderr.startswith("error: cluster: another process has ended or cannot be reached any more")
    assert "this process was killed" in victim.stderr
    assert survivor.stderr.count("\n") == victim.stderr.count("\n") == 1

    first, second = trained(hosts, both)
    assert (first.returncode, second.returncode) == (0, 0), (first, second)
    assert history(both[0]).shape[0] == EPOCHS
    np.testing.assert_allclose(history(both[0]), history(alone), atol=1e-4)
    assert not (both[1] / "results/train").exists() and not (both[1] / "mlflow.db").exists()

    store = open_store(both[0])
    runs = store.client.search_runs([store.experiment], "tags.`figureground.stage` = 'train'")
    assert [run.info.status for run in runs] == ["FINISHED"]
    steps = [metric.step for metric in store.client.get_metric_history(runs[0].info.run_id, "val_loss")]
    assert steps == list(range(EPOCHS))

    model = load_model(both[0] / "results/train/model.keras")
    assert keras.backend.backend() == "tensorflow"
    person_iou = PersonIoU()
    for photos, masks in validation_batches(read_index(shards(project)), batch_size=BATCH):
        person_iou.update_state(masks, model(photos, training=False))
    (summary,) = read_table(both[0] / "results/train/summary.csv")
    assert float(person_iou.result()) == pytest.approx(float(summary["val_person_iou"]), abs=1e-4)


def test_processes_with_different_parameters_or_missing_shards_do_not_begin(
    project: Path, hosts: TeamHosts, tmp_path: Path
) -> None:
    both = copies(project, tmp_path, 2)
    override(both[1] / "params.yaml", {"train.learning_rate": 0.5})
    for done in trained(hosts, both):
        assert done.returncode == 1
        assert "process 1 on " in done.stderr and "train.learning_rate (0.5, not 0.0006); give all" in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (both[0] / "mlflow.db").exists() and not (both[0] / ".figureground").exists()


def test_a_process_that_falls_silent_ends_one_that_does_not_wait_for_it(hosts: TeamHosts, tmp_path: Path) -> None:
    """As while one of them computes for long; where it waits, the broken connection tells it at once."""
    silent = ["600", "0"]
    waiting, dead = trained(hosts, [tmp_path, tmp_path], **{SILENT: silent})
    assert waiting.returncode == 1 and waiting.stdout == ""
    assert waiting.stderr.startswith("Error: cluster: another process has ended or cannot be reached any more; see")
    assert waiting.stderr.count("\n") == dead.stderr.count("\n") == 1


def test_a_batch_that_cannot_be_shared_is_refused(project: Path, hosts: TeamHosts, tmp_path: Path) -> None:
    (folder,) = copies(project, tmp_path, 1)
    override(folder / "params.yaml", {"train.batch_size": 64})
    (done,) = trained(hosts, [folder])
    assert (done.returncode, done.stderr) == (
        1, "error: params.yaml: train.batch_size: 64 is more than the 16 training pairs; lower it\n"
    )  # fmt: skip
