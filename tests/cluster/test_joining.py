"""Processes that find one another, tell one another what they have, and compare what they are about to do."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jax")

from figureground.cluster.agreement import differences, versions
from helpers.team_hosts import TeamHosts

PROGRAM = """
import json, os, sys
from figureground.cluster.agreement import agree
from figureground.cluster.joining import Membership, from_first, gather, join, leave
from figureground.errors import FiguregroundError
place, facts = json.loads(sys.argv[1])
def own():
    if facts is None:
        raise FiguregroundError("a shard is missing")
    return facts
try:
    join(Membership(**place))
    import jax
    number = jax.process_index()
    agree(own)
    told = gather(f"process {number}" + "!" * number)
    first = from_first(bytes(range(256)) * 1000 if number == 0 else b"")
    leave()
    print("TOLD", json.dumps([told, len(first), list(first[-3:])]))
except FiguregroundError as error:
    print(f"TOLD error: {error}")
sys.stdout.flush()
os._exit(0)
"""

# As the command does it: JAX ends the process in which it waits in vain.
LAUNCHED = """
import sys
from figureground.cluster.joining import Membership
from figureground.cluster.launching import train_here
from figureground.errors import FiguregroundError
from figureground.stages import runner
runner.prepare("jax")
try:
    train_here(Membership(0, 2, sys.argv[1], patience=2))
except FiguregroundError as error:
    print(f"TOLD error: {error}")
"""


def program(facts: dict[str, str] | None, **place: Any) -> list[str]:
    return ["-c", PROGRAM, json.dumps([place, facts])]


def told(done: subprocess.CompletedProcess[str]) -> str:
    """What the program says at its end; Gloo talks as well."""
    lines = [line.removeprefix("TOLD ") for line in done.stdout.splitlines() if line.startswith("TOLD")]
    assert len(lines) == 1, done
    return lines[0]


def pair(hosts: TeamHosts, folder: Path, *facts: dict[str, str] | None) -> list[str]:
    programs = [
        program(own, process_id=number, processes=2, coordinator=hosts.coordinator) for number, own in enumerate(facts)
    ]
    return [told(done) for done in hosts.run(programs, folders=[folder, folder])]


@pytest.mark.slow
def test_two_processes_tell_one_another_what_they_have(hosts: TeamHosts, tmp_path: Path) -> None:
    for said in pair(hosts, tmp_path, {"code": "a"}, {"code": "a"}):
        assert json.loads(said) == [["process 0", "process 1!"], 256000, [253, 254, 255]]


@pytest.mark.slow
def test_processes_that_differ_all_end_with_a_line(hosts: TeamHosts, tmp_path: Path) -> None:
    first, second = pair(hosts, tmp_path, {"jax": "0.10.2", "seed": "5"}, {"jax": "0.10.1", "seed": "5"})
    assert first == second
    assert first.startswith("error: process 1 on ") and "differs from process 0 on" in first
    assert "jax (0.10.1, not 0.10.2); give all of them the same" in first


@pytest.mark.slow
def test_one_that_cannot_begin_ends_the_others(hosts: TeamHosts, tmp_path: Path) -> None:
    first, second = pair(hosts, tmp_path, {"code": "a"}, None)
    assert first.startswith("error: process 1 on ") and first.endswith("cannot begin: a shard is missing")
    assert second == "error: a shard is missing"


@pytest.mark.slow
def test_the_environment_of_slurm_is_understood(hosts: TeamHosts, tmp_path: Path) -> None:
    port, nodes = str(hosts.port), hosts.first
    both = hosts.run(
        [program({}), program({})], folders=[tmp_path, tmp_path],
        SLURM_JOB_ID=["7", "7"], SLURM_STEP_NODELIST=[nodes, nodes], SLURM_NTASKS=["2", "2"],
        SLURM_PROCID=["0", "1"], SLURM_LOCALID=["0", "1"], SLURM_STEP_NUM_NODES=["1", "1"],
        JAX_COORDINATOR_PORT=[port, port],
    )  # fmt: skip
    assert [json.loads(told(done))[0] for done in both] == [["process 0", "process 1!"]] * 2


@pytest.mark.slow
def test_a_process_that_finds_no_others_says_what_to_do(hosts: TeamHosts, tmp_path: Path) -> None:
    late = ["-c", LAUNCHED, hosts.coordinator]
    alone, lost = (told(done) for done in hosts.run([late, program({})], folders=[tmp_path, tmp_path]))
    assert alone.startswith(f"error: {hosts.coordinator}: the processes did not find one another in 2 s; start all")
    assert "give --process-id, --processes and --coordinator" in lost


def test_differences_are_named_with_both_values() -> None:
    own = {"epochs": "5", "shards": "a" * 64, "new": "1", "same": "x"}
    first = {"epochs": "3", "shards": "b" * 64, "same": "x"}
    assert differences(own, first) == "epochs (5, not 3), shards (aaaaaaaaaaaa, not bbbbbbbbbbbb), new (1, not none)"
    assert differences(own, {}).endswith("new (1, not none) and 1 more")
    assert differences(own, own) == ""


def test_versions_are_those_of_what_decides_the_result() -> None:
    assert {"Python", "figureground", "jax", "keras", "numpy", "tensorflow"} == versions().keys()
