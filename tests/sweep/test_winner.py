"""The winner in params.yaml: its values and their origin, and not a letter else."""

from __future__ import annotations

import shutil
from pathlib import Path

import optuna
import pytest
from click.testing import CliRunner

from figureground.cli import main
from figureground.dataset.manifest import Pair, write_manifest
from figureground.dataset.sides import write_split
from figureground.params import Params, flat, read_params
from figureground.params_file import override
from figureground.pictures import encode_png
from figureground.sweep.shards import contents, draw_photos
from figureground.sweep.space import Space
from figureground.sweep.storage import SweepError, address_of, open_storage
from figureground.sweep.study import KIND, open_study, study_name
from figureground.sweep.winner import take_over
from helpers import drawing
from helpers.places import ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that has come to the split, with the project's own params.yaml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SWEEP_STORAGE", raising=False)
    pairs = [Pair(f"a/{number}", "a", f"a/{number}", "CC0", 100, 100, "half", 0.3, 0.0) for number in range(9)]
    write_manifest(tmp_path / "results/audit/manifest.csv", pairs)
    sides = ("train", "val", "test")
    write_split(tmp_path / "results/split/split.csv", {pair.name: sides[n % 3] for n, pair in enumerate(pairs)})
    shutil.copy(ROOT / "params.yaml", tmp_path)
    for pair in pairs:
        drawing.write_pair(tmp_path / "data", pair.name, *drawing.person(1))
    return tmp_path


def begun(params: Params) -> optuna.Study:
    """The study of the photos that the project's pipeline has, as `figureground sweep run` begins it."""
    photos = draw_photos(params)
    return open_study(
        open_storage(address_of(None)), study_name(params, photos.all(), contents(params, photos)), params
    )


@pytest.fixture
def study(project: Path) -> optuna.Study:
    """Null model 0.3, present parameters 0.6, two more trials of which the first, trial 2, has 0.8."""
    params = read_params()
    study = begun(params)
    null = study.ask()
    null.report(0.3, 0)
    study.tell(null, state=optuna.trial.TrialState.PRUNED)
    for value in (0.6, 0.8, 0.7):
        trial = study.ask()
        Space(params).draw(trial, present=trial.user_attrs.get(KIND) is not None)
        study.tell(trial, value)
    return study


def test_the_best_trial_is_taken_over_with_its_origin(project: Path, study: optuna.Study) -> None:
    before = (project / "params.yaml").read_text()
    shown = CliRunner().invoke(main, ["sweep", "best", "--dry-run"]).output
    assert (project / "params.yaml").read_text() == before
    assert CliRunner().invoke(main, ["sweep", "best"]).output == shown
    assert f"\n+# From sweep {study.study_name}, trial 2: validation person IoU 0.8000\n" in shown
    assert "trial 2 is the best, with a validation person IoU of 0.8000" in shown
    assert "\nwarning: val: only 3 photos, so its scores are mostly chance" in shown
    assert "(the parameters at its start 0.6000, the null model 0.3000)" in shown
    after = flat(read_params())
    for name, value in study.trials[2].params.items():
        assert after[name] == (float(f"{value:.4g}") if isinstance(value, float) else value)
    # The values that were searched do not tell studies apart, so the study is still found.
    assert "params.yaml has these values already" in take_over(Path("params.yaml"))


def test_what_a_winner_has_not_drawn_is_as_it_was_trained_with_it(project: Path, study: optuna.Study) -> None:
    """After a winner with another encoder, which has a start of its own, one with the present encoder wins."""
    encoders = ("efficientnet_lite0", "mobilenet_v2_deeplab")
    for value, encoder in zip((0.9, 0.95), encoders, strict=True):
        study.enqueue_trial({"model.encoder": encoder})
        trial = study.ask()
        Space(read_params(ROOT / "params.yaml")).draw(trial)
        study.tell(trial, value)
        take_over(Path("params.yaml"))
        assert read_params().model.encoder == encoder
    assert read_params().model.init == read_params(ROOT / "params.yaml").model.init


def test_where_the_present_parameters_are_best_nothing_changes(project: Path, study: optuna.Study) -> None:
    present = study.trials[1]
    better = optuna.create_trial(value=0.9, params=present.params, distributions=present.distributions)
    study.add_trial(better)
    before = (project / "params.yaml").read_text()
    assert "has these values already" in take_over(Path("params.yaml"))
    assert (project / "params.yaml").read_text() == before


@pytest.mark.parametrize("file", ["images/a/0.png", "masks/a/1.png", "held/a/0.png"])
def test_a_sweep_of_files_that_were_replaced_since_is_none_of_this_data(
    project: Path, study: optuna.Study, file: str
) -> None:
    take_over(Path("params.yaml"), dry_run=True)
    held = project / "data/held/a/0.png"
    held.parent.mkdir(parents=True)
    (project / "data" / file).write_bytes(encode_png(drawing.person(2)[1]))
    with pytest.raises(SweepError, match=f"no sweep of this data .*{study.study_name} had other data or parameters"):
        take_over(Path("params.yaml"), dry_run=True)


def test_without_a_sweep_or_a_winner_the_error_says_what_to_do(project: Path) -> None:
    with pytest.raises(SweepError, match=r"no sweep of this data and params\.yaml, figureground-.*; run make sweep"):
        take_over(Path("params.yaml"))
    params = read_params()
    study = begun(params)
    with pytest.raises(SweepError, match="no trial has gone to its end yet; run make sweep"):
        take_over(Path("params.yaml"))
    null = study.ask()
    null.report(0.7, 0)
    study.tell(null, state=optuna.trial.TrialState.PRUNED)
    Space(params).draw(trial := study.ask(), present=True)
    study.tell(trial, 0.6)
    with pytest.raises(SweepError, match=r"no trial beats the null model's person IoU of 0\.7000"):
        take_over(Path("params.yaml"))


def test_a_sweep_whose_teacher_was_replaced_since_is_none_of_this_data(project: Path) -> None:
    (project / "teacher.keras").write_bytes(b"one")
    override(project / "params.yaml", {"train.teachers": {"teacher.keras": 1.0}})
    name = begun(read_params()).study_name
    assert begun(read_params()).study_name == name
    (project / "teacher.keras").write_bytes(b"another")
    assert begun(read_params()).study_name != name
