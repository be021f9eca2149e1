"""The command that puts things into people's hands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from figureground.cli.errors import one_line_errors
from figureground.cli.lines import shown
from figureground.cli.options import FileOrStream, hand_options, model_option
from figureground.photos.streams import Stream

if TYPE_CHECKING:
    from figureground.hands.putting import Which


@click.command()
@click.argument("thing")
@click.option("--into", "photo", required=True, type=FileOrStream(Stream.INPUT), metavar="PHOTO|-", help="The photo.")
@click.option(
    "-o", "--output", type=FileOrStream(Stream.OUTPUT),
    help="A .png, .webp or .jpg file, which is replaced, a folder, or - for a PNG to standard output. "
    "Without it: beside the photo, as NAME-put.jpg, which is not replaced.",
)  # fmt: skip
@hand_options()
@model_option("fast")
def put(
    thing: str,
    photo: Path | Stream,
    output: Path | Stream | None,
    hand: Which | None,
    scale: float,
    turn: float,
    text: str,
    model: str,
) -> None:
    """Put a thing into somebody's hand in a photo.

    THING is a picture's file, best with transparency, or a name: book, flowers, microphone, mug, phone, placard. It
    takes the place of what is held; where nothing is, it goes between the thumb and the fingers of a hand. What was
    behind the old thing is made up. Exit status: 0 all well, 1 it cannot be done, 2 wrong usage, 3 there is no such
    hand, and nothing is held.
    """
    with one_line_errors():
        from figureground.hands.putting import InHand
        from figureground.photos.planning import beside, plan, result_suffix
        from figureground.photos.saving import encoded
        from figureground.photos.streams import content_of, file_name, write
        from figureground.pictures import frame_count, read_photo
        from figureground.processes import without_chatter
        from figureground.runtime.held_things import NothingHeldError
        from figureground.runtime.segmenter import Segmenter

        if output is None:
            output = beside(photo, "-put.jpg") if isinstance(photo, Path) else Stream.OUTPUT
        suffix = result_suffix(output, None, transparent=False, mask_only=False)
        (job,) = plan([photo], output, suffix)
        held = InHand(thing, hand, scale, turn, text)
        content = content_of(photo)
        pixels = read_photo(content, str(photo))
        try:
            with without_chatter():
                result = Segmenter(model).put(pixels, held)
        except NothingHeldError as error:
            click.echo(f"{shown(str(photo))}: {error}", err=True)
            sys.exit(3)
        write(job.target, encoded(file_name(job.target, suffix), result))
    if (frames := frame_count(content)) > 1:
        click.echo(f"{shown(str(photo))}: only the first of {frames} pictures", err=True)
    click.echo(f"{shown(str(job.target))}: {shown(held.name)} put in", err=job.target is Stream.OUTPUT)
