"""Shards made over the hosts of a Ray cluster, and shards in an object store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from figureground.augment.records import read_records
from figureground.augment.shards import Index, ShardError, read_index
from figureground.augment.writing import augment
from figureground.dataset.manifest import Pair
from figureground.params import AugmentParams
from figureground.stores import StorePath
from helpers.ray_hosts import Hosts, hosts, s3_server

pytest.importorskip("ray", reason="the extra cluster is not installed")
pytest.importorskip("moto")
pytestmark = pytest.mark.slow
SHARDS = "s3://bucket/shards"


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with s3_server() as found:
        yield found


@pytest.fixture(scope="module")
def two(server: dict[str, str]) -> Iterator[Hosts]:
    with hosts(server) as made:
        yield made


@pytest.fixture
def make(
    tmp_path: Path, draw_data: Callable[..., list[Pair]], augment_params: Callable[..., AugmentParams],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Index]:  # fmt: skip
    """Shards of 9 training pairs in 3 variants and of 2 validation pairs, below a name, with changed parameters."""
    monkeypatch.chdir(tmp_path)
    pairs = draw_data(Path("data"), 11)
    split = {pair.name: "train" if number > 1 else "val" for number, pair in enumerate(pairs)}

    def build(name: str, **changes: object) -> Index:
        return augment(
            pairs, split, Path("data"), augment_params(**changes),
            input_size=32, seed=7, out=tmp_path / name, work=tmp_path / "work", workers=2,
        )  # fmt: skip

    return build


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_shards_of_many_hosts_are_those_of_one(
    make: Callable[..., Index], two: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", two.address)
    make("local")
    make("hosts", engine="ray")
    assert contents(tmp_path / "hosts") == contents(tmp_path / "local")
    kept = make("kept", engine="ray", store=SHARDS)
    stored = StorePath(SHARDS) / "work"
    local = {name: content for name, content in contents(tmp_path / "local").items() if name != "index.json"}
    assert {str(place): (stored / place).read_bytes() for place in stored.files()} == local
    assert list(contents(tmp_path / "kept")) == ["index.json"] and kept.store == str(stored)


def test_shards_of_a_store_are_fetched_when_they_are_read(
    make: Callable[..., Index], server: dict[str, str], tmp_path: Path
) -> None:
    made = make("kept", store=SHARDS)
    local = make("local")
    few = read_index(tmp_path / "kept", lambda index: index.train[1])
    assert set(contents(few.folder)) == {shard.file for shard in made.train[1]}
    index = read_index(tmp_path / "kept")
    index.verify()
    for fetched, own in zip(index.train_files(0), local.train_files(0), strict=True):
        assert list(read_records(fetched)) == list(read_records(own))
    changed = made.val[0].file
    (index.folder / changed).unlink()
    (StorePath(SHARDS) / "work" / changed).write_bytes(b"something else")
    with pytest.raises(ShardError, match=f"{changed}: not the shard that the index names; run the augment stage again"):
        read_index(tmp_path / "kept")


def test_what_a_killed_call_has_put_into_the_store_is_not_made_again(
    make: Callable[..., Index], server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make("whole", store=SHARDS)
    stored = StorePath(SHARDS) / "work"
    for place in stored.files():
        (stored / place).unlink()

    write = StorePath.write_bytes
    written: list[str] = []

    def fail(path: StorePath, content: bytes) -> None:
        if path.name.startswith("val"):
            raise KeyboardInterrupt
        write(path, content)

    def note(path: StorePath, content: bytes) -> None:
        written.append(path.name)
        write(path, content)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(StorePath, "write_bytes", fail)
        make("kept", store=SHARDS)
    monkeypatch.setattr(StorePath, "write_bytes", note)
    assert make("kept", store=SHARDS).checksum == whole.checksum
    assert written == ["val-00000.tfrecord"]
