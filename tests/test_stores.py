"""Files in an S3 bucket by their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from figureground.stores import StoreError, StorePath, is_address, present
from helpers.ray_hosts import nobody_has_rights, s3_server

BUCKET = StorePath("s3://bucket")
ODD = "a b/ü#1?v=2 100%.jpg"


def test_addresses_are_told_from_paths() -> None:
    assert is_address("s3://bucket/a.jpg") and is_address("gs://bucket")
    assert not any(map(is_address, ("a.jpg", "/s3/a.jpg", "C://photos", "s3:/bucket", "://", "s3://")))


def test_parts_of_an_address_are_those_of_a_path() -> None:
    photo = BUCKET / "a.b/c.tar.JPG"
    assert str(photo) == "s3://bucket/a.b/c.tar.JPG"
    assert (photo.name, photo.stem, photo.suffix) == ("c.tar.JPG", "c.tar", ".JPG")
    assert photo.with_name("d.png") == BUCKET / "a.b" / PurePosixPath("d.png")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nosuch://bucket/a", "no kind of store that is known; write it as s3://bucket/folder"),
        ("gs://bucket/a", "this kind of store needs another package; Please install gcsfs"),
    ],
)
def test_stores_that_cannot_be_used_are_named(address: str, said: str) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(StoreError, match=f"^{address}: {said}"):
        StorePath(address).read_bytes()


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    pytest.importorskip("s3fs", reason="the extra cluster is not installed")
    pytest.importorskip("moto")
    with s3_server() as found:
        for name in (ODD, "c.jpg"):
            (BUCKET / "in" / name).write_bytes(name.encode())
        yield found


@pytest.mark.slow
def test_what_is_written_is_listed_and_read(server: dict[str, str]) -> None:
    assert (BUCKET / "in").files() == {PurePosixPath(ODD): len(ODD.encode()), PurePosixPath("c.jpg"): 5}
    assert (BUCKET / "in" / ODD).read_bytes() == ODD.encode()
    assert BUCKET.is_dir() and (BUCKET / "in").is_dir() and not (BUCKET / "in/c.jpg").is_dir()
    (BUCKET / "brief").write_bytes(b"")
    (BUCKET / "brief").unlink()
    assert (BUCKET / "brief").files() == {}


@pytest.mark.slow
def test_those_that_are_there_are_found_by_one_listing(server: dict[str, str]) -> None:
    there, missing = BUCKET / "in" / ODD, BUCKET / "in/d.jpg"
    assert present([there, missing, BUCKET / "in/c.jpg"]) == {there, BUCKET / "in/c.jpg"}
    assert (present([there]), present([missing]), present([]), present([BUCKET / "none/a", BUCKET / "none/b"])) == (
        {there}, set(), set(), set()
    )  # fmt: skip


@pytest.mark.slow
def test_what_is_missing_or_forbidden_is_one_line(server: dict[str, str]) -> None:
    for missing in (BUCKET / "none.jpg", StorePath("s3://nobody-has-this-bucket/a")):
        with pytest.raises(StoreError, match=f"^{missing}: no such file or bucket; check the address$"):
            missing.read_bytes()
    with (
        nobody_has_rights(server),
        pytest.raises(StoreError, match=r"^s3://bucket/in: access denied; check the rights"),
    ):
        (BUCKET / "in").files()
