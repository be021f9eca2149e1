"""How MLflow shows the experiment: as model training, with the scores as columns of the list of runs."""

from __future__ import annotations

import json

from figureground.tracking.store import Store

COLUMNS = ("person_iou", "boundary_f", "false_alarms", "val_loss")
_VIEW = "figureground"
# MLflow keeps a view that is shared by a link in a tag of the experiment, and what an experiment is for in another.
_VIEW_TAG = f"mlflow.sharedViewState.{_VIEW}"
_KIND_TAG, _KIND = "mlflow.experimentKind", "custom_model_development"


def settle_view(store: Store) -> str:
    """Make the experiment open as it should; returns the part of its address behind that of the server."""
    view = json.dumps({"selectedColumns": [f"metrics.`{name}`" for name in COLUMNS]})
    for tag, value in ((_KIND_TAG, _KIND), (_VIEW_TAG, view)):
        store.client.set_experiment_tag(store.experiment, tag, value)
    return f"#/experiments/{store.experiment}/runs?workflowType=machine_learning&viewStateShareKey={_VIEW}"
