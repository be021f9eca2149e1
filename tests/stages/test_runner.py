"""What stages do around their work."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from figureground.errors import FiguregroundError
from figureground.params import read_params
from figureground.params_file import override
from figureground.stages.runner import refuse_changed
from helpers.places import ROOT


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


SETTINGS = """
import keras
print(keras.backend.backend(), keras.config.floatx(), keras.config.image_data_format(), keras.config.max_epochs())
import tensorflow as tf
print(tf.keras.__version__.split(".")[0])
"""


@pytest.mark.slow
@pytest.mark.parametrize("module", ["stages.train", "stages.evaluate", "stages.export", "sweep.worker"])
def test_the_users_settings_of_keras_do_not_reach_the_work(module: str, tmp_path: Path) -> None:
    for folder in (tmp_path / ".keras", tmp_path / "other"):
        folder.mkdir()
        hostile = {"backend": "jax", "floatx": "float64", "image_data_format": "channels_first", "epsilon": 0.1}
        (folder / "keras.json").write_text(json.dumps(hostile))
    environment = os.environ | {
        "HOME": str(tmp_path),
        "USERPROFILE": str(tmp_path),
        "KERAS_HOME": str(tmp_path / "other"),
        "KERAS_BACKEND": "jax",
        "KERAS_MAX_EPOCHS": "1",
        "TF_USE_LEGACY_KERAS": "1",
    }
    environment.pop("XDG_CACHE_HOME", None)
    begun = "import figureground.stages.runner as runner; runner.prepare()" if module == "sweep.worker" else ""
    code = f"import figureground.{module}\n{begun}\n{SETTINGS}"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["tensorflow", "float32", "channels_last", "None", "3"]
    assert (tmp_path / ".cache/figureground/keras").is_dir()
