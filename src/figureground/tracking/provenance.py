"""What a run was made from: code, data, pipeline and software, as tags."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_PACKAGES = ("figureground", "tensorflow", "keras", "numpy", "opencv-python", "mlflow", "dvc")
_STAGES_BEFORE_TRAINING = ("audit", "review", "split", "augment")


def provenance(root: Path) -> dict[str, str]:
    """Tags that say which code, data and software a run at `root` has; what cannot be found out is left out.

    `git.commit` and `git.dirty` (whether tracked files differ from it, but for `dvc.lock` and `results/`, which a
    pipeline itself rewrites while it runs), `data.hash` (of `data.dvc`), `dvc.lock.<path>` for each output of the
    stages before training, DVC's experiment, and versions. MLflow shows tags in this order.
    """
    return {**_git(root), **_data(root), **_lock(root), **_experiment(), **_software()}


def _git(root: Path) -> dict[str, str]:
    commit = _call(root, "rev-parse", "HEAD")
    changes = _call(root, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!dvc.lock", ":!results")
    if commit is None or changes is None:
        return {}
    return {
        "git.commit": commit,
        "git.dirty": str(bool(changes)).lower(),
        "git.branch": _call(root, "rev-parse", "--abbrev-ref", "HEAD") or "",
        "mlflow.source.git.commit": commit,  # the name under which MLflow's user interface shows it
    }


def _call(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _data(root: Path) -> dict[str, str]:
    outs = _read_yaml(root / "data.dvc").get("outs") or []
    return {"data.hash": str(outs[0]["md5"])} if outs and "md5" in outs[0] else {}


def _lock(root: Path) -> dict[str, str]:
    stages = _read_yaml(root / "dvc.lock").get("stages") or {}
    outs = [out for name in _STAGES_BEFORE_TRAINING for out in (stages.get(name) or {}).get("outs") or []]
    return {f"dvc.lock.{out['path']}": str(out["md5"]) for out in outs if "md5" in out}


def _read_yaml(path: Path) -> Mapping[str, Any]:
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError, UnicodeDecodeError):
        return {}
    return content if isinstance(content, Mapping) else {}


def _experiment() -> dict[str, str]:
    """DVC tells stages about the experiment that they run for."""
    names = {"dvc.experiment": "DVC_EXP_NAME", "dvc.baseline": "DVC_EXP_BASELINE_REV"}
    return {tag: os.environ[variable] for tag, variable in names.items() if os.environ.get(variable)}


def _software() -> dict[str, str]:
    found = {"version.python": platform.python_version(), "platform": platform.platform()}
    for package in _PACKAGES:
        try:
            found[f"version.{package}"] = version(package)
        except PackageNotFoundError:
            continue
    return found
