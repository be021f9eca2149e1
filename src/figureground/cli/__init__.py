"""The command `figureground`. Each subcommand imports what it needs when it is called, so that help is quick."""

from __future__ import annotations

from typing import Any

import click

from figureground.cli.cluster import cluster
from figureground.cli.cutting import camera, cut, id_photo, video, web
from figureground.cli.data import data
from figureground.cli.holding import put
from figureground.cli.lines import spell_what_the_terminal_lacks
from figureground.cli.rendering import synth
from figureground.cli.suggestions import better_suggestions
from figureground.cli.training import model, recipe, results, sweep, ui
from figureground.interrupts import exit_status, sigterm_interrupts


class _Command(click.Group):
    """Ends with one line and 130 on Ctrl-C, as a shell does, where click says "Aborted!" and 1; with 143 on SIGTERM."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with better_suggestions():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with better_suggestions(), sigterm_interrupts():
                return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            click.echo("interrupted", err=True)
            ctx.exit(exit_status(interrupt))


def _tell_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    from figureground import __version__
    from figureground.runtime.processor import described

    click.echo(f"figureground, version {__version__}\n{described()}")
    context.exit()


@click.group(
    cls=_Command,
    commands=[cut, put, id_photo, video, camera, web, data, recipe, results, ui, model, sweep, cluster, synth],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_tell_version,
    help="Show the version, and in which precision models run best on this processor.",
)  # fmt: skip
def main() -> None:
    """Separate people from the background of a photo, and train the model that does it."""
    spell_what_the_terminal_lacks()
