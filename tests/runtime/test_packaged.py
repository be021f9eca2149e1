"""Packaged models: found by name, checked before use, and one clear line where they are missing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from figureground.runtime.packaged import SegmenterError, model_content


def package(folder: Path, content: bytes, listed: bytes) -> None:
    (folder / "fast.tflite").write_bytes(content)
    (folder / "hashes.json").write_text(json.dumps({"fast.tflite": hashlib.sha256(listed).hexdigest()}))


def test_a_model_by_its_name(tmp_path: Path) -> None:
    package(tmp_path, b"model", b"model")
    assert model_content("fast", tmp_path) == (tmp_path / "fast.tflite", b"model")


def test_changed_bytes_are_refused(tmp_path: Path) -> None:
    package(tmp_path, b"other", b"model")
    with pytest.raises(SegmenterError, match=r"fast\.tflite: not the file that was packaged"):
        model_content("fast", tmp_path)


@pytest.mark.parametrize("hashes", [None, "", "{}", '{"accurate.tflite": ""}'])
def test_a_model_that_was_not_packaged_is_one_clear_line(tmp_path: Path, hashes: str | None) -> None:
    if hashes is not None:
        (tmp_path / "hashes.json").write_text(hashes)
    with pytest.raises(SegmenterError, match=r"accurate\.tflite: this installation has no such model; ") as refusal:
        model_content("accurate", tmp_path)
    assert "\n" not in str(refusal.value)


def test_a_path_is_taken_as_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fast").write_bytes(b"own")
    monkeypatch.chdir(tmp_path)
    assert model_content("./fast") == (Path("fast"), b"own")
    assert model_content(Path("fast")) == (Path("fast"), b"own")
