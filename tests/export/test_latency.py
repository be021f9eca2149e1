"""How long an exported model takes."""

from __future__ import annotations

from pathlib import Path

from figureground.export.latency import measure
from helpers.tiny_networks import save_pixel_network


def test_latency_takes_any_model_of_one_photo(tmp_path: Path) -> None:
    figures = measure(save_pixel_network(tmp_path / "network.tflite", 16, 24), runs=3)
    assert 0 < figures["p10"] <= figures["median"] <= figures["p90"]
