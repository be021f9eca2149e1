"""`figureground cut` in object stores and with `--ray`: as on one machine, whatever is lost meanwhile."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from figureground.stores import StorePath
from helpers.command import begin, call, until
from helpers.drawing import Picture, person
from helpers.ray_hosts import Hosts, hosts, nobody_has_rights, s3_server

pytest.importorskip("ray", reason="the extra cluster is not installed")
pytest.importorskip("moto")
pytestmark = pytest.mark.slow
LONGEST = 1200  # seconds of a command
TABLE = "not-cut-out.csv"
MANY = 60


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with s3_server() as found:
        yield found


@pytest.fixture(scope="module")
def two(server: dict[str, str]) -> Iterator[Hosts]:
    with hosts(server) as made:
        yield made


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos in folders; one shows nobody, and one is none."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(6):
        place = folder / f"{'a b' if number % 2 else 'ü'}/{number}.jpg"
        place.parent.mkdir(exist_ok=True)
        Image.fromarray(person(number, 120, 90)[0]).save(place)
    Image.fromarray(np.full((60, 80, 3), 30, np.uint8)).save(folder / "nobody.png")
    (folder / "text.jpg").write_text("not a picture")
    return folder


@pytest.fixture(scope="module")
def alone(photos: Path, bright: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the command makes of them on one machine."""
    folder = tmp_path_factory.mktemp("alone")
    assert cut(photos, "-o", folder, "-m", bright, "--jobs", 1).returncode == 1
    return contents(folder)


