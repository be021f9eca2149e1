"""What the processor can do, as each system tells it, and the precision that follows."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from figureground.runtime import processor

XEON = "processor\t: 0\nmodel name\t: a Xeon\nflags\t\t: fpu avx2 avx512f avx512_vnni\n\nprocessor\t: 1\n"
ZEN_3 = "processor\t: 0\nflags\t\t: fpu avx2 fma\nbugs\t\t: none\n"
PI_5 = "processor\t: 0\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd asimdhp asimddp\n"
PI_4 = "processor\t: 0\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd crc32\n"


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    processor.features.cache_clear()
    yield
    processor.features.cache_clear()


@pytest.mark.parametrize(
    ("cpuinfo", "precision"),
    [(XEON, "int8"), (ZEN_3, "float16"), (PI_5, "int8"), (PI_4, "float16"), ("", "float16"), (None, "float16")],
)
def test_int8_is_for_processors_that_multiply_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cpuinfo: str | None, precision: str
) -> None:
    path = tmp_path / "cpuinfo"
    if cpuinfo is not None:
        path.write_text(cpuinfo)
    monkeypatch.setattr(processor, "CPUINFO", path)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    assert processor.best_precision() == precision
    assert processor.described().endswith(f"models in {precision}")


@pytest.mark.parametrize(
    ("system", "machine", "precision"),
    [("Darwin", "arm64", "int8"), ("Darwin", "x86_64", "float16"), ("FreeBSD", "amd64", "float16")],
)
def test_systems_that_list_no_features(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, precision: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert processor.best_precision() == precision


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the instruction is one of x86")
def test_an_x86_processor_tells_of_itself_what_linux_lists() -> None:
    pytest.importorskip("archspec")
    asked, listed = processor.asked_features(), processor.listed_features(processor.CPUINFO)
    assert "avx" in asked
    assert asked & processor.QUICK_INT8 == listed & processor.QUICK_INT8
