"""What stage `inputs` writes, and that real DVC runs again what reads a changed file, and nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from figureground.files import bytes_sha256
from figureground.named_files import NamedFileError, check_unchanged, digests, split_files
from figureground.params import read_params
from figureground.params_file import override
from figureground.stages.inputs import main
from figureground.tracking.store import TrackingError
from helpers.places import ROOT

# Stands for the other stages, whose results are told apart by what they read.
WRITES = """
import hashlib, sys
from pathlib import Path
from ruamel.yaml import YAML

stage = YAML(typ="safe").load(Path("dvc.yaml"))["stages"][sys.argv[1]]
content = hashlib.sha256()
for dep in map(Path, stage["deps"]):
    for file in sorted(dep.rglob("*")) if dep.is_dir() else [dep]:
        content.update(file.read_bytes())
for out in [out for kind in ("outs", "metrics", "plots") for out in stage.get(kind, [])]:
    path = Path(out if isinstance(out, str) else next(iter(out)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{content.hexdigest()} {path}")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with params.yaml and the files that it names."""
    folder = tmp_path / "project"
    (folder / "weights").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(ROOT / "params.yaml", folder)
    for name in ("init.keras", "teacher.keras", "selfie.tflite"):
        Path("weights", name).write_text(name)
    Path("tests.txt").write_text("own/1\n")
    files = {"model.init": "weights/init.keras", "model.selfie_network": "weights/selfie.tflite"}
    override(
        Path("params.yaml"),
        {**files, "train.teachers": {"weights/teacher.keras": 1.0}, "split.test_names": "tests.txt"},
    )
    return folder


def written(name: str) -> dict[str, str]:
    return dict(json.loads(Path(f"results/inputs/{name}.json").read_text()))


def test_what_is_in_the_named_files_is_written_down(project: Path) -> None:
    main()
    assert written("split") == {"split.test_names.sha256": bytes_sha256(b"own/1\n")}
    assert written("train") == {
        "model.init.sha256": bytes_sha256(b"init.keras"),
        "model.selfie_network.sha256": bytes_sha256(b"selfie.tflite"),
        "train.teachers.weights/teacher.keras.sha256": bytes_sha256(b"teacher.keras"),
    }
    override(
        Path("params.yaml"),
        {"model.init": "none", "model.freeze_batch_norm": False, "model.selfie_network": None, "train.teachers": {},
         "split.test_names": None},
    )  # fmt: skip
    main()
    assert written("review") == written("split") == written("train") == {}


def test_files_that_are_missing_are_told_before_anything_is_begun(project: Path) -> None:
    for file in Path("weights").iterdir():
        file.unlink()
    Path("weights/selfie.tflite.dvc").touch()
    with pytest.raises(NamedFileError) as error:
        main()
    assert error.value.args == (
        "params.yaml: model.init: weights/init.keras: no such file; give a file or imagenet, none or champion",
        "params.yaml: model.selfie_network: weights/selfie.tflite: no such file; "
        "`dvc pull weights/selfie.tflite.dvc` fetches it",
        "params.yaml: train.teachers: weights/teacher.keras: no such file; give a file or {} for none",
    )
    assert not Path("results").exists()


def test_of_a_missing_pose_network_it_is_told_where_to_read_on(project: Path) -> None:
    with pytest.raises(
        NamedFileError, match=r"^params\.yaml: model\.pose_network: .*: no such file; .*docs/train\.md says"
    ):
        digests({"model.pose_network": Path("weights/pose.json")})


def test_in_a_temporary_copy_the_remedy_is_another(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = project / ".dvc/tmp/exps/standalone/tmpabc"
    copy.mkdir(parents=True)
    shutil.copy("params.yaml", copy)
    monkeypatch.chdir(copy)
    with pytest.raises(
        NamedFileError, match=r"tests\.txt: no such file; git does not track .* --copy-paths tests\.txt$"
    ):
        main()


def test_a_file_that_was_changed_in_between_is_refused(project: Path) -> None:
    main()
    record, named = Path("results/inputs/split.json"), split_files(read_params().split)
    check_unchanged(record, named)
    Path("tests.txt").write_text("own/2\n")
    with pytest.raises(NamedFileError, match=r"^tests\.txt: changed since stage inputs .*; run `dvc repro` again$"):
        check_unchanged(record, named)


@pytest.mark.slow
@pytest.mark.parametrize("parameter", ["model.init", "review.judge"])
def test_without_a_champion_the_run_ends_at_once(project: Path, parameter: str) -> None:
    override(Path("params.yaml"), {parameter: "champion"})
    with pytest.raises(TrackingError, match="figureground champion: not in the registry"):
        main()


def test_it_needs_no_large_library() -> None:
    code = (
        "import sys, figureground.stages.inputs\n"
        "print({'cv2', 'keras', 'mlflow', 'numpy', 'tensorflow'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def repro(*arguments: str) -> list[str]:
    """The stages that `dvc repro` runs."""
    binaries = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(["dvc", "repro", *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return re.findall(r"Running stage '(\w+)'", done.stdout)


@pytest.mark.slow
def test_a_changed_file_reruns_what_reads_it_and_what_follows(project: Path) -> None:
    yaml = YAML(typ="safe")
    pipeline = yaml.load(ROOT / "dvc.yaml")
    for name, stage in pipeline["stages"].items():
        stage["deps"] = [dep for dep in stage.get("deps", []) if not dep.startswith("src/")] or ["data"]
        if name != "inputs":
            stage["cmd"] = f"{sys.executable} writes.py {name}"
    yaml.dump({"stages": pipeline["stages"]}, Path("dvc.yaml"))
    Path("writes.py").write_text(WRITES)
    Path("data").mkdir()
    Path("data/metadata.csv").write_text("name\n")
    Path("weights/base.encoder.keras").write_text("weights")
    for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        subprocess.run(command, check=True)
    after_train = ["train", "evaluate", "export", "register"]
    assert set(repro()) == {"inputs", "audit", "review", "split", "augment", *after_train}
    assert repro() == ["inputs"]
    Path("weights/teacher.keras").write_text("other")
    assert repro() == ["inputs", *after_train]
    Path("weights/init.keras").write_text("other")
    assert repro() == ["inputs", *after_train]
    Path("tests.txt").write_text("own/1\nown/2\n")
    assert set(repro()) == {"inputs", "split", "augment", *after_train}
    assert repro() == ["inputs"]
