"""The index of a folder of shards: what training needs to know before it reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from figureground import paths
from figureground.errors import FiguregroundError
from figureground.files import bytes_sha256, file_sha256, write_bytes, write_json
from figureground.stores import StorePath

INDEX_NAME = "index.json"
FORMAT = 2


class ShardError(FiguregroundError):
    """Shards that are missing, damaged or of another version. The message names the file and says what to do."""


@dataclass(frozen=True)
class Shard:
    """One TFRecord file: its name inside the folder, how many pairs and bytes it holds, and its SHA-256."""

    file: str
    records: int
    bytes: int
    sha256: str

    def is_whole(self, path: Path) -> bool:
        """Whether `path` holds exactly this shard."""
        return path.is_file() and path.stat().st_size == self.bytes and file_sha256(path) == self.sha256


@dataclass(frozen=True)
class Index:
    """The shards of a folder. Each pass over the training pairs has its own files, with the pairs in the same order.

    Attributes:
        folder: Where the files lie.
        input_size: Side of the square photos and masks in pixels.
        photo_format: "jpeg" or "png"; masks are PNG always.
        variants: Passes over the training pairs; no pair comes twice in the same variant.
        train_pairs, val_pairs: Records of a pass over the training pairs, and of the validation pairs.
        train: Shards by pass.
        val: Shards of the validation side.
        parameters: What the shards were made with, by name.
        checksum: SHA-256 over the shards' checksums and names.
        store: Address of the object store that holds the shards, of which `folder` then has those that were fetched.
    """

    folder: Path
    input_size: int
    photo_format: str
    variants: int
    train_pairs: int
    val_pairs: int
    train: tuple[tuple[Shard, ...], ...]
    val: tuple[Shard, ...]
    parameters: Mapping[str, Any]
    checksum: str
    store: str | None = None

    def train_files(self, variant: int) -> list[Path]:
        """Files of one pass (0 to `variants` - 1) over the training pairs."""
        return [self.folder / shard.file for shard in self.train[variant]]

    def val_files(self) -> list[Path]:
        return [self.folder / shard.file for shard in self.val]

    def shards(self) -> Iterator[Shard]:
        for variant in self.train:
            yield from variant
        yield from self.val

    def verify(self) -> None:
        """Compare every file with its checksum.

        Raises:
            ShardError: A file is missing or changed.
        """
        for shard in self.shards():
            if not shard.is_whole(self.folder / shard.file):
                raise ShardError(f"{self.folder / shard.file}: missing or changed; run the augment stage again")


def write_index(index: Index) -> None:
    """`index.json` in the index's folder; to be written after the shards, since it says that they are there."""
    content = {
        "format": FORMAT,
        "input_size": index.input_size,
        "photo_format": index.photo_format,
        "variants": index.variants,
        "train": {"pairs": index.train_pairs, "variants": [[asdict(shard) for shard in v] for v in index.train]},
        "val": {"pairs": index.val_pairs, "files": [asdict(shard) for shard in index.val]},
        "parameters": dict(index.parameters),
        "checksum": index.checksum,
    } | ({"store": index.store} if index.store else {})
    write_json(index.folder / INDEX_NAME, content)


def read_index(folder: Path, needed: Callable[[Index], Iterable[Shard]] = Index.shards) -> Index:
    """The index of a folder of shards; the shards themselves are looked for, but not read (see `Index.verify`).

    Those that lie in an object store are fetched into a folder of the project's half-done work and checked.

    Args:
        needed: Which of them have to be there.
    Raises:
        ShardError: There is no index, it is damaged or of another version, or a shard is missing or of another size.
        StoreError: The store does not give a shard.
    """
    path = folder / INDEX_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        index = _index(folder, content)
    except FileNotFoundError:
        raise ShardError(f"{path}: not found; run the augment stage first (`dvc repro augment`)") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ShardError(f"{path}: not an index of shards ({error!r}); run the augment stage again") from None
    if index.store:
        index = replace(index, folder=paths.half_done("shards", index.checksum))
    for shard in needed(index):
        file = index.folder / shard.file
        if index.store and not file.is_file():
            _fetch(StorePath(index.store) / shard.file, file, shard)
        if not file.is_file() or file.stat().st_size != shard.bytes:
            raise ShardError(f"{file}: missing or of another size; run the augment stage again")
    return index


def _fetch(source: StorePath, file: Path, shard: Shard) -> None:
    content = source.read_bytes()
    if bytes_sha256(content) != shard.sha256:
        raise ShardError(f"{source}: not the shard that the index names; run the augment stage again")
    write_bytes(file, content)


def checksum(shards: Iterable[Shard]) -> str:
    """SHA-256 over lines as `sha256sum` prints them, in the shards' order."""
    return bytes_sha256("".join(f"{shard.sha256}  {shard.file}\n" for shard in shards).encode())


def _index(folder: Path, content: Mapping[str, Any]) -> Index:
    if content["format"] != FORMAT:
        raise ValueError(f"format {content['format']}, not {FORMAT}")
    return Index(
        folder=folder,
        input_size=content["input_size"],
        photo_format=content["photo_format"],
        variants=content["variants"],
        train_pairs=content["train"]["pairs"],
        val_pairs=content["val"]["pairs"],
        train=tuple(tuple(Shard(**shard) for shard in variant) for variant in content["train"]["variants"]),
        val=tuple(Shard(**shard) for shard in content["val"]["files"]),
        parameters=content["parameters"],
        checksum=content["checksum"],
        store=content.get("store"),
    )
