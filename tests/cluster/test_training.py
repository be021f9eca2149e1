"""Two processes train as one does; one that dies ends the other, and they go on from there."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import psutil
import pytest

pytest.importorskip("jax")

from figureground.augment.shards import Index, read_index
from figureground.export.litert import MAX_FLOAT32_DIFFERENCE, convert
from figureground.files import read_table
from figureground.models.deeplab import load_model
from figureground.params_file import override
from figureground.predictor import Predictor
from figureground.ray_workers import cluster
from figureground.runtime.segmenter import Segmenter
from figureground.stages import INTERRUPTED
from figureground.tracking.store import open_store
from figureground.training.batches import validation_batches
from figureground.training.metrics import PersonIoU
from figureground.training.team import Team
from helpers import drawing, ray_hosts
from helpers.command import begin, free_port, until
from helpers.places import ROOT
from helpers.small_training import small_params, write_shards
from helpers.team_command import DIES, SILENT, WAITS, train_in_folder
from helpers.team_hosts import LONGEST, TeamHosts

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


def training(hosts: TeamHosts, folders: Sequence[Path], **environment: Sequence[str]) -> list[subprocess.Popen[str]]:
    size = len(folders)
    place = ["--processes", size] + (["--coordinator", hosts.coordinator] if size > 1 else [])
    commands = [[COMMAND, "cluster", "train", *place, "--process-id", member] for member in range(size)]
    return hosts.begin(commands, folders=folders, **environment)


def trained(
    hosts: TeamHosts, folders: Sequence[Path], **environment: Sequence[str]
) -> list[subprocess.CompletedProcess[str]]:
    return hosts.ended(training(hosts, folders, **environment))


def history(folder: Path) -> np.ndarray:
    rows = read_table(folder / "results/train/history.csv")
    names = [name for name in rows[0] if name not in ("seconds", "held_iou", "val_held_iou")]
    return np.array([[float(row[name]) for name in names] for row in rows])


@pytest.fixture(scope="module")
def alone(project: Path, hosts: TeamHosts, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """The curves of one process."""
    (folder,) = copies(project, tmp_path_factory.mktemp("alone"), 1)
    (done,) = trained(hosts, [folder])
    assert done.returncode == 0, done
    return history(folder)


def test_two_processes_one_of_which_dies_and_is_ended_come_to_the_curves_of_one(
    project: Path, hosts: TeamHosts, alone: np.ndarray, tmp_path: Path
) -> None:
    """First killed, then ended as SLURM and Kubernetes do it: by SIGTERM, which reaches the command alone."""
    both = copies(project, tmp_path / "both", 2)
    counts = [len(list(shards(folder).glob("*.tfrecord"))) for folder in (project, *both)]
    assert counts == [18, 9, 9]

    survivor, victim = trained(hosts, both, **{DIES: ("", "1")})
    assert (survivor.returncode, victim.returncode) == (1, 1)
    lost = "cluster: another process has ended or cannot be reached any more"
    assert survivor.stderr.lower().startswith(f"error: {lost}")  # Gloo or JAX's own service may be the first to tell
    assert "this process was killed" in victim.stderr
    assert survivor.stderr.count("\n") == victim.stderr.count("\n") == 1

    running = training(hosts, both, **{WAITS: ("2", "")})
    until((both[0] / "waiting").exists, running[0])
    workers = psutil.Process(running[0].pid).children(recursive=True)
    running[0].terminate()
    ended, survivor = hosts.ended(running)
    assert (ended.returncode, ended.stderr) == (143, f"{INTERRUPTED}\n")
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    assert survivor.returncode == 1 and survivor.stderr.startswith("error: cluster: another process has ended")
    assert survivor.stderr.count("\n") == 1

    first, second = trained(hosts, both)
    assert (first.returncode, second.returncode) == (0, 0), (first, second)
    assert history(both[0]).shape[0] == EPOCHS
    np.testing.assert_allclose(history(both[0]), alone, atol=1e-4)
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
    (exported := tmp_path / "float32.tflite").write_bytes(convert(model, precisions=["float32"])["float32"])
    photo = drawing.person(3)[0]
    reference = Predictor(model).probabilities(photo)
    np.testing.assert_allclose(Segmenter(exported).probabilities(photo), reference, atol=MAX_FLOAT32_DIFFERENCE)


def test_the_workers_of_ray_train_are_joined_already(project: Path, alone: np.ndarray, tmp_path: Path) -> None:
    """Ray joins those that it believes to have GPUs, on whatever JAX is told to compute."""
    pytest.importorskip("ray", reason="the extra cluster is not installed")
    from ray.train import RunConfig, ScalingConfig
    from ray.train.v2.jax import JaxTrainer

    both = copies(project, tmp_path, 2)
    with ray_hosts.hosts({"JAX_PLATFORMS": "cpu"}, num_gpus=1) as made, cluster(made.address):
        JaxTrainer(
            train_in_folder,
            train_loop_config={"folders": [str(folder) for folder in both]},
            scaling_config=ScalingConfig(num_workers=2, use_gpu=True),
            run_config=RunConfig(storage_path=str(tmp_path / "ray"), name="team"),
        ).fit()
    np.testing.assert_allclose(history(both[0]), alone, atol=1e-4)
    assert not (both[1] / "results/train").exists() and not (both[1] / "mlflow.db").exists()


def test_processes_with_different_parameters_and_data_do_not_begin(
    project: Path, hosts: TeamHosts, tmp_path: Path
) -> None:
    both = copies(project, tmp_path, 2)
    override(both[1] / "params.yaml", {"train.learning_rate": 0.5})
    index = shards(both[1]) / "index.json"
    own = index_of(both[0]).checksum
    index.write_text(index.read_text().replace(own, "0" * 64))
    for done in trained(hosts, both):
        assert done.returncode == 1
        assert "process 1 on " in done.stderr and "differs from process 0 on " in done.stderr
        different = f"train.learning_rate (0.5, not 0.0006), shards (000000000000, not {own[:12]}); give all"
        assert different in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (both[0] / "mlflow.db").exists() and not (both[0] / ".figureground").exists()


def test_a_process_that_falls_silent_ends_one_that_does_not_wait_for_it(hosts: TeamHosts, tmp_path: Path) -> None:
    """As while one of them computes for long; where it waits, the broken connection tells it at once."""
    silent = ["600", "0"]
    waiting, dead = trained(hosts, [tmp_path, tmp_path], **{SILENT: silent})
    assert waiting.returncode == 1 and waiting.stdout == ""
    assert waiting.stderr.startswith("Error: cluster: another process has ended or cannot be reached any more; see")
    assert waiting.stderr.count("\n") == dead.stderr.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_still_waits_for_the_others_ends_at_once(number: signal.Signals) -> None:
    port = free_port()
    place = ("--process-id", 0, "--processes", 2, "--coordinator", f"127.0.0.1:{port}")
    running = begin("cluster", "train", *place)

    def listens() -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", port)) == 0

    until(listens, running)
    workers = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(number)
    said, errors = running.communicate(timeout=LONGEST)
    assert (running.returncode, said, errors) == (128 + number, "", "interrupted\n")
    assert psutil.wait_procs(workers, timeout=60)[1] == []


def test_a_batch_that_cannot_be_shared_is_refused(project: Path, hosts: TeamHosts, tmp_path: Path) -> None:
    (folder,) = copies(project, tmp_path, 1)
    override(folder / "params.yaml", {"train.batch_size": 64})
    (done,) = trained(hosts, [folder])
    assert (done.returncode, done.stderr) == (
        1, "error: params.yaml: train.batch_size: 64 is more than the 16 training pairs; lower it\n"
    )  # fmt: skip
