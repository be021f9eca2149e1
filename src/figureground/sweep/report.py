"""What a sweep leaves to be read: a table of its trials, and Optuna's figures as one page and as pictures."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from figureground import files
from figureground.errors import first_line
from figureground.sweep.space import Space, neat
from figureground.sweep.study import ERROR, KIND, LATENCY, NULL, RETRY_OF, WARNING

_log = logging.getLogger(__name__)

COLUMNS = (
    "number", "kind", "state", "person_iou", LATENCY, "epochs", "best_epoch", "parameters", "seconds",
    "training_seconds", RETRY_OF, ERROR,
)  # fmt: skip
_NAMES = {TrialState.FAIL: "FAILED"}
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><script>{plotly}</script></head>
<body style="font-family: sans-serif"><h1>{title}</h1><p>{warning}</p>
{figures}
</body></html>
"""
_INCHES_A_COORDINATE = 1.2  # so that the labels of its axes do not lie upon one another
_PERSON_IOU = "validation person IoU"


def counts(study: optuna.Study) -> dict[str, float]:
    """How many trials are in each state."""
    states = [_state(trial) for trial in study.get_trials(deepcopy=False)]
    return {f"trials.{state.lower()}": float(states.count(state)) for state in ("COMPLETE", "PRUNED", "FAILED")}


def write_report(study: optuna.Study, space: Space, out: Path) -> list[Path]:
    """Write `trials.csv`, `figures.html` and a PNG a figure.

    The figures are history, importances, parallel coordinates, slice, and where latency was measured the Pareto
    front. One that the trials are too few for is left out; so is, with a warning, one that cannot be drawn: the trials
    are worth more, and so is the error that may have ended the sweep. In figures a searched parameter whose condition
    a trial does not meet has its present value; Optuna would leave such parameters out, since no trial has all of them.

    Returns:
        The files, the table first.
    """
    trials = study.get_trials(deepcopy=False)
    names = sorted({name for trial in trials for name in trial.params})
    table = out / "trials.csv"
    files.write_table(table, [*COLUMNS, *names], (_row(trial) for trial in trials))
    written, figures = [table], dict[str, Draw]()
    for drawable in (_history_figure, _searched_figures, _front_figure):
        with _left_out_if_it_fails("figures"):
            figures |= drawable(study, space)
    with _left_out_if_it_fails("figures.html"):
        written.append(_write_page(study, figures, out / "figures.html"))
    for name, draw in figures.items():
        with _left_out_if_it_fails(f"{name}.png"):
            written.append(_write_picture(name, draw, out))
    return written


@contextmanager
def _left_out_if_it_fails(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # Optuna's, Plotly's and Matplotlib's share no base class
        _log.warning("report of the sweep: %s: cannot be drawn (%s); left out", what, first_line(error))


def _row(trial: FrozenTrial) -> dict[str, Any]:
    known = {name: trial.user_attrs.get(name) for name in COLUMNS}
    return {
        **known,
        **{name: neat(value) for name, value in trial.params.items()},
        "number": trial.number,
        "state": _state(trial),
        "person_iou": trial.value,
        "epochs": len([step for step in trial.intermediate_values if step > 0]),
        "seconds": trial.duration.total_seconds() if trial.duration else None,
    }


def _state(trial: FrozenTrial) -> str:
    return str(_NAMES.get(trial.state, trial.state.name))


Draw = Callable[[Any], Any]  # from Optuna's module of figures, Plotly's or Matplotlib's, to a figure


def _history_figure(study: optuna.Study, space: Space) -> dict[str, Draw]:
    history = _history(study)
    return {"history": lambda of: of.plot_optimization_history(history, target_name=_PERSON_IOU)}


def _searched_figures(study: optuna.Study, space: Space) -> dict[str, Draw]:
    searched = _searched(study, space)
    if len({trial.value for trial in searched.trials if trial.params}) < 2:
        return {}  # equal values have no reasons
    # PED-ANOVA (Watanabe et al. 2023), as Optuna's dashboard has it: quick, and made for few trials.
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    return {
        "importances": lambda of: of.plot_param_importances(searched, evaluator=evaluator, target_name=_PERSON_IOU),
        "parallel_coordinates": lambda of: of.plot_parallel_coordinate(searched, target_name=_PERSON_IOU),
        "slice": lambda of: of.plot_slice(searched, target_name=_PERSON_IOU),
    }


def _front_figure(study: optuna.Study, space: Space) -> dict[str, Draw]:
    front = _front(study)
    if not front.trials:
        return {}
    return {"pareto": lambda of: of.plot_pareto_front(front, target_names=["milliseconds", _PERSON_IOU])}


def _history(study: optuna.Study) -> optuna.Study:
    """In memory, with the same numbers, the null model among the complete trials."""
    copy = optuna.create_study(direction="maximize")
    for trial in study.get_trials(deepcopy=False):
        shown = trial.state == TrialState.COMPLETE or trial.user_attrs.get(KIND) == NULL
        copy.add_trial(_left_out() if trial.value is None or not shown else optuna.create_trial(value=trial.value))
    return copy


def _searched(study: optuna.Study, space: Space) -> optuna.Study:
    """In memory, with the same numbers, and a value for every searched parameter in every complete trial."""
    copy = optuna.create_study(direction="maximize")
    trials = study.get_trials(deepcopy=False)
    spread = {name: kind for trial in trials for name, kind in trial.distributions.items()}
    for trial in trials:
        if trial.state == TrialState.COMPLETE:
            params = {name: value for name, value in space.filled(trial.params).items() if name in spread}
            kinds = {name: spread[name] for name in params}
            copy.add_trial(optuna.create_trial(value=trial.value, params=params, distributions=kinds))
        else:
            copy.add_trial(_left_out())
    return copy


def _front(study: optuna.Study) -> optuna.Study:
    """In memory, the trials whose latency was measured, with that as the first of two objectives."""
    copy = optuna.create_study(directions=["minimize", "maximize"])
    for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
        if LATENCY in trial.user_attrs:
            values = [trial.user_attrs[LATENCY], trial.value]
            copy.add_trial(optuna.create_trial(values=values, params=trial.params, distributions=trial.distributions))
    return copy


def _left_out() -> FrozenTrial:
    """In place of a trial that a figure has not, so that the numbers of the others stay."""
    return optuna.create_trial(state=TrialState.FAIL)


def _write_page(study: optuna.Study, figures: dict[str, Draw], path: Path) -> Path:
    """All figures on one page that needs nothing from elsewhere: the library in it, 4 MB, is there once."""
    from plotly.offline import get_plotlyjs

    drawn = []
    for name, draw in figures.items():
        with _left_out_if_it_fails(f"{path.name}: {name}"):
            figure = draw(optuna.visualization)
            figure.update_layout(title=name.replace("_", " ").capitalize())
            drawn.append(figure.to_html(full_html=False, include_plotlyjs=False))
    warning, library = study.user_attrs.get(WARNING, ""), get_plotlyjs()
    page = _PAGE.format(title=study.study_name, warning=warning, plotly=library, figures="\n".join(drawn))
    files.write_bytes(path, page.encode())
    return path


def _write_picture(name: str, draw: Draw, out: Path) -> Path:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the functions are experimental, and of axes with a single value
        axes = draw(optuna.visualization.matplotlib)
    figure = np.ravel(axes)[0].figure
    if name == "parallel_coordinates":
        figure.set_figwidth(_INCHES_A_COORDINATE * len(figure.axes))
    path = out / f"{name}.png"
    with files.replacing(path) as draft:
        figure.savefig(draft, dpi=110, bbox_inches="tight")
    pyplot.close(figure)
    return path
