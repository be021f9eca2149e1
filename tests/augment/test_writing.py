"""The whole of the package: pairs in, shards out."""

from __future__ import annotations

import hashlib
import itertools
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from figureground.augment.examples import write_example_sheet
from figureground.augment.records import read_records
from figureground.augment.shards import Index, ShardError, read_index
from figureground.augment.variants import AugmentError, variant_seed
from figureground.augment.writing import augment
from figureground.dataset.manifest import Pair, write_manifest
from figureground.dataset.metadata import held_path, mask_path, photo_path
from figureground.files import write_bytes, write_json
from figureground.params import AugmentParams
from figureground.pictures import (
    HELD,
    MAYBE_HELD,
    PERSON,
    VOID,
    PictureError,
    decode_mask,
    decode_photo,
    encode_png,
    read_mask,
    read_photo,
    resize_mask,
    resize_photo,
)

Build = Callable[..., AugmentParams]
Draw = Callable[..., list[Pair]]
SIZE = 32


def sides(pairs: list[Pair], val: int, test: int) -> dict[str, str]:
    """The first pairs to val and test, the rest to train."""
    places = ["val"] * val + ["test"] * test + ["train"] * len(pairs)
    return {pair.name: side for pair, side in zip(pairs, places, strict=False)}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def records(index: Index, variant: int) -> list[dict[str, bytes]]:
    return list(itertools.chain.from_iterable(read_records(file) for file in index.train_files(variant)))


@pytest.fixture
def made(tmp_path: Path, draw_data: Draw, augment_params: Build) -> tuple[Index, list[Pair], Path]:
    """11 training pairs in 3 variants, 2 validation pairs; the photos of the 2 test pairs are gone."""
    pairs = draw_data(tmp_path / "data", 15)
    split = sides(pairs, val=2, test=2)
    for pair in pairs[2:4]:
        photo_path(tmp_path / "data", pair.name).unlink()
    index = augment(
        pairs, split, tmp_path / "data", augment_params(),
        input_size=SIZE, seed=7, out=tmp_path / "out", work=tmp_path / "work", workers=1,
    )  # fmt: skip
    return index, pairs, tmp_path


def test_layout_and_index(made: tuple[Index, list[Pair], Path]) -> None:
    index, _, folder = made
    files = [f"train-v{variant:03d}-{shard:05d}.tfrecord" for variant in range(3) for shard in range(3)]
    assert sorted(contents(folder / "out")) == sorted([*files, "val-00000.tfrecord", "index.json"])
    assert read_index(folder / "out") == index
    assert (index.train_pairs, index.val_pairs, index.variants, index.input_size) == (11, 2, 3, SIZE)
    assert [shard.records for shard in index.train[1]] == [4, 4, 3]
    assert index.parameters["seed"] == 7 and index.parameters["transforms"]["flip"] is True
    assert index.train_files(2)[0] == folder / "out" / "train-v002-00000.tfrecord"
    index.verify()
    assert not (folder / "work").exists()


def test_each_variant_shows_every_training_pair_once_in_one_mixed_order(
    made: tuple[Index, list[Pair], Path],
) -> None:
    index, pairs, _ = made
    names = [[record["name"].decode() for record in records(index, variant)] for variant in range(3)]
    assert sorted(names[0]) == [pair.name for pair in pairs[4:]]
    assert names[0] != sorted(names[0])
    assert names[0] == names[1] == names[2]


def test_variants_differ_and_are_pairs_at_input_size(made: tuple[Index, list[Pair], Path]) -> None:
    index = made[0]
    for variants in zip(*(records(index, variant) for variant in range(3)), strict=True):
        assert len({record["photo"] for record in variants}) == 3
        for record in variants:
            assert decode_photo(record["photo"]).shape == (SIZE, SIZE, 3)
            assert set(np.unique(decode_mask(record["mask"]))) <= {0, MAYBE_HELD, VOID, PERSON}


def test_validation_pairs_are_only_resized(
    tmp_path: Path, made: tuple[Index, list[Pair], Path], augment_params: Build
) -> None:
    index, pairs, folder = made
    data = folder / "data"
    (read,) = (list(read_records(file)) for file in index.val_files())
    assert [record["name"].decode() for record in read] == [pair.name for pair in pairs[:2]]
    lossless = augment(
        pairs, sides(pairs, 2, 2), data, augment_params(photo_format="png", variants=1),
        input_size=SIZE, seed=7, out=folder / "png", work=folder / "work", workers=1,
    )  # fmt: skip
    for record, pair in zip(read_records(lossless.val_files()[0]), pairs[:2], strict=True):
        assert np.array_equal(
            decode_photo(record["photo"]), resize_photo(read_photo(photo_path(data, pair.name)), SIZE, SIZE)
        )
        mask = decode_mask(mask_path(data, pair.name).read_bytes())
        seen = decode_mask(record["mask"])
        assert np.array_equal(np.where(seen == MAYBE_HELD, 0, seen), resize_mask(mask, SIZE, SIZE))


