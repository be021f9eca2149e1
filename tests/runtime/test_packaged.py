"""Packaged models: found by name, checked before use, and one clear line where they are missing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from figureground.runtime.packaged import MODELS, PACKAGED, PRECISIONS, SegmenterError, model_content
from figureground.runtime.processor import Precision, best_precision


def package(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    (folder / "hashes.json").write_text(json.dumps(hashes))


BOTH = {"fast-int8.tflite": b"whole numbers", "fast-float16.tflite": b"halves"}


@pytest.mark.parametrize(("precision", "content"), [("int8", b"whole numbers"), ("float16", b"halves")])
def test_a_model_by_its_name_is_the_file_for_this_processor_or_the_one_asked_for(
    tmp_path: Path, precision: Precision, content: bytes
) -> None:
    package(tmp_path, BOTH)
    expected = tmp_path / f"fast-{precision}.tflite", content
    assert model_content("fast", tmp_path, preferred=precision) == expected
    assert model_content(f"fast-{precision}", tmp_path) == expected
    assert model_content("fast", tmp_path) == model_content(f"fast-{best_precision()}", tmp_path)


@pytest.mark.parametrize("name", BOTH)
def test_a_model_that_comes_in_one_precision_is_that_on_every_processor(tmp_path: Path, name: str) -> None:
    package(tmp_path, {name: BOTH[name]})
    for preferred in PRECISIONS:
        assert model_content("fast", tmp_path, preferred)[0].name == name
    with pytest.raises(SegmenterError, match="this installation has no such model"):
        for precision in PRECISIONS:
            model_content(f"fast-{precision}", tmp_path)


def test_changed_bytes_are_refused(tmp_path: Path) -> None:
    package(tmp_path, {"fast-int8.tflite": b"model"})
    (tmp_path / "fast-int8.tflite").write_bytes(b"other")
    with pytest.raises(SegmenterError, match=r"fast-int8\.tflite: not the file that was packaged"):
        model_content("fast", tmp_path)


def test_every_packaged_file_is_listed_and_every_listed_file_is_there() -> None:
    assert set(json.loads((MODELS / "hashes.json").read_text())) == {path.name for path in MODELS.glob("*.tflite")}
    assert {model_content(name)[0].name.rpartition("-")[0] for name in PACKAGED} == set(PACKAGED)


@pytest.mark.parametrize("hashes", [None, "", "{}", '{"accurate-int8.tflite": ""}'])
def test_a_model_that_was_not_packaged_is_one_clear_line(tmp_path: Path, hashes: str | None) -> None:
    if hashes is not None:
        (tmp_path / "hashes.json").write_text(hashes)
    with pytest.raises(
        SegmenterError, match=r"accurate-(int8|float16)\.tflite: this installation has no such model; "
    ) as refusal:
        model_content("accurate", tmp_path)
    assert "\n" not in str(refusal.value)


def test_a_path_is_taken_as_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fast").write_bytes(b"own")
    monkeypatch.chdir(tmp_path)
    assert model_content("./fast") == (Path("fast"), b"own")
    assert model_content(Path("fast")) == (Path("fast"), b"own")
