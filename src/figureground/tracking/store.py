"""Where runs and models are kept, and how the folder may be moved without losing them.

MLflow writes the absolute place of every artifact into its database. This store writes `mlflow-artifacts:/figureground`
addresses instead, such as an MLflow server gives out: a server resolves them against its own artifact folder, and
`artifact_repository`, which MLflow finds through an entry point, against the folder beside the SQLite database. So the
same rows serve a moved folder, the user interface and, later, a server that takes the database over.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from figureground.errors import FiguregroundError, first_line, without_passwords
from figureground.files import replacing
from figureground.paths import of_project, project_root, sqlite_address, sqlite_file
from figureground.tracking.view import TAGS

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "figureground"


class TrackingError(FiguregroundError):
    """The store or the registry cannot do what was asked. The message names it, what is wrong and what to do."""


@dataclass(frozen=True)
class Store:
    """An open store: MLflow's client, the experiment of this project, and the database file where there is one."""

    client: MlflowClient
    uri: str
    experiment: str
    database: Path | None


def open_store(root: Path) -> Store:
    """The store of the project at `root`, made where there is none.

    Args:
        root: The project's root, or DVC's temporary copy of it (which shares the project's store).
    Raises:
        TrackingError: The database or server cannot be opened.
    """
    prepare_environment()
    import mlflow  # 4 s: paid where something is logged, never by `import figureground`

    uri = tracking_uri(root)
    database = sqlite_file(uri)
    try:
        if database:
            _make_database(database)
        client = mlflow.MlflowClient(uri, registry_uri=uri)
        return Store(client, uri, _experiment(client, database is not None), database)
    except Exception as error:  # MLflow, SQLAlchemy and requests share no base class
        raise TrackingError(
            f"{without_passwords(uri)}: cannot be opened ({first_line(error)}); check MLFLOW_TRACKING_URI or the file"
        ) from error


def existing_store(root: Path) -> Store:
    """The store of the project at `root`, for who only looks into it.

    Raises:
        TrackingError: There is none, or it cannot be opened.
    """
    database = sqlite_file(tracking_uri(root))
    if database and not database.exists():
        raise TrackingError(
            f"{database}: not found, so nothing is registered here; run this in the project's root, "
            "where `dvc repro` registers models"
        )
    return open_store(root)


def _make_database(database: Path) -> None:
    """An empty store where there is none. It appears whole: one that a kill left half made could never be opened."""
    import mlflow
    from filelock import FileLock

    if database.exists():
        return
    lock = database.parent / ".figureground" / f"{database.name}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock):  # two processes would each make one, and the first lose what it has written by then
        if not database.exists():
            with replacing(database) as draft:
                mlflow.MlflowClient(sqlite_address(draft)).search_experiments()


def tracking_uri(root: Path) -> str:
    """`MLFLOW_TRACKING_URI` where set, else `mlflow.db`; a relative SQLite file is one of the project's own root."""
    return of_project(os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db", root)


def prepare_environment() -> None:
    """Switches that MLflow reads when it is imported; what the user has set stays.

    Telemetry is off. A server that does not answer is given up after seconds, not MLflow's many minutes. The server's
    job queue, seven processes for features of language models, does not start. A registered model names the few
    packages that it needs, and a headless OpenCV for the one of training; the whole training environment (uv.lock)
    does not go with it.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")  # seconds
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_UV_AUTO_DETECT", "false")
    database = logging.getLogger("mlflow.store.db.utils")
    if not any(isinstance(each, _OneLine) for each in database.filters):
        database.addFilter(_OneLine())
    for chatter in ("alembic", "mlflow.system_metrics", "mlflow.utils.environment", "mlflow.utils.requirements_utils"):
        logging.getLogger(chatter).setLevel(logging.ERROR)


class _OneLine(logging.Filter):
    """Of a database that does not answer MLflow tells a stack of calls at each try. This lets one line through, when a
    store is opened; later on, who uses it says what becomes of the work."""

    _told = False

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        error = next((each for each in record.args or () if isinstance(each, Exception)), None)
        show = error is not None and record.levelno == logging.WARNING and not self._told
        if error is not None and show:
            self._told = True
            record.msg, record.args = "tracking: %s; trying for two minutes", (first_line(error),)
        return show


def artifact_repository(artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> Any:
    """MLflow's entry point for `mlflow-artifacts:` addresses: the folder `artifacts/` beside an SQLite store.

    For stores other than SQLite it is what MLflow itself makes of the address: the server's own artifact place.
    """
    from mlflow import get_tracking_uri
    from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository
    from mlflow.store.artifact.mlflow_artifacts_repo import MlflowArtifactsRepository

    database = sqlite_file(tracking_uri or registry_uri or get_tracking_uri())
    if database is None:
        return MlflowArtifactsRepository(artifact_uri, tracking_uri, registry_uri)
    place = unquote(urlsplit(artifact_uri).path).lstrip("/")

    class Folder(LocalArtifactRepository):  # type: ignore[misc]
        def download_artifacts(self, artifact_path: str, dst_path: str | None = None) -> Any:
            # What is not copied stays where it is, and MLflow unquotes its path, as a part of which "50%25" gets lost.
            if dst_path is None and unquote(self.artifact_dir) != self.artifact_dir:
                dst_path = tempfile.mkdtemp(prefix="figureground-")
            return super().download_artifacts(artifact_path, dst_path)

    return Folder((database.parent / "artifacts" / place).as_uri())


def ui_command(root: Path, host: str = "127.0.0.1", port: int = 5000) -> list[str]:
    """Command line that serves MLflow's user interface on the project's store.

    Raises:
        TrackingError: `MLFLOW_TRACKING_URI` is a server already.
    """
    prepare_environment()
    uri = tracking_uri(root)
    if uri.startswith(("http://", "https://")):
        raise TrackingError(
            f"{without_passwords(uri)}: is a server with a user interface of its own; open that address in a browser"
        )
    database = sqlite_file(uri)
    folder = database.parent if database else project_root(root)
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri]
    command += ["--artifacts-destination", (folder / "artifacts").as_uri()]
    return [*command, "--host", host, "--port", str(port), "--workers", "1"]  # each worker is 0.26 GB


def _experiment(client: MlflowClient, movable: bool) -> str:
    """Id of the experiment, made or taken out of the bin where need be; two processes may ask for it at once."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(EXPERIMENT)
    if found is None:
        try:
            return str(
                client.create_experiment(EXPERIMENT, f"mlflow-artifacts:/{EXPERIMENT}" if movable else None, tags=TAGS)
            )
        except MlflowException:
            found = client.get_experiment_by_name(EXPERIMENT)
            if found is None:
                raise
    if found.lifecycle_stage != "active":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)
