"""The files that params.yaml names: what is in them decides what stages make, and DVC watches only what dvc.yaml names.

So stage `inputs` writes their SHA-256 into files that dvc.yaml does name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from figureground.encoder_facts import origin
from figureground.errors import FiguregroundError
from figureground.files import file_sha256
from figureground.params import ModelParams, SplitParams, TrainParams
from figureground.paths import project_root

_ELSE = {  # what a parameter may hold instead of a file
    "split.test_names": "null",
    "model.init": "imagenet, none or champion",
    "model.selfie_network": "null",
    "model.pose_network": "null; docs/train.md says where the published one is to be had",
    "train.teachers": "{} for none",
}


class NamedFileError(FiguregroundError):
    """A file that params.yaml names and that is not there, or not the same any more; one line: which, what to do."""


def split_files(params: SplitParams) -> dict[str, Path]:
    """What stage `split` reads beside its deps, by the name of the parameter."""
    return {"split.test_names": Path(params.test_names)} if params.test_names else {}


def train_files(model: ModelParams, train: TrainParams, champion: Path | None = None) -> dict[str, Path]:
    """What stage `train` reads beside its deps, by the name of the parameter; `champion` is that model's weights."""
    init = {} if model.init in ("imagenet", "none", "champion") else {"model.init": Path(model.init)}
    best = {"model.init": champion} if champion else {}
    networks = {"model.selfie_network": model.selfie_network, "model.pose_network": model.pose_network}
    beside = {name: Path(file) for name, file in networks.items() if file}
    return {**init, **best, **beside, **{f"train.teachers.{file}": Path(file) for file in train.teachers}}


def digests(named: Mapping[str, Path]) -> dict[str, str]:
    """SHA-256 of each file, as `model.init.sha256`.

    Raises:
        NamedFileError: Files are missing; a finding for each.
    """
    if missing := [_missing(name, file) for name, file in named.items() if not file.is_file()]:
        raise NamedFileError(*missing)
    return {f"{name}.sha256": file_sha256(file) for name, file in named.items()}


def _missing(name: str, file: Path) -> str:
    pointer = file.with_name(f"{file.name}.dvc")
    remedy = f"give a file or {next(other for name_of, other in _ELSE.items() if name.startswith(name_of))}"
    if pointer.is_file():
        remedy = f"`dvc pull {pointer}` fetches it"
    elif where := origin(str(file)) if name == "model.init" else "":
        remedy = f"get {where}"
    elif project_root() != Path.cwd().resolve() and not file.is_absolute():
        remedy = f"git does not track it, so tell `dvc exp run --temp` to take it along: --copy-paths {file}"
    return f"params.yaml: {name.removesuffix(f'.{file}')}: {file}: no such file; {remedy}"


def read_digests(record: Path) -> dict[str, str]:
    """What stage `inputs` has written."""
    return dict(json.loads(record.read_text(encoding="utf-8")))


def champion_run_id(record: Path, name: str) -> str:
    """The run of the champion that stage `inputs` has written down for the parameter `name`.

    Raises:
        NamedFileError: It has written down none.
    """
    if run_id := read_digests(record).get(f"{name}.run_id"):
        return run_id
    raise NamedFileError(f"{record}: names no champion; run `dvc repro`, which looks it up")


def check_unchanged(record: Path, named: Mapping[str, Path]) -> None:
    """Fail where a file is other than stage `inputs` has found it: DVC would believe that the old one was read.

    Raises:
        NamedFileError: It is, or is missing.
    """
    recorded = read_digests(record)
    for name, digest in digests(named).items():
        if recorded.get(name) != digest:
            file = named[name.removesuffix(".sha256")]
            raise NamedFileError(f"{file}: changed since stage inputs has written {record}; run `dvc repro` again")
