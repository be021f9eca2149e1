"""The description of a pipeline's run, in Markdown, as MLflow shows it above everything else."""

from __future__ import annotations

from pathlib import Path

from figureground.tracking.result import Result, markdown_table
from figureground.tracking.runs import PARENT, STAGE, StageRun, latest_run, warn
from figureground.tracking.store import Store

_NEVER_COMPARED = ("sweep.", "register.")  # they do not change the model
_CHANGES = 12  # parameters that differ from the champion's; more are counted


def describe(run: StageRun, name: str, result: Result) -> None:
    """Write what went in, what came out and where to look on the run of the pipeline.

    Args:
        run: Of stage `register`, once the decision is taken.
        name: Of the registered model.
    """
    if run.store is None or run.run_id is None or run.parent_id is None:
        return
    try:
        text = "\n".join(_lines(run.store, run.run_id, run.parent_id, name, result))
    except Exception as error:  # a run that was deleted, a server that went away: the result stands in results/
        warn(error)
        return
    run.describe(text)


def _lines(store: Store, register_run: str, parent: str, name: str, result: Result) -> list[str]:
    sources = ", ".join(f"{source} {count}" for source, count in result.sources.items())
    sides = ", ".join(f"{count} {side}" for side, count in result.sides.items())
    digest = store.client.get_run(parent).data.tags.get("data.hash", "unknown")
    version = result.decision["version"]
    links = [f"[version {version} of {name}](#/models/{name}/versions/{version})"]
    train = latest_run(store, f"tags.`{PARENT}` = '{parent}' AND tags.`{STAGE}` = 'train'")
    if train:
        address = f"#/experiments/{store.experiment}/runs/{train.info.run_id}/model-metrics"
        links.append(f"[curves by epoch]({address}?workflowType=machine_learning)")
    return [
        f"**{result.verdict}**",
        "",
        *markdown_table(result),
        "",
        *(line for warning in result.warnings for line in (f"**Warning** {warning}", "")),
        f"{result.photos}. Intervals by source and framing: `slices.csv` and `iou_by_framing.png` among the artifacts.",
        "",
        f"{result.smaller}.",
        "",
        f"**Data** {sum(result.sources.values())} pairs ({sources}): {sides}; `{digest}`",
        "",
        f"**Against the champion** {_changes(store, parent, name, result)}",
        "",
        "**Worst photos** " + ", ".join(f"`{photo}` ({score:.2f})" for photo, score in result.worst),
        "",
        "**See** " + ", ".join(links),
    ]


def _changes(store: Store, parent: str, name: str, result: Result) -> str:
    before = result.decision.get("champion_version_before")
    if before is None:
        return "there was none"
    version = store.client.get_model_version(name, str(before))
    theirs = store.client.get_run(version.run_id).data.tags.get(PARENT)
    if theirs is None:
        return f"version {before}, whose run is not known"
    own, other = (store.client.get_run(run_id).data for run_id in (parent, theirs))
    changed = [
        f"`{key}` {other.params.get(key, 'unset')} → {own.params.get(key, 'unset')}"
        for key in sorted(own.params.keys() | other.params.keys())
        if own.params.get(key) != other.params.get(key) and not key.startswith(_NEVER_COMPARED)
    ]
    for tag, what in (("data.hash", "data"), ("git.commit", "code")):
        if own.tags.get(tag) != other.tags.get(tag):
            changed.append(f"{what} `{other.tags.get(tag, 'unknown')[:8]}` → `{own.tags.get(tag, 'unknown')[:8]}`")
    more = [f"and {len(changed) - _CHANGES} more"] if len(changed) > _CHANGES else []
    return f"version {before}: " + (", ".join([*changed[:_CHANGES], *more]) or "nothing differs")


def keep_pictures(run: StageRun, results: Path) -> None:
    """The pictures and the table that say most, on the run of the pipeline."""
    for name in ("train/curves.png", "evaluate/iou_by_framing.png", "evaluate/slices.csv", "evaluate/worst.jpg"):
        run.log_artifact_of_pipeline(results / name)
