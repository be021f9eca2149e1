"""Commands that run on several hosts at once."""

from __future__ import annotations

import sys

import click

from figureground.cli.errors import one_line_errors


@click.group()
def cluster() -> None:
    """Work on several hosts at once."""


@cluster.command("train")
@click.option("--process-id", type=click.IntRange(min=0), help="Of this process, from 0.")
@click.option("--processes", type=click.IntRange(min=1), help="How many processes train together.")
@click.option("--coordinator", metavar="HOST:PORT", help="Of process 0, which listens there for the others.")
def cluster_train(process_id: int | None, processes: int | None, coordinator: str | None) -> None:
    """Train by several processes, each with a part of the shards.

    The stage `train`, with Keras on JAX. Start it on every host, in a clone with the same params.yaml; under SLURM,
    Open MPI and Kubernetes without options. `dvc commit train` then records what it has written on the host of process
    0, and `dvc repro` goes on with it.
    """
    _check(process_id, processes, coordinator)
    with one_line_errors("cluster"):
        from figureground.stages.runner import prepare

        prepare("jax")
        from figureground.cluster.joining import Membership
        from figureground.cluster.launching import train_here

        sys.exit(train_here(Membership(process_id, processes, coordinator)))


def _check(process_id: int | None, processes: int | None, coordinator: str | None) -> None:
    if process_id is not None and processes is not None and process_id >= processes:
        raise click.UsageError(
            f"--process-id: {process_id} is not below --processes, {processes}; numbers begin with 0"
        )
    host, _, port = (coordinator or "host:1").rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise click.UsageError(f"--coordinator: {coordinator!r} is not HOST:PORT, as node-0:9000")
