"""Processes that find one another, tell one another what they have, and compare what they are about to do."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jax")

from figureground.cluster.agreement import differences, versions
from figureground.cluster.joining import Membership, TeamError, join
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


POD = "from helpers.kubernetes_pod import become_pod\nbecome_pod()\n"
WITHOUT_CLIENT = "import sys\nsys.modules['kubernetes'] = None\n"


def program(facts: dict[str, str] | None, before: str = "", **place: Any) -> list[str]:
    return ["-c", before + PROGRAM, json.dumps([place, facts])]


def told(done: subprocess.CompletedProcess[str]) -> str:
    """What the program says at its end; Gloo talks as well."""
    lines = [line.removeprefix("TOLD ") for line in done.stdout.splitlines() if line.startswith("TOLD")]
    assert len(lines) == 1, done
    return lines[0]


def pair(hosts: TeamHosts, folder: Path, *facts: dict[str, str] | None) -> list[str]:
    programs = [
        program(own, process_id=number, processes=2, coordinator=hosts.coordinator) for number, own in enumerate(facts)
    ]
    # Where the options tell the place, Kubernetes is not asked: here there is none.
    both = hosts.run(programs, folders=[folder, folder], KUBERNETES_SERVICE_HOST=["10.0.0.1", "10.0.0.1"])
    return [told(done) for done in both]


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
    """As `srun` sets it for one task on each of two nodes; the port comes of the job's number."""
    both = hosts.run(
        [program({}), program({})], folders=[tmp_path, tmp_path],
        SLURM_JOB_ID=[str(os.getpid())] * 2, SLURM_STEP_NODELIST=[hosts.nodes] * 2, SLURM_NTASKS=["2", "2"],
        SLURM_PROCID=["0", "1"], SLURM_LOCALID=["0", "0"], SLURM_STEP_NUM_NODES=["2", "2"],
    )  # fmt: skip
    assert [json.loads(told(done))[0] for done in both] == [["process 0", "process 1!"]] * 2


@pytest.mark.slow
def test_kubernetes_tells_the_pods_of_an_indexed_job_their_places(hosts: TeamHosts, tmp_path: Path) -> None:
    """Of `deploy/train.yaml`, whose Role has to allow what JAX asks for."""
    pytest.importorskip("kubernetes")
    if not hosts.are_apart:
        pytest.skip("needs network namespaces, and to be root")
    both = hosts.run([program({}, POD)] * 2, folders=[tmp_path] * 2, JOB_COMPLETION_INDEX=["0", "1"])
    assert [json.loads(told(done))[0] for done in both] == [["process 0", "process 1!"]] * 2
    (other,) = hosts.run([program({}, POD)], folders=[tmp_path])
    said = "error: cluster: To enable automatic bootstrap in a K8s cluster, jobs must be indexed by setting"
    assert told(other).startswith(said) and "; give --process-id, --processes and --coordinator" in told(other)


@pytest.mark.slow
def test_a_pod_without_the_client_of_kubernetes_is_told_so(hosts: TeamHosts, tmp_path: Path) -> None:
    (done,) = hosts.run([program({}, WITHOUT_CLIENT)], folders=[tmp_path], KUBERNETES_SERVICE_HOST=["10.0.0.1"])
    assert told(done).startswith("error: cluster: Kubernetes does not tell which process this is; install its client")
    assert "Kubernetes environment detected" not in done.stderr


@pytest.mark.slow
def test_a_process_that_finds_no_others_says_what_to_do(hosts: TeamHosts, tmp_path: Path) -> None:
    late = ["-c", LAUNCHED, hosts.coordinator]
    alone, lost = (told(done) for done in hosts.run([late, program({})], folders=[tmp_path, tmp_path]))
    assert alone.startswith(f"error: {hosts.coordinator}: the processes did not find one another in 2 s; start all")
    assert "give --process-id, --processes and --coordinator" in lost


def test_a_port_in_use_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        coordinator = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(TeamError, match=f"^{coordinator}: process 0 cannot listen at that port, address already"):
            join(Membership(0, 2, coordinator))


def test_differences_are_named_with_both_values() -> None:
    own = {"epochs": "5", "shards": "a" * 64, "new": "1", "same": "x"}
    first = {"epochs": "3", "shards": "b" * 64, "same": "x"}
    assert differences(own, first) == "epochs (5, not 3), shards (aaaaaaaaaaaa, not bbbbbbbbbbbb), new (1, not none)"
    assert differences(own, {}).endswith("new (1, not none) and 1 more")
    assert differences(own, own) == ""


def test_versions_are_those_of_what_decides_the_result() -> None:
    assert {"Python", "figureground", "jax", "keras", "numpy", "tensorflow"} == versions().keys()
