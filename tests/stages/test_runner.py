"""What stages do around their work."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from figureground.errors import FiguregroundError
from figureground.params import read_params
from figureground.params_file import override
from figureground.stages.runner import refuse_changed

ROOT = Path(__file__).parents[2]


def test_a_stage_does_not_end_well_with_other_parameters_than_it_began_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(ROOT / "params.yaml", file := tmp_path / "params.yaml")
    params, before = read_params(), file.read_bytes()
    refuse_changed(params, ("model", "train"))
    override(file, {"train.batch_size": 7})
    refuse_changed(params, ("seed", "model"))  # which do not ask for it
    with pytest.raises(FiguregroundError, match=r"^params\.yaml: train\.batch_size from 12 to 7, changed while"):
        refuse_changed(params, ("model", "train"))
    file.write_bytes(before)
    override(file, {"train.teachers": {"a.keras": 1.0}})
    with pytest.raises(FiguregroundError, match=r"a\.keras from None to 1\.0"):
        refuse_changed(params, ("train",))
