"""The table and the figures of a study in memory."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import TrialState

from figureground.files import read_table
from figureground.pictures import read_photo
from figureground.sweep.report import counts, write_report
from figureground.sweep.space import Space
from figureground.sweep.study import ERROR, KIND, LATENCY, NULL, WARNING
from helpers import objectives

LOSSES = CategoricalDistribution(["bce_dice", "tversky", "boundary"])
COEF = FloatDistribution(0.1, 10.0, log=True)
WEIGHT = FloatDistribution(1.0, 10.0)


@pytest.fixture
def study() -> optuna.Study:
    """A null model, four complete trials under two conditions, one pruned, one failed."""
    study = optuna.create_study(study_name="study", direction="maximize")

    def add(
        value: float | None, params: Mapping[str, Any], state: TrialState = TrialState.COMPLETE, **notes: Any
    ) -> None:
        kinds = {"loss.name": LOSSES, "loss.bce_coef": COEF, "loss.boundary_weight": WEIGHT}
        study.add_trial(
            optuna.create_trial(
                state=state, value=value, params=dict(params), user_attrs={KIND: "searched", **notes},
                distributions={name: kinds[name] for name in params},
            )
        )  # fmt: skip

    add(0.3, {}, TrialState.PRUNED, **{KIND: NULL})
    add(0.8, {"loss.name": "bce_dice", "loss.bce_coef": 1.23456}, **{LATENCY: 20.0})
    add(0.7, {"loss.name": "boundary", "loss.boundary_weight": 3.0}, **{LATENCY: 10.0})
    add(None, {"loss.name": "tversky"}, TrialState.FAIL, **{ERROR: "no memory, none"})
    add(0.5, {"loss.name": "bce_dice", "loss.bce_coef": 5.0}, TrialState.PRUNED)
    add(0.6, {"loss.name": "bce_dice", "loss.bce_coef": 8.0}, **{LATENCY: 30.0})
    add(0.75, {"loss.name": "boundary", "loss.boundary_weight": 9.0}, **{LATENCY: 15.0})
    return study


def test_the_table_has_a_row_a_trial_with_its_values(study: optuna.Study, tmp_path: Path) -> None:
    table = read_table(write_report(study, Space(objectives.small_params()), tmp_path)[0])
    assert [row["state"] for row in table] == ["PRUNED", "COMPLETE", "COMPLETE", "FAILED", "PRUNED"] + ["COMPLETE"] * 2
    assert table[1]["loss.bce_coef"] == "1.235" and table[1]["loss.boundary_weight"] == ""
    assert table[3]["error"] == "no memory, none"
    assert counts(study) == {"trials.complete": 4.0, "trials.pruned": 2.0, "trials.failed": 1.0}


def test_every_figure_is_a_picture_and_on_a_page_that_needs_no_network(study: optuna.Study, tmp_path: Path) -> None:
    study.set_user_attr(WARNING, "val: only 3 photos")
    written = write_report(study, Space(objectives.small_params()), tmp_path)
    names = {"history", "importances", "parallel_coordinates", "slice", "pareto"}
    assert {path.name for path in written} == {"trials.csv", "figures.html", *(f"{name}.png" for name in names)}
    assert min(read_photo(path).std() for path in written if path.suffix == ".png") > 5.0
    page = (tmp_path / "figures.html").read_text()
    assert "<script src" not in page and "<link" not in page
    assert "<p>val: only 3 photos</p>" in page
    for title in ("History", "Importances", "Parallel coordinates", "Slice", "Pareto"):
        assert f'"text":"{title}"' in page
    # Conditional parameters too, of which no trial has all.
    assert "loss.boundary_weight" in page and "loss.bce_coef" in page


@pytest.mark.parametrize("library", ["optuna.visualization", "optuna.visualization.matplotlib"])
def test_a_figure_that_cannot_be_drawn_is_left_out_with_a_warning(
    study: optuna.Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, library: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no room\nfor the axes")

    monkeypatch.setattr(importlib.import_module(library), "plot_slice", fail)
    names = {path.name for path in write_report(study, Space(objectives.small_params()), tmp_path)}
    others = {"trials.csv", "figures.html", *(f"{name}.png" for name in ("history", "importances", "pareto"))}
    assert others <= names and names == {path.name for path in tmp_path.iterdir()}
    shown = ('"text":"Slice"' in (tmp_path / "figures.html").read_text(), "slice.png" in names)
    assert sum(shown) == 1
    (warning,) = [record.getMessage() for record in caplog.records if record.name.startswith("figureground")]
    assert warning.endswith("cannot be drawn (no room); left out") and "slice" in warning


def test_a_study_with_nothing_to_compare_has_a_history_only(tmp_path: Path) -> None:
    study = optuna.create_study(study_name="study", direction="maximize")
    space = Space(objectives.small_params())
    assert {path.name for path in write_report(study, space, tmp_path)} == {"trials.csv", "figures.html", "history.png"}
