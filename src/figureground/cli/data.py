"""Commands around the data set: bring photos and masks in, look at suspect masks, draw new ones."""

from __future__ import annotations

import getpass
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from figureground.cli.errors import one_line_errors
from figureground.cli.lines import shown
from figureground.cli.options import model_option

if TYPE_CHECKING:
    from figureground.annotation.tasks import ReviewTask
    from figureground.importing.correcting import Reviewed

_TRACK = click.option(
    "--track/--no-track", default=True, show_default=True, help="Run `dvc add` on the data set afterwards."
)
_DATA = click.option(
    "--data", "data_set", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="The data set."
)
_REVIEWER = click.option("--reviewer", help="Who judges. Without it: git's user.name, else your account.")
_PORT = click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Of the page; 0 takes any free one."
)


@click.group()
def data() -> None:
    """Bring photos and masks in, judge and mend masks."""


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
@_TRACK
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
    """Build data/ from photos and their masks.

    Of the sources that a YAML file lists (sources.yaml), or of a folder of photos and one of masks.
    """
    if sources is not None and photos is not None:
        raise click.UsageError("give either a SOURCES file or --photos, not both")
    if track:
        _check_repository()
    with one_line_errors():
        from figureground.importing.building import import_sources
        from figureground.importing.sources import Source, read_sources

        if photos is None:
            listed = read_sources(sources or Path("sources.yaml"))
        else:
            listed = [Source(layout="folders", name=name, photos=photos, masks=masks, licence=licence, nobody=nobody)]
        report = import_sources(listed, destination)
        for refused in report.refused:
            click.echo(shown(f"refused: {refused.source}: {refused.file}: {refused.reason}"), err=True)
        for source, count in report.imported.items():
            click.echo(f"{shown(source)}: {count} pairs")
        for source, count in report.gone.items():
            told = f"{shown(source)}: its {count} pairs are no longer in {shown(destination)}"
            click.echo(f"{told}; to keep them, list all sources in one file")
        if report.refused:
            click.echo(f"{len(report.refused)} files refused, listed in {shown(destination / 'refused.csv')}")
        _tell_reviewed(report.reviewed, "look at them again: figureground data review")
    if track:
        _track(destination)


def _tell_reviewed(reviewed: Reviewed, remedy: str) -> None:
    """A line for what people's judgments came to, and one for each that was not used."""
    words = {"mended": "mended by hand", "model": "the model's", "right": "found right", "left-out": "left out"}
    counts = [f"{reviewed.counts[decision]} {told}" for decision, told in words.items() if reviewed.counts[decision]]
    if counts:
        click.echo(f"reviewed masks: {', '.join(counts)}")
    for name in reviewed.outdated:
        click.echo(f"not corrected: {shown(name)}: photo or mask are others than were judged; {remedy}", err=True)


def _track(data: Path) -> None:
    """DVC keeps the data set, and the corrections beside it."""
    from figureground.importing.correcting import corrections_of

    _dvc("add", str(data))
    if corrections_of(data).is_dir():
        _dvc("add", str(corrections_of(data)))


@data.command("correct")
@_DATA
@_TRACK
def data_correct(data_set: Path, track: bool) -> None:
    """Put reviewed masks into data/.

    Without its sources, which need not be on this machine. An import does it by itself.
    """
    if track:
        _check_repository()
    with one_line_errors():
        from figureground.importing.correcting import correct

        _tell_reviewed(correct(data_set), "import its source again, or look at it again: figureground data review")
    if track:
        _track(data_set)


@data.command("review")
@click.argument("suspects", type=click.Path(dir_okay=False, path_type=Path), required=False)
@_DATA
@_REVIEWER
@_PORT
@model_option("accurate")
def data_review(suspects: Path | None, data_set: Path, reviewer: str | None, port: int, model: str) -> None:
    """Judge and mend suspect masks.

    On a page for this machine alone, the worst masks first. SUSPECTS is a list that a stage has written; without it
    the one of stage review, else that of audit. What is judged is kept in corrections/ beside data/, at once; the
    masks themselves stay. End with Ctrl-C, and go on whenever you like. Then `figureground data import`, or `data
    correct`, puts the corrections into data/.
    """
    with one_line_errors("train,web"):
        from figureground.annotation.tasks import suspect_tasks
        from figureground.importing.correcting import corrections_of

        tasks = suspect_tasks(data_set, suspects)
        judged = _serve_desk(corrections_of(data_set), tasks, reviewer, port, model)
    click.echo(f"{judged}; `figureground data import` or `data correct` puts them into {shown(data_set)}")


