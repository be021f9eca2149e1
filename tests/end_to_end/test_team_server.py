"""Runs and models on an MLflow server with PostgreSQL and S3, all started by the scripts of `deploy`."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from figureground.scores import Bootstrap
from figureground.tracking.registry.decision import PhotoScore
from figureground.tracking.registry.registering import register
from figureground.tracking.runs import stage_run
from figureground.tracking.store import open_store
from figureground.tracking.versions import fetch, list_models
from helpers.command import free_port
from helpers.places import ROOT
from helpers.postgresql import other_user, programs
from helpers.tiny_networks import save_pixel_network

pytestmark = pytest.mark.slow

LONGEST = 1200.0  # seconds that a service may take to answer
S3 = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
OF_THIS_HOST = ("figureground.process", "figureground.pipeline", "mlflow.")  # beginnings of tags


@dataclass
class Services:
    """PostgreSQL, S3 and MLflow, each a process; the first two can go away."""

    address: str
    database: list[subprocess.Popen[bytes]]
    start_database: Callable[[], subprocess.Popen[bytes]]
    s3: subprocess.Popen[bytes]

    def restart_database(self) -> None:
        self.database.append(self.start_database())


@contextlib.contextmanager
def process(command: list[Any], **settings: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A service for the block, with all that it starts."""
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True, **settings)
        try:
            yield running
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def answers(address: str, service: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LONGEST
    while True:
        assert service.poll() is None and time.monotonic() < deadline, address
        try:
            urllib.request.urlopen(address, timeout=60).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    boto3 = pytest.importorskip("boto3")
    pytest.importorskip("moto")
    if programs() is None:
        pytest.skip("PostgreSQL is not installed (on Debian: apt-get install postgresql)")
    place = Path(tempfile.mkdtemp(prefix="figureground-postgresql-"))
    if other_user():
        shutil.chown(place, **other_user())
    ports = {name: str(free_port()) for name in ("database", "s3", "mlflow")}

    def start_database() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["sh", ROOT / "deploy/postgresql.sh", place / "postgresql"], cwd=place, start_new_session=True,
            env=os.environ | {"PASSWORD": "p", "PORT": ports["database"]},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **other_user(),
        )  # fmt: skip

    environment = os.environ | S3 | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports['s3']}",
        "DATABASE": f"postgresql://figureground:p@127.0.0.1:{ports['database']}/mlflow",
        "ARTIFACTS": "s3://bucket/mlflow", "PORT": ports["mlflow"], "WORKERS": "1",
    }  # fmt: skip
    database = [start_database()]
    try:
        with process([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", ports["s3"]]) as s3:
            answers(environment["AWS_ENDPOINT_URL"], s3)
            client = boto3.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL"], **boto3_keys())
            client.create_bucket(Bucket="bucket")
            wait_for_database(place, ports["database"])
            with process(["sh", ROOT / "deploy/mlflow.sh"], env=environment) as server:
                address = f"http://127.0.0.1:{ports['mlflow']}"
                answers(f"{address}/health", server)
                yield Services(address, database, start_database, s3)
    finally:
        database[-1].send_signal(signal.SIGINT)
        database[-1].wait()
        shutil.rmtree(place)


def boto3_keys() -> dict[str, str]:
    return {name.lower().replace("aws_default_region", "region_name"): value for name, value in S3.items()}


def wait_for_database(place: Path, port: str) -> None:
    folder = programs()
    assert folder
    deadline = time.monotonic() + LONGEST
    while subprocess.run([folder / "pg_isready", "-q", "-h", "127.0.0.1", "-p", port], cwd=place).returncode:
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture(scope="module")
def tflite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pixel_network(tmp_path_factory.mktemp("model") / "float32.tflite", 8, 8)


def recorded(root: Path, tflite: Path) -> dict[str, Any]:
    """What a store has of a run with curves and pictures and of a registered model, but for the host's part."""
    (root / "results").mkdir(parents=True)
    picture = root / "results/curves.png"
    picture.write_bytes(bytes(range(256)) * 40)
    weights = root / "results/model.keras"
    weights.write_bytes(b"weights")
    with stage_run("register", {"seed": 1, "train.epochs": 3}, root=root, sections=["train"]) as run:
        for step in range(3):
            run.log_metrics({"val_person_iou": 0.5 + step / 10}, step=step)
        run.log_artifact(picture)
        run.log_artifact(root / "results", "all")
        register(
            tflite, run=run, name="figureground", weights=weights, example=np.zeros((60, 90, 3), np.uint8),
            metrics={"person_iou": 0.8}, photo_scores={"drawn/0": PhotoScore(0.8, "a")},
            tags={"git.commit": "abc", "data.hash": "def.dir", "dvc.stage": "register"},
            bootstrap=Bootstrap(resamples=100, confidence=0.95, seed=1),
        )  # fmt: skip
    assert run.run_id
    store = open_store(root)
    found = store.client.get_run(run.run_id)
    (root / "got").mkdir()
    files = Path(store.client.download_artifacts(run.run_id, "", str(root / "got")))
    fetch(root, "figureground", "champion", root / "champion.tflite")
    (model,) = list_models(root, "figureground")
    return {
        "status": found.info.status,
        "metrics": found.data.metrics,
        "curve": [(m.step, m.value) for m in store.client.get_metric_history(run.run_id, "val_person_iou")],
        "params": found.data.params,
        "tags": {name: value for name, value in found.data.tags.items() if not name.startswith(OF_THIS_HOST)},
        "files": {str(file.relative_to(files)): file.read_bytes() for file in files.rglob("*") if file.is_file()},
        "model": (model.version, model.aliases, sorted(model.tags)),
        "tflite": (root / "champion.tflite").read_bytes(),
    }


def test_run_pictures_and_model_are_as_with_sqlite(
    services: Services, tflite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    alone = recorded(tmp_path / "alone", tflite)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", services.address)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "300")  # a server's first answers take long on a busy machine
    on_server = recorded(tmp_path / "team", tflite)
    assert on_server == alone
    assert alone["tflite"] == tflite.read_bytes() and alone["files"]["curves.png"][:2] == b"\x00\x01"
    assert not list((tmp_path / "team").glob("mlflow*")) and not (tmp_path / "team/artifacts").exists()


def test_nothing_is_lost_while_database_and_object_store_are_away(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", services.address)
    picture = tmp_path / "curves.png"
    picture.write_bytes(b"picture")
    with ThreadPoolExecutor() as pool, stage_run("train", {"seed": 1}, root=tmp_path) as run:
        run.log_metrics({"loss": 3.0}, step=0)
        services.database[-1].send_signal(signal.SIGQUIT)
        services.database[-1].wait()
        services.s3.send_signal(signal.SIGSTOP)
        run.log_metrics({"loss": 2.0}, step=1)
        run.log_artifact(picture)
        pool.submit(come_back, services)
    store = open_store(tmp_path)
    (tmp_path / "got").mkdir()
    assert run.run_id
    assert [m.value for m in store.client.get_metric_history(run.run_id, "loss")] == [3.0, 2.0]
    assert store.client.get_run(run.run_id).info.status == "FINISHED"
    got = store.client.download_artifacts(run.run_id, "curves.png", str(tmp_path / "got"))
    assert Path(got).read_bytes() == b"picture"


def come_back(services: Services) -> None:
    """While the run waits at its end."""
    time.sleep(5.0)
    services.restart_database()
    services.s3.send_signal(signal.SIGCONT)
