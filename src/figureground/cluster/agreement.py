"""Whether the processes of a training are about to do the same; compared before the first step."""

from __future__ import annotations

import json
import platform
import socket
from collections.abc import Callable, Mapping
from importlib.metadata import version

from figureground.cluster.joining import TeamError, gather
from figureground.errors import FiguregroundError

_PACKAGES = ("figureground", "jax", "keras", "numpy", "tensorflow")
_SHOWN = 3  # differences in a line

Facts = Mapping[str, str]


def versions() -> dict[str, str]:
    """Of Python and of the packages that decide what a training comes to."""
    return {"Python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def agree(own: Callable[[], Facts]) -> None:
    """Compare what each process is about to do; all have to call it.

    Args:
        own: What this one is about to do, by names for people; what it raises ends all processes.
    Raises:
        TeamError: Another process differs from the first, or cannot begin.
        FiguregroundError, OSError: What `own` has raised.
    """
    facts, error = dict[str, str](), None
    try:
        facts = dict(own())
    except (FiguregroundError, OSError) as raised:
        error = raised
    told = [json.loads(text) for text in gather(json.dumps([socket.gethostname(), facts, error and str(error)]))]
    if error:
        raise error
    for number, (host, _, reason) in enumerate(told):
        if reason:
            raise TeamError(f"process {number} on {host} cannot begin: {reason}")
    first_host, first, _ = told[0]
    for number, (host, facts, _) in enumerate(told):
        if differing := differences(facts, first):
            raise TeamError(
                f"process {number} on {host} differs from process 0 on {first_host}: {differing}; give all of them "
                "the same params.yaml, data, weights and versions"
            )


def differences(own: Facts, first: Facts) -> str:
    """What differs, as `train.epochs (5, not 3)`; empty where nothing does."""
    names = [name for name in {**first, **own} if own.get(name) != first.get(name)]
    listed = [f"{name} ({_short(own.get(name))}, not {_short(first.get(name))})" for name in names[:_SHOWN]]
    return ", ".join(listed) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _short(value: str | None) -> str:
    """Checksums are told apart by their first digits."""
    return "none" if value is None else value[:12] if len(value) == 64 else value
