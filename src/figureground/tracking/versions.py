"""The versions of the registered model: listed, looked up, given an alias, copied out."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from figureground.errors import first_line, without_passwords
from figureground.files import replacing
from figureground.paths import project_root
from figureground.tracking.store import Store, TrackingError, existing_store, open_store

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

CHAMPION, CHALLENGER = "champion", "challenger"
WEIGHTS = "weights/model.keras"  # among a registered run's artifacts
WARNING = "test.warning"  # tag of a version whose test photos were few


@dataclass(frozen=True)
class RegisteredModel:
    """A row of `figureground model list`."""

    version: int
    aliases: tuple[str, ...]
    created: float  # seconds since 1970
    run_id: str
    tags: Mapping[str, str]


def list_models(root: Path, name: str) -> list[RegisteredModel]:
    """All versions, newest first; none where nothing was registered.

    Raises:
        TrackingError: There is no store.
    """
    store = existing_store(root)
    with explained(f"{name}: cannot be listed"):
        aliases = _aliases(store, name)
        found = store.client.search_model_versions(f"name = '{name}'")
        rows = [
            RegisteredModel(
                version=int(each.version),
                aliases=tuple(sorted(alias for alias, number in aliases.items() if number == int(each.version))),
                created=each.creation_timestamp / 1000,
                run_id=each.run_id or "",
                tags=dict(each.tags),
            )
            for each in found
        ]
    return sorted(rows, key=lambda row: -row.version)


def promote(root: Path, name: str, version: int) -> None:
    """Makes a version the champion by hand, whatever the scores say.

    Raises:
        TrackingError: There is no such version, or no store.
    """
    store = existing_store(root)
    _wanted(store, name, str(version))
    with explained(f"{name} {version}: cannot become {CHAMPION}"):
        make_champion(store, name, version)


def make_champion(store: Store, name: str, version: int) -> None:
    """Gives a version the alias `champion`, and takes `challenger` from one that does not challenge it: itself or an
    earlier one."""
    store.client.set_registered_model_alias(name, CHAMPION, str(version))
    challenger = version_of(store, name, CHALLENGER)
    if challenger and int(challenger.version) <= version:
        store.client.delete_registered_model_alias(name, CHALLENGER)


def fetch(root: Path, name: str, which: str, destination: Path) -> int:
    """Copies the `.tflite` file of a version to `destination`, whole or not at all; returns the version's number.

    Args:
        which: A version's number or an alias.
    Raises:
        TrackingError: There is no such version or alias, or no store.
    """
    store = existing_store(root)
    found = _wanted(store, name, which)
    with explained(f"{name} {which}: cannot be fetched"), tempfile.TemporaryDirectory() as folder:
        place = download(store, f"models:/{name}/{found.version}", folder)
        model = next((place / "artifacts").glob("*.tflite"))
        with replacing(destination) as draft:
            shutil.copyfile(model, draft)
    return int(found.version)


def champion_run(root: Path, name: str) -> tuple[int, str]:
    """The champion's version and the id of the run that registered it.

    Raises:
        TrackingError: There is no champion.
    """
    champion = _wanted(open_store(root), name, CHAMPION)
    return int(champion.version), str(champion.run_id)


def weights_of_run(root: Path, run_id: str) -> Path:
    """The Keras weights of a model that was registered by this run; a copy below `.figureground/champion/`.

    Raises:
        TrackingError: They are gone.
    """
    kept = project_root(root) / ".figureground" / CHAMPION / f"{run_id}.keras"
    if not kept.exists():
        problem = f"the weights of run {run_id} cannot be read"
        with explained(problem), tempfile.TemporaryDirectory() as folder, replacing(kept) as draft:
            shutil.copyfile(download(open_store(root), f"runs:/{run_id}/{WEIGHTS}", folder), draft)
    return kept


def champion_weights(root: Path, name: str) -> Path:
    """The champion's Keras weights, for `model.init: champion`.

    Raises:
        TrackingError: There is no champion, or its weights are gone.
    """
    return weights_of_run(root, champion_run(root, name)[1])


def version_of(store: Store, name: str, which: str) -> ModelVersion | None:
    """By number or alias; None where there is none."""
    from mlflow.exceptions import MlflowException

    try:
        if which.isdecimal():
            return store.client.get_model_version(name, which)
        return store.client.get_model_version_by_alias(name, which)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def _wanted(store: Store, name: str, which: str) -> ModelVersion:
    with explained(f"{name} {which}: cannot be looked up"):
        found = version_of(store, name, which)
    if found is None:
        registry = without_passwords(store.uri)
        raise TrackingError(f"{name} {which}: not in the registry {registry}; `figureground model list` shows what is")
    return found


def _aliases(store: Store, name: str) -> dict[str, int]:
    found = store.client.search_registered_models(f"name = '{name}'")
    return {alias: int(number) for model in found for alias, number in model.aliases.items()}


def download(store: Store, uri: str, folder: str) -> Path:
    import mlflow

    with global_store(store):
        return Path(mlflow.artifacts.download_artifacts(uri, dst_path=folder, tracking_uri=store.uri))


@contextmanager
def explained(what: str) -> Iterator[None]:
    """MLflow's, the database's and the network's errors as one line."""
    try:
        yield
    except TrackingError:
        raise
    except Exception as error:  # they share no base class
        raise TrackingError(f"{what} ({first_line(error)})") from error


@contextmanager
def global_store(store: Store) -> Iterator[None]:
    """Makes the store MLflow's global one for the time: `models:/` addresses are resolved against that only.

    MLflow also writes it into the environment, where it would pass for the user's own.
    """
    import mlflow

    before = {name: os.environ.get(name) for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")}
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_registry_uri(store.uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(None)
        mlflow.set_registry_uri(None)
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
