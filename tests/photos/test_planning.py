"""Where results go: structure kept, nothing collides, nothing is replaced that was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from figureground.photos.planning import Job, PlanError, beside, plan, result_suffix
from figureground.photos.streams import Stream


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def paths(jobs: list[Job]) -> list[tuple[Path, Path]]:
    """Photos with their results, all of which are files."""
    assert all(isinstance(job.source, Path) and isinstance(job.target, Path) for job in jobs)
    return [(Path(str(job.source)), Path(str(job.target))) for job in jobs]


def targets(jobs: list[Job], folder: Path) -> dict[str, str]:
    return {source.name: target.relative_to(folder).as_posix() for source, target in paths(jobs)}


def results(jobs: list[Job], folder: Path) -> list[str]:
    return [target.relative_to(folder).as_posix() for _, target in paths(jobs)]


def test_a_folder_keeps_its_structure_and_what_is_no_photo_is_left_out(tmp_path: Path) -> None:
    touch(tmp_path / "in", "a.jpg", "b/c.PNG", "b/d/e.webp", "notes.txt", ".hidden.jpg", ".git/f.jpg", "._a.jpg")
    jobs = plan([tmp_path / "in"], tmp_path / "out", ".png")
    assert targets(jobs, tmp_path / "out") == {"a.jpg": "a.png", "c.PNG": "b/c.png", "e.webp": "b/d/e.png"}


def test_heic_and_raw_files_in_a_folder_are_not_passed_over(tmp_path: Path) -> None:
    names = ["a.HEIC", "b.heif", "c.dng", "d.NEF", "e.CR2", "f.cr3", "g.arw", "h.avif"]
    touch(tmp_path / "in", *names)
    assert {source.name for source, _ in paths(plan([tmp_path / "in"], tmp_path / "out", ".png"))} == set(names)


def test_a_name_that_no_file_can_have_is_left_to_its_photo(tmp_path: Path) -> None:
    touch(tmp_path, "good.jpg")
    long = tmp_path / ("x" * 300 + ".jpg")
    assert len(plan([tmp_path / "good.jpg", long], tmp_path / "out", ".png")) == 2


def test_photos_of_the_same_stem_keep_their_suffix(tmp_path: Path) -> None:
    touch(tmp_path / "in", "a.jpg", "a.PNG", "b.jpg", "c.v1.jpg", "c.v2.jpg", "d/a.jpg")
    jobs = plan([tmp_path / "in"], tmp_path / "out", ".png")
    assert results(jobs, tmp_path / "out") == [
        "a.PNG.png", "a.jpg.png", "b.png", "c.v1.png", "c.v2.png", "d/a.png",
    ]  # fmt: skip


def test_names_that_differ_by_case_only_do_not_share_a_result(tmp_path: Path) -> None:
    touch(tmp_path / "in", "a.jpg", "A.png")
    names = results(plan([tmp_path / "in"], tmp_path / "out", ".png"), tmp_path / "out")
    assert len({name.casefold() for name in names}) == 2


def test_several_folders_are_kept_apart(tmp_path: Path) -> None:
    touch(tmp_path, "x/1.jpg", "y/1.jpg", "2.jpg")
    jobs = plan([tmp_path / "x", tmp_path / "y", tmp_path / "2.jpg"], tmp_path / "out", ".png")
    assert results(jobs, tmp_path / "out") == ["x/1.png", "y/1.png", "2.png"]


def test_photos_that_collide_all_the_same_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "x/1.jpg", "y/1.jpg")
    with pytest.raises(PlanError, match=r"1\.jpg and .*1\.jpg: both would become"):
        plan([tmp_path / "x/1.jpg", tmp_path / "y/1.jpg"], tmp_path / "out", ".png")
    touch(tmp_path / "in", "a.jpg", "a.png", "a.jpg.webp")
    with pytest.raises(PlanError, match="both would become"):
        plan([tmp_path / "in"], tmp_path / "out", ".png")


def test_a_photo_given_twice_is_cut_once(tmp_path: Path) -> None:
    touch(tmp_path, "in/1.jpg")
    assert len(plan([tmp_path / "in", tmp_path / "in/1.jpg"], tmp_path / "out", ".png")) == 1


def test_earlier_results_below_the_folder_are_no_photos(tmp_path: Path) -> None:
    touch(tmp_path / "in", "a.jpg", "out/a.png")
    assert results(plan([tmp_path / "in"], tmp_path / "in/out", ".png"), tmp_path / "in/out") == ["a.png"]


def test_one_photo_may_go_to_a_file(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b.jpg")
    jobs = plan([tmp_path / "a.jpg"], tmp_path / "c.webp", ".webp")
    assert jobs == [Job(tmp_path / "a.jpg", tmp_path / "c.webp", ".webp")]
    with pytest.raises(PlanError, match=r"c\.png: a file for more than one photo"):
        plan([tmp_path / "a.jpg", tmp_path / "b.jpg"], tmp_path / "c.png", ".png")
    with pytest.raises(PlanError, match="a file for more than one photo"):
        plan([tmp_path], tmp_path / "c.png", ".png")


def test_without_an_output_results_go_beside_their_photos(tmp_path: Path) -> None:
    touch(tmp_path, "x/a.jpg", "y/a.jpg", "y/b.v1.jpg", "y/c.jpg", "y/c.png")
    photos = [tmp_path / name for name in ("x/a.jpg", "y/a.jpg", "y/b.v1.jpg", "y/c.jpg", "y/c.png", "y/c.png")]
    assert results(plan(photos, None, ".png", "-cutout"), tmp_path) == [
        "x/a-cutout.png", "y/a-cutout.png", "y/b.v1-cutout.png", "y/c.jpg-cutout.png", "y/c.png-cutout.png",
    ]  # fmt: skip
    with pytest.raises(PlanError, match=r"x: a folder of photos; name the folder for their results with -o"):
        plan([tmp_path / "y/a.jpg", tmp_path / "x"], None, ".png", "-cutout")


def test_a_file_beside_another_is_a_new_one(tmp_path: Path) -> None:
    assert beside(tmp_path / "a.v1.jpg", "-id-photo.jpg") == tmp_path / "a.v1-id-photo.jpg"
    touch(tmp_path, "a-id-photo.jpg")
    with pytest.raises(PlanError, match=r"a-id-photo\.jpg: is there already"):
        beside(tmp_path / "a.jpg", "-id-photo.jpg")


def test_streams_are_for_a_single_photo(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b.jpg")
    a, b = tmp_path / "a.jpg", tmp_path / "b.jpg"
    assert plan([a], Stream.OUTPUT, ".png") == [Job(a, Stream.OUTPUT, ".png")]
    refused: list[tuple[list[Path | Stream], Path | Stream]] = [
        ([a, b], Stream.OUTPUT), ([tmp_path], Stream.OUTPUT), ([Stream.INPUT, a], tmp_path / "out")
    ]  # fmt: skip
    for photos, output in refused:
        with pytest.raises(PlanError, match="for a single photo"):
            plan(photos, output, ".png")
    with pytest.raises(PlanError, match=r"out: a photo from standard input has no name"):
        plan([Stream.INPUT], tmp_path / "out", ".png")


def test_no_result_replaces_a_photo(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.png")
    with pytest.raises(PlanError, match="same folder"):
        plan([tmp_path / "in"], tmp_path / "in", ".png")
    with pytest.raises(PlanError, match="would replace a photo"):
        plan([tmp_path / "in/a.png"], tmp_path / "in/a.png", ".png")
    with pytest.raises(PlanError, match="would replace a photo"):
        plan([tmp_path / "in/a.png"], tmp_path / "in", ".png")


def test_a_folder_without_photos_is_said(tmp_path: Path) -> None:
    touch(tmp_path, "in/notes.txt")
    with pytest.raises(PlanError, match="no photos in this folder"):
        plan([tmp_path / "in"], tmp_path / "out", ".png")


def test_a_link_that_leads_to_itself_is_one_bad_photo_among_others(tmp_path: Path) -> None:
    touch(tmp_path / "in", "a.jpg")
    (tmp_path / "in/loop.jpg").symlink_to("loop.jpg")
    jobs = plan([tmp_path / "in"], tmp_path / "out", ".png")
    assert targets(jobs, tmp_path / "out") == {"a.jpg": "a.png", "loop.jpg": "loop.png"}
    assert len(plan([tmp_path / "in/loop.jpg"], tmp_path / "b.png", ".png")) == 1


@pytest.mark.parametrize(
    "output, wanted, transparent, mask_only, expected",
    [
        (Path("out"), None, True, False, ".png"),
        (Path("out"), None, False, False, ".jpg"),
        (Path("out"), "webp", True, False, ".webp"),
        (Path("out"), None, False, True, ".png"),
        (Path("a.JPG"), None, False, False, ".jpg"),
        (Path("a.jpeg"), "jpg", False, False, ".jpeg"),
        (None, None, True, False, ".png"),
        (None, None, False, False, ".jpg"),
        (Stream.OUTPUT, None, False, False, ".png"),
        (Stream.OUTPUT, "jpg", False, False, ".jpg"),
    ],
)
def test_the_format_suits_the_result(
    output: Path | Stream | None, wanted: str | None, transparent: bool, mask_only: bool, expected: str
) -> None:
    assert result_suffix(output, wanted, transparent=transparent, mask_only=mask_only) == expected


@pytest.mark.parametrize(
    "output, wanted, transparent, mask_only, reason",
    [
        ("out", "jpg", True, False, "JPEG has no transparency"),
        ("a.jpg", None, True, False, "JPEG has no transparency"),
        ("out", "jpg", False, True, "exact only as PNG"),
        ("a.png", "webp", True, False, "another format"),
        ("a.bmp", None, True, False, r"a\.bmp: \.bmp cannot be written"),
        ("a.TIFF", "png", True, False, r"a\.TIFF: \.TIFF cannot be written"),
    ],
)
def test_a_format_that_cannot_hold_the_result_is_refused(
    output: str, wanted: str | None, transparent: bool, mask_only: bool, reason: str
) -> None:
    with pytest.raises(PlanError, match=reason):
        result_suffix(Path(output), wanted, transparent=transparent, mask_only=mask_only)
