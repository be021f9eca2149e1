"""Processes on this machine that play hosts of a team, in network namespaces where it gives some."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from helpers.command import free_port
from helpers.places import ROOT

LONGEST = 1800.0  # seconds that any of them may take
FIRST_POD = "figureground-train-0.figureground-train"  # of the job and by the service of deploy/train.yaml
# As what follows a namespace's command line: a host's own name, and the addresses of all.
NAMED = 'hostname "$0" && mount --bind "$1" /etc/hosts && shift && exec "$@"'


class TeamHosts:
    """Starts a Python program for each process of a team, and waits for all of them.

    Args:
        spaces: Network namespaces, a host each, or none where this machine gives none.
        names: File of the hosts' addresses, as /etc/hosts.
    """

    def __init__(self, spaces: Sequence[str], names: Path) -> None:
        self._spaces, self._names = spaces, names
        self.first, self.port = ("10.77.0.1" if spaces else "127.0.0.1"), free_port()

    @property
    def coordinator(self) -> str:
        return f"{self.first}:{self.port}"

    @property
    def are_apart(self) -> bool:
        """Whether each has a network and mounts of its own."""
        return bool(self._spaces)

    @property
    def nodes(self) -> str:
        """As SLURM writes the names of both hosts."""
        return "host[0-1]" if self._spaces else "localhost"

    def run(
        self, programs: Sequence[Sequence[object]], *, folders: Sequence[Path], **environment: Sequence[str]
    ) -> list[subprocess.CompletedProcess[str]]:
        """What became of each; takes what `begin` takes."""
        return self.ended(self.begin(programs, folders=folders, **environment))

    def begin(
        self, programs: Sequence[Sequence[object]], *, folders: Sequence[Path], **environment: Sequence[str]
    ) -> list[subprocess.Popen[str]]:
        """Each while it runs, to be waited for by `ended`.

        Args:
            programs: Arguments of Python, a process each.
            environment: Values by process; an empty one is not set.
        """
        common = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}", "JAX_PLATFORMS": "cpu"}
        return [
            subprocess.Popen(
                [*self._host(number), sys.executable, *map(str, program)], cwd=folder, start_new_session=True,
                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=common | {name: values[number] for name, values in environment.items() if values[number]},
            )
            for number, (program, folder) in enumerate(zip(programs, folders, strict=True))
        ]  # fmt: skip

    def ended(self, running: Sequence[subprocess.Popen[str]]) -> list[subprocess.CompletedProcess[str]]:
        try:
            said = [process.communicate(timeout=LONGEST) for process in running]
        finally:
            for process in running:
                process.kill()
        return [
            subprocess.CompletedProcess(process.args, process.returncode, *output)
            for process, output in zip(running, said, strict=True)
        ]

    def _host(self, number: int) -> list[str]:
        return _on(self._spaces[number], f"host{number}", self._names) if self._spaces else []


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _connect(spaces: Sequence[str]) -> None:
    """Two namespaces with a cable between them."""
    for space in spaces:
        _ip("netns", "add", space)
    ends = [f"end{number}" for number in range(2)]
    _ip("link", "add", ends[0], "netns", spaces[0], "type", "veth", "peer", "name", ends[1], "netns", spaces[1])
    for number, (space, end) in enumerate(zip(spaces, ends, strict=True)):
        _ip("-n", space, "addr", "add", f"10.77.0.{number + 1}/24", "dev", end)
        for device in ("lo", end):
            _ip("-n", space, "link", "set", device, "up")


@contextlib.contextmanager
def two_hosts(place: Path) -> Iterator[TeamHosts]:
    """Network namespaces where the tests may make them, else all processes share the loopback device."""
    names = place / "hosts"
    names.write_text(f"127.0.0.1 localhost\n10.77.0.1 host0 {FIRST_POD}\n10.77.0.2 host1\n")
    spaces = [f"figureground-{os.getpid()}-{number}" for number in range(2)]
    try:
        yield TeamHosts(spaces if _may_connect(spaces, names) else [], names)
    finally:
        for space in spaces:
            subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)


def _may_connect(spaces: Sequence[str], names: Path) -> bool:
    if os.geteuid() or not shutil.which("ip") or not shutil.which("unshare"):
        return False
    try:
        _connect(spaces)
        subprocess.run([*_on(spaces[0], "host0", names), "true"], check=True, capture_output=True)
    except subprocess.CalledProcessError:
        return False
    return True


def _on(space: str, host: str, names: Path) -> list[str]:
    """What a command line begins with that is to run on a host."""
    return ["ip", "netns", "exec", space, "unshare", "--uts", "--mount", "sh", "-c", NAMED, host, str(names)]
