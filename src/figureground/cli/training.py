"""Commands around the pipeline: apply recipes, look at runs, fetch models, search hyperparameters."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from figureground.cli.errors import one_line_errors
from figureground.cli.lines import shown
from figureground.interrupts import exit_status


@click.command()
@click.argument("name")
def recipe(name: str) -> None:
    """Write the recipe NAME to params.yaml.

    It stands in recipes/NAME.yaml. What changed is printed; the recipe `default` takes it back.
    """
    with one_line_errors():
        from figureground.recipes import apply_recipe

        change = apply_recipe(Path("params.yaml"), name, folder=Path("recipes"))
    click.echo(change.rstrip() or "params.yaml has these values already")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
def ui(host: str, port: int) -> None:
    """Open MLflow on the project's runs and models."""
    with one_line_errors():
        from figureground.tracking.runs import reconcile
        from figureground.tracking.store import open_store, ui_command
        from figureground.tracking.view import place
        from figureground.web.listening import listen
        from figureground.web.opening import has_screen

        command = ui_command(Path(), host=host, port=port)
        listen(host, port).close()  # taken, it would be said by the server's stack of calls
        store = open_store(Path())
        reconcile(store)
    address = f"http://{host}:{port}/{place(store.experiment)}"
    click.echo(f"MLflow UI, in half a minute: {address} (ends with Ctrl-C)")
    if has_screen():
        subprocess.Popen([sys.executable, "-m", "figureground.web.opening", host, str(port), address])
    os.execvp(command[0], command)


@click.command()
def results() -> None:
    """Show what the last `dvc repro` came to.

    Scores, champion or challenger, and what to look at next.
    """
    with one_line_errors():
        from figureground.paths import RESULTS
        from figureground.tracking.result import lines, read_result

        told = lines(read_result(RESULTS))
    click.echo("\n".join(map(shown, told)))


@click.group()
def model() -> None:
    """List, promote and fetch registered models."""


@model.command("list")
@click.option("--name", default="figureground", show_default=True, help="The registered model.")
def model_list(name: str) -> None:
    """Every version with its aliases, test scores and what made it."""
    with one_line_errors():
        from figureground.tracking.versions import WARNING, list_models

        versions = list_models(Path(), name)
    if not versions:
        click.echo("no model is registered yet; `dvc repro` registers one")
    for version in versions:
        click.echo("  ".join((f"{name} {version.version}", ", ".join(version.aliases) or "-", *_facts(version.tags))))
        if WARNING in version.tags:
            click.echo(f"  warning: {version.tags[WARNING]}")


def _facts(tags: Mapping[str, str]) -> list[str]:
    """What the list shows of a version: its score, and the code and data that made it."""
    score = tags.get("test.person_iou")
    commit = tags.get("git.commit", "unknown")[:8] + ("+changes" if tags.get("git.dirty") == "true" else "")
    return [f"person IoU {score or 'unknown'}", f"commit {commit}", f"data {tags.get('data.hash', 'unknown')[:8]}"]


@model.command("promote")
@click.argument("version", type=int)
@click.option("--name", default="figureground", show_default=True, help="The registered model.")
def model_promote(version: int, name: str) -> None:
    """Make VERSION the champion, whatever the comparison said."""
    with one_line_errors():
        from figureground.tracking.versions import promote

        promote(Path(), name, version)
    click.echo(f"{name} version {version} is the champion")


@model.command("fetch")
@click.argument("version", default="champion")
@click.option("--name", default="figureground", show_default=True, help="The registered model.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("figureground.tflite"), show_default=True)
def model_fetch(version: str, name: str, output: Path) -> None:
    """Copy the LiteRT file of a version out of the registry.

    VERSION is a number, champion or challenger.
    """
    with one_line_errors():
        from figureground.tracking.versions import fetch

        number = fetch(Path(), name, version, output)
    click.echo(f"{shown(output)}: {name} version {number}")


@click.group()
def sweep() -> None:
    """Search hyperparameters, and take the best ones over."""


@sweep.command("run")
@click.option("--trials", type=click.IntRange(min=2), help="Finished trials to go on to; default: sweep.trials.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes on this machine.")
@click.option("--storage", help="Database URL, for workers on many machines; default: $SWEEP_STORAGE or a local file.")
def sweep_run(trials: int | None, workers: int, storage: str | None) -> None:
    """Search until enough trials are finished.

    An earlier, interrupted or shorter sweep is gone on with.
    """
    with one_line_errors("sweep"):
        from figureground.params import read_params
        from figureground.stages.runner import prepare
        from figureground.sweep.run import run_sweep

        prepare()
        try:
            study = run_sweep(read_params(), trials=trials, workers=workers, storage=storage)
        except KeyboardInterrupt as interrupt:
            click.echo("interrupted; the next `make sweep` goes on from here", err=True)
            sys.exit(exit_status(interrupt))
    click.echo(f"{study} is finished: `figureground ui` shows it, `figureground sweep best` writes its winner")


@sweep.command("best")
@click.option("--dry-run", is_flag=True, help="Print the change of params.yaml only.")
@click.option("--storage", help="Database URL; default: $SWEEP_STORAGE or the local file.")
def sweep_best(dry_run: bool, storage: str | None) -> None:
    """Write the winner of the sweep to params.yaml.

    The change is printed; `dvc repro` then trains it in full.
    """
    with one_line_errors("sweep"):
        from figureground.stages.runner import prepare
        from figureground.sweep.winner import take_over

        prepare()
        click.echo(take_over(Path("params.yaml"), storage=storage, dry_run=dry_run))


@sweep.command("dashboard")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--storage", help="Database URL; default: $SWEEP_STORAGE or the local file.")
def sweep_dashboard(host: str, port: int, storage: str | None) -> None:
    """Open Optuna's dashboard on the project's sweeps.

    Also while one runs.
    """
    with one_line_errors("sweep"):
        from figureground.sweep.storage import dashboard_command
        from figureground.web.listening import listen

        command = dashboard_command(storage, host=host, port=port)
        listen(host, port).close()
    click.echo(f"Optuna dashboard: http://{host}:{port} (ends with Ctrl-C)")
    os.execvp(command[0], command)
