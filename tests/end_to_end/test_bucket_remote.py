"""Data and shards in an S3 bucket, by DVC."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.ray_hosts import s3_server

pytest.importorskip("dvc_s3", reason="the extra cluster is not installed")
pytest.importorskip("moto")


def dvc(*arguments: str, folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "dvc", *arguments], cwd=folder, check=True, timeout=1200)


@pytest.mark.slow
def test_what_is_pushed_to_a_bucket_is_pulled_from_it(tmp_path: Path) -> None:
    files = {"data/images/a b/ü.jpg": b"photo", "shards/train-v000-00000.tfrecord": bytes(100_000)}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with s3_server():
        dvc("init", "--no-scm", "--quiet", folder=tmp_path)
        dvc("remote", "add", "--local", "own", "s3://bucket/figureground", folder=tmp_path)
        dvc("add", "data", "shards", "--quiet", folder=tmp_path)
        dvc("push", "--remote", "own", folder=tmp_path)
        for folder in ("data", "shards", ".dvc/cache"):
            shutil.rmtree(tmp_path / folder)
        dvc("pull", "--remote", "own", folder=tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in files} == files
