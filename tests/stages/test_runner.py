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
from figureground.stages import INTERRUPTED
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
RUNNER = "import figureground.stages.runner as runner"


@pytest.mark.slow
@pytest.mark.parametrize(
    "begun",
    [
        f"{RUNNER}; runner.prepare_tensorflow(); import figureground.stages.train",  # as it does where it is run
        "import figureground.stages.evaluate",
        "import figureground.stages.export",
        f"import figureground.sweep.worker; {RUNNER}; runner.prepare()",
    ],
)
def test_the_users_settings_of_keras_do_not_reach_the_work(begun: str, tmp_path: Path) -> None:
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
    done = subprocess.run(
        [sys.executable, "-c", f"{begun}\n{SETTINGS}"], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["tensorflow", "float32", "channels_last", "None", "3"]
    assert (tmp_path / ".cache/figureground/keras").is_dir()


SENDS_CTRL_C = """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000):
        pass
except BaseException:  # as some libraries do, which then go on without what they wanted
    pass
"""


@pytest.mark.parametrize(
    ("stage", "library"),
    [
        *((stage, "pydantic") for stage in ("inputs", "audit", "split", "augment", "train", "register")),
        *((stage, "tensorflow") for stage in ("review", "train", "evaluate", "export")),
    ],
)
def test_ctrl_c_while_a_stage_imports_is_one_line(stage: str, library: str, tmp_path: Path) -> None:
    """As if it had come while that library, in its place here, was being imported."""
    (tmp_path / f"{library}.py").write_text(SENDS_CTRL_C)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT / 'src'}"}
    done = subprocess.run(
        [sys.executable, "-m", f"figureground.stages.{stage}"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", f"{INTERRUPTED}\n")


def test_sigterm_while_a_stage_is_at_work_ends_it_in_order(tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from figureground.files import replacing\n"
        "from figureground.stages import runner\n"
        "def main():\n"
        "    with replacing(runner.Path('result.csv')) as draft:\n"
        "        draft.write_text('half')\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "runner.run(main)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, "", f"{INTERRUPTED}\n")
    assert not list(tmp_path.iterdir())


def test_to_import_a_stage_leaves_ctrl_c_alone() -> None:
    code = (
        "import signal, figureground.stages.inputs\n"
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_tensorflow_raises_no_alarm_and_other_errors_are_told(tmp_path: Path) -> None:
    code = (
        "from figureground.stages import runner\n"
        "runner.prepare_tensorflow()\n"
        "import tensorflow\n"
        "print([device.device_type for device in tensorflow.config.list_physical_devices()])\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**environment, "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "['CPU']\n", "")


def test_what_else_is_said_while_tensorflow_is_imported_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text(
        "import os\n"
        "os.write(2, b'oneDNN custom operations are on\\nno memory left\\n')\n"
        "raise ImportError('half a wheel')\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT / 'src'}", "TF_CPP_MIN_LOG_LEVEL": "2"}
    code = "from figureground.stages import runner; runner.prepare_tensorflow()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stderr.startswith("no memory left\n") and done.stderr.endswith("ImportError: half a wheel\n")
