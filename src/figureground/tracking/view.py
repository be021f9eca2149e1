"""How MLflow shows the experiment: as model training, with the scores as columns of the list of runs."""

from __future__ import annotations

import json

COLUMNS = ("person_iou", "boundary_f", "false_alarms", "val_loss")
_VIEW = "figureground"
# Tags of an experiment by which MLflow's page knows what it is for, and a view of the list that a link shares.
TAGS = {
    "mlflow.experimentKind": "custom_model_development",
    f"mlflow.sharedViewState.{_VIEW}": json.dumps({"selectedColumns": [f"metrics.`{name}`" for name in COLUMNS]}),
}


def place(experiment: str) -> str:
    """Where that view of an experiment is, behind the address of MLflow's server; without it the view for LLMs opens.

    Args:
        experiment: Its id.
    """
    return f"#/experiments/{experiment}/runs?workflowType=machine_learning&viewStateShareKey={_VIEW}"
