"""Commands that cut people out: of photos, videos and the camera, here or for others over the network."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from figureground.cli.errors import one_line_errors
from figureground.cli.lines import shown
from figureground.cli.options import FileOrStream, background_option, hand_options, held_option, model_option
from figureground.documents.standards import STANDARDS
from figureground.photos.streams import Place, Stream

if TYPE_CHECKING:
    from figureground.hands.putting import Which
    from figureground.photos.batch import Outcome, Settings
    from figureground.photos.planning import Job
    from figureground.runtime.held_things import Held

THIS_MACHINE = "this machine"  # in place of a Ray cluster's address


@click.command()
@click.argument(
    "photos", nargs=-1, required=True, type=FileOrStream(Stream.INPUT, stores=True), metavar="PHOTO|FOLDER|-..."
)
@click.option(
    "-o", "--output", type=FileOrStream(Stream.OUTPUT, stores=True),
    help="A folder; for a single photo also a .png, .webp or .jpg file, or - for standard output. "
    "Without it: beside each photo, as NAME-cutout.png.",
)  # fmt: skip
@model_option("accurate")
@background_option(
    "transparent", "transparent, blur (the original out of focus), a colour (white, #1e90ff) or a picture file."
)
@click.option(
    "--fit", type=click.Choice(["cover", "contain"]), default="cover", show_default=True,
    help="A background picture is cut to cover the photo, or contained in it between white margins.",
)  # fmt: skip
@held_option("replace")
@click.option(
    "--with", "thing", metavar="THING", help="For --held replace: a picture's file, or a name as `put` takes."
)
@hand_options()
@click.option("--mask-only", is_flag=True, help="Write masks (8-bit grey PNG, 255 = person) instead of cut-outs.")
@click.option(
    "--format", "format_", type=click.Choice(["png", "webp", "jpg"]),
    help="Of the results. Without it: PNG for transparent backgrounds and masks, JPEG for others.",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace results that are there already instead of skipping them.")
@click.option("--jobs", type=click.IntRange(min=1), help="Photos cut at once. Without it: one a core.")
@click.option(
    "--ray", "ray_address", is_flag=False, flag_value=THIS_MACHINE, metavar="[HOST:PORT]",
    help="Use all hosts of the Ray cluster there; without an address that of this machine. Give it last.",
)  # fmt: skip
def cut(
    photos: tuple[Place | Stream, ...],
    output: Place | Stream | None,
    model: str,
    background: str,
    fit: Literal["cover", "contain"],
    held: Held | Literal["replace"],
    thing: str | None,
    hand: Which | None,
    scale: float,
    turn: float,
    text: str,
    mask_only: bool,
    format_: str | None,
    overwrite: bool,
    jobs: int | None,
    ray_address: str | None,
) -> None:
    """Cut the people out of photos.

    Single photos, all below folders, or - for one from standard input, whose result then goes to standard output.
    Photos and results may lie in an object store, as in s3://bucket/photos. Results keep the photos' names and
    folders. With --ray, not-cut-out.csv among them lists the photos without a result. Exit status: 0 all well,
    1 a photo failed, 2 wrong usage, 3 none failed, but in at least one there is no person, or with --held replace no
    hand and nothing held.
    """
    if (held == "replace") != (thing is not None):
        raise click.UsageError("--held replace and --with THING belong together; give both or neither")
    with one_line_errors():
        from figureground.hands.putting import InHand
        from figureground.photos.batch import Settings, cut_all
        from figureground.photos.planning import PlanError, names_file, plan, result_suffix
        from figureground.processes import usable_cores
        from figureground.runtime.backgrounds import background_of

        behind = background_of(background)
        if Stream.INPUT in photos:
            output = output or Stream.OUTPUT
        suffix = result_suffix(output, format_, transparent=behind.transparent, mask_only=mask_only)
        planned = plan(photos, output, suffix, "-mask" if mask_only else "-cutout")
        settings = Settings(
            model, behind, fit, "keep" if held == "keep" else "drop", mask_only, overwrite,
            None if thing is None else InHand(thing, hand, scale, turn, text),
        )  # fmt: skip
        if ray_address is None:
            outcomes = cut_all(planned, settings, jobs or usable_cores())
        elif output is None or isinstance(output, Stream) or names_file(output):
            raise PlanError("--ray is for many photos; name the folder for their results with -o")
        else:
            outcomes = _over_ray(ray_address, planned, settings, jobs, output / "not-cut-out.csv")
        with click.progressbar(outcomes, length=len(planned), label="Cutting out", file=sys.stderr) as bar:
            done = list(bar)
    _report(done, quiet=output is Stream.OUTPUT)


def _over_ray(
    address: str, planned: Sequence[Job], settings: Settings, jobs: int | None, listing: Place
) -> Iterator[Outcome]:
    from figureground.photos.over_hosts import cut_over_hosts
    from figureground.ray_workers import cluster, cores

    with cluster(None if address == THIS_MACHINE else address):
        yield from cut_over_hosts(planned, settings, jobs or cores(), listing)


def _report(outcomes: Sequence[Outcome], *, quiet: bool) -> None:
    """A line for what needs one, a summary, and the exit status; `quiet` keeps standard output free for a picture."""
    from figureground.photos.batch import Status

    for outcome in outcomes:
        if outcome.note:
            click.echo(f"{outcome.status.value}: {shown(outcome.note)}", err=True)
    counts = {status: sum(outcome.status is status for outcome in outcomes) for status in Status}
    click.echo(
        ", ".join(f"{count} {status.value}" for status, count in counts.items() if count or status is Status.CUT),
        err=quiet,
    )
    sys.exit(1 if counts[Status.FAILED] else 3 if counts[Status.NOBODY] or counts[Status.NOTHING_HELD] else 0)


def _mover(bar: Any) -> Callable[[float, int, float], None]:
    """Moves a progress bar of seconds and tells the frames a second beside it."""

    def move(position: float, frames: int, seconds: float) -> None:
        bar.current_item = f"{frames / max(seconds, 1e-6):.1f} frames/s"
        bar.update(round(position) - bar.pos)

    return move


@click.command("id-photo", epilog="\n\n".join(f"{name}: {each.title}" for name, each in STANDARDS.items()))
@click.argument("photo", type=FileOrStream(Stream.INPUT), metavar="PHOTO|-")
@click.option(
    "-o", "--output", type=FileOrStream(Stream.OUTPUT),
    help="A .jpg or .png file, which is replaced, or - for a JPEG to standard output. "
    "Without it: beside the photo, as NAME-id-photo.jpg, which is not replaced.",
)  # fmt: skip
@click.option("--standard", type=click.Choice(list(STANDARDS)), default="eu", show_default=True, help="See below.")
@background_option(
    "white",
    "A light colour, or the original left untouched: some authorities refuse altered photos.",
    metavar="COLOUR|original",
)
@click.option("--sheet", type=click.Path(path_type=Path), help="Also write a print of 10 x 15 cm full of copies.")
@click.option("--face", type=click.IntRange(min=1), help="Whose, where there are several people: 1 for the left one.")
@model_option("accurate")
def id_photo(
    photo: Path | Stream,
    output: Path | Stream | None,
    standard: str,
    background: str,
    sheet: Path | None,
    face: int | None,
    model: str,
) -> None:
    """Make a document photo of one person.

    The head is found, the photo cut to a standard and scaled to 300 dots per inch. Exit status: 0 all well, 1 nothing
    could be made of it, 2 wrong usage, 3 no person or no face found, 4 made, but it does not satisfy the standard, and
    what is wrong is said.
    """
    with one_line_errors():
        from figureground.documents.documents import photo_file
        from figureground.photos.planning import beside
        from figureground.runtime.segmenter import NobodyError

        output = output or (beside(photo, "-id-photo.jpg") if isinstance(photo, Path) else Stream.OUTPUT)
        try:
            shortcomings = photo_file(photo, output, STANDARDS[standard], background, sheet, model, face)
        except NobodyError as nobody:
            click.echo(f"{shown(str(photo))}: {nobody}", err=True)
            sys.exit(3)
    click.echo(f"{shown(str(output))}: {STANDARDS[standard].title}", err=output is Stream.OUTPUT)
    for shortcoming in shortcomings:
        click.echo(f"not satisfied: {shortcoming}", err=True)
    sys.exit(4 if shortcomings else 0)


@click.command()
@click.argument("video_in", type=click.Path(path_type=Path), metavar="IN")
@click.argument("video_out", type=click.Path(path_type=Path), metavar="[OUT]", required=False)
@background_option(
    "transparent", "transparent (OUT is .webm or .mov), blur, a colour, a picture file, or a video that is looped."
)
@model_option("fast")
@held_option()
@click.option("--jobs", type=click.IntRange(min=1), help="Frames cut out at once. Without it: one a core, up to 8.")
def video(video_in: Path, video_out: Path | None, background: str, model: str, held: Held, jobs: int | None) -> None:
    """Give the people of a video another background.

    Sound, size, times and colours stay. OUT is replaced; its suffix names the format: .mp4, .m4v, .mov, .mkv or .webm.
    Without OUT: beside IN, as NAME-cutout.webm if transparent, else NAME-cutout.mp4, which is not replaced.
    Exit status: 0 all well, 1 it cannot be read or written, 2 wrong usage, 3 no frame shows a person, and nothing is
    written.
    """
    with one_line_errors():
        from figureground.photos.planning import beside
        from figureground.processes import usable_cores
        from figureground.runtime.segmenter import NobodyError
        from figureground.video.backdrops import backdrop_of
        from figureground.video.moving import prepared_cutter
        from figureground.video.video import MOST_WORKERS, length_of, replace_background

        workers = jobs or min(usable_cores(), MOST_WORKERS)
        length = length_of(video_in)
        cutter, backdrop = prepared_cutter(model, workers, held=held), backdrop_of(background)
        target = video_out or beside(video_in, "-cutout.webm" if backdrop.transparent else "-cutout.mp4")
        try:
            with click.progressbar(
                length=max(1, round(length)), label="Cutting out", item_show_func=lambda pace: pace, file=sys.stderr
            ) as bar:
                done = replace_background(video_in, target, backdrop, cutter, workers, _mover(bar))
        except NobodyError as nobody:
            click.echo(f"{shown(video_in)}: {nobody}", err=True)
            sys.exit(3)
    for note in done.notes:
        click.echo(f"{shown(video_in)}: {note}", err=True)
    pace = f"{done.frames / done.seconds:.1f} a second"
    click.echo(f"{shown(target)}: {done.frames} frames, {done.with_person} with a person, {pace}")


@click.command()
@click.option("--device", default="0", show_default=True, help="Number or path of the camera.")
@click.option("--size", default="1280x720", show_default=True, metavar="WIDTHxHEIGHT", help="To ask the camera for.")
@background_option("blur", "blur, a colour, a picture file, or a video that is looped.")
@click.option("--mirror", is_flag=True, help="Turn left for right, as in a mirror.")
@model_option("fast")
@held_option()
def camera(device: str, size: str, background: str, mirror: bool, model: str, held: Held) -> None:
    """Give yourself another background, live.

    Into a virtual camera where there is one, else into a window. Ends with Ctrl-C, or q in the window. Frames that
    come too fast are dropped.
    """
    if (sides := re.fullmatch(r"([1-9]\d{1,3})x([1-9]\d{1,3})", size)) is None:
        raise click.BadParameter(f"{size} is not WIDTHxHEIGHT, such as 640x480", param_hint="--size")
    with one_line_errors():
        from figureground.processes import usable_cores
        from figureground.video.backdrops import backdrop_of
        from figureground.video.camera import check_backdrop, open_camera, open_sink, replace_live
        from figureground.video.moving import prepared_cutter

        backdrop = check_backdrop(backdrop_of(background))
        cutter = prepared_cutter(model, 1, usable_cores(), held)
        capture = open_camera(device, (int(sides[2]), int(sides[1])))
        sink = open_sink(capture.size, capture.rate)
        click.echo(f"into {shown(sink.name)}; Ctrl-C ends it", err=True)
        session = replace_live(capture.source, sink, backdrop, cutter, mirror)
    click.echo(f"{session.shown} frames, {session.shown / session.seconds:.1f} a second, {session.dropped} dropped")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets the whole network in.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free one.")
@click.option("--name", help="By which browsers call it behind a proxy, such as cut.example.org.")
@model_option("accurate")
def web(host: str, port: int, name: str | None, model: str) -> None:
    """Serve a page that cuts people out, and POST /cut."""
    if name is not None and re.fullmatch(r"[A-Za-z0-9_.-]+", name) is None:
        raise click.BadParameter(f"{name} is no host name, such as cut.example.org", param_hint="--name")
    with one_line_errors("web"):
        from figureground.processes import without_chatter
        from figureground.web.app import create_app
        from figureground.web.limits import Limits
        from figureground.web.listening import address, listen
        from figureground.web.serving import server

        listening = listen(host, port)
        with without_chatter():
            app = create_app(model, Limits(), host, public_name=name)
        with suppress(KeyboardInterrupt):
            click.echo(f"figureground: {address(listening)} (ends with Ctrl-C)")
            server(app, Limits()).run(sockets=[listening])