@pytest.fixture(scope="module")
def many(portrait: tuple[Picture, Picture], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos that keep two cores at work while something is done to the processes."""
    folder = tmp_path_factory.mktemp("many")
    Image.fromarray(portrait[0].repeat(8, 0).repeat(8, 1)).save(folder / "000.jpg")
    for number in range(1, MANY):
        (folder / f"{number:03d}.jpg").hardlink_to(folder / "000.jpg")
    return folder


def cut(*arguments: object) -> subprocess.CompletedProcess[str]:
    return call("cut", *arguments, timeout=LONGEST)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stored(folder: StorePath) -> dict[str, bytes]:
    return {str(place): (folder / place).read_bytes() for place in folder.files()}


def put(folder: Path, store: StorePath) -> None:
    for place, content in contents(folder).items():
        (store / place).write_bytes(content)


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(table.decode().splitlines()))


def same_as_alone(results: dict[str, bytes], alone: dict[str, bytes]) -> None:
    table = rows(results.pop(TABLE))
    assert results == alone
    assert [(Path(row["photo"]).name, row["status"]) for row in sorted(table, key=lambda row: row["photo"])] == [
        ("nobody.png", "no person found"), ("text.jpg", "failed")
    ]  # fmt: skip
    assert any(row["reason"] == "not a picture of a known format; save it as JPEG or PNG" for row in table)


def test_the_same_results_as_on_one_machine(
    tmp_path: Path, photos: Path, bright: Path, alone: dict[str, bytes], two: Hosts
) -> None:
    shutil.copytree(photos, tmp_path / "in")
    shutil.copy(bright, tmp_path / "model.tflite")
    asked = ("in", "-o", "out", "-m", "model.tflite", "--ray", two.address)
    done = call("cut", *asked, cwd=tmp_path, timeout=LONGEST)
    assert (done.returncode, done.stdout) == (1, "6 cut out, 1 no person found, 1 failed\n"), done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("Cutting out")]
    assert sorted(lines) == [
        "failed: in/text.jpg: not a picture of a known format; save it as JPEG or PNG",
        "no person found: in/nobody.png",
    ]
    same_as_alone(contents(tmp_path / "out"), alone)
    again = call("cut", *asked, cwd=tmp_path, timeout=LONGEST)
    assert (again.returncode, again.stdout) == (1, "0 cut out, 6 skipped, 1 no person found, 1 failed\n")


def test_from_bucket_to_bucket(photos: Path, bright: Path, alone: dict[str, bytes], two: Hosts) -> None:
    put(photos, StorePath("s3://bucket/photos"))
    for results, how in (("here", ("--jobs", 1)), ("hosts", ("--ray", two.address))):
        asked = ("s3://bucket/photos/", "-o", f"s3://bucket/{results}/", "-m", bright)
        done = cut(*asked, *how)
        assert (done.returncode, done.stdout) == (1, "6 cut out, 1 no person found, 1 failed\n"), done.stderr
        assert "no person found: s3://bucket/photos/nobody.png" in done.stderr
    same_as_alone(stored(StorePath("s3://bucket/hosts")), alone)
    assert stored(StorePath("s3://bucket/here")) == alone
    mine = StorePath("s3://bucket/hosts/ü/0.png")
    mine.write_bytes(b"mine")
    again = cut(*asked, *how)
    assert again.stdout == "0 cut out, 6 skipped, 1 no person found, 1 failed\n" and mine.read_bytes() == b"mine"


def test_a_lost_process_and_a_lost_host_cost_no_photo(tmp_path: Path, many: Path, bright: Path, two: Hosts) -> None:
    host = two.add()
    running = begin("cut", many, "-o", tmp_path, "-m", bright, "--ray", two.address)
    until(lambda: any(tmp_path.glob("[0-9]*.png")), running)
    until(lambda: two.at_work(two.cluster.head_node), running)[0].kill()
    until(lambda: two.at_work(host), running)
    two.lose(host)
    said, errors = running.communicate(timeout=LONGEST)
    assert (running.returncode, said) == (0, f"{MANY} cut out\n"), errors
    # A process that was killed may have left a draft.
    whole = [content for name, content in contents(tmp_path).items() if not name.startswith(".")]
    assert len(whole) == MANY + 1 and len(set(whole)) == 2, "results, all the same, and the table"
    assert rows((tmp_path / TABLE).read_bytes()) == []


def test_the_same_command_goes_on_where_a_killed_one_was(tmp_path: Path, many: Path, bright: Path, two: Hosts) -> None:
    asked = ("cut", many, "-o", tmp_path, "-m", bright, "--ray", two.address)
    running = begin(*asked)
    until(lambda: len(list(tmp_path.glob("[0-9]*.png"))) >= 3, running)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate(timeout=LONGEST)
    there = {path: path.stat().st_mtime_ns for path in tmp_path.glob("[0-9]*.png")}
    assert 3 <= len(there) < MANY
    done = call(*asked, timeout=LONGEST)
    left = int(done.stdout.split()[0])
    assert (done.returncode, done.stdout) == (0, f"{left} cut out, {MANY - left} skipped\n"), done.stderr
    assert 0 < left <= MANY - len(there)
    results = {path: path.stat().st_mtime_ns for path in tmp_path.glob("[0-9]*.png")}
    assert len(results) == MANY and there.items() <= results.items(), "what was finished is left as it was"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_ends_its_work(
    tmp_path: Path, many: Path, bright: Path, two: Hosts, number: signal.Signals
) -> None:
    running = begin("cut", many, "-o", tmp_path, "-m", bright, "--ray", two.address)
    until(lambda: any(tmp_path.glob("[0-9]*.png")), running)
    os.killpg(running.pid, number) if number is signal.SIGINT else running.terminate()
    _, errors = running.communicate(timeout=LONGEST)
    assert running.returncode == 128 + number and "Traceback" not in errors
    assert errors.splitlines()[-1] == "interrupted"


def test_a_bucket_without_rights_is_one_line(photos: Path, bright: Path, server: dict[str, str], two: Hosts) -> None:
    with nobody_has_rights(server):
        reading = cut("s3://bucket/photos", "-o", "s3://bucket/out", "-m", bright)
        writing = cut(photos, "-o", "s3://bucket/out", "-m", bright, "--ray", two.address)
    for done, address in ((reading, "s3://bucket/photos"), (writing, "s3://bucket/out")):
        assert (done.returncode, done.stdout) == (1, "")
        errors = [line for line in done.stderr.splitlines() if not line.startswith("Cutting out")]
        assert len(errors) == 1 and errors[0].startswith(f"Error: {address}"), done.stderr
        assert ": access denied; check the rights on the bucket" in errors[0]


def test_an_address_without_ray_is_one_line(photos: Path, bright: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = f"127.0.0.1:{free.getsockname()[1]}"
    for address, said in ((closed, "no Ray cluster answers; start one"), ("photos", "not the address of a Ray")):
        done = cut(photos, "-o", tmp_path / "out", "-m", bright, "--ray", address)
        assert (done.returncode, done.stdout) == (1, "")
        errors = [line for line in done.stderr.splitlines() if not line.startswith("Cutting out")]
        assert len(errors) == 1 and errors[0].startswith(f"Error: {address}: {said}"), done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("output", ["one.png", "-", None])
def test_only_a_folder_holds_the_results_of_many_hosts(photos: Path, output: str | None, tmp_path: Path) -> None:
    photo = next(photos.rglob("0.jpg"))
    done = call("cut", photo, *(["-o", output] if output else []), "--ray", cwd=tmp_path, timeout=LONGEST)
    assert done.returncode == 1 and "--ray is for many photos; name the folder for their results with -o" in done.stderr