@data.command("draw")
@click.argument("photos", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path),
    help="Where the masks go. Without it: beside the photos, as PHOTOS-masks.",
)  # fmt: skip
@click.option("--name", help="What the source is called. Without it: as the folder of photos.")
@click.option("--licence", default="", help="Its licence, kept with every pair.")
@_REVIEWER
@_PORT
@model_option("accurate")
def data_draw(
    photos: Path, folder: Path | None, name: str | None, licence: str, reviewer: str | None, port: int, model: str
) -> None:
    """Draw masks for a folder of photos.

    On a page for this machine alone. The model makes the first mask of each; take it, or mend it with the brush. What
    is drawn is kept at once. End with Ctrl-C, and go on whenever you like.
    """
    with one_line_errors("train,web"):
        from figureground.annotation.tasks import drawing_tasks, write_source

        folder = folder or photos.resolve().with_name(f"{photos.resolve().name}-masks")
        tasks, refused = drawing_tasks(photos)
        for file in refused:
            click.echo(shown(f"passed over: {file.file}: {file.reason}"), err=True)
        source = write_source(folder, photos, name, licence)
        judged = _serve_desk(folder, tasks, reviewer, port, model)
    click.echo(f"{judged}; `figureground data import {shown(source)}` brings them into data/")


def _serve_desk(folder: Path, tasks: Sequence[ReviewTask], reviewer: str | None, port: int, model: str) -> str:
    """Serve the page until Ctrl-C, and say how far its reader came."""
    from figureground.annotation.desk import Desk, only_desk
    from figureground.processes import without_chatter
    from figureground.runtime.segmenter import Segmenter
    from figureground.web.limits import Limits
    from figureground.web.listening import address, listen
    from figureground.web.reviewing import HOST, create_review_app, kept_key
    from figureground.web.serving import server

    with only_desk(folder) as place:
        listening = listen(HOST, port)
        with without_chatter():
            desk = Desk(folder, tasks, Segmenter(model), reviewer or _user())
        key = kept_key(place("key"))
        app = create_review_app(desk, key, draws=all(task.data is None for task in tasks))
        with suppress(KeyboardInterrupt):
            click.echo(f"{address(listening)}#{key} (ends with Ctrl-C)")
            server(app, Limits()).run(sockets=[listening])
    judged = sum(desk.judgment(task.name) is not None for task in tasks)
    return f"{judged} of {len(tasks)} photos are judged, in {shown(folder)}"


def _user() -> str:
    """Who judges, as git knows them, else by the name of their account."""
    with suppress(OSError):
        told = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)
        if told.stdout.strip():
            return told.stdout.strip()
    return getpass.getuser()


@data.command("ready")
def data_ready() -> None:
    """Fetch data set and initial weights where they are missing.

    DVC fetches them. Where there is no data set to fetch, a line says what to do.
    """
    _check_repository()
    for pointer in sorted(Path("weights").glob("*.dvc")):
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
    with one_line_errors():
        from figureground.importing.building import recover

        recover(Path("data"))  # of an import that was killed while it swapped the new data set in
    return Path("data/metadata.csv").exists()


def _check_repository() -> None:
    """DVC wants a git repository around its folder .dvc, which the archive of a release or a branch does not bring."""
    here = Path.cwd()
    if not Path(".dvc").is_dir() or any((folder / ".git").exists() for folder in (here, *here.parents)):
        return
    without = subprocess.run([_dvc_program(), "config", "core.no_scm"], capture_output=True, text=True, check=False)
    if without.stdout.strip() != "true":
        raise click.ClickException(
            f"{shown(here)}: no git repository, which DVC needs; run `git init` here, or tell DVC to do without: "
            "`dvc config --local core.no_scm true`"
        )


def _dvc_program() -> str:
    return str(Path(sys.executable).with_name("dvc"))


def _dvc(*arguments: str) -> None:
    done = subprocess.run([_dvc_program(), *arguments], check=False)
    if done.returncode:
        raise click.ClickException(f"dvc {shown(' '.join(arguments))} failed with status {done.returncode}; see above")
