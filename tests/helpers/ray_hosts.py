"""A Ray cluster of two hosts on this machine, and an S3 server, for tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest

from helpers.command import free_port

TESTS = Path(__file__).parents[1]
OBJECT_STORE = 80_000_000  # bytes; Ray wants 75 MiB or more
PORTS = ("dashboard_agent_listen_port", "metrics_agent_port", "metrics_export_port", "runtime_env_agent_port")
LONGEST = 600  # seconds that a process of Ray may take to start on a machine that has much else to do


@dataclass(frozen=True)
class Hosts:
    """One core each. Work is found by what Ray calls its processes."""

    cluster: Any
    num_gpus: int = 0

    @property
    def address(self) -> str:
        return str(self.cluster.address)

    def add(self) -> Any:
        return _added(self.cluster, num_gpus=self.num_gpus)

    def lose(self, host: Any) -> None:
        """As where its power fails."""
        self.cluster.remove_node(host, allow_graceful=False)

    def at_work(self, host: Any) -> list[psutil.Process]:
        """Processes of a host that are cutting out."""
        below = psutil.Process(host.all_processes["raylet"][0].process.pid).children(recursive=True)
        return [process for process in below if _title(process).startswith("ray::Map")]


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has ended
        return ""


@contextmanager
def hosts(environment: dict[str, str], num_gpus: int = 0) -> Iterator[Hosts]:
    """Two hosts whose processes, and those of this one, have these environment variables; the second can be lost.

    Args:
        num_gpus: That Ray believes each to have.
    """
    with pytest.MonkeyPatch.context() as patch:
        settings = {
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_AUTH_MODE": "disabled",
            "RAY_raylet_start_wait_time_s": str(LONGEST),
            "RAY_worker_register_timeout_seconds": str(LONGEST),
            "RAY_agent_register_timeout_ms": str(1000 * LONGEST),
            "RAY_gcs_server_port_wait_time_s": str(LONGEST),
            "RAY_gcs_rpc_server_connect_timeout_s": "60",
            "RAY_gcs_server_request_timeout_seconds": str(LONGEST),
            "RAY_memory_monitor_refresh_ms": "0",  # ends processes where other programs take the memory
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")]),
        }
        for name, value in (settings | environment).items():
            patch.setenv(name, value)
        from ray.cluster_utils import Cluster

        cluster = Cluster()
        try:
            _added(cluster, num_gpus=num_gpus, include_dashboard=False)
            made = Hosts(cluster, num_gpus)
            made.add()
            yield made
        finally:
            cluster.shutdown()


def _added(cluster: Any, **settings: object) -> Any:
    """A host of one core more. It dies where its processes choose their ports themselves and do so too late for it."""
    ports = {name: free_port() for name in PORTS}
    host = cluster.add_node(num_cpus=1, object_store_memory=OBJECT_STORE, wait=False, **ports, **settings)
    cluster.wait_for_nodes(LONGEST)
    return host


@contextmanager
def s3_server() -> Iterator[dict[str, str]]:
    """An S3 server on this machine with a bucket `bucket`, as the environment variables by which clients find it."""
    import boto3
    from moto.server import ThreadedMotoServer
    from s3fs import S3FileSystem

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    found = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in found.items():
                patch.setenv(name, value)
            boto3.client("s3").create_bucket(Bucket="bucket")
            S3FileSystem.clear_instance_cache()  # which would go on with another server's address
            yield found
    finally:
        S3FileSystem.clear_instance_cache()
        server.stop()


@contextmanager
def nobody_has_rights(server: dict[str, str]) -> Iterator[None]:
    """The S3 server asks for rights in the block, which none of its clients has."""
    _ask_for_rights_after(server, "0")
    try:
        yield
    finally:
        _ask_for_rights_after(server, "inf")


def _ask_for_rights_after(server: dict[str, str], requests: str) -> None:
    address, kind = f"{server['AWS_ENDPOINT_URL']}/moto-api/reset-auth", {"Content-Type": "text/plain"}
    urlopen(Request(address, requests.encode(), kind, method="POST"), timeout=LONGEST).close()