def test_what_is_held_is_marked_for_training(tmp_path: Path, draw_data: Draw, augment_params: Build) -> None:
    pairs = draw_data(tmp_path / "data", 3)
    held = np.zeros((96, 72), np.uint8)
    held[20:80, 8:64] = 255
    held[:10] = 128
    write_bytes(held_path(tmp_path / "data", pairs[1].name), encode_png(held))
    made = augment(
        pairs, sides(pairs, 0, 0), tmp_path / "data", augment_params(strength=0.0, variants=1),
        input_size=SIZE, seed=7, out=tmp_path / "out", work=tmp_path / "work", workers=1,
    )  # fmt: skip
    masks = {record["name"].decode(): decode_mask(record["mask"]) for record in records(made, 0)}
    truth = resize_mask(read_mask(mask_path(tmp_path / "data", pairs[1].name)), SIZE, SIZE)
    marked = masks[pairs[1].name] == HELD
    assert marked.sum() > 50
    assert (truth[marked] == 0).all(), "what is person or void stays so"
    assert (masks[pairs[1].name][:4] == MAYBE_HELD).any(), "unsure there"
    assert (masks[pairs[1].name][-4:] == 0).any(), "surely not held there"
    for pair in (pairs[0], pairs[2]):  # of which nobody has said what is held; where nobody is, nothing is
        values = set(np.unique(masks[pair.name]))
        assert values <= {MAYBE_HELD, VOID, PERSON} if PERSON in values else values == {0}


def test_strength_zero_leaves_training_pairs_as_they_are(
    tmp_path: Path, draw_data: Draw, augment_params: Build
) -> None:
    pairs = draw_data(tmp_path / "data", 5)
    params = augment_params(strength=0.0, photo_format="png", background_share=1.0, second_person_share=1.0)
    index = augment(
        pairs, sides(pairs, 0, 0), tmp_path / "data", params,
        input_size=SIZE, seed=1, out=tmp_path / "out", work=tmp_path / "work", workers=1,
    )  # fmt: skip
    for record in records(index, 2):
        photo = read_photo(photo_path(tmp_path / "data", record["name"].decode()))
        assert np.array_equal(decode_photo(record["photo"]), resize_photo(photo, SIZE, SIZE))


@pytest.mark.slow
def test_bytes_are_the_same_for_1_2_and_4_workers(tmp_path: Path, draw_data: Draw, augment_params: Build) -> None:
    pairs = draw_data(tmp_path / "data", 22)
    written = []
    for workers in (1, 2, 4):
        augment(
            list(reversed(pairs)) if workers == 2 else pairs,
            sides(pairs, 3, 2), tmp_path / "data", augment_params(shard_pairs=7),
            input_size=SIZE, seed=7, out=tmp_path / f"out{workers}", work=tmp_path / "work", workers=workers,
        )  # fmt: skip
        written.append(contents(tmp_path / f"out{workers}"))
    assert written[0] == written[1] == written[2]
    assert len(written[0]) == 3 * 3 + 1 + 1


def test_another_photo_in_the_set_or_another_seed_changes_what_it_must(
    made: tuple[Index, list[Pair], Path], augment_params: Build
) -> None:
    """Without borrowing from other photos a variant does not depend on which others there are."""
    _, pairs, folder = made
    alone = augment_params(background_share=0.0, second_person_share=0.0)

    def photos(used: list[Pair], seed: int) -> dict[bytes, bytes]:
        split = dict.fromkeys((pair.name for pair in used), "train")
        index = augment(
            used, split, folder / "data", alone,
            input_size=SIZE, seed=seed, out=folder / "other", work=folder / "work", workers=1,
        )  # fmt: skip
        return {record["name"]: record["photo"] for record in records(index, 1)}

    few, many, other_seed = photos(pairs[6:9], 7), photos(pairs[4:], 7), photos(pairs[6:9], 8)
    assert few.items() <= many.items()
    assert all(few[name] != other_seed[name] for name in few)


