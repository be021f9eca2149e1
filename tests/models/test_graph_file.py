from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figureground.models.graph_file import GraphFileError, binary_files, read_graph_tensors
from helpers.graph_models import write_graph


@pytest.mark.parametrize("half", [False, True])
def test_tensors_come_back_by_name(tmp_path: Path, half: bool) -> None:
    kernel = np.arange(12, dtype=np.float32).reshape(3, 4) / 8
    write_graph(tmp_path / "net.json", {"kernel": kernel, "steps": np.array([7, -1], np.int32)}, half=half)
    found = read_graph_tensors(tmp_path / "net.json")
    assert list(found) == ["kernel", "steps"]
    assert found["kernel"].dtype == np.float32
    np.testing.assert_array_equal(found["kernel"], kernel)
    np.testing.assert_array_equal(found["steps"], [7, -1])


def test_the_files_of_the_weights_lie_beside_it(tmp_path: Path) -> None:
    write_graph(tmp_path / "net.json", {"kernel": np.ones(3, np.float32)})
    assert binary_files(tmp_path / "net.json") == [tmp_path / "net.bin"]


@pytest.mark.parametrize("change", ["shorter", "longer", "gone"])
def test_weights_of_another_length_are_refused(tmp_path: Path, change: str) -> None:
    write_graph(tmp_path / "net.json", {"kernel": np.ones(3, np.float32)})
    weights = tmp_path / "net.bin"
    whole = weights.read_bytes()
    if change == "gone":
        weights.unlink()
    else:
        weights.write_bytes(whole[:-2] if change == "shorter" else whole + b"1234")
    with pytest.raises(GraphFileError, match=r"net\.json: cannot be read as a graph model") as caught:
        read_graph_tensors(tmp_path / "net.json")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "no json", "[]", "{}", '{"weightsManifest": [1]}', '{"weightsManifest": 3}'])
def test_what_is_no_graph_model_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "net.json").write_text(content)
    for read in (read_graph_tensors, binary_files):
        with pytest.raises(GraphFileError, match=r"net\.json") as caught:
            read(tmp_path / "net.json")
        assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GraphFileError, match=r"gone\.json"):
        read_graph_tensors(tmp_path / "gone.json")
