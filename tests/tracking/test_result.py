"""The end of a pipeline: its result in a table for the terminal, and described on the run in MLflow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from figureground.dataset.suspects import Suspect, write_suspects
from figureground.files import write_json, write_table
from figureground.tracking.description import describe, keep_pictures
from figureground.tracking.result import ResultError, lines, read_result
from figureground.tracking.runs import stage_run
from figureground.tracking.store import open_store
from figureground.tracking.versions import WARNING
from figureground.tracking.view import COLUMNS, place
from helpers.command import call

SLICE = (
    "model", "by", "source", "photos", "people", "nobody", "person_iou", "person_iou_low", "person_iou_high",
    "boundary_f", "boundary_f_low", "boundary_f_high", "false_alarms", "false_alarms_low", "false_alarms_high",
)  # fmt: skip


def a_slice(model: str, person_iou: float, by: str = "overall") -> dict[str, object]:
    spread = {"_low": -0.01, "": 0.0, "_high": 0.01}
    scores = {f"person_iou{end}": person_iou + by for end, by in spread.items()}
    scores |= {f"boundary_f{end}": 0.5 + by for end, by in spread.items()}
    scores |= {f"false_alarms{end}": 0.25 + by for end, by in spread.items()}
    return {"model": model, "by": by, "source": "", "photos": 30, "people": 26, "nobody": 4, **scores}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """What the stages write, as far as it is read."""
    out = tmp_path / "made/results"
    write_table(out / "audit/counts.csv", ("source", "photos"), [{"source": "own", "photos": 100}] * 2)
    kinds = ["shifted"] * 4 + [""]  # nothing speaks against the last
    write_suspects(out / "review/suspects.csv", [Suspect(f"own/{n}", "own", 0.9, kind) for n, kind in enumerate(kinds)])
    names = [f"own/{number}" for number in range(9)]
    write_table(out / "audit/manifest.csv", ("name", "group"), [{"name": name, "group": name} for name in names])
    write_table(out / "split/split.csv", ("name", "side"), [{"name": name, "side": "test"} for name in names])
    sides = [{"side": side, "source": "", "photos": 9} for side in ("train", "val", "test")]
    write_table(out / "split/sides.csv", ("side", "source", "photos"), sides)
    write_table(out / "train/summary.csv", ("val_loss", "val_person_iou"), [{"val_loss": -0.7, "val_person_iou": 0.8}])
    slices = [a_slice("ours", 0.9), a_slice("ours", 0.1, by="source"), a_slice("null", 0.3), a_slice("grabcut", 0.6)]
    write_table(out / "evaluate/slices.csv", SLICE, slices)
    photos = [{"name": f"own/{n}", "person_iou": n / 10, "false_area": 0.0} for n in range(9)]
    write_table(out / "evaluate/photos.csv", ("name", "person_iou", "false_area"), photos)
    write_json(out / "evaluate/metrics.json", {"person_iou": 0.9, "person_iou_low": 0.89, "test_photos": 30})
    exported = [
        {"precision": "float32", "megabytes": 8.69, "milliseconds": 21.0, "mean_person_iou": 1, "min_person_iou": 1},
        {
            "precision": "int8",
            "megabytes": 2.7,
            "milliseconds": 8.0,
            "mean_person_iou": 0.9696,
            "min_person_iou": 0.7457,
        },
    ]
    write_table(out / "export/precisions.csv", tuple(exported[0]), exported)
    decide(out, promoted=True)
    return out


def decide(out: Path, *, promoted: bool) -> None:
    decision = {"version": 2, "promoted": promoted, "reason": "by 0.02", "champion_version_before": 1}
    write_json(out / "register/decision.json", decision)


def test_the_table_has_each_score_with_its_interval_beside_the_simple_methods(results: Path) -> None:
    told = "\n".join(lines(read_result(results)))
    assert "30 test photos, 26 with people and 4 with nobody" in told
    for model, score in (("our model", "0.900"), ("GrabCut", "0.600"), ("null model", "0.300")):
        (row,) = [line for line in told.splitlines() if line.startswith(model)]
        assert score in row and "(0.490 to 0.510)" in row and "25.0% (24.0% to 26.0%)" in row
    assert "0.100" not in told  # of a single source
    assert "warning: test: only 9 photos" in told and "warning: val: only 0 photos" in told


def test_what_int8_saves_and_costs_is_said(results: Path) -> None:
    assert (
        "In int8 it has 2.7 MB instead of 8.7 and takes 8 ms instead of 21; its masks agree with the trained model's "
        "at a person IoU of 0.970, at worst 0.75."
    ) in lines(read_result(results))


def test_three_suspects_and_the_next_step_follow(results: Path) -> None:
    told = lines(read_result(results))
    assert "4 masks are worth a look; `figureground data review` shows them. The worst:" in told
    assert [line.split()[0] for line in told if line.startswith("  own/")] == ["own/0", "own/1", "own/2"]
    assert "Version 2 is the champion: by 0.02" in told and "model fetch champion" in told[-1]
    decide(results, promoted=False)
    told = lines(read_result(results))
    assert "Version 2 is the challenger: by 0.02" in told and "model promote 2" in told[-1]


def test_without_a_finished_pipeline_the_command_says_what_to_run(results: Path) -> None:
    done = call("results", cwd=results.parent)
    assert done.returncode == 0 and "Version 2 is the champion" in done.stdout
    (results / "register/decision.json").unlink()
    with pytest.raises(ResultError, match=r"decision.json: not found; run the pipeline to its end \(`make repro`\)"):
        read_result(results)
    done = call("results", cwd=results.parent)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "make repro" in done.stderr


def test_the_pipelines_run_is_described(root: Path, results: Path) -> None:
    with stage_run("register", {"train.learning_rate": 0.001, "register.name": "n"}, root=root) as first:
        pass
    store = open_store(root)
    store.client.create_registered_model("n")
    store.client.create_model_version("n", "mlflow-artifacts:/m", first.run_id)
    with stage_run("register", {"train.learning_rate": 0.002, "register.name": "m"}, root=root) as run:
        # Both stages have this process above them, so the second is given a pipeline of its own.
        parent = store.client.create_run(store.experiment).info.run_id
        store.client.log_param(parent, "train.learning_rate", "0.002")
        store.client.log_param(parent, "register.name", "m")
        run.parent_id = parent
        describe(run, "n", read_result(results))
        run.log_summary(read_result(results).metrics)
        (results / "train/curves.png").write_bytes(b"picture")
        keep_pictures(run, results)
    found = store.client.get_run(parent)
    text = found.data.tags["mlflow.note.content"]
    assert "| our model | 0.900 (0.890 to 0.910) |" in text
    assert "version 1: `train.learning_rate` 0.001 → 0.002\n" in text
    assert "**Warning** test: only 9 photos, so its scores are mostly chance" in text
    assert "`own/0` (0.00)" in text and "200 pairs (own 200)" in text and "(#/models/n/versions/2)" in text
    assert found.data.metrics == {"person_iou": 0.9, "val_loss": -0.7, "val_person_iou": 0.8, "milliseconds": 21.0}
    assert {file.path for file in store.client.list_artifacts(parent)} == {"curves.png", "slices.csv"}


def test_the_list_of_models_warns_of_scores_of_a_few_photos(root: Path) -> None:
    store = open_store(root)
    store.client.create_registered_model("figureground")
    for tags in ({"test.person_iou": "0.9", WARNING: "test: only 5 photos"}, {"test.person_iou": "0.8"}):
        store.client.create_model_version("figureground", "mlflow-artifacts:/m", tags=tags)
    second, first, warning = call("model", "list", cwd=root).stdout.splitlines()
    assert "person IoU 0.8" in second and "person IoU 0.9" in first
    assert warning == "  warning: test: only 5 photos"


def test_mlflow_opens_the_experiment_as_model_training_with_the_scores_as_columns(root: Path) -> None:
    store = open_store(root)
    tags = store.client.get_experiment(store.experiment).tags
    assert tags["mlflow.experimentKind"] == "custom_model_development"
    address = place(store.experiment)
    assert f"/experiments/{store.experiment}/runs" in address and "workflowType=machine_learning" in address
    key = address.rpartition("viewStateShareKey=")[2]
    shown = json.loads(tags[f"mlflow.sharedViewState.{key}"])["selectedColumns"]
    assert shown == [f"metrics.`{name}`" for name in COLUMNS]