def test_seeds_are_fixed_and_apart() -> None:
    expected = int.from_bytes(hashlib.sha256(b"7\na/b\n3").digest()[:8], "big")
    assert variant_seed(7, "a/b", 3) == expected
    assert len({variant_seed(s, n, v) for s in range(3) for n in ("a", "b") for v in range(3)}) == 18


def test_second_run_into_the_same_folder_leaves_nothing_of_the_first(
    made: tuple[Index, list[Pair], Path], augment_params: Build
) -> None:
    _, pairs, folder = made
    augment(
        pairs, sides(pairs, 2, 2), folder / "data", augment_params(variants=1, shard_pairs=50),
        input_size=SIZE, seed=7, out=folder / "out", work=folder / "work", workers=1,
    )  # fmt: skip
    assert sorted(contents(folder / "out")) == ["index.json", "train-v000-00000.tfrecord", "val-00000.tfrecord"]


KILLED = """
import json, os, signal, sys
from pathlib import Path
import psutil
from figureground.augment.writing import augment
from figureground.dataset.manifest import read_manifest
from figureground.params import AugmentParams

whole_replace = Path.replace

def die_after(self, target):
    whole_replace(self, target)
    if target.match("train-*.json"):
        print(*(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    folder, workers = Path(sys.argv[1]), int(sys.argv[2])
    if sys.argv[3:] == ["dies"]:
        Path.replace = die_after
    params = AugmentParams.model_validate(json.loads((folder / "params.json").read_text()))
    pairs = read_manifest(folder / "manifest.csv")
    split = {pair.name: "train" for pair in pairs}
    augment(pairs, split, folder / "data", params, input_size=64, seed=7,
            out=folder / "out", work=folder / "work", workers=workers)
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, draw_data: Draw, augment_params: Build, workers: int
) -> None:
    pairs = draw_data(tmp_path / "data", 90, height=300, width=200)
    params = augment_params(shard_pairs=8)
    write_manifest(tmp_path / "manifest.csv", pairs)
    write_json(tmp_path / "params.json", params.model_dump())
    script = tmp_path / "run.py"
    script.write_text(KILLED)
    command = [sys.executable, str(script), str(tmp_path)]
    killed = subprocess.run([*command, str(workers), "dies"], stdout=subprocess.PIPE, text=True)
    assert killed.returncode == -signal.SIGKILL
    while any(map(psutil.pid_exists, map(int, killed.stdout.split()))):  # no worker lives on without its parent
        time.sleep(0.05)
    work = tmp_path / "work"
    finished = {path.name.removesuffix(".json") for path in work.glob("train-*.json")}
    assert len(finished) == 1 and not (tmp_path / "out").exists()
    kept = {path.name: path.stat().st_ino for path in work.glob("train-v001-*.tfrecord")}

    subprocess.run([*command, "1"], check=True, stderr=subprocess.DEVNULL)
    first = next(iter(sorted(finished))).replace("v000", "v001") + ".tfrecord"
    assert (tmp_path / "out" / first).stat().st_ino == kept[first], "a finished shard was written anew"
    whole = augment(
        pairs, dict.fromkeys((pair.name for pair in pairs), "train"), tmp_path / "data", params,
        input_size=64, seed=7, out=tmp_path / "whole", work=tmp_path / "other", workers=1,
    )  # fmt: skip
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert whole.train_pairs == 90 and not work.exists()


def test_half_done_work_is_not_trusted_blindly(
    tmp_path: Path, draw_data: Draw, augment_params: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged shard, and shards of other parameters, are made again."""
    pairs = draw_data(tmp_path / "data", 9)
    split = sides(pairs, 0, 0)

    def run(out: str, work: str, seed: int = 7) -> None:
        augment(
            pairs, split, tmp_path / "data", augment_params(),
            input_size=SIZE, seed=seed, out=tmp_path / out, work=tmp_path / work, workers=1,
        )  # fmt: skip

    run("whole", "other")
    for seed in (7, 8):
        photo = photo_path(tmp_path / "data", pairs[0].name)
        content = photo.read_bytes()
        photo.write_bytes(b"damaged")  # the run stops at this photo, with some shards finished
        with pytest.raises((PictureError, AugmentError), match="000"):
            run("out", "work", seed)
        photo.write_bytes(content)
        if seed == 7 and (shards := sorted((tmp_path / "work").glob("*.tfrecord"))):
            shards[0].write_bytes(shards[0].read_bytes()[:-1] + b"x")
    run("out", "work", 7)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_pairs_that_the_split_leaves_out_are_not_used(tmp_path: Path, draw_data: Draw, augment_params: Build) -> None:
    pairs = draw_data(tmp_path / "data", 5)
    photo_path(tmp_path / "data", pairs[4].name).unlink()
    index = augment(
        pairs, sides(pairs[:4], 1, 0), tmp_path / "data", augment_params(variants=1),
        input_size=SIZE, seed=7, out=tmp_path / "out", work=tmp_path / "work", workers=1,
    )  # fmt: skip
    assert (index.train_pairs, index.val_pairs) == (3, 1)


