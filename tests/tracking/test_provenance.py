"""What a run was made from, in a real git repository with DVC's files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from figureground.tracking.provenance import provenance

LOCK = """schema: '2.0'
stages:
  augment:
    cmd: python -m figureground.stages.augment
    outs:
    - path: results/augment
      hash: md5
      md5: 0123abcd.dir
  train:
    cmd: python -m figureground.stages.train
    outs:
    - path: results/train
      md5: ffff.dir
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "data.dvc").write_text("outs:\n- md5: 9876fedc.dir\n  path: data\n")
    (tmp_path / "dvc.lock").write_text(LOCK)
    (tmp_path / "params.yaml").write_text("seed: 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path


def test_commit_data_and_shards_are_named(repository: Path) -> None:
    found = provenance(repository)
    assert next(iter(found)) == "git.commit" and list(found).index("data.hash") < 5  # as MLflow shows them
    assert found["git.commit"] == git(repository, "rev-parse", "HEAD").strip()
    assert found["git.dirty"] == "false"
    assert found["data.hash"] == "9876fedc.dir"
    assert found["dvc.lock.results/augment"] == "0123abcd.dir" and "dvc.lock.results/train" not in found
    assert found["version.numpy"] and found["version.python"].startswith("3.")


def test_changed_parameters_are_dirty_and_what_dvc_rewrites_is_not(repository: Path) -> None:
    (repository / "dvc.lock").write_text(LOCK.replace("0123", "4567"))
    assert provenance(repository)["git.dirty"] == "false"
    (repository / "params.yaml").write_text("seed: 2\n")
    assert provenance(repository)["git.dirty"] == "true"


def test_dvcs_experiment_is_named(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_EXP_NAME", "tall-cat")
    assert provenance(repository)["dvc.experiment"] == "tall-cat"


def test_nothing_there_is_nothing_said(tmp_path: Path) -> None:
    (tmp_path / "dvc.lock").write_text("stages: [")
    (tmp_path / "data.dvc").write_bytes(b"\xff\xfe")
    found = provenance(tmp_path)
    assert "data.hash" not in found and "version.python" in found
    assert not any(key.startswith("dvc.lock") for key in found)