def test_errors_name_the_pair_and_the_cure(tmp_path: Path, draw_data: Draw, augment_params: Build) -> None:
    data = tmp_path / "data"
    pairs = draw_data(data, 5)

    def run(split: dict[str, str], workers: int = 1) -> None:
        augment(
            pairs, split, data, augment_params(background_share=0.0, second_person_share=0.0),
            input_size=SIZE, seed=7, out=tmp_path / "out", work=tmp_path / "work", workers=workers,
        )  # fmt: skip

    with pytest.raises(AugmentError, match=r"ä/004: side 'nowhere' in the split; run the split stage again"):
        run({**sides(pairs, 0, 0), pairs[4].name: "nowhere"})
    with pytest.raises(AugmentError, match="no training pairs"):
        run(sides(pairs, 5, 0))
    mask = mask_path(data, pairs[3].name)
    content = mask.read_bytes()
    mask.write_bytes(cv2.imencode(".png", np.zeros((72, 96), np.uint8))[1].tobytes())
    for workers in (1, 2):
        with pytest.raises(AugmentError, match=r"ä/003: photo of \(96, 72\) and mask of \(72, 96\)"):
            run(sides(pairs, 0, 0), workers)
    mask.unlink()
    with pytest.raises(AugmentError, match=r"003\.png: not found; run the audit stage again"):
        run(sides(pairs, 0, 0))
    mask.write_bytes(content)
    photo_path(data, pairs[2].name).write_bytes(b"no picture")
    shutil.rmtree(tmp_path / "work")
    with pytest.raises(AugmentError, match="ä/002: picture of 10 bytes"):
        run(sides(pairs, 0, 0))


def test_index_of_missing_or_changed_shards_is_refused(made: tuple[Index, list[Pair], Path]) -> None:
    index, _, folder = made
    shard = index.train_files(0)[0]
    content = shard.read_bytes()
    shard.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ShardError, match=f"{shard.name}: missing or changed"):
        read_index(folder / "out").verify()
    shard.unlink()
    with pytest.raises(ShardError, match=f"{shard.name}: missing"):
        read_index(folder / "out")
    (folder / "out" / "index.json").write_text('{"format": 0}')
    with pytest.raises(ShardError, match="format 0, not 2"):
        read_index(folder / "out")
    with pytest.raises(ShardError, match="not found; run the augment stage first"):
        read_index(folder)


def test_each_variant_says_what_was_done_to_it(made: tuple[Index, list[Pair], Path]) -> None:
    index = made[0]
    told = [record["done"].decode() for number in range(index.variants) for file in index.train_files(number)
            for record in read_records(file)]  # fmt: skip
    assert any("cropped" in done for done in told) and any("mirrored" in done for done in told)
    assert len(set(told)) > 3
    assert {record["done"] for file in index.val_files() for record in read_records(file)} == {b""}


def test_example_sheet_is_a_picture_of_the_tiles_asked_for(made: tuple[Index, list[Pair], Path]) -> None:
    index, _, folder = made
    write_example_sheet(index, folder / "examples.jpg", 6)
    two_rows = read_photo(folder / "examples.jpg")
    write_example_sheet(index, folder / "examples.jpg", 3)
    one_row = read_photo(folder / "examples.jpg")
    assert one_row.shape[1] == two_rows.shape[1]
    assert two_rows.shape[0] > 1.7 * one_row.shape[0]


def test_reading_the_index_imports_no_heavy_library() -> None:
    code = "import sys, figureground.augment.shards, figureground.augment.records; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"albumentations", "tensorflow", "scipy", "cv2"} & set(loaded)


def test_workers_import_no_tensorflow() -> None:
    code = "import sys, figureground.augment.writing, figureground.augment.transforms; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"tensorflow", "keras", "mlflow", "sklearn"} & set(loaded)
